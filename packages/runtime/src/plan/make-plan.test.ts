import { beforeEach, describe, expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import type { Base } from "../base/types.js";
import type { LoadedPeel } from "../peel/types.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { memoryForm } from "../testing/forms.js";
import { vectorPeel } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { allowed, keepsEnough } from "./choose.js";

const { ort } = new FakeOrt();
let base: Base;
let peel: LoadedPeel;

beforeEach(async () => {
  base = await openBase({ ...memoryBase("channel-int8"), ort });
  peel = await vectorPeel("a", base);
});

const entry = (change: Partial<LoadedPeel["entry"]>): LoadedPeel => ({
  ...peel,
  entry: { ...peel.entry, ...change },
});

describe("auto", () => {
  it("merges what merging keeps and attaches what rounding would erase", async () => {
    const strong = await base.plan([{ peel, weight: 1 }]);
    expect(strong.totals).toEqual({ attached: 0, merged: 2, promoted: 0 });
    expect(strong.gain.min).toBeGreaterThan(0.95);
    expect(strong.error.max).toBeLessThan(0.5);
    const faint = await base.plan([{ peel, weight: 0.03 }], { rounding: "nearest" });
    expect(faint.totals).toEqual({ attached: 2, merged: 0, promoted: 0 });
    expect(faint.gain).toEqual({ min: 1, median: 1 });
    expect(faint.targets[0]!.merged!.gain).toBeLessThan(0.95);
    expect(faint.targets[0]!.reason).toMatch(/merging by nearest would keep a gain of 0\.\d{3}/);
  });

  it("finds dither's gain right and its noise too large for a faint update", async () => {
    const { targets } = await base.plan([{ peel, weight: 0.01 }], { rounding: "dither" });
    for (const { strategy, merged } of targets) {
      expect(strategy).toBe("attach");
      expect(Math.abs(merged!.gain - 1)).toBeLessThan(0.35);
      expect(merged!.error).toBeGreaterThan(0.5);
    }
  });

  it("bounds the gain from both sides", () => {
    expect(keepsEnough({ gain: 0.96, error: 0.4 }, "nearest")).toBe(true);
    expect(keepsEnough({ gain: 0.94, error: 0.1 }, "nearest")).toBe(false);
    expect(keepsEnough({ gain: 1.06, error: 0.1 }, "dither")).toBe(false);
    expect(keepsEnough({ gain: 1, error: 0.51 }, "nearest")).toBe(false);
    expect(keepsEnough({ gain: 1, error: 0.51 }, "promote")).toBe(false);
    expect(keepsEnough({ gain: 1, error: 0.99 }, "dither")).toBe(true);
    expect(keepsEnough({ gain: 1, error: 1.01 }, "dither")).toBe(false);
    expect(keepsEnough({ gain: Number.NaN, error: Number.NaN }, "dither")).toBe(false);
  });
});

describe("a choice", () => {
  it("is followed by target, and measured where it merges", async () => {
    const plan = await base.plan([{ peel, weight: 1 }], {
      strategy: "merge",
      perTarget: { "layers.1.down": "attach" },
    });
    expect(plan.targets.map(({ path, strategy }) => [path, strategy])).toEqual([
      ["layers.0.up", "merge"],
      ["layers.1.down", "attach"],
    ]);
    expect(plan.targets[0]!.gain).not.toBe(1);
    expect(plan.targets[0]).toMatchObject({ rank: 4, peels: ["@test/a"], rounding: "nearest" });
  });

  it("of a target that the base lacks is refused", async () => {
    await expect(base.plan([], { perTarget: { "layers.9": "merge" } })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });

  it("to merge is refused when rounding leaves nothing, and warned of when it leaves little", async () => {
    await expect(
      base.plan([{ peel, weight: 1e-6 }], { strategy: "merge", rounding: "nearest" }),
    ).rejects.toMatchObject({
      code: "PEEL_NO_EFFECT",
      hint: expect.stringContaining("dither"),
    });
    const { warnings, gain } = await base.plan([{ peel, weight: 0.01 }], {
      strategy: "merge",
      rounding: "nearest",
    });
    expect(gain.min).toBeLessThan(0.5);
    expect(warnings).toEqual([expect.stringContaining("less than half of their update")]);
  });

  it("of a weight outside of what the author recommends is warned of", async () => {
    const narrow = entry({ weight: { default: 1, min: 0.5, max: 1.5 } });
    expect((await base.plan([{ peel: narrow, weight: 2 }])).warnings).toEqual([
      "@test/a at weight 2: its author recommends 0.5 to 1.5.",
    ]);
    expect((await base.plan([{ peel: narrow, weight: 1 }])).warnings).toEqual([]);
  });

  it("can be aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(base.plan([{ peel, weight: 1 }], { signal })).rejects.toThrow("enough");
  });
});

describe("a merge-aware peel", () => {
  const aware = () => entry({ training: { method: "merge-aware", scheme: "int8" } });

  it("is merged to nearest, whatever rounding is asked for and however faint it is", async () => {
    const plan = await base.plan([{ peel: aware(), weight: 0.1 }], { rounding: "dither" });
    expect(plan.totals.merged).toBe(2);
    expect(plan.targets[0]).toMatchObject({
      rounding: "nearest",
      reason: "@test/a was trained merge-aware for int8",
    });
  });

  it("is never attached, nor used on another scheme", async () => {
    await expect(base.plan([{ peel: aware(), weight: 1 }], { strategy: "attach" })).rejects.toMatchObject({
      code: "STRATEGY_UNAVAILABLE",
      where: "layers.0.up",
    });
    const other = entry({ training: { method: "merge-aware", scheme: "int4" } });
    await expect(base.plan([{ peel: other, weight: 1 }])).rejects.toMatchObject({
      code: "STRATEGY_UNAVAILABLE",
      message: expect.stringContaining("merge-aware for int4"),
    });
  });
});

it("never stores infinite weights: auto attaches, merge is refused", async () => {
  const half = await openBase({ ...memoryForm("float16"), ort });
  const { adapter, ...rest } = await vectorPeel("a", half);
  const targets = new Map(
    [...adapter.targets].map(([path, own]) => [path, { ...own, b: own.b.map((value) => value * 1e6) }]),
  );
  const huge = { ...rest, adapter: { ...adapter, targets } };
  await expect(half.plan([{ peel: huge, weight: 8 }], { strategy: "merge" })).rejects.toMatchObject({
    code: "STRATEGY_UNAVAILABLE",
    where: "layers.0.up",
  });
  expect((await half.plan([{ peel: huge, weight: 8 }])).totals.attached).toBe(2);
});

describe("promote", () => {
  const open = async (form: string) => {
    const other = await openBase({ ...memoryForm(form), ort });
    return { other, own: await vectorPeel("a", other) };
  };

  it("is what auto does where merging into 4 bits keeps too little and 8 bits keep enough", async () => {
    const { other, own } = await open("nbits4");
    const { targets, totals } = await other.plan([{ peel: own, weight: 1 }]);
    expect(totals.promoted).toBeGreaterThan(0);
    for (const { strategy, merged, promoted, gain, reason } of targets.filter(
      (t) => t.strategy !== "merge",
    )) {
      expect(strategy).toBe("promote");
      expect(keepsEnough(merged!, "nearest")).toBe(false);
      expect(keepsEnough(promoted!, "promote")).toBe(true);
      expect(gain).toBe(promoted!.gain);
      expect(reason).toMatch(/^merging by nearest would keep a gain of/);
    }
  });

  it("gives way to attach when 8 bits keep too little either", async () => {
    const { other, own } = await open("nbits4");
    const { targets } = await other.plan([{ peel: own, weight: 0.003 }]);
    for (const target of targets)
      expect(target).toMatchObject({
        strategy: "attach",
        reason: expect.stringContaining("promoting would"),
      });
  });

  it("is refused for weights of 8 bits, of no blocks, and for peels trained for 4", async () => {
    for (const form of ["nbits8", "channel-int4", "float32"]) {
      const { other, own } = await open(form);
      const plan = other.plan([{ peel: own, weight: 1 }], { strategy: "promote" });
      await expect(plan).rejects.toMatchObject({ code: "STRATEGY_UNAVAILABLE", where: "layers.0.up" });
    }
    const { other, own } = await open("nbits4");
    const aware = {
      ...own,
      entry: { ...own.entry, training: { method: "merge-aware", scheme: "int4" } as const },
    };
    await expect(other.plan([{ peel: aware, weight: 1 }], { strategy: "promote" })).rejects.toMatchObject({
      code: "STRATEGY_UNAVAILABLE",
    });
  });
});

it("doesn't merge where sums of products could leave int32", () => {
  const wide = { ...base.card.targets[0]!, k: 70_000 };
  expect(allowed(wide, [], {})).toMatchObject({
    strategy: "attach",
    reason: expect.stringContaining("int32"),
  });
  expect(() => allowed(wide, [], { strategy: "merge" })).toThrow(
    expect.objectContaining({ code: "STRATEGY_UNAVAILABLE" }),
  );
  expect(allowed({ ...wide, k: 60_000 }, [], { strategy: "merge" }).strategy).toBe("merge");
});

it.each([
  [{ strategy: "atach" }, "strategy"],
  [{ rounding: "stochastic" }, "rounding"],
  [{ strategy: "attach", perTarget: { "layers.0.up": "fold" } }, "perTarget: layers.0.up"],
])("%j is refused, with the words that are known", async (options, where) => {
  const wanted = {
    code: "INPUT_INVALID",
    where,
    message: expect.stringMatching(/^expected one of auto, .*found/),
  };
  await expect(base.plan([{ peel, weight: 1 }], options as never)).rejects.toMatchObject(wanted);
  await expect(base.setPeels([{ peel, weight: 1 }], options as never)).rejects.toMatchObject(wanted);
});
