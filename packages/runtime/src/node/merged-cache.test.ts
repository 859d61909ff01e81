import { cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Base } from "../base/types.js";
import { localEngine } from "../merge/local-engine.js";
import type { MergeEngine } from "../merge/types.js";
import { formFolder } from "../testing/forms.js";
import { vectorPeel } from "../testing/peels.js";
import { baseFolder } from "../testing/vectors.js";
import { mergedCache } from "./merged-cache.js";
import { cleanMergedSets, listMergedSets } from "./merged-sets.js";
import { nodePool } from "./node-engine.js";
import { openBase } from "./open-folder.js";

const programs = new URL("../../dist/node/", import.meta.url);

let work: string;
let folder: string;
let bases: Base[] = [];

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "banana-merged-"));
  folder = join(work, "cache");
});
afterEach(async () => {
  await Promise.all(bases.map((base) => base.dispose()));
  bases = [];
  await rm(work, { recursive: true });
});

/** A copy of a vector's base, opened with a cache that keeps sets of any size. */
async function opened(form: string, cached = true, engine?: MergeEngine) {
  const own = join(work, form);
  const from = ["nbits4"].includes(form) ? formFolder(form) : baseFolder(form);
  await cp(from, own, { recursive: true });
  const cache = mergedCache(folder, { leastWeights: 0 });
  const base = await openBase(own, { ort, ...(cached && { cache }), ...(engine && { engine }) });
  bases.push(base);
  return { base, cache, own };
}

const x = new ort.Tensor(
  "float32",
  Float32Array.from({ length: 4 * 24 }, (_, i) => Math.sin(i)),
  [1, 4, 24],
);

async function run(base: Base): Promise<number[]> {
  return Object.values(await base.run("main", { x })).flatMap(({ data }) => [...(data as Float32Array)]);
}

/** The file of the first target that both peels change. */
const WEIGHTS = join("merged", "0.bin");

/** All weights of a set, by file. */
async function weights(set: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(join(set, "merged"))).sort();
  const each = names.map(async (name) => [name, await readFile(join(set, "merged", name))] as const);
  return new Map(await Promise.all(each));
}

/** The one set of the cache. */
async function kept(): Promise<string> {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}

const merge = { strategy: "merge", rounding: "nearest" } as const;

describe.each(["channel-int8", "float-activations", "nbits4"])("a set on %s", (form) => {
  it("gives what merging in memory gives, and is used the next time", async () => {
    const { base: plain } = await opened(form, false);
    const uses = [{ peel: await vectorPeel("a", plain), weight: 1 }];
    await plain.setPeels(uses, merge);
    const expected = await run(plain);
    const { base, cache } = await opened(form);
    await base.setPeels(uses, merge);
    expect(await run(base)).toEqual(expected);
    await cache.settled();
    const file = join(await kept(), WEIGHTS);
    const before = await stat(file, { bigint: true });
    const again = await opened(form);
    const report = await again.base.setPeels(uses, merge);
    expect(await run(again.base)).toEqual(expected);
    expect(report.plan.totals.merged).toBe(2);
    expect((await stat(file, { bigint: true })).ino).toBe(before.ino);
  });
});

it("keeps promoted and attached targets beside merged ones", async () => {
  const choice = { perTarget: { "layers.0.up": "promote", "layers.1.down": "merge" } } as const;
  const { base: plain } = await opened("nbits4", false);
  const uses = [{ peel: await vectorPeel("a", plain), weight: 1 }];
  await plain.setPeels(uses, choice);
  const expected = await run(plain);
  for (let time = 0; time < 2; time++) {
    const { base, cache } = await opened("nbits4");
    const { plan } = await base.setPeels(uses, choice);
    expect(plan.totals).toEqual({ attached: 0, merged: 1, promoted: 1 });
    expect(await run(base)).toEqual(expected);
    await cache.settled();
  }
  const mixed = { perTarget: { "layers.0.up": "attach", "layers.1.down": "merge" } } as const;
  await plain.setPeels(uses, mixed);
  const { base } = await opened("nbits4");
  await base.setPeels(uses, mixed);
  expect(await run(base)).toEqual(await run(plain));
});

const engines: [string, () => MergeEngine | undefined][] = [
  ["workers that read and write files", () => nodePool({ threads: 2, programs })],
  ["a single worker", () => nodePool({ threads: 1, programs })],
  ["the caller's thread, without files", () => localEngine()],
];
it.each(engines)("has the same files by %s, and from a plan made before", async (_, engine) => {
  const choice = { perTarget: { "layers.0.up": "promote", "layers.1.down": "merge" } } as const;
  const made: Map<string, Buffer>[] = [];
  for (const own of [undefined, engine()])
    for (const before of [false, true]) {
      const { base, cache } = await opened("nbits4", true, own);
      const uses = [{ peel: await vectorPeel("a", base), weight: 1 }];
      await base.setPeels(uses, before ? { plan: await base.plan(uses, choice) } : choice);
      await cache.settled();
      made.push(await weights(await kept()));
      await rm(folder, { recursive: true });
      own?.release();
    }
  expect([...made[0]!.keys()]).toEqual(["0.bin", "1.bin"]);
  for (const other of made.slice(1)) expect(other).toEqual(made[0]);
});

it("is not kept where everything is attached in the end", async () => {
  const { base, cache } = await opened("channel-int8");
  const uses = [{ peel: await vectorPeel("a", base), weight: 1e-6 }];
  const { plan } = await base.setPeels(uses, { strategy: "auto", rounding: "nearest" });
  expect(plan.totals).toEqual({ attached: 2, merged: 0, promoted: 0 });
  await cache.settled();
  expect(await readdir(folder)).toEqual([]);
});

describe("a broken set", () => {
  const damages: [string, (set: string) => Promise<unknown>][] = [
    [
      "one byte changed",
      async (set) => {
        const file = await open(join(set, WEIGHTS), "r+");
        await file.write(Uint8Array.of(77), 0, 1, 5);
        await file.close();
      },
    ],
    ["a file cut short", (set) => truncate(join(set, WEIGHTS), 100)],
    ["a file missing", (set) => rm(join(set, WEIGHTS))],
    ["no weights", (set) => rm(join(set, "merged"), { recursive: true })],
    ["no seal, as after a kill", (set) => rm(join(set, "merged.seal"))],
    ["a description cut short", (set) => truncate(join(set, "merged.json"), 40)],
    ["no description", (set) => rm(join(set, "merged.json"))],
  ];
  it.each(damages)("with %s is made again", async (_, damage) => {
    const { base, cache } = await opened("channel-int8");
    const uses = [{ peel: await vectorPeel("a", base), weight: 1 }];
    await base.setPeels(uses, merge);
    await cache.settled();
    const set = await kept();
    const whole = await weights(set);
    const expected = await run(base);
    await damage(set);
    const again = await opened("channel-int8");
    await again.base.setPeels(uses, merge);
    await again.cache.settled();
    expect(await weights(await kept())).toEqual(whole);
    expect(await run(again.base)).toEqual(expected);
  });
});

describe("making a set", () => {
  it("leaves nothing when it is aborted, nor when the peel has no effect", async () => {
    const { base } = await opened("channel-int8");
    const peel = await vectorPeel("a", base);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const options = { ...merge, signal: stop.signal, onProgress };
    await expect(base.setPeels([{ peel, weight: 1 }], options)).rejects.toThrow("enough");
    await expect(base.setPeels([{ peel, weight: 1e-6 }], merge)).rejects.toMatchObject({
      code: "PEEL_NO_EFFECT",
    });
    expect(await readdir(folder).catch(() => [])).toEqual([]);
  });

  it("keeps sets apart by weight, and removes the least recently used beyond the limit", async () => {
    const { base } = await opened("channel-int8", false);
    const peel = await vectorPeel("a", base);
    const cache = mergedCache(folder, { leastWeights: 0, maxBytes: 1 });
    const own = await openBase(join(work, "channel-int8"), { ort, cache });
    bases.push(own);
    const outputs: string[] = [];
    for (const weight of [1, 2]) {
      await own.setPeels([{ peel, weight }], merge);
      await cache.settled();
      outputs.push(String(await run(own)));
      await kept();
    }
    expect(outputs[0]).not.toBe(outputs[1]);
  });
});

it("is done without where it can't be written: the peels are in force all the same", async () => {
  const { base } = await opened("channel-int8");
  const { base: plain } = await opened("channel-int8", false);
  const uses = [{ peel: await vectorPeel("a", base), weight: 1 }];
  await writeFile(folder, "a file in the place of the folder");
  await base.setPeels(uses, merge);
  await plain.setPeels(uses, merge);
  expect(await run(base)).toEqual(await run(plain));
  expect(await readFile(folder, "utf8")).toBe("a file in the place of the folder");
});

describe("the sets of a cache", () => {
  async function two() {
    const { base, cache } = await opened("channel-int8");
    const peel = await vectorPeel("a", base);
    for (const weight of [1, 2]) {
      await base.setPeels([{ peel, weight }], merge);
      await cache.settled();
    }
    const sets = await listMergedSets(folder);
    expect(sets.map(({ whole, content }) => [whole, content?.peels[0]?.weight])).toEqual([
      [true, 2],
      [true, 1],
    ]);
    expect(sets[0]!.content!.base).toEqual({ family: base.card.family, version: base.card.version });
    return sets;
  }

  it("are listed, and only the broken ones go, even where the file's state tells nothing", async () => {
    const [kept, broken] = await two();
    const file = await open(join(broken!.folder, WEIGHTS), "r+");
    await file.write(Uint8Array.of(77), 0, 1, 5);
    await file.close();
    const seal = join(broken!.folder, "merged.seal");
    const { mtimeNs, ctimeNs } = await stat(join(broken!.folder, WEIGHTS), { bigint: true });
    const own = JSON.parse(await readFile(seal, "utf8"));
    Object.assign(own["0.bin"], { modified: `${mtimeNs}`, changed: `${ctimeNs}` });
    await writeFile(seal, JSON.stringify(own));
    expect((await listMergedSets(folder)).map(({ whole }) => whole)).toEqual([true, true]);
    const cleaned = await cleanMergedSets(folder, "broken");
    expect(cleaned.map((set) => [set.folder, set.removed])).toEqual([
      [kept!.folder, false],
      [broken!.folder, true],
    ]);
    expect(await listMergedSets(folder)).toMatchObject([{ folder: kept!.folder, whole: true }]);
  });

  it("of another layout aren't whole, and all of them go when asked", async () => {
    const [first] = await two();
    const entry = join(first!.folder, "merged.json");
    await writeFile(entry, (await readFile(entry, "utf8")).replace('"version":', '"version":9'));
    expect((await listMergedSets(folder)).filter(({ whole }) => whole)).toHaveLength(1);
    expect(await cleanMergedSets(folder, "all")).toHaveLength(2);
    expect(await readdir(folder)).toEqual([]);
    expect(await listMergedSets(join(folder, "nowhere"))).toEqual([]);
  });
});
