import { isBananaError, openBase, openPeel } from "banana-sdk/react-native";
import * as ort from "onnxruntime-react-native";
import { useState } from "react";
import { Button, SafeAreaView, Text } from "react-native";
import { files, places } from "./files";

// Put these folders on the device first: a base, and a signed peel as `banana-peel pack` and `sign` make it.
const BASE = `${places.documents}/base`;
const PEEL = `${places.documents}/peel`;
// The fingerprint that the peel's author published; `banana-peel verify` prints it.
const SIGNER = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

async function load(): Promise<string> {
  const base = await openBase(BASE, { ort, files, scratch: `${places.cache}/banana-peel` });
  try {
    const peel = await openPeel(PEEL, base, { files, signer: SIGNER });
    const { plan, milliseconds } = await base.setPeels([{ peel, weight: 1 }]);
    return `${peel.manifest.name} on ${base.card.family}: ${plan.targets.length} targets in ${Math.round(milliseconds.total)} ms`;
  } finally {
    await base.dispose();
  }
}

/** One button that opens the base, verifies the peel and puts it in force. */
export function App() {
  const [status, setStatus] = useState("not loaded");
  const press = () => {
    setStatus("loading…");
    load().then(setStatus, (error: unknown) =>
      setStatus(isBananaError(error) ? `${error.code}: ${error.message}` : String(error)),
    );
  };
  return (
    <SafeAreaView>
      <Text>{status}</Text>
      <Button title="Load" onPress={press} />
    </SafeAreaView>
  );
}
