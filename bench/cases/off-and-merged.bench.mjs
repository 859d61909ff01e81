import { openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { mediansOf, turns } from "../lib/time.mjs";

const NANO = new URL("../../bases/nano", import.meta.url).pathname;
const sessionOptions = {
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
};
const BATCHES = [1, 4];
/** More often than elsewhere: what the goal allows is less than two sessions of one graph differ by. */
const OPENINGS = 36;

/**
 * Inference with nothing attached, and with a peel merged, beside onnxruntime alone on the same file, and beside a second session
 * of it, which says how far apart equal things are here. Processor time of one thread in turns; ratios are medians over the turns
 * of all sessions.
 */
export default async function offAndMerged() {
  const measured = BATCHES.map(() => []);
  for (let opening = 0; opening < OPENINGS; opening++) {
    const { works, close } = await openAll(opening);
    for (const [i, batch] of BATCHES.entries())
      measured[i].push(await turns(works(batch), { rounds: 6, warmup: 3 }));
    await close();
  }
  return BATCHES.flatMap((batch, i) => {
    const { times, ratios } = mediansOf(measured[i], "plain");
    const of = (name, key, goal) =>
      row({
        name: `${name}: nano, batch ${batch}`,
        ours: times[key],
        beside: times.plain,
        besideName: "onnxruntime alone",
        ratio: ratios[key],
        unit: "ms",
        ...goal,
      });
    const within = { goal: "<= 1.01 x", met: (ratio) => ratio <= 1.01 };
    return [
      of("onnxruntime alone, twice", "again"),
      of("nothing attached", "off", within),
      of("merged", "merged", within),
    ];
  });
}

/** The four, opened in an order that begins with another one each time. */
async function openAll(first) {
  const session = () => ort.InferenceSession.create(`${NANO}/backbone.onnx`, sessionOptions);
  const base = async (options) => {
    const opened = await openBase(NANO, { ort, sessionOptions });
    await opened.setPeels([await madeUpPeel(opened, 8)], options);
    return opened;
  };
  const opens = {
    plain: session,
    again: session,
    off: async () => {
      const opened = await base({ strategy: "attach" });
      await opened.setPeels([]);
      await opened.run("backbone", madeUpFeeds(opened, "backbone", [1]));
      return opened;
    },
    merged: () => base({ strategy: "merge", rounding: "dither" }),
  };
  const names = Object.keys(opens);
  const all = {};
  for (const i of names.keys()) {
    const name = names[(first + i) % names.length];
    all[name] = await opens[name]();
  }
  return {
    works(batch) {
      const feeds = madeUpFeeds(all.off, "backbone", [batch]);
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { data, dims }]) => [name, new ort.Tensor(data, dims)]),
      );
      return {
        plain: () => all.plain.run(tensors),
        again: () => all.again.run(tensors),
        off: () => all.off.run("backbone", tensors),
        merged: () => all.merged.run("backbone", tensors),
      };
    },
    close: () =>
      Promise.all([all.off.dispose(), all.merged.dispose(), all.plain.release(), all.again.release()]),
  };
}
