import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { localEngine } from "../merge/local-engine.js";
import type { MergeEngine } from "../merge/types.js";
import { mergedCache } from "../node/merged-cache.js";
import { openBase } from "../node/open-folder.js";
import type { LoadedPeel } from "../peel/types.js";
import { vectorPeel } from "../testing/peels.js";
import { baseFolder } from "../testing/vectors.js";
import type { Base, SetPeelsOptions } from "./types.js";

const merge = { strategy: "merge", rounding: "nearest" } as const;
const first = { ...merge, attachFirst: true } as const;
const reason = new Error("the user has left");

/** An engine whose folding waits while it is held, and fails on demand. */
function heldEngine() {
  const local = localEngine();
  let go = () => {};
  let gate: Promise<void> = Promise.resolve();
  const state = { asked: 0, failure: undefined as Error | undefined };
  const engine: MergeEngine = {
    ...local,
    async fold(...of) {
      state.asked++;
      await gate;
      if (state.failure !== undefined) throw state.failure;
      return local.fold(...of);
    },
  };
  const hold = () => {
    gate = new Promise((resolve) => (go = resolve));
  };
  return { engine, state, hold, go: () => go() };
}

let work: string;
let bases: Base[];
let held: ReturnType<typeof heldEngine>;
let base: Base;
let a: LoadedPeel;
let b: LoadedPeel;

async function opened(engine?: MergeEngine): Promise<Base> {
  const cache = mergedCache(join(work, "cache"), { leastWeights: 0 });
  const own = await openBase(join(work, "base"), { ort, cache, ...(engine && { engine }) });
  bases.push(own);
  return own;
}

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "banana-first-"));
  bases = [];
  await cp(baseFolder("channel-int8"), join(work, "base"), { recursive: true });
  held = heldEngine();
  base = await opened(held.engine);
  a = await vectorPeel("a", base);
  b = await vectorPeel("b", base);
});
afterEach(async () => {
  held.go();
  await Promise.all(bases.map((each) => each.dispose()));
  await rm(work, { recursive: true });
});

const x = new ort.Tensor(
  "float32",
  Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
  [1, 4, 24],
);
const run = async (on = base) =>
  Object.values(await on.run("main", { x })).flatMap(({ data }) => [...(data as Float32Array)]);
/** What a base of its own, without a cache, gives with a peel. */
async function outputs(peel: LoadedPeel, options: SetPeelsOptions): Promise<number[]> {
  const own = await openBase(join(work, "base"), { ort });
  await own.setPeels([peel], options);
  const result = await run(own);
  await own.dispose();
  return result;
}
const sets = () => readdir(join(work, "cache")).catch(() => []);

it("attaches at once, and merges behind it", async () => {
  held.hold();
  const steps: string[] = [];
  const onProgress = ({ step }: { step: string }) => steps.push(step);
  const report = await base.setPeels([a], { ...first, onProgress });
  expect(report.plan.totals).toEqual({ attached: 2, merged: 0, promoted: 0 });
  expect(report.merging).toEqual({ state: "under way" });
  expect(base.report()).toBe(report);
  expect(await run()).toEqual(await outputs(a, { strategy: "attach" }));
  held.go();
  const merged = await base.merged();
  expect(merged.plan.totals).toEqual({ attached: 0, merged: 2, promoted: 0 });
  expect(merged.merging).toBeUndefined();
  expect(base.report()).toBe(merged);
  expect(await run()).toEqual(await outputs(a, merge));
  expect(new Set(steps)).toEqual(new Set(["session", "plan", "merge"]));
  expect(base.uses()).toEqual([{ peel: a, weight: 1 }]);
});

it("uses a kept set at once, and what only attaches as ever", async () => {
  await base.setPeels([a], merge);
  await base.dispose();
  const again = await opened(held.engine);
  const folded = held.state.asked;
  const report = await again.setPeels([await vectorPeel("a", again)], first);
  expect(report).toMatchObject({ plan: { totals: { merged: 2 } } });
  expect(report.merging).toBeUndefined();
  expect(await again.merged()).toBe(report);
  expect((await again.setPeels([], first)).merging).toBeUndefined();
  const only = { strategy: "attach", attachFirst: true } as const;
  expect((await again.setPeels([await vectorPeel("b", again)], only)).merging).toBeUndefined();
  expect(held.state.asked).toBe(folded);
});

it("merges a plan made before", async () => {
  const plan = await base.plan([a], merge);
  expect((await base.setPeels([a], { plan, attachFirst: true })).merging).toEqual({ state: "under way" });
  expect((await base.merged()).plan).toBe(plan);
});

it("merges merge-aware peels at once: attached they would be worse than none", async () => {
  const training = { method: "merge-aware", scheme: "int8" } as const;
  const aware = await vectorPeel("a", base, { training });
  const report = await base.setPeels([aware], { attachFirst: true });
  expect(report).toMatchObject({ plan: { totals: { merged: 2 } } });
  expect(report.merging).toBeUndefined();
});

it("leaves them attached when merging fails, and says so", async () => {
  held.hold();
  await base.setPeels([a], first);
  const attached = await run();
  held.state.failure = new Error("no power");
  const merged = base.merged();
  held.go();
  await expect(merged).rejects.toThrow("no power");
  await expect(base.merged()).rejects.toThrow("no power");
  expect(base.report()).toMatchObject({
    plan: { totals: { attached: 2 } },
    merging: { state: "failed", error: held.state.failure },
  });
  expect(await run()).toEqual(attached);
  expect(await sets()).toEqual([]);
  held.state.failure = undefined;
  await base.setPeels([a], first);
  expect((await base.merged()).plan.totals.merged).toBe(2);
});

it("refuses at once what it can see at once", async () => {
  const promote = { strategy: "promote", attachFirst: true } as const;
  await expect(base.setPeels([a], promote)).rejects.toMatchObject({ code: "STRATEGY_UNAVAILABLE" });
  const typo = { strategy: "merg" as never, attachFirst: true };
  await expect(base.setPeels([a], typo)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect(base.report().peels).toEqual([]);
});

it("reports a peel of which rounding leaves nothing, and keeps it attached", async () => {
  await base.setPeels([{ peel: a, weight: 1e-6 }], first);
  await expect(base.merged()).rejects.toMatchObject({ code: "PEEL_NO_EFFECT" });
  expect(base.report()).toMatchObject({ plan: { totals: { attached: 2 } }, merging: { state: "failed" } });
});

it("stops merging at its signal's word, also after setPeels", async () => {
  held.hold();
  const abort = new AbortController();
  await base.setPeels([a], { ...first, signal: abort.signal });
  const merged = base.merged();
  abort.abort(reason);
  held.go();
  await expect(merged).rejects.toBe(reason);
  expect(base.report().merging).toEqual({ state: "failed", error: reason });
  expect(base.report().plan.totals.attached).toBe(2);
  expect(await sets()).toEqual([]);
  const before = AbortSignal.abort(reason);
  await expect(base.setPeels([b], { ...first, signal: before })).rejects.toBe(reason);
  expect(base.uses()).toEqual([{ peel: a, weight: 1 }]);
});

it("leaves merging when other peels come into force, and whoever waits gets their report", async () => {
  held.hold();
  await base.setPeels([a], first);
  const merged = base.merged();
  const other = await base.setPeels([b], { strategy: "attach" });
  held.go();
  expect(await merged).toBe(other);
  expect(base.report()).toBe(other);
  expect(await run()).toEqual(await outputs(b, { strategy: "attach" }));
  await base.dispose();
  expect(await sets()).toEqual([]);
});

it("goes on merging when others are asked for and fail", async () => {
  held.hold();
  await base.setPeels([a], first);
  await expect(base.setPeels([{ peel: b, weight: Number.NaN }])).rejects.toMatchObject({
    code: "WEIGHT_INVALID",
  });
  held.go();
  expect((await base.merged()).plan.totals.merged).toBe(2);
});

it("has the last of several in force", async () => {
  held.hold();
  const weights = [1, 0.5, 2];
  await Promise.all(weights.map((weight) => base.setPeels([{ peel: a, weight }], first)));
  held.go();
  expect((await base.merged()).peels[0]!.weight).toBe(2);
  expect(base.report().plan.totals.merged).toBe(2);
  // Those that were left have ended then.
  await base.dispose();
  expect(await sets()).toHaveLength(1);
});

it("ends with the base, and leaves nothing", async () => {
  held.hold();
  await base.setPeels([a], first);
  const merged = base.merged();
  const disposed = base.dispose();
  held.go();
  await expect(merged).rejects.toMatchObject({ code: "DISPOSED" });
  await disposed;
  expect(await sets()).toEqual([]);
  await expect(base.merged()).rejects.toMatchObject({ code: "DISPOSED" });
});

it("ends with the base while it waits for the sessions' turn", async () => {
  await base.setPeels([a], first);
  const other = base.setPeels([b], first);
  const merged = base.merged();
  const disposed = base.dispose();
  await expect(other).rejects.toMatchObject({ code: "DISPOSED" });
  await expect(merged).rejects.toMatchObject({ code: "DISPOSED" });
  await disposed;
});

it("releases the attached sessions once merged ones are in force, where that is asked for", async () => {
  let open = 0;
  const create: typeof ort.InferenceSession.create = async (...of: unknown[]) => {
    const session = await (
      ort.InferenceSession.create as (...all: unknown[]) => Promise<ort.InferenceSession>
    )(...of);
    open++;
    const release = session.release.bind(session);
    session.release = async () => {
      open--;
      await release();
    };
    return session;
  };
  const counted = { Tensor: ort.Tensor, InferenceSession: { create } } as unknown as typeof ort;
  const own = await openBase(join(work, "base"), { ort: counted });
  bases.push(own);
  await own.setPeels([await vectorPeel("a", own)], { ...first, releaseIdle: true });
  await own.merged();
  await run(own);
  await expect.poll(() => open).toBe(1);
});
