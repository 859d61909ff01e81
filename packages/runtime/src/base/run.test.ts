import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPeel } from "../peel/open-peel.js";
import type { LoadedPeel, PeelChoice } from "../peel/types.js";
import type { Progress } from "../progress.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { testPeel, vectorPeel, vectorTargets } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { openBase } from "./open-base.js";
import type { Base, RunFeeds, RunOptions } from "./types.js";

const attach = { strategy: "attach" } as const;
const data = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i));
const x = { x: { data, dims: [1, 4, 24] } };
let base: Base;
let a: LoadedPeel;
let b: LoadedPeel;

beforeEach(async () => {
  base = await openBase({ ...memoryBase("channel-int8"), ort, sessionOptions: { intraOpNumThreads: 1 } });
  a = await vectorPeel("a", base);
  b = await vectorPeel("b", base);
});
afterEach(() => base.dispose());

const outputs = async (peels?: PeelChoice[]) => {
  const results = await base.run("main", x, peels && { peels });
  return Object.values(results).map((tensor) => (tensor.data as Float32Array).slice());
};
const inForce = async (peels: PeelChoice[]) => {
  await base.setPeels(peels, attach);
  return outputs();
};

describe("a run's own peels", () => {
  it("give what setPeels gives, and leave what is in force", async () => {
    const off = await outputs();
    const both = [{ peel: a, weight: 0.5 }, b];
    const wanted = {
      a: await inForce([a]),
      b: await inForce([{ peel: b, weight: -1 }]),
      both: await inForce(both),
    };
    await base.setPeels([]);
    expect(await outputs([a])).toEqual(wanted.a);
    expect(await outputs()).toEqual(off);
    await base.setPeels([a], { strategy: "merge" });
    const merged = await outputs();
    expect(await outputs([{ peel: b, weight: -1 }])).toEqual(wanted.b);
    expect(await outputs(both)).toEqual(wanted.both);
    expect(await outputs([])).toEqual(off);
    expect(await outputs()).toEqual(merged);
    expect(base.report().peels).toHaveLength(1);
  });

  it("don't disturb those of other runs at the same time, nor a swap", async () => {
    const choices: PeelChoice[][] = Array.from(
      { length: 12 },
      (_, i) => [[], [a], [{ peel: b, weight: i / 4 }], [a, { peel: b, weight: -i / 4 }]][i % 4]!,
    );
    const alone = [];
    for (const peels of choices) alone.push(await outputs(peels));
    const swap = base.setPeels([b], attach);
    const together = await Promise.all(choices.map((peels) => outputs(peels)));
    await swap;
    expect(together).toEqual(alone);
  });

  it("keep their session while another call releases idle ones", async () => {
    const wanted = await outputs([a]);
    const run = outputs([a]);
    await base.setPeels([], { releaseIdle: true });
    expect(await run).toEqual(wanted);
    expect(await outputs([a])).toEqual(wanted);
  });

  it.each<[string, string, (peel: LoadedPeel) => unknown]>([
    ["no list", "INPUT_INVALID", (peel) => peel],
    ["a weight out of range", "WEIGHT_INVALID", (peel) => [{ peel, weight: 9 }]],
    ["a weight that is no number", "WEIGHT_INVALID", (peel) => [{ peel, weight: "1" }]],
    ["no weight", "WEIGHT_INVALID", (peel) => [{ peel }]],
    ["nothing in the list", "INPUT_INVALID", () => [undefined]],
    ["what openPeel didn't make", "INPUT_INVALID", () => [{ peel: { label: "a" }, weight: 1 }]],
    ["a peel of another base", "BASE_INCOMPATIBLE", (peel) => [{ ...peel, base: "sha256:0" }]],
    [
      "a target that it doesn't change",
      "INPUT_INVALID",
      (peel) => [{ peel, weight: 1, perTarget: { up: 1 } }],
    ],
    [
      "an infinite weight of a target",
      "WEIGHT_INVALID",
      (peel) => [{ peel, weight: 1, perTarget: { "layers.0.up": Number.POSITIVE_INFINITY } }],
    ],
    ["weights that are none", "INPUT_INVALID", (peel) => [{ peel, weight: 1, perTarget: 2 }]],
  ])("refuse %s with %s", async (_, code, peels) => {
    await expect(base.run("main", x, { peels: peels(a) as PeelChoice[] })).rejects.toMatchObject({ code });
    await expect(base.setPeels(peels(a) as PeelChoice[])).rejects.toMatchObject({ code });
  });
});

it.each<[string, object]>([
  ["signal", { signal: 5 }],
  ["signal", { signal: {} }],
  ["signal", { signal: new AbortController() }],
  ["signal", { signal: null }],
  ["onProgress", { onProgress: "say" }],
])("a wrong %s is refused by name: %o", async (where, given) => {
  const options = given as RunOptions;
  const wrong = { code: "INPUT_INVALID", where };
  await expect(base.setPeels([a], options)).rejects.toMatchObject(wrong);
  await expect(base.plan([a], options)).rejects.toMatchObject(wrong);
  await expect(openBase({ ...memoryBase("channel-int8"), ort, ...options })).rejects.toMatchObject(wrong);
  if (where === "signal") await expect(base.run("main", x, options)).rejects.toMatchObject(wrong);
  expect(base.report().peels).toEqual([]);
});

describe("weights by target", () => {
  it("take the place of the peel's weight there, exactly", async () => {
    const half = {
      a: vectorTargets("a")["layers.0.up"]!.a,
      b: vectorTargets("a")["layers.0.up"]!.b.map((v) => v / 2),
    };
    const own = { "layers.0.up": half, "layers.1.down": vectorTargets("a")["layers.1.down"]! };
    const { alpha } = a.entry;
    const halved = await openPeel(await testPeel("half", own, 4, { alpha }), base);
    const wanted = await inForce([halved]);
    const use = { peel: a, weight: 1, perTarget: { "layers.0.up": 0.5 } };
    expect(await inForce([use])).toEqual(wanted);
    expect(base.report().peels[0]).toMatchObject({ weight: 1, perTarget: { "layers.0.up": 0.5 } });
    expect(await outputs([use])).toEqual(wanted);
  });

  it("leave out a target at 0, and put in others while the peel is at 0", async () => {
    const only = { "layers.0.up": vectorTargets("a")["layers.0.up"]! };
    const alone = await openPeel(await testPeel("only", only, 4, { alpha: a.entry.alpha }), base);
    const wanted = await inForce([alone]);
    expect(await inForce([{ peel: a, weight: 1, perTarget: { "layers.1.down": 0 } }])).toEqual(wanted);
    expect(base.report().plan.targets.map(({ path }) => path)).toEqual(["layers.0.up"]);
    expect(await inForce([{ peel: a, weight: 0, perTarget: { "layers.0.up": 1 } }])).toEqual(wanted);
  });

  it("belong to a plan", async () => {
    const use = { peel: a, weight: 1, perTarget: { "layers.0.up": 0.5 } };
    const plan = await base.plan([use], attach);
    await expect(base.setPeels([a], { plan })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(
      base.setPeels([{ ...use, perTarget: { ...use.perTarget } }], { plan }),
    ).resolves.toBeDefined();
  });
});

describe("roles", () => {
  const styled = (peel: LoadedPeel, digest = peel.digest): LoadedPeel => ({
    ...peel,
    digest,
    manifest: { ...peel.manifest, roles: ["style"] },
  });

  it("are one peel's at a time", async () => {
    const both = [styled(a), styled(b, "sha256:other")];
    const refusal = {
      code: "ROLE_TAKEN",
      message: expect.stringMatching(/role style, found @test\/a and @test\/b/),
    };
    await expect(base.setPeels(both)).rejects.toMatchObject(refusal);
    await expect(base.plan(both)).rejects.toMatchObject(refusal);
    await expect(base.run("main", x, { peels: both })).rejects.toMatchObject(refusal);
    expect(base.report().peels).toEqual([]);
  });

  it("are free once the holder is off, and a peel shares one with itself", async () => {
    const [first, second] = [styled(a), styled(b, "sha256:other")];
    await base.setPeels([{ peel: first, weight: 0 }, second], attach);
    await base.setPeels(
      [
        { peel: first, weight: 1 },
        { peel: first, weight: 0.5 },
      ],
      attach,
    );
    await base.setPeels([first, b], attach);
    const targets = { "layers.0.up": 1 };
    await expect(
      base.setPeels([{ peel: first, weight: 0, perTarget: targets }, second], attach),
    ).rejects.toMatchObject({ code: "ROLE_TAKEN" });
  });
});

describe("feeds", () => {
  it("are described by the graph", () => {
    expect(base.inputs("main")).toMatchObject([{ name: "x", type: "float32" }]);
    expect(base.outputs("main").length).toBeGreaterThan(0);
    expect(() => base.inputs("none")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });

  it("are tensors, elements with sizes, or numbers with sizes", async () => {
    const wanted = await outputs();
    for (const fed of [new ort.Tensor("float32", data, [1, 4, 24]), { data: [...data], dims: [1, 4, 24] }]) {
      const results = await base.run("main", { x: fed });
      expect(Object.values(results).map((tensor) => tensor.data)).toEqual(wanted);
    }
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["no input", {}],
    ["an input too many", { ...x, y: x.x }],
    ["elements of another type", { x: { data: new Float64Array(96), dims: [1, 4, 24] } }],
    ["too few elements", { x: { data, dims: [1, 5, 24] } }],
    ["no sizes", { x: { data } }],
    ["sizes that are none", { x: { data, dims: [1, -4, 24] } }],
    ["text", { x: { data: ["1"], dims: [1] } }],
    ["bare elements", { x: data }],
    ["a width that the graph hasn't", { x: { data, dims: [1, 3, 32] } }],
  ])("refuse %s", async (_, feeds) => {
    await expect(base.run("main", feeds as RunFeeds)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

it("progress is told, step by step, and a throw in it ends the work", async () => {
  const events: string[] = [];
  const onProgress = ({ step, name, done, total }: Progress) =>
    void events.push(`${step} ${done}/${total} ${name}`.trim());
  const other = await openBase({ ...memoryBase("channel-int8"), ort: new FakeOrt().ort, onProgress });
  const peel = await vectorPeel("a", other);
  await other.setPeels([peel], { ...attach, onProgress });
  expect(events).toEqual([
    "check 0/2 model.onnx",
    "check 1/2 model.data",
    "check 2/2",
    "read 0/1 main",
    "read 1/1",
    "plan 0/2 layers.0.up",
    "plan 1/2 layers.1.down",
    "plan 2/2",
    "session 0/1 main",
    "session 1/1",
  ]);
  const failing = () => {
    throw new Error("enough");
  };
  await expect(other.setPeels([], { onProgress: failing })).rejects.toThrow("enough");
  expect(other.report().peels).toHaveLength(1);
});

it("an aborted signal stops a run before and after onnxruntime's part", async () => {
  const fake = new FakeOrt();
  const other = await openBase({ ...memoryBase("channel-int8"), ort: fake.ort });
  await expect(other.run("main", x, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
  const stop = new AbortController();
  fake.onRun = () => stop.abort(new Error("late"));
  await expect(other.run("main", x, { peels: [], signal: stop.signal })).rejects.toThrow("late");
  expect(fake.sessions).toHaveLength(1);
});

it("one session for all: the base runs on that with branches, which gives its own outputs again", async () => {
  const fake = new FakeOrt();
  const counted = await openBase({ ...memoryBase("channel-int8"), ort: fake.ort, oneSession: true });
  const peel = await vectorPeel("a", counted);
  await counted.run("main", x);
  await counted.setPeels([peel], attach);
  await counted.run("main", x);
  await counted.run("main", x, { peels: [] });
  await counted.setPeels([]);
  await counted.run("main", x);
  expect(fake.sessions).toHaveLength(1);
  expect(fake.sessions[0]!.runs.map((fed) => fed["banana-peel/layers.0.up/B"]!.dims[0])).toEqual([
    0, 4, 0, 0,
  ]);

  const off = await outputs();
  const wanted = await outputs([a]);
  const one = await openBase({
    ...memoryBase("channel-int8"),
    ort,
    sessionOptions: { intraOpNumThreads: 1 },
    oneSession: true,
  });
  const get = async () =>
    Object.values(await one.run("main", x)).map((tensor) => (tensor.data as Float32Array).slice());
  const before = await get();
  for (const [i, values] of before.entries())
    for (const [j, value] of values.entries()) expect(value).toBeCloseTo(off[i]![j]!, 4);
  await one.setPeels([await vectorPeel("a", one)], attach);
  expect(await get()).toEqual(wanted);
  await one.setPeels([]);
  expect(await get()).toEqual(before);
  await one.dispose();
});
