import { openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { medians } from "../lib/time.mjs";

const NANO = new URL("../../bases/nano", import.meta.url).pathname;
const sessionOptions = {
  intraOpNumThreads: 2,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

/** Inference with nothing attached, and with a peel merged, beside onnxruntime alone on the same file. */
export default async function offAndMerged() {
  const plain = await ort.InferenceSession.create(`${NANO}/backbone.onnx`, sessionOptions);
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
    const times = await medians(
      {
        plain: () => plain.run(tensors),
        off: () => off.run("backbone", feeds),
        merged: () => merged.run("backbone", feeds),
      },
      { rounds: 60 },
    );
    const common = { beside: times.plain, besideName: "onnxruntime alone", unit: "ms" };
    const within = { goal: "<= 1.01 x", met: (ratio) => ratio <= 1.01 };
    rows.push(
      row({ name: `nothing attached: nano, batch ${batch}`, ours: times.off, ...common, ...within }),
      row({ name: `merged: nano, batch ${batch}`, ours: times.merged, ...common, ...within }),
    );
  }
  await Promise.all([off.dispose(), merged.dispose(), plain.release()]);
  return rows;
}
