import { openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { medians } from "../lib/time.mjs";
import { wideBase } from "../lib/wide-base.mjs";

const NANO = new URL("../../bases/nano", import.meta.url).pathname;
const [ROUNDS, WARMUP] = [30, 3];
const attach = { strategy: "attach" };
const sessionOptions = { logSeverityLevel: 3 };

/** setPeels between attached peels, beside opening the same graph again. */
export default async function swap() {
  const bases = [
    [
      "nano",
      await openBase(NANO, { ort, sessionOptions }),
      () => ort.InferenceSession.create(`${NANO}/backbone.onnx`),
    ],
    ["wide 1024", await wideBase(1024, 2, { ort, sessionOptions }), undefined],
  ];
  const rows = [];
  for (const [name, base, reopen] of bases) {
    const [a, b] = [await madeUpPeel(base, 8, 1), await madeUpPeel(base, 8, 2)];
    const sets = {
      "to another peel": [a],
      "and back": [b],
      "two stacked": [a, { peel: b, weight: 0.5 }],
      off: [],
    };
    await base.setPeels([a], attach);
    let weight = 0;
    const works = Object.fromEntries(
      Object.entries(sets).map(([how, peels]) => [how, () => base.setPeels(peels, attach)]),
    );
    works["to a weight never used before"] = () =>
      base.setPeels([{ peel: a, weight: 0.001 * ++weight }], attach);
    const fresh = [];
    for (let seed = 3; seed < 3 + ROUNDS + WARMUP; seed++) fresh.push(await madeUpPeel(base, 8, seed));
    works["to a peel never used before"] = () => base.setPeels([fresh.pop()], attach);
    if (reopen !== undefined) works.reopen = async () => (await reopen()).release();
    else works.reopen = async () => (await wideBase(1024, 2, { ort, sessionOptions })).dispose();
    const times = await medians(works, { rounds: ROUNDS, warmup: WARMUP });
    for (const how of Object.keys(works))
      if (how !== "reopen")
        rows.push(
          row({
            name: `swap ${how}: ${name}`,
            ours: times[how],
            beside: times.reopen,
            besideName: "opening the graph again",
            unit: "ms",
            goal: "< 1 ms",
            met: (_, ours) => ours < 1,
          }),
        );
    await base.dispose();
  }
  return rows;
}
