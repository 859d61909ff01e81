import { openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { paired } from "../lib/time.mjs";

const NANO = new URL("../../bases/nano", import.meta.url).pathname;
const sessionOptions = {
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
};

/**
 * Inference with nothing attached, and with a peel merged, beside onnxruntime alone on the same file, and beside a second session
 * of it, which says how far apart equal things are here. Processor time of one thread in turns; ratios are medians over the turns.
 */
export default async function offAndMerged() {
  const plain = await ort.InferenceSession.create(`${NANO}/backbone.onnx`, sessionOptions);
  const again = await ort.InferenceSession.create(`${NANO}/backbone.onnx`, sessionOptions);
  const off = await openBase(NANO, { ort, sessionOptions });
  const merged = await openBase(NANO, { ort, sessionOptions });
  await off.setPeels([await madeUpPeel(off, 8)], { strategy: "attach" });
  await off.setPeels([]);
  await merged.setPeels([await madeUpPeel(merged, 8)], { strategy: "merge", rounding: "dither" });
  const rows = [];
  for (const batch of [1, 4]) {
    const feeds = madeUpFeeds(off, "backbone", [batch]);
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, dims }]) => [name, new ort.Tensor(data, dims)]),
    );
    const { times, ratios } = await paired(
      {
        plain: () => plain.run(tensors),
        again: () => again.run(tensors),
        off: () => off.run("backbone", feeds),
        merged: () => merged.run("backbone", feeds),
      },
      "plain",
      { rounds: 150 },
    );
    const common = { beside: times.plain, besideName: "onnxruntime alone", unit: "ms" };
    const within = { goal: "<= 1.01 x", met: (ratio) => ratio <= 1.01 };
    rows.push(
      row({
        name: `onnxruntime alone, twice: nano, batch ${batch}`,
        ours: times.again,
        ratio: ratios.again,
        ...common,
      }),
      row({
        name: `nothing attached: nano, batch ${batch}`,
        ours: times.off,
        ratio: ratios.off,
        ...common,
        ...within,
      }),
      row({
        name: `merged: nano, batch ${batch}`,
        ours: times.merged,
        ratio: ratios.merged,
        ...common,
        ...within,
      }),
    );
  }
  await Promise.all([off.dispose(), merged.dispose(), plain.release(), again.release()]);
  return rows;
}
