/**
 * One step on a large base, in a process of its own: prints its times in milliseconds, and its peak of resident memory.
 * `first` attaches a peel and merges it behind that; `copy` reads and writes as many bytes as a merge does, and nothing else.
 *
 *   node large-step.mjs base|merge|first|attach|copy FOLDER CACHE
 */
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { mergedCache, openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { feeds } from "./large-base.mjs";
import { madeUpPeel } from "./peels.mjs";
import { median, milliseconds } from "./time.mjs";

const [step, folder, cacheFolder] = process.argv.slice(2);
const RANK = 16;
const cache = mergedCache(cacheFolder);
// Weights of int8 stay mapped from their files: packed copies of them on the heap would double a base of this size. The
// kernel of 4-bit blocks without packing is some fifty times slower.
const mapped = folder.endsWith("int8") ? { extra: { session: { disable_prepacking: "1" } } } : {};
const sessionOptions = { intraOpNumThreads: 2, ...mapped };
const times = {};
const timed = async (name, work) => {
  let result;
  times[name] = await milliseconds(async () => {
    result = await work();
  });
  return result;
};

if (step === "copy") {
  await timed("copy", copyWeights);
  process.stdout.write(JSON.stringify(times));
  process.exit();
}
const base = await timed("open", () => openBase(folder, { ort, cache, sessionOptions }));
let sum = 0;
const run = async () => {
  const [output] = Object.values(await base.run("main", feeds()));
  sum = output.data.reduce((total, each) => total + each, 0);
};
if (step === "base") await timed("first", run);
else {
  const peel = await madeUpPeel(base, RANK);
  const other = step === "attach" ? await madeUpPeel(base, RANK, 2) : undefined;
  // To nearest, nothing of so small an update would be left at int4.
  const rounding = base.card.targets[0].scheme.bits === 8 ? "nearest" : "dither";
  const choice = step === "attach" ? { strategy: "attach" } : { strategy: "merge", rounding };
  const attachFirst = step === "first";
  await timed("set", () => base.setPeels([{ peel, weight: 1 }], { ...choice, attachFirst }));
  await timed("first", run);
  if (attachFirst) await timed("behind", () => base.merged());
  if (other !== undefined) {
    await base.setPeels([{ peel: other, weight: 1 }], choice);
    await timed("swap", () => base.setPeels([{ peel, weight: 1 }], choice));
    await timed("swapped", run);
    await timed("firstNewWeight", () => base.setPeels([{ peel, weight: 0.5 }], choice));
    const others = [];
    for (let i = 1; i <= 15; i++)
      others.push(await milliseconds(() => base.setPeels([{ peel, weight: 0.5 + i / 100 }], choice)));
    times.newWeight = median(others);
  }
}
await timed("again", run);
await cache.settled();
await base.dispose();
if (!Number.isFinite(sum)) throw new Error(`expected finite outputs, found ${sum}`);
process.stdout.write(JSON.stringify({ ...times, peakBytes: process.resourceUsage().maxRSS * 1024 }));

/** Copies the base's weights into two new files, a megabyte at a time, each by one at a time. */
async function copyWeights() {
  await mkdir(cacheFolder, { recursive: true });
  const from = await open(join(folder, "model.data"));
  const { size } = await from.stat();
  const piece = 1 << 20;
  let next = 0;
  const go = async (name) => {
    const target = join(cacheFolder, name);
    const to = await open(target, "w");
    const room = new Uint8Array(piece);
    while (next < size) {
      const at = next;
      next += piece;
      const { bytesRead } = await from.read(room, 0, piece, at);
      await to.write(room, 0, bytesRead);
    }
    await to.close();
    return target;
  };
  const made = await Promise.all([go("copy-0.bin"), go("copy-1.bin")]);
  await from.close();
  for (const target of made) await rm(target);
}
