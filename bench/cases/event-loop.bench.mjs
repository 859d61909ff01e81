import { monitorEventLoopDelay } from "node:perf_hooks";
import { openBase, openOrtWorker } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { withMoments } from "../lib/with-moments.mjs";

const BASES = [
  ["nano", "backbone", [4]],
  ["minilm/int8", "main", [1, 64]],
  ["minilm/int4", "main", [1, 64]],
];

/** The longest stall of the event loop while a base is opened, run, swapped and merged: in a worker, beside without. */
export default async function eventLoop() {
  const rows = [];
  for (const base of BASES) {
    const open = await withMoments(folderOf(base[0]), (plain) => [
      { graph: base[1], feeds: madeUpFeeds(plain, base[1], base[2]) },
    ]);
    const worker = await openOrtWorker();
    const inWorker = await stalls(worker, base, open);
    await worker.close();
    const here = await stalls(ort, base, open);
    for (const step of Object.keys(here))
      rows.push(
        row({
          name: `longest stall of the event loop, ${step}: ${base[0]}`,
          ours: inWorker[step],
          beside: here[step],
          besideName: "without a worker",
          unit: "ms",
          goal: "<= 50 ms",
          met: (_, ours) => ours <= 50,
        }),
      );
  }
  return rows;
}

const folderOf = (name) => new URL(`../../bases/${name}/`, import.meta.url);

async function stalls(own, [name, graph, sizes], openWithMoments) {
  const longest = {};
  const watch = async (step, work) => {
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.reset();
    const result = await work();
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.disable();
    longest[step] = delay.max / 1e6;
    return result;
  };
  const base = await watch("opening", () => openBase(folderOf(name).pathname, { ort: own }));
  const feeds = madeUpFeeds(base, graph, sizes);
  const peel = await madeUpPeel(base, 8);
  await watch("running", async () => {
    for (let i = 0; i < 5; i++) await base.run(graph, feeds);
  });
  await watch("attaching", async () => {
    await base.setPeels([peel], { strategy: "attach" });
    await base.run(graph, feeds);
  });
  await watch("swapping", async () => {
    for (let i = 1; i <= 50; i++) await base.setPeels([{ peel, weight: i / 50 }], { strategy: "attach" });
  });
  await watch("merging", () => base.setPeels([peel], { strategy: "merge", rounding: "dither" }));
  await watch("taking off", () => base.setPeels([]));
  await base.dispose();
  const calibrated = await openWithMoments(own);
  const other = await madeUpPeel(calibrated, 8);
  await watch("merging calibrated, with moments", () =>
    calibrated.setPeels([other], { strategy: "merge", rounding: "calibrated" }),
  );
  await calibrated.dispose();
  return longest;
}
