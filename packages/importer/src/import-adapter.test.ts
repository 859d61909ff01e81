import { readAdapter, type Tensor, writeSafetensors } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { type Importer, type ImportOptions, importAdapter, lowRankDelta, toMatrix } from "./index.js";
import { caught } from "./testing/caught.js";
import { base, CONFIG, f32, kohyaModule, lora, peftModule, ramp } from "./testing/files.js";

const BASE = base(["blk.0.q", 4, 3], ["blk.0.k", 4, 3], ["blk.1.q", 4, 3]);
const peftFiles = (tensors: Record<string, Tensor>, config: object = CONFIG) =>
  lora(tensors, {}, { "adapter_config.json": config });
const run = (files: Map<string, Uint8Array>, options?: ImportOptions, to = BASE) =>
  importAdapter({ files, base: to, ...(options && { options }) });
const fails = (files: Map<string, Uint8Array>, options?: ImportOptions, to = BASE) =>
  caught(() => run(files, options, to));

describe("importAdapter", () => {
  it("shows what it covers of the base and of the file", async () => {
    const files = peftFiles({ ...peftModule("blk.0.q", 4, 3), ...peftModule("head.out", 4, 3) });
    const { coverage, format, adapter } = await run(files);
    expect(format).toBe("peft");
    expect(coverage).toEqual({
      covered: [{ target: "blk.0.q", module: "base_model.model.blk.0.q", rank: 2, match: "path" }],
      uncovered: ["blk.0.k", "blk.1.q"],
      unmatched: [
        {
          module: "base_model.model.head.out",
          why: "no-target",
          reason: "the base has no target of this name",
          nearest: [expect.any(String)],
        },
      ],
    });
    expect(readAdapter(writeSafetensors(adapter.tensors), "a").targets.size).toBe(1);
  });

  it("takes files as a record too", async () => {
    const record = Object.fromEntries(peftFiles(peftModule("blk.0.q", 4, 3)));
    expect((await importAdapter({ files: record, base: BASE })).coverage.covered).toHaveLength(1);
  });

  it("keeps the bytes of what most modules say, and folds the others' scale into lora_B", async () => {
    const files = lora({
      ...kohyaModule("lora_unet_blk_0_q", 4, 3, 2, 1),
      ...kohyaModule("lora_unet_blk_0_k", 4, 3, 2, 1),
      ...kohyaModule("lora_unet_blk_1_q", 4, 3, 2, 4),
    });
    const { adapter } = await run(files);
    expect([adapter.alpha, adapter.rank]).toEqual([1, 2]);
    const tensor = (name: string) => [...new Float32Array(adapter.tensors.get(name)!.data.slice().buffer)];
    const up = [...new Float32Array(ramp([4, 2], 5).data.buffer)];
    expect(tensor("blk.0.q.lora_B.weight")).toEqual(up);
    expect(tensor("blk.1.q.lora_B.weight")).toEqual(up.map((value) => 4 * value));
    expect(tensor("blk.1.q.lora_A.weight")).toEqual(tensor("blk.0.q.lora_A.weight"));
  });

  it("gives the same bytes for every order of the tensors", async () => {
    const entries = Object.entries({ ...peftModule("blk.0.q", 4, 3), ...peftModule("blk.1.q", 4, 3) });
    const bytes = async (list: typeof entries) =>
      writeSafetensors((await run(peftFiles(Object.fromEntries(list)))).adapter.tensors);
    expect(await bytes([...entries].reverse())).toEqual(await bytes(entries));
  });

  it("follows the map, and leaves out what it says", async () => {
    const q = "base_model.model.x.one";
    const files = peftFiles({ ...peftModule("x.one", 4, 3), ...peftModule("blk.0.q", 5, 3) });
    const map = { [q]: "blk.1.q", "base_model.model.blk.0.q": null };
    const { coverage } = await run(files, { map });
    expect(coverage.covered).toEqual([{ target: "blk.1.q", module: q, rank: 2, match: "map" }]);
    expect(coverage.unmatched).toMatchObject([{ why: "left-out" }]);
  });

  it("lists instead of refusing when a part is asked for", async () => {
    const biased = {
      "base_model.model.c.lora_A.weight": ramp([2, 3]),
      "base_model.model.c.lora_B.weight": ramp([4, 2]),
      "base_model.model.c.lora_B.bias": ramp([4]),
    };
    const files = peftFiles({ ...peftModule("blk.0.q", 4, 3), ...peftModule("blk.0.k", 5, 3), ...biased });
    expect((await fails(files)).code).toBe("IMPORT_UNSUPPORTED");
    const { coverage } = await run(files, { partial: true });
    expect(coverage.covered.map(({ target }) => target)).toEqual(["blk.0.q"]);
    expect(coverage.unmatched.map(({ module, why }) => [module, why]).sort()).toEqual([
      ["base_model.model.blk.0.k", "shape"],
      ["base_model.model.c", "refused"],
    ]);
  });

  it("needs no weight of the base that PEFT saved beside an update, unless its vocabulary is another one", async () => {
    const head = (rows: number) =>
      peftFiles({
        ...peftModule("blk.0.q", 4, 3),
        "base_model.model.blk.0.q.base_layer.weight": ramp([rows, 3]),
      });
    const { coverage, notes } = await run(head(4));
    expect(coverage.covered.map(({ target }) => target)).toEqual(["blk.0.q"]);
    expect(coverage.unmatched).toEqual([]);
    expect(notes.join()).toContain("blk.0.q.base_layer.weight is left out");
    expect((await fails(head(5))).code).toBe("IMPORT_UNSUPPORTED");
  });

  it("says why when nothing is left of a part", async () => {
    const files = peftFiles({
      ...peftModule("blk.0.q", 4, 3),
      "base_model.model.blk.0.q.lora_B.bias": ramp([4]),
    });
    const error = await fails(files, { partial: true });
    expect(error.code).toBe("IMPORT_NO_TARGET");
    expect(error.message).toContain("base_model.model.blk.0.q (lora_B.bias");
    expect(error.hint).not.toContain("map");
  });

  it("takes a format of a third party", async () => {
    const mine: Importer = {
      id: "mine",
      title: "Mine",
      detect: ({ tensors }) => tensors.has("q.x"),
      read: ({ tensors }) => ({
        modules: [
          {
            name: "q",
            path: { spelling: "dotted", text: "blk.0.q" },
            delta: lowRankDelta(
              toMatrix(tensors.get("q.x")!, "q.x"),
              toMatrix(tensors.get("q.y")!, "q.y"),
              1,
            ),
          },
        ],
        refused: [],
        notes: ["hello"],
      }),
    };
    const files = lora({ "q.x": ramp([1, 3]), "q.y": ramp([4, 1]) });
    expect((await fails(files)).code).toBe("IMPORT_UNKNOWN_FORMAT");
    const result = await run(files, { importers: [mine] });
    expect([result.format, result.notes, result.coverage.covered.length]).toEqual(["mine", ["hello"], 1]);
    expect((await fails(files, { importers: [mine, mine] })).code).toBe("USAGE");
    const greedy = { ...mine, id: "greedy", title: "Greedy", detect: () => true };
    expect((await fails(files, { importers: [mine, greedy] })).code).toBe("IMPORT_AMBIGUOUS");
    expect((await run(files, { importers: [mine, greedy], format: "mine" })).format).toBe("mine");
  });

  it("tells of patterns whose order decides", async () => {
    const alpha_pattern = { q: 2, "blk.0.q": 3, "0.q": 2 };
    const twice = await run(peftFiles(peftModule("blk.0.q", 4, 3), { ...CONFIG, alpha_pattern }));
    expect([twice.adapter.alpha, twice.notes.join().includes("alpha_pattern")]).toEqual([2, true]);
    const same = await run(
      peftFiles(peftModule("blk.0.q", 4, 3), { ...CONFIG, alpha_pattern: { q: 2, "0.q": 2 } }),
    );
    expect(same.notes.join()).not.toContain("alpha_pattern");
  });

  it("tells of factors that outgrow their layers", async () => {
    const { notes } = await run(peftFiles(peftModule("blk.0.q", 4, 3, 3), { ...CONFIG, r: 3 }));
    expect(notes.join()).toContain("larger than the layer");
  });
});

describe("importAdapter refuses", () => {
  const q = "base_model.model.blk.0.q";
  const good = peftModule("blk.0.q", 4, 3);
  const nan = f32([2, 3], [1, 2, Number.NaN, 4, 5, 6]);

  it.each<[string, Map<string, Uint8Array>, string, string, ImportOptions?]>([
    ["no file", new Map(), "IMPORT_UNKNOWN_FORMAT", "no file"],
    [
      "a pickle",
      new Map([["adapter_model.bin", new Uint8Array(9)]]),
      "IMPORT_UNKNOWN_FORMAT",
      "adapter_model.bin",
    ],
    [
      "two weights files",
      new Map([...lora(good), ["b.safetensors", new Uint8Array()]]),
      "IMPORT_AMBIGUOUS",
      "b.safetensors",
    ],
    [
      "a file that isn't there",
      lora(good),
      "IMPORT_UNKNOWN_FORMAT",
      "x.safetensors",
      { file: "x.safetensors" },
    ],
    ["a whole model", lora({ "blk.0.q.weight": ramp([4, 3]) }), "IMPORT_UNKNOWN_FORMAT", "blk.0.q.weight"],
    ["a file of no tensors", lora({}), "IMPORT_INVALID", "found none"],
    ["PEFT without its configuration", lora(good), "IMPORT_INVALID", "adapter_config.json"],
    [
      "a configuration that is a list",
      lora(good, {}, { "adapter_config.json": [] }),
      "IMPORT_INVALID",
      "object",
    ],
    [
      "a configuration that is broken",
      lora(good, {}, { "adapter_config.json": "{" }),
      "JSON_INVALID",
      "JSON",
    ],
    ["a key twice", lora(good, {}, { "adapter_config.json": '{"r":2,"r":4}' }), "JSON_INVALID", "twice"],
    ["a rank that is text", peftFiles(good, { ...CONFIG, r: "2" }), "IMPORT_INVALID", '"2"'],
    [
      "an alpha that is null text",
      peftFiles(good, { ...CONFIG, lora_alpha: {} }),
      "IMPORT_INVALID",
      "number",
    ],
    [
      "patterns that are a list",
      peftFiles(good, { ...CONFIG, rank_pattern: ["q"] }),
      "IMPORT_INVALID",
      "object",
    ],
    [
      "a pattern that is no expression",
      peftFiles(good, { ...CONFIG, alpha_pattern: { "(": 2 } }),
      "IMPORT_UNSUPPORTED",
      "pattern",
    ],
    [
      "a pattern that looks ahead",
      peftFiles(good, { ...CONFIG, alpha_pattern: { "(?=q)": 2 } }),
      "IMPORT_UNSUPPORTED",
      "linear time",
    ],
    [
      "a pattern beyond the limit",
      peftFiles(good, { ...CONFIG, alpha_pattern: { ["q".repeat(2000)]: 2 } }),
      "IMPORT_INVALID",
      "1024",
    ],
    ["a lone lora_A", peftFiles({ [`${q}.lora_A.weight`]: ramp([2, 3]) }), "IMPORT_INVALID", "lora_B"],
    [
      "factors of two ranks",
      peftFiles({ ...good, [`${q}.lora_B.weight`]: ramp([4, 3]) }),
      "IMPORT_INVALID",
      "one rank",
    ],
    [
      "a vector for a matrix",
      peftFiles({ ...good, [`${q}.lora_A.weight`]: ramp([6]) }),
      "IMPORT_INVALID",
      "[6]",
    ],
    [
      "an empty matrix",
      peftFiles({ ...good, [`${q}.lora_A.weight`]: ramp([0, 3]) }),
      "IMPORT_INVALID",
      "[0,3]",
    ],
    ["NaN", peftFiles({ ...good, [`${q}.lora_A.weight`]: nan }), "IMPORT_INVALID", "NaN"],
    [
      "two adapters",
      peftFiles({
        ...good,
        [`${q}.lora_A.one.weight`]: ramp([2, 3]),
        [`${q}.lora_A.two.weight`]: ramp([2, 3]),
      }),
      "IMPORT_INVALID",
      "another",
    ],
    ["a stray tensor", peftFiles({ ...good, "other.thing": ramp([1]) }), "IMPORT_UNSUPPORTED", "other.thing"],
    ["a lone lora_up", lora({ "lora_unet_a.lora_up.weight": ramp([4, 2]) }), "IMPORT_INVALID", "lora_down"],
    [
      "an alpha of two numbers",
      lora({ ...kohyaModule("lora_unet_blk_0_q", 4, 3), "lora_unet_blk_0_q.alpha": f32([2], [1, 2]) }),
      "IMPORT_INVALID",
      "one number",
    ],
    [
      "an infinite alpha",
      lora(kohyaModule("lora_unet_blk_0_q", 4, 3, 2, Infinity)),
      "IMPORT_INVALID",
      "finite",
    ],
    [
      "kohya and diffusers in one file",
      lora({ ...kohyaModule("lora_unet_blk_0_q", 4, 3), "unet.a.lora_A.weight": ramp([2, 3]) }),
      "IMPORT_AMBIGUOUS",
      "kohya",
    ],
    [
      "a LoHa of two shapes",
      lora({
        "a.hada_w1_a": ramp([4, 1]),
        "a.hada_w1_b": ramp([1, 3]),
        "a.hada_w2_a": ramp([5, 1]),
        "a.hada_w2_b": ramp([1, 3]),
      }),
      "IMPORT_INVALID",
      "one shape",
    ],
    [
      "half a LoHa",
      lora({ "a.hada_w1_a": ramp([4, 1]), "a.hada_w1_b": ramp([1, 3]) }),
      "IMPORT_INVALID",
      "hada_w2_a",
    ],
    [
      "a dora_scale of another size",
      lora({ ...kohyaModule("lora_unet_blk_0_q", 4, 3), "lora_unet_blk_0_q.dora_scale": ramp([7, 1]) }),
      "IMPORT_INVALID",
      "[7,1]",
    ],
    [
      "metadata that is no JSON",
      lora(
        { "unet.a.lora_A.weight": ramp([2, 3]), "unet.a.lora_B.weight": ramp([4, 2]) },
        { lora_adapter_metadata: "{" },
      ),
      "JSON_INVALID",
      "JSON",
    ],
    [
      "metadata with a feature that changes the base",
      lora(
        { "unet.a.lora_A.weight": ramp([2, 3]), "unet.a.lora_B.weight": ramp([4, 2]) },
        { lora_adapter_metadata: '{"unet.r":2,"unet.init_lora_weights":"pissa"}' },
      ),
      "IMPORT_UNSUPPORTED",
      "pissa",
    ],
    [
      "an alpha without its LoRA",
      lora({
        "unet.a.lora_A.weight": ramp([2, 3]),
        "unet.a.lora_B.weight": ramp([4, 2]),
        "unet.b.alpha": f32([], [1]),
      }),
      "IMPORT_INVALID",
      "unet.b",
    ],
    ["a LoRA of another base", peftFiles(peftModule("x.y", 4, 3)), "IMPORT_NO_TARGET", "x.y"],
    ["everything left out", peftFiles(good), "IMPORT_NO_TARGET", "blk.0.q", { map: { [q]: null } }],
    ["a map to no target", peftFiles(good), "IMPORT_NO_TARGET", "nowhere", { map: { [q]: "nowhere" } }],
    ["a map of no module", peftFiles(good), "USAGE", "nothing", { map: { nothing: "blk.0.q" } }],
    [
      "a map to another shape",
      peftFiles(peftModule("blk.0.q", 4, 2)),
      "IMPORT_SHAPE_MISMATCH",
      "[4,2]",
      { map: { [q]: "blk.0.q" } },
    ],
    ["a rank of 0", peftFiles(good), "USAGE", "maxRank", { maxRank: 0 }],
    ["an approximation of rank 1.5", peftFiles(good), "USAGE", "approximate", { approximate: { rank: 1.5 } }],
    ["a rank beyond the limit", peftFiles(good), "USAGE", "1024", { maxRank: 1025 }],
    ["a format that isn't there", peftFiles(good), "USAGE", "nope", { format: "nope" }],
    ["more rank than allowed", peftFiles(good), "IMPORT_APPROXIMATION_NEEDED", "rank of 2", { maxRank: 1 }],
  ])("%s", async (_, files, code, says, options) => {
    const error = await fails(files, options);
    expect(error.code).toBe(code);
    expect(`${error.where} ${error.message}`).toContain(says);
    expect(error.hint).toBeTruthy();
  });

  it("an ambiguous module, with its choices", async () => {
    const to = base(["x.blk.q", 4, 3], ["y.blk.q", 4, 3]);
    const error = await fails(peftFiles(peftModule("blk.q", 4, 3)), undefined, to);
    expect(error.code).toBe("IMPORT_AMBIGUOUS");
    expect(error.message).toContain("x.blk.q, y.blk.q");
    const map = { "base_model.model.blk.q": "y.blk.q" };
    expect((await run(peftFiles(peftModule("blk.q", 4, 3)), { map }, to)).coverage.covered).toHaveLength(1);
  });

  it("DoRA without the base's weights, or with weights of another size", async () => {
    const files = lora({
      ...kohyaModule("lora_unet_blk_0_q", 4, 3),
      "lora_unet_blk_0_q.dora_scale": ramp([4, 1]),
    });
    expect((await fails(files)).code).toBe("IMPORT_UNSUPPORTED");
    expect((await fails(files, { approximate: { rank: 2 } })).code).toBe("IMPORT_UNSUPPORTED");
    const readWeight = () => new Float32Array(11);
    expect((await fails(files, { readWeight })).code).toBe("IMPORT_INVALID");
  });

  it("DoRA above the rank asked for, unless it may be approximated", async () => {
    const files = lora({
      ...kohyaModule("lora_unet_blk_0_q", 4, 3),
      "lora_unet_blk_0_q.dora_scale": ramp([4, 1]),
    });
    const readWeight = () => Float32Array.from({ length: 12 }, (_, i) => Math.cos(i));
    expect((await fails(files, { readWeight, maxRank: 2 })).code).toBe("IMPORT_APPROXIMATION_NEEDED");
    const made = await run(files, { readWeight, maxRank: 2, approximate: { rank: 2 } });
    expect(made.boundToWeights).toBe(true);
    expect(made.approximation[0]!.relativeError).toBeGreaterThan(0);
  });

  it("a pattern that would hang a backtracking matcher, at once or in linear time", async () => {
    const long = `${"a".repeat(40)}!`;
    const files = peftFiles(good, { ...CONFIG, alpha_pattern: { [`(a+)+${long}`]: 3, "(.*)*x": 2 } });
    expect((await run(files)).adapter.alpha).toBe(4);
  });

  it("every truncation of a file", async () => {
    const whole = peftFiles(good);
    const bytes = whole.get("lora.safetensors")!;
    for (let end = 0; end < bytes.length; end += 7) {
      const error = await fails(new Map([...whole, ["lora.safetensors", bytes.subarray(0, end)]]));
      expect(error.code).toBe("SAFETENSORS_INVALID");
    }
  });
});
