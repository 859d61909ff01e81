import { readFile } from "node:fs/promises";
import { folderSource } from "@banana-peel/format/node";
import { openBase, openPeel } from "@banana-peel/runtime";
import { nodeEngine } from "@banana-peel/runtime/node";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import { parseBaseCard } from "@banana-peel/validator";
import * as ort from "onnxruntime-node";
import { mergedDigests } from "./merged.js";
import { recorder } from "./recorder.js";

/** What mergedDigests gives for a base and a peel in folders, by Node's worker threads and onnxruntime-node. */
export async function mergeInNode(
  folder: string,
  peel: string,
  rounding: "nearest" | "dither",
): Promise<Record<string, string>> {
  const recorded = recorder(ort);
  const engine = nodeEngine({ threads: 2 });
  const card = parseBaseCard(await readFile(`${folder}/base.json`), `${folder}/base.json`);
  const base = await openBase({
    ort: recorded.ort,
    engine,
    card,
    readFile: (path) => readFile(`${folder}/${path}`),
  });
  const loaded = await openPeel(await unsafeUnverifiedPeel(folderSource(peel)), base);
  const digests = await mergedDigests(base, recorded, [{ peel: loaded, weight: 1 }], rounding);
  await base.dispose();
  engine.release();
  return digests;
}
