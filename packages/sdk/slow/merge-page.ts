// What the test of the browser's merge workers opens: merges a made-up weight by the web engine, as setPeels does.
import { foldTask } from "../../runtime/src/merge/task.js";
import { webEngine } from "../../runtime/src/merge/web-engine.js";
import { allRows } from "../../runtime/src/merge/works.js";
import { rowBytes } from "../../runtime/src/testing/planes.js";
import { bigWeight, ROUNDS, toCalibrate } from "./page/big-weight.js";
import { sha256 } from "./page/vectors.js";

let answers = 0;
/** Counts what workers answer. */
globalThis.Worker = class extends Worker {
  constructor(...of: ConstructorParameters<typeof Worker>) {
    super(...of);
    this.addEventListener("message", () => answers++);
  }
};

/** SHA-256 of the merged bytes by rounding and of calibrated ones, how many works came from workers, and how often the page's own loop turned. */
async function merge() {
  const weight = bigWeight();
  const plane = weight.plane!;
  const engine = webEngine();
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const digests: string[] = [];
  for (const { seed } of ROUNDS) {
    const works = allRows(plane).map(({ first, rows }) => ({
      first,
      rows,
      input: rowBytes(plane, weight.bytes, first, rows),
      output: undefined,
      measure: false,
    }));
    const folded = await engine.fold(foldTask(plane, weight.parts, seed), works);
    const bytes = new Uint8Array(weight.bytes.length);
    let at = 0;
    for (const each of folded) {
      bytes.set(each.bytes, at);
      at += each.bytes.length;
    }
    digests.push(await sha256(bytes));
  }
  const { bytes: calibrated } = await engine.calibrate(toCalibrate());
  digests.push(await sha256(calibrated));
  clearInterval(timer);
  engine.release();
  return { digests, answers, turns, isolated: globalThis.crossOriginIsolated };
}

export const mergePage = { merge };
Object.assign(globalThis, { mergePage });
