// What the browser suite bundles and opens: verifies a peel, draws with it and without, in the page itself.
import { type BaseCard, memorySource } from "@banana-peel/format";
import { encodePng, openImage } from "@banana-peel/image";
import { openBase, openPeel } from "@banana-peel/runtime";
import { verifyPeel } from "@banana-peel/signer/verify";
import { parseBaseCard, validatePeel } from "@banana-peel/validator";
import * as ort from "onnxruntime-web/wasm";

export interface PageResult {
  readonly signer: string;
  readonly problems: readonly string[];
  readonly attached: number;
  readonly same: { readonly off: boolean; readonly on: boolean };
  /** Largest difference between the attached and the merged picture's pixel values, 0 to 255: mean over the picture. */
  readonly meanDifference: number;
  readonly refused: string;
  readonly png: string;
}

async function bytes(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Draws the prompt without, with and again without the peel at /peel/, on the base at /base/. */
export async function tryPeel(paths: string[], prompt: string, seed: number): Promise<PageResult> {
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.numThreads = 1;
  const card: BaseCard = parseBaseCard(await bytes("/base/base.json"));
  const files = new Map<string, Uint8Array>();
  for (const path of paths) files.set(path, await bytes(`/peel/${path}`));
  const problems = await validatePeel(memorySource(files), { bases: [card] });
  const verified = await verifyPeel(memorySource(files));

  const tampered = new Map(files);
  const adapter = files.get("adapter.safetensors")!.slice();
  adapter[adapter.length - 1]! ^= 1;
  tampered.set("adapter.safetensors", adapter);
  const refused = await verifyPeel(memorySource(tampered)).then(
    () => "nothing",
    (error) => error.code as string,
  );

  const base = await openBase({ card, ort, readFile: (path) => bytes(`/base/${path}`) });
  const model = await openImage(base);
  const draw = () => model.generate({ prompt, seed, steps: 2 });
  const before = await draw();
  const peel = await openPeel(verified, base);
  const report = await base.setPeels([{ peel, weight: 1 }], { strategy: "attach" });
  const attached = await draw();
  await base.setPeels([{ peel, weight: 1 }], { strategy: "merge" });
  const merged = await draw();
  await base.setPeels([]);
  const after = await draw();
  await base.dispose();
  const equal = (a: Uint8ClampedArray, b: Uint8ClampedArray) => a.every((value, i) => value === b[i]);
  let sum = 0;
  attached.pixels.forEach((value, i) => {
    sum += Math.abs(value - merged.pixels[i]!);
  });
  return {
    signer: verified.signer.fingerprint,
    problems: problems.filter(({ severity }) => severity === "error").map(({ rule }) => rule),
    attached: report.plan.totals.attached,
    same: { off: equal(before.pixels, after.pixels), on: equal(before.pixels, attached.pixels) },
    meanDifference: sum / attached.pixels.length,
    refused,
    png: btoa(String.fromCharCode(...encodePng(attached))),
  };
}

Object.assign(globalThis, { tryPeel });
