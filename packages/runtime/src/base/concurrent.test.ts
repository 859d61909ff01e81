import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OrtWorker, openOrtWorker } from "../node/open-ort-worker.js";
import type { Ort } from "../ort.js";
import { openPeel } from "../peel/open-peel.js";
import type { LoadedPeel, PeelUse } from "../peel/types.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { testPeel, vectorPeel, vectorTargets } from "../testing/peels.js";
import { randomNumbers } from "../testing/planes.js";
import { memoryBase } from "../testing/vectors.js";
import { openBase } from "./open-base.js";
import type { Base, SetPeelsOptions } from "./types.js";

const OPERATIONS = 60;
const sessionOptions = { intraOpNumThreads: 1 };
const x = { x: { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), dims: [1, 4, 24] } };
const options: SetPeelsOptions[] = [
  { strategy: "attach" },
  { strategy: "attach", releaseIdle: true },
  { strategy: "merge", rounding: "dither" },
];

let worker: OrtWorker;
beforeAll(async () => {
  worker = await openOrtWorker({ program: new URL("../../dist/node/ort-worker.js", import.meta.url) });
});
afterAll(() => worker.close());

/** Numbers below `limit` that a seed decides. */
function dice(seed: number): (limit: number) => number {
  const random = randomNumbers(seed);
  return (limit) => Math.floor((random() + 0.5) * limit);
}

async function somePeels(base: Base): Promise<LoadedPeel[]> {
  const only = { "layers.0.up": vectorTargets("a")["layers.0.up"]! };
  return [
    await vectorPeel("a", base),
    await vectorPeel("b", base),
    await openPeel(await testPeel("only", only, 4), base),
  ];
}

/** Sets of up to four peels; none is the first. */
function someSets(peels: readonly LoadedPeel[], roll: (limit: number) => number): PeelUse[][] {
  const sets = Array.from({ length: 9 }, () =>
    Array.from({ length: 1 + roll(4) }, () => ({ peel: peels[roll(3)]!, weight: (roll(33) - 16) / 8 || 1 })),
  );
  return [[], ...sets];
}

const bytes = async (base: Base, run: Parameters<Base["run"]>[2] = {}) =>
  Object.values(await base.run("main", x, run))
    .map(({ data }) => Buffer.from((data as Float32Array).slice().buffer).toString("base64"))
    .join();

/** What every set gives by itself, one after the other: attached, and as each of `options` puts it in force. */
async function alone(base: Base, sets: readonly PeelUse[][]) {
  const own: string[] = [];
  const inForce = new Set<string>();
  for (const peels of sets) {
    own.push(await bytes(base, { peels }));
    for (const how of options) {
      await base.setPeels(peels, how);
      inForce.add(await bytes(base));
    }
  }
  await base.setPeels([]);
  return { own, inForce };
}

describe.each<[string, () => Ort]>([
  ["in this thread", () => ort],
  ["in a worker", () => worker],
])("runs with peels of their own, all at the same time, %s", (_, of) => {
  it.each([1, 2, 3])("give bit for bit what they give alone (seed %i)", async (seed) => {
    const roll = dice(seed);
    const base = await openBase({ ...memoryBase("channel-int8"), ort: of(), sessionOptions });
    const sets = someSets(await somePeels(base), roll);
    const { own, inForce } = await alone(base, sets);
    let runs = 0;
    const one = async (): Promise<void> => {
      const set = roll(sets.length);
      const kind = roll(10);
      const turns = roll(6);
      const stop = new AbortController();
      const when = roll(4);
      const how = options[roll(options.length)]!;
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      if (kind < 6) {
        expect(await bytes(base, { peels: sets[set]! })).toBe(own[set]);
        runs++;
      } else if (kind === 6) expect(inForce).toContain(await bytes(base));
      else if (kind === 7) await base.setPeels(sets[set]!, how);
      else {
        const { signal } = stop;
        const work =
          kind === 8
            ? bytes(base, { peels: sets[set]!, signal })
            : base.setPeels(sets[set]!, { ...how, signal });
        const settled = work.then(
          (value) => (kind === 8 ? expect(value).toBe(own[set]) : undefined),
          (error: Error) => expect(error.message).toBe("stopped"),
        );
        for (let i = 0; i < when; i++) await new Promise((resolve) => setImmediate(resolve));
        stop.abort(new Error("stopped"));
        await settled;
      }
    };
    await Promise.all(Array.from({ length: OPERATIONS }, one));
    expect(runs).toBeGreaterThan(OPERATIONS / 3);
    await base.setPeels([]);
    expect(await bytes(base)).toBe(own[0]);
    await base.dispose();
  });

  it("and a dispose in the middle lets those under way end and refuses the others", async () => {
    const roll = dice(4);
    const base = await openBase({ ...memoryBase("channel-int8"), ort: of(), sessionOptions });
    const sets = someSets(await somePeels(base), roll);
    const { own } = await alone(base, sets);
    const works = Array.from({ length: 30 }, async (__, i) => {
      const set = roll(sets.length);
      for (let turn = 0; turn < i % 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      return bytes(base, { peels: sets[set]! }).then(
        (value) => {
          expect(value).toBe(own[set]);
          return "ended";
        },
        (error: unknown) => {
          expect(error).toMatchObject({ name: "BananaError", code: "DISPOSED" });
          return "refused";
        },
      );
    });
    await new Promise((resolve) => setImmediate(resolve));
    await base.dispose();
    const ends = await Promise.all(works);
    expect(ends).toContain("ended");
    expect(ends).toContain("refused");
  });
});

it.each([1, 2, 3, 4])(
  "whatever fails, is stopped or disposed of, every session is released (seed %i)",
  async (seed) => {
    const roll = dice(seed);
    const fake = new FakeOrt();
    const base = await openBase({ ...memoryBase("channel-int8"), ort: fake.ort });
    const sets = someSets(await somePeels(base), roll);
    await base.run("main", x);
    for (const how of options) await base.setPeels(sets[1]!, how);
    const hiccup = async () => {
      for (let turn = roll(4); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      if (roll(6) === 0) throw new Error("out of memory");
    };
    fake.onCreate = hiccup;
    fake.onRun = hiccup;
    let ended = 0;
    let halfway = () => {};
    const half = new Promise<void>((resolve) => (halfway = resolve));
    const allowed = ["SESSION_FAILED", "RUN_FAILED", "DISPOSED"];
    const works = Array.from({ length: OPERATIONS }, async () => {
      const [set, kind, how] = [roll(sets.length), roll(3), options[roll(options.length)]!];
      for (let turn = roll(12); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      const signal = roll(4) === 0 ? AbortSignal.timeout(roll(3)) : undefined;
      const work =
        kind === 0
          ? base.setPeels(sets[set]!, { ...how, ...(signal && { signal }) })
          : base.run("main", x, { ...(kind === 1 && { peels: sets[set]! }), ...(signal && { signal }) });
      await work.catch((error: { name: string; code?: unknown }) => {
        if (error.name !== "TimeoutError") expect(allowed).toContain(error.code);
      });
      if (++ended === OPERATIONS / 2) halfway();
    });
    await half;
    await base.dispose();
    await Promise.all(works);
    expect(fake.sessions.length).toBeGreaterThan(2);
    expect(fake.open).toEqual([]);
  },
);
