import { describe, expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import { localEngine } from "../merge/local-engine.js";
import { mixedEngine } from "../merge/mixed-engine.js";
import { poolEngine } from "../merge/pool-engine.js";
import type { CalibrateTask, MergeEngine } from "../merge/types.js";
import type { FromWorker } from "../merge/worker-pool.js";
import { openModels } from "../models/open-models.js";
import { nodePool } from "../node/node-engine.js";
import type { MergedTarget } from "../plan/merge-target.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { vectorPeel } from "../testing/peels.js";
import { type RandomWeight, randomNumbers, randomWeight } from "../testing/planes.js";
import { memoryBase } from "../testing/vectors.js";
import { unknownMoments } from "./read-moments.js";
import { serveCalibrations } from "./serve-calibrations.js";

const int8 = { bits: 8, signed: true, min: -127, max: 127, granularity: "channel", axis: 1 } as const;
const uint4 = { bits: 4, signed: false, min: 0, max: 15, granularity: "block", axis: 1 } as const;
const WEIGHTS: Record<string, RandomWeight> = {
  int8: { ...int8, k: 300, n: 280, layout: "kn", ranks: [4, 3], steps: 0.4 },
  "MatMulNBits of 4 bits": {
    ...uint4,
    form: "matmulnbits",
    k: 320,
    n: 210,
    layout: "nk",
    blockSize: 32,
    ranks: [8],
    steps: 0.2,
  },
};

/** A task with moments of one direction. */
function taskOf(of: RandomWeight): CalibrateTask {
  const { spec, data, parts } = randomWeight(11, of);
  const random = randomNumbers(4);
  const numbers = () => Float64Array.from({ length: of.k }, () => 1 + random());
  return { spec, data, path: "w", parts, moments: { diagonal: numbers(), rank: 1, factors: numbers() } };
}

const refused = () => {
  throw new Error("refused by Content-Security-Policy");
};
const local = localEngine();
const calibrate = { strategy: "merge", rounding: "calibrated" } as const;

describe.each(Object.entries(WEIGHTS))("%s", (_, of) => {
  it("is calibrated by worker threads to the bytes of this one", async () => {
    const task = taskOf(of);
    const expected = await local.calibrate(task);
    const pool = nodePool({ threads: 2, programs: new URL("../../dist/node/", import.meta.url) });
    const both = await Promise.all([pool.calibrate(task), pool.calibrate(task)]);
    pool.release();
    expect(both).toEqual([expected, expected]);
    expect(expected.bytes).not.toEqual(task.data.weight.bytes);
    expect(expected.gain).toBeGreaterThan(0.5);
  });
});

/** A pool whose worker is in this thread, and the bytes of the buffers that it is sent. */
function poolHere() {
  const sent: ArrayBuffer[][] = [];
  const pool = poolEngine({
    threads: 1,
    files: false,
    spawn: refused,
    spawnCalibrator() {
      let answer: (message: FromWorker<MergedTarget>) => void = () => {};
      const take = serveCalibrations((message) => answer(message));
      return {
        post(message, transfer) {
          sent.push(transfer);
          const { data, parts } = message.works[0]!;
          for (const view of [data.weight.bytes, parts[0]!.lowRank.a, parts[0]!.lowRank.b])
            expect(view.byteLength).toBe(view.buffer.byteLength);
          take(structuredClone(message, { transfer }));
        },
        listen: (onMessage) => {
          answer = onMessage;
        },
        terminate: () => {},
      };
    },
  });
  return { pool, sent };
}

it("a pool sends a weight, never the file that it is a view of, and keeps the caller's", async () => {
  const task = taskOf(WEIGHTS.int8!);
  const { bytes } = task.data.weight;
  const file = new Uint8Array(1 << 20);
  file.set(bytes, 99);
  const weight = { ...task.data.weight, bytes: file.subarray(99, 99 + bytes.length) };
  const { pool, sent } = poolHere();
  const merged = await pool.calibrate({ ...task, data: { ...task.data, weight } });
  expect(merged).toEqual(await local.calibrate(task));
  expect(sent).toHaveLength(1);
  expect(file.length).toBe(1 << 20);
  expect(task.parts[0]!.lowRank.a.length).toBe(4 * 300);
});

it("what workers can't do, this thread does: the same bytes, and errors with their codes", async () => {
  const task = taskOf(WEIGHTS.int8!);
  const none = poolEngine({ spawn: refused, spawnCalibrator: refused, threads: 2, files: false });
  expect(await mixedEngine(local, none).calibrate(task)).toEqual(await local.calibrate(task));
  const { pool, sent } = poolHere();
  const { scale: _, ...data } = task.data;
  await expect(mixedEngine(local, pool).calibrate({ ...task, data })).rejects.toMatchObject({
    code: "ONNX_UNSUPPORTED",
  });
  expect(sent).toHaveLength(1);
});

it("an abort ends the wait for a calibration at once", async () => {
  const silent = poolEngine({
    threads: 1,
    files: false,
    spawn: refused,
    spawnCalibrator: () => ({ post: () => {}, listen: () => {}, terminate: () => {} }),
  });
  const stop = new AbortController();
  const waiting = mixedEngine(local, silent).calibrate(taskOf(WEIGHTS.int8!), stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

it("this thread is left while it calibrates itself, and an abort is seen", async () => {
  const task = taskOf(WEIGHTS.int8!);
  let clock = 0;
  const here = localEngine(undefined, () => (clock += 5));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await here.calibrate({ ...task, moments: unknownMoments(task.spec.k) });
  expect(turns).toBeGreaterThan(50);
  clearInterval(timer);
  const stop = new AbortController();
  const waiting = here.calibrate(task, stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

describe("a target is calibrated once", () => {
  /** An engine of this thread that says what it calibrated. */
  function counting() {
    const done: string[] = [];
    const engine: MergeEngine = {
      ...localEngine(),
      calibrate(task, signal) {
        done.push(task.path);
        return local.calibrate(task, signal);
      },
    };
    return { done, engine };
  }
  const memory = memoryBase("blocked-int4", "forms");
  const { ort } = new FakeOrt();
  const paths = memory.card.targets.map(({ path }) => path);

  it("to plan it and to put it in force, in one call or in two", async () => {
    const { done, engine } = counting();
    const base = await openBase({ ...memory, ort, engine });
    const uses = [{ peel: await vectorPeel("a", base), weight: 1 }];
    const { plan } = await base.setPeels(uses, calibrate);
    expect(plan.totals.merged).toBe(paths.length);
    expect(done.splice(0).sort()).toEqual([...paths].sort());
    const planned = await base.plan(uses, calibrate);
    await base.setPeels(uses, { plan: planned });
    expect(done.splice(0).sort()).toEqual([...paths].sort());
    // What was kept for the plan was given away.
    await base.setPeels([]);
    await base.setPeels(uses, { plan: planned });
    expect(done.sort()).toEqual([...paths].sort());
    expect(planned.targets.map(({ path }) => path)).toEqual(plan.targets.map(({ path }) => path));
    await base.dispose();
  });

  it("to plan it and to merge it into models", async () => {
    const { done, engine } = counting();
    const models = await openModels({ ...memory, engine });
    const uses = [{ peel: await vectorPeel("a", models), weight: 1 }];
    const { plan } = await models.merge(uses, calibrate);
    expect(plan.totals.merged).toBe(paths.length);
    expect(done.sort()).toEqual([...paths].sort());
  });
});
