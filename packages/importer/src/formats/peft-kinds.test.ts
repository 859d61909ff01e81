import type { Tensor } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { importAdapter } from "../index.js";
import { caught } from "../testing/caught.js";
import { base, f32, lora, ramp } from "../testing/files.js";

const BASE = base(["a.q", 4, 3], ["a.v", 4, 3]);
const at = (tensors: Record<string, Tensor>, module = "a.q") =>
  Object.fromEntries(Object.entries(tensors).map(([role, t]) => [`base_model.model.${module}.${role}`, t]));
const LOHA = {
  hada_w1_a: ramp([4, 2]),
  hada_w1_b: ramp([2, 3]),
  hada_w2_a: ramp([4, 2]),
  hada_w2_b: ramp([2, 3]),
};
const LOKR = { lokr_w1: ramp([2, 1]), lokr_w2: ramp([2, 3]) };
const ADALORA = { lora_A: ramp([2, 3]), lora_E: ramp([2, 1]), lora_B: ramp([4, 2]) };
const run = (tensors: Record<string, Tensor>, config: object, options = {}) =>
  importAdapter({ files: lora(tensors, {}, { "adapter_config.json": config }), base: BASE, options });

describe("PEFT's kinds beside LoRA", () => {
  it("a module that AdaLoRA left no rank to changes nothing, and is told of", async () => {
    const pruned = { lora_A: ramp([0, 3]), lora_E: ramp([0, 1]), lora_B: ramp([4, 0]) };
    const { coverage, notes } = await run(
      { ...at(ADALORA), ...at(pruned, "a.v") },
      { peft_type: "ADALORA", init_r: 4, lora_alpha: 2 },
    );
    expect(coverage.uncovered).toEqual(["a.v"]);
    expect(notes).toContain("AdaLoRA left no rank to 1 of 2 modules, which change nothing.");
  });

  it("the scale of an AdaLoRA whose alpha isn't positive is its rank", async () => {
    const { adapter } = await run(at(ADALORA), { peft_type: "ADALORA", init_r: 4, lora_alpha: 0 });
    expect(adapter.alpha / adapter.rank).toBeCloseTo(2 / 4, 5);
  });

  it("imports the rest of a LoHa beside a trained layer when a part is asked for", async () => {
    const { coverage } = await run(
      { ...at(LOHA), "base_model.model.norm.weight": ramp([3]) },
      { peft_type: "LOHA", r: 2, alpha: 2, modules_to_save: ["norm"] },
      { partial: true },
    );
    expect(coverage.covered.map(({ target }) => target)).toEqual(["a.q"]);
    expect(coverage.unmatched[0]?.reason).toContain("modules_to_save");
  });

  const loha = { peft_type: "LOHA", r: 2, alpha: 2 };
  const lokr = { peft_type: "LOKR", r: 2, alpha: 2 };
  const adalora = { peft_type: "ADALORA", init_r: 4, lora_alpha: 2 };
  it.each<[string, Record<string, Tensor>, object, string, string]>([
    [
      "a LoHa without one factor",
      at({ ...LOHA, hada_w2_b: undefined as never }),
      loha,
      "INVALID",
      "hada_w2_b",
    ],
    ["a LoHa of two shapes", at({ ...LOHA, hada_w2_b: ramp([2, 5]) }), loha, "INVALID", "[4,5]"],
    ["a LoHa of another rank", at(LOHA), { ...loha, r: 3 }, "INVALID", "rank 3"],
    [
      "a LoHa with a core of another size",
      at({ ...LOHA, hada_t1: ramp([3, 3, 1, 1]) }),
      loha,
      "INVALID",
      "core",
    ],
    [
      "a LoHa with NaN",
      at({ ...LOHA, hada_w1_a: f32([4, 2], Array(8).fill(Number.NaN)) }),
      loha,
      "INVALID",
      "NaN",
    ],
    ["a LoHa whose tensors are a LoKr's", at(LOKR), loha, "UNSUPPORTED", "unknown tensor"],
    [
      "a LoKr with half a side",
      at({ lokr_w1_a: ramp([2, 1]), lokr_w2: ramp([2, 3]) }),
      lokr,
      "INVALID",
      "lokr_w1_b",
    ],
    ["a LoKr of rank 0", at(LOKR), { ...lokr, r: 0 }, "INVALID", "rank of 1 or more"],
    ["a LoKr with an alpha that is no number", at(LOKR), { ...lokr, alpha: "8" }, "INVALID", "number"],
    ["an AdaLoRA above init_r", at(ADALORA), { ...adalora, init_r: 1 }, "INVALID", "rank 1"],
    [
      "an AdaLoRA without lora_E",
      at({ ...ADALORA, lora_E: undefined as never }),
      adalora,
      "INVALID",
      "lora_E",
    ],
    [
      "an AdaLoRA with a lora_E of another rank",
      at({ ...ADALORA, lora_E: ramp([3, 1]) }),
      adalora,
      "INVALID",
      "[2,1]",
    ],
    ["a kind that isn't text", at(LOHA), { peft_type: 7 }, "UNSUPPORTED", "unknown kind"],
    // Found by `npm run fuzz -- --seed 5012 --target adapter_config.json --iteration 234`.
    ["a kind that can't be text", at(LOHA), { peft_type: { toString: 1 } }, "UNSUPPORTED", "unknown kind"],
    [
      "a kind of JavaScript's own names",
      at(LOHA),
      { peft_type: "constructor" },
      "UNSUPPORTED",
      "unknown kind",
    ],
    [
      "an option of JavaScript's own names",
      at(LOHA),
      { ...loha, constructor: true },
      "UNSUPPORTED",
      "constructor",
    ],
  ])("refuses %s", async (_, tensors, config, code, says) => {
    const given = Object.fromEntries(Object.entries(tensors).filter(([, tensor]) => tensor !== undefined));
    const error = await caught(() => run(given, config));
    expect(error.code).toBe(`IMPORT_${code}`);
    expect(`${error.where} ${error.message}`).toContain(says);
    expect(error.hint).toBeTruthy();
  });
});
