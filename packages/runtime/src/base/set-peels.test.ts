import { beforeEach, describe, expect, it } from "vitest";
import type { LoadedPeel } from "../peel/types.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { vectorPeel } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { openBase } from "./open-base.js";
import type { Base } from "./types.js";

let fake: FakeOrt;
let base: Base;
let a: LoadedPeel;
let b: LoadedPeel;

beforeEach(async () => {
  fake = new FakeOrt();
  base = await openBase({ ...memoryBase("channel-int8"), ort: fake.ort });
  a = await vectorPeel("a", base);
  b = await vectorPeel("b", base);
});

const x = () => ({ x: new fake.ort.Tensor("float32", new Float32Array(96), [1, 4, 24]) });
const run = () => base.run("main", x());
const attach = { strategy: "attach" } as const;
const merge = { strategy: "merge" } as const;
const branch = () => {
  const { dims, data } = fake.sessions.at(-1)!.runs.at(-1)!["banana-peel/layers.0.up/B"]!;
  return { dims, data: data as Float32Array };
};

describe("sessions", () => {
  it("runs the base's own graph while nothing is on, without a second session", async () => {
    await run();
    await base.setPeels([]);
    await base.setPeels([{ peel: a, weight: 0 }]);
    await run();
    expect(fake.sessions).toHaveLength(1);
    expect(Object.keys(fake.sessions[0]!.runs[1]!)).toEqual(["x"]);
  });

  it("swaps attached peels without another session", async () => {
    await base.setPeels([{ peel: a, weight: 1 }], attach);
    await run();
    expect(branch().dims).toEqual([4, 40]);
    await base.setPeels(
      [
        { peel: a, weight: 0.5 },
        { peel: b, weight: 1 },
      ],
      attach,
    );
    await run();
    expect(branch().dims).toEqual([7, 40]);
    await base.setPeels([]);
    await base.setPeels([{ peel: b, weight: 1 }], attach);
    await run();
    expect(branch().dims).toEqual([3, 40]);
    expect(fake.sessions).toHaveLength(1);
  });

  it("finds what it fed to the same peels with the same weights, in a swap and in a run's own", async () => {
    const fed = async (uses: Parameters<Base["setPeels"]>[0]) => {
      await base.setPeels(uses, attach);
      await run();
      await base.run("main", x(), { peels: uses });
      const [set, own] = fake.sessions.at(-1)!.runs.slice(-2);
      expect({ ...own, x: undefined }).toEqual({ ...set, x: undefined });
      for (const name of Object.keys(set!)) if (name !== "x") expect(own![name]).toBe(set![name]);
      return set!["banana-peel/layers.0.up/B"]!;
    };
    const up = "layers.0.up";
    const down = "layers.1.down";
    const some = await fed([{ peel: a, weight: 0.5, perTarget: { [up]: 0.25, [down]: 1 } }]);
    const other = await fed([{ peel: a, weight: 0.5, perTarget: { [up]: 0.75, [down]: 1 } }]);
    const again = await fed([{ peel: a, weight: 0.5, perTarget: { [down]: 1, [up]: 0.25 } }]);
    expect(again).toBe(some);
    expect(other.data).not.toEqual(some.data);
    await expect(base.run("main", x(), { peels: [{ peel: a, weight: 9 }] })).rejects.toThrow("9");
    await expect(base.run("main", x(), { peels: [{ peel: a, weight: 9 }] })).rejects.toThrow("9");
  });

  it("feeds rank 0 to targets that no peel changes, and folds weight * alpha / rank into B", async () => {
    const { "layers.0.up": up } = Object.fromEntries(a.adapter.targets);
    const half = { ...a, adapter: { ...a.adapter, targets: new Map([["layers.0.up", up!]]) } };
    await base.setPeels([{ peel: half, weight: -0.5 }], attach);
    await run();
    const feeds = fake.sessions[0]!.runs[0]!;
    expect(feeds["banana-peel/layers.1.down/A"]!.dims).toEqual([40, 0]);
    expect(feeds["banana-peel/layers.1.down/B"]!.dims).toEqual([0, 16]);
    expect(branch().data[1]).toBe(Math.fround(up!.b[1 * 4 + 0]! * ((-0.5 * 8) / 4)));
  });

  it("releases merged weights when others take their place, and keeps the rest warm", async () => {
    await run();
    await base.setPeels([{ peel: a, weight: 1 }], merge);
    await base.setPeels([{ peel: a, weight: 0.5 }], merge);
    expect(fake.sessions.map(({ released }) => released)).toEqual([false, true, false]);
    await base.setPeels([]);
    await run();
    expect(fake.sessions.map(({ released }) => released)).toEqual([false, true, true]);
  });

  it("keeps the session of merged weights that stay the same", async () => {
    const mixed = { strategy: "merge", perTarget: { "layers.0.up": "attach" } } as const;
    const { "layers.0.up": up, "layers.1.down": down } = Object.fromEntries(a.adapter.targets);
    const only = (path: string, lowRank: typeof up) => ({
      ...a,
      adapter: { ...a.adapter, targets: new Map([[path, lowRank!]]) },
    });
    const merged = only("layers.1.down", down);
    await base.setPeels(
      [
        { peel: merged, weight: 1 },
        { peel: only("layers.0.up", up), weight: 1 },
      ],
      mixed,
    );
    await base.setPeels(
      [
        { peel: merged, weight: 1 },
        { peel: only("layers.0.up", up), weight: 2 },
      ],
      mixed,
    );
    expect(fake.sessions).toHaveLength(1);
  });

  it("releases idle sessions when asked to", async () => {
    await run();
    await base.setPeels([{ peel: a, weight: 1 }], { ...attach, releaseIdle: true });
    expect(fake.open).toHaveLength(1);
    await base.setPeels([], { releaseIdle: true });
    await run();
    expect(fake.open).toHaveLength(1);
    expect(fake.sessions).toHaveLength(3);
  });

  it("gives every file of external data in memory when a merged weight lies in one", async () => {
    await base.setPeels([{ peel: a, weight: 1 }], merge);
    const { externalData } = fake.sessions[0]!.options as {
      externalData: { path: string; data: Uint8Array }[];
    };
    expect(externalData.map(({ path, data }) => [path, data.length])).toEqual([["model.data", 1600]]);
    expect(externalData[0]!.data).not.toEqual(await base.readFile("model.data"));
  });
});

describe("failures leave the state before in force", () => {
  it("when onnxruntime refuses the new graph", async () => {
    await base.setPeels([{ peel: a, weight: 1 }], attach);
    const before = base.report();
    fake.onCreate = () => {
      throw new Error("no memory");
    };
    await expect(base.setPeels([{ peel: b, weight: 1 }], merge)).rejects.toMatchObject({
      code: "SESSION_FAILED",
      message: expect.stringContaining("no memory"),
    });
    expect(base.report()).toBe(before);
    expect(base.uses()).toEqual([{ peel: a, weight: 1 }]);
    await run();
    expect(branch().dims).toEqual([4, 40]);
    fake.onCreate = () => {};
    await base.setPeels([{ peel: b, weight: 1 }], merge);
    expect(base.report().plan.totals).toEqual({ attached: 0, merged: 2, promoted: 0 });
  });

  /** Sessions that are asked for open when `open` is called. */
  const holdSessions = () => {
    let open = () => {};
    let asked = 0;
    fake.onCreate = () => {
      asked++;
      return new Promise<void>((resolve) => {
        const others = open;
        open = () => [others(), resolve()];
      });
    };
    return { open: () => open(), asked: () => asked };
  };
  const reason = new Error("the user has left");
  /** Aborts a setPeels while onnxruntime opens its session, which rejects at once; the session is there after `open`. */
  const abortWhileOpening = async (peel: typeof a, how: typeof attach | typeof merge) => {
    const held = holdSessions();
    const abort = new AbortController();
    const swap = base.setPeels([{ peel, weight: 1 }], { ...how, signal: abort.signal });
    await expect.poll(held.asked).toBe(1);
    abort.abort(reason);
    await expect(swap).rejects.toBe(reason);
    return held;
  };

  it.each([
    ["attach", attach],
    ["merge", merge],
  ] as const)("when it is aborted while a session opens, which is then released: %s", async (_, how) => {
    await run();
    const before = base.report();
    const held = await abortWhileOpening(a, how);
    // The session isn't there yet.
    expect(fake.sessions).toHaveLength(1);
    expect(base.report()).toBe(before);
    await run();
    held.open();
    await expect.poll(() => fake.sessions).toHaveLength(2);
    await expect.poll(() => fake.open).toEqual([fake.sessions[0]]);
    fake.onCreate = () => {};
    await base.setPeels([{ peel: a, weight: 1 }], how);
    await run();
    expect(fake.sessions).toHaveLength(3);
  });

  it("when it is aborted while attached peels are in force", async () => {
    await base.setPeels([{ peel: a, weight: 1 }], attach);
    const held = await abortWhileOpening(b, merge);
    await run();
    expect(branch().dims).toEqual([4, 40]);
    held.open();
    await expect.poll(() => fake.sessions).toHaveLength(2);
    await expect.poll(() => fake.open).toEqual([fake.sessions[0]]);
  });

  it("when it is aborted, and the session that it was opening serves who asks next", async () => {
    const held = await abortWhileOpening(a, attach);
    const again = base.setPeels([{ peel: b, weight: 1 }], attach);
    const own = base.run("main", x(), { peels: [a] });
    await new Promise((resolve) => setTimeout(resolve, 5));
    held.open();
    await Promise.all([again, own]);
    await run();
    expect(branch().dims).toEqual([3, 40]);
    expect(held.asked()).toBe(1);
    expect(fake.open).toHaveLength(1);
  });

  it("when it is aborted while another goes first", async () => {
    const held = holdSessions();
    const first = base.setPeels([{ peel: a, weight: 1 }], attach);
    const abort = new AbortController();
    const second = base.setPeels([{ peel: b, weight: 1 }], { ...attach, signal: abort.signal });
    const third = base.setPeels([{ peel: a, weight: 0.5 }], attach);
    await expect.poll(held.asked).toBe(1);
    abort.abort(reason);
    await expect(second).rejects.toBe(reason);
    held.open();
    await Promise.all([first, third]);
    expect(base.uses()).toEqual([{ peel: a, weight: 0.5 }]);
    await expect(base.setPeels([], { signal: abort.signal })).rejects.toBe(reason);
  });

  it("when it is aborted, and the base is disposed before the session is there", async () => {
    const held = await abortWhileOpening(a, attach);
    let disposed = false;
    const disposing = base.dispose().then(() => (disposed = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(disposed).toBe(false);
    held.open();
    await disposing;
    expect(fake.sessions.map(({ released }) => released)).toEqual([true]);
  });

  it.each([
    [Number.NaN, "found NaN"],
    [Number.POSITIVE_INFINITY, "found Infinity"],
    [8.01, "found 8.01"],
    ["1" as never, 'found the text "1"'],
  ])("when a weight is %s", async (weight, message) => {
    await expect(base.setPeels([{ peel: a, weight }])).rejects.toMatchObject({
      code: "WEIGHT_INVALID",
      message: expect.stringContaining(message),
    });
    expect(base.report().peels).toEqual([]);
  });

  it("when a peel was opened for another base", async () => {
    const other = await openBase({ ...memoryBase("reduced-range"), ort: fake.ort });
    const peel = await vectorPeel("a", other);
    await expect(base.setPeels([{ peel, weight: 1 }])).rejects.toMatchObject({ code: "BASE_INCOMPATIBLE" });
  });

  it("when a plan was made for something else", async () => {
    const plan = await base.plan([{ peel: a, weight: 1 }]);
    for (const uses of [[{ peel: a, weight: 0.5 }], [{ peel: b, weight: 1 }], []])
      await expect(base.setPeels(uses, { plan })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect((await base.setPeels([{ peel: a, weight: 1 }], { plan })).plan).toBe(plan);
  });
});

describe("at the same time", () => {
  it("a run keeps its session until it ends, though its peels are taken off meanwhile", async () => {
    await base.setPeels([{ peel: a, weight: 1 }], merge);
    let go = () => {};
    fake.onRun = () => new Promise<void>((resolve) => (go = resolve));
    const running = run();
    await expect.poll(() => go.name).not.toBe("go");
    await base.setPeels([]);
    expect(fake.sessions[0]!.released).toBe(false);
    fake.onRun = () => {};
    go();
    await running;
    await expect.poll(() => fake.sessions[0]!.released).toBe(true);
  });

  it("swaps queue, and the last one is in force", async () => {
    const weights = [1, 0.5, 0.25, 2];
    const reports = await Promise.all(
      weights.map((weight, i) => base.setPeels([{ peel: a, weight }], i % 2 ? merge : attach)),
    );
    expect(reports.map(({ peels }) => peels[0]!.weight)).toEqual(weights);
    expect(base.report().peels[0]!.weight).toBe(2);
    await expect.poll(() => fake.open).toHaveLength(2);
  });

  it("a failed swap doesn't stop the one behind it", async () => {
    const bad = base.setPeels([{ peel: a, weight: Number.NaN }]);
    const good = base.setPeels([{ peel: a, weight: 1 }], attach);
    await expect(bad).rejects.toMatchObject({ code: "WEIGHT_INVALID" });
    await expect(good).resolves.toMatchObject({ plan: { totals: { attached: 2 } } });
  });

  it("later changes of the caller's list change nothing", async () => {
    const uses = [{ peel: a, weight: 1 }];
    const swap = base.setPeels(uses, attach);
    uses[0]!.weight = 5;
    uses.length = 0;
    await swap;
    expect(base.uses()).toEqual([{ peel: a, weight: 1 }]);
  });
});

describe("dispose", () => {
  it("releases every session, once, and ends everything", async () => {
    await run();
    await base.setPeels([{ peel: a, weight: 1 }], attach);
    const swap = base.setPeels([{ peel: a, weight: 1 }], merge);
    const disposing = base.dispose();
    await expect(swap).rejects.toMatchObject({ code: "DISPOSED" });
    await disposing;
    await base.dispose();
    expect(fake.open).toEqual([]);
    for (const use of [run, () => base.plan([]), () => base.setPeels([]), () => base.readFile("model.onnx")])
      await expect(use()).rejects.toMatchObject({ code: "DISPOSED" });
    for (const use of [() => base.report(), () => base.uses()])
      expect(use).toThrow(expect.objectContaining({ code: "DISPOSED" }));
  });

  it("names onnxruntime's own failures of a run", async () => {
    fake.onRun = () => {
      throw new Error("bad broadcast");
    };
    await expect(run()).rejects.toMatchObject({
      code: "RUN_FAILED",
      message: expect.stringContaining("bad broadcast"),
    });
  });
});

describe("report", () => {
  it("says what is in force, and that an unsafe peel has no signer", async () => {
    const report = await base.setPeels([{ peel: a, weight: 0.5 }], attach);
    expect(report).toMatchObject({
      base: { family: "tiny", version: "1.0.0", digest: base.digest },
      peels: [{ name: "@test/a", version: "1.0.0", weight: 0.5, label: "a", signer: undefined }],
      plan: { totals: { attached: 2, merged: 0 }, gain: { min: 1, median: 1 }, error: { max: 0 } },
    });
    expect(report.peels[0]!.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(report.milliseconds.total).toBeGreaterThanOrEqual(report.milliseconds.sessions);
    expect(base.report()).toBe(report);
  });
});
