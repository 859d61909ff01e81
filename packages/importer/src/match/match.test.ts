import { describe, expect, it } from "vitest";
import { lowRankDelta } from "../delta/delta.js";
import { zeros } from "../delta/matrix.js";
import type { SourceModule } from "../importer.js";
import type { ModuleName } from "../names/module-name.js";
import { base } from "../testing/files.js";
import { matchModules } from "./match.js";
import { targetTable } from "./targets.js";

type Size = readonly [n: number, k: number];

function module(path: ModuleName, [n, k]: Size, name = path.text): SourceModule {
  return { name, path, delta: lowRankDelta(zeros(1, k), zeros(n, 1), 1) };
}
const dotted = (text: string, size: Size, component?: ModuleName["component"]) =>
  module({ spelling: "dotted", text, ...(component && { component }) }, size);
const flat = (text: string, size: Size, component?: ModuleName["component"]) =>
  module({ spelling: "flat", text, ...(component && { component }) }, size);

function match(
  targets: ReturnType<typeof base>,
  modules: SourceModule[],
  map: Record<string, string | null> = {},
) {
  const { matches, unmatched } = matchModules(
    modules,
    targetTable(targets.targets),
    new Map(Object.entries(map)),
  );
  return {
    matched: matches.map(({ module: { name }, target, rows, kind }) => [name, target.path, kind, ...rows]),
    missed: unmatched.map(({ module: name, why, nearest }) => [name, why, ...nearest]),
  };
}

describe("matchModules", () => {
  it("takes the whole path first", () => {
    const found = match(base(["a.b.q", 4, 3], ["x.a.b.q", 4, 3]), [dotted("a.b.q", [4, 3])]);
    expect(found).toEqual({ matched: [["a.b.q", "a.b.q", "path", 0, 4]], missed: [] });
  });

  it("takes a unique ending of either side", () => {
    expect(match(base(["enc.layer.0.q", 4, 3]), [dotted("layer.0.q", [4, 3])]).matched).toHaveLength(1);
    expect(match(base(["layer.0.q", 4, 3]), [dotted("0.auto_model.layer.0.q", [4, 3])]).matched).toHaveLength(
      1,
    );
    expect(match(base(["enc.layer.0.q", 4, 3]), [flat("layer_0_q", [4, 3])]).matched).toHaveLength(1);
    expect(match(base(["layer.0.q", 4, 3]), [flat("model_layer_0_q", [4, 3])]).matched).toHaveLength(1);
  });

  it("never guesses between two targets of one ending", () => {
    const found = match(base(["x.blk.q", 4, 3], ["y.blk.q", 4, 3]), [dotted("blk.q", [4, 3])]);
    expect(found).toEqual({ matched: [], missed: [["blk.q", "ambiguous", "x.blk.q", "y.blk.q"]] });
  });

  it("doesn't let the shape choose between two names", () => {
    const found = match(base(["x.blk.q", 4, 3], ["y.blk.q", 5, 3]), [dotted("blk.q", [4, 3])]);
    expect(found.missed).toEqual([["blk.q", "ambiguous", "x.blk.q", "y.blk.q"]]);
  });

  it("never guesses what an underscore was", () => {
    const found = match(base(["a_b.c", 4, 3], ["a.b_c", 4, 3]), [flat("a_b_c", [4, 3])]);
    expect(found).toEqual({ matched: [], missed: [["a_b_c", "ambiguous", "a_b.c", "a.b_c"]] });
  });

  it("doesn't take an ending in the middle of a part", () => {
    const found = match(base(["attn.q", 4, 3]), [
      flat("cross_attn_q", [4, 3]),
      dotted("cross_attn.q", [4, 3]),
    ]);
    expect(found.matched).toEqual([]);
    expect(found.missed.map(([, why]) => why)).toEqual(["no-target", "no-target"]);
  });

  it("doesn't take an ending of one part", () => {
    expect(match(base(["a.b.q", 4, 3]), [dotted("q", [4, 3])]).missed).toEqual([["q", "no-target", "a.b.q"]]);
    expect(match(base(["q", 4, 3]), [dotted("a.b.q", [4, 3])]).matched).toEqual([]);
  });

  it("gives a target that two modules want to neither", () => {
    const found = match(base(["m.blk.q", 4, 3]), [dotted("a.m.blk.q", [4, 3]), dotted("b.m.blk.q", [4, 3])]);
    expect(found.matched).toEqual([]);
    expect(found.missed).toEqual([
      ["a.m.blk.q", "ambiguous", "m.blk.q"],
      ["b.m.blk.q", "ambiguous", "m.blk.q"],
    ]);
  });

  it("prefers the module of the whole name to one that resembles it", () => {
    const found = match(base(["m.blk.q", 4, 3]), [
      dotted("other.m.blk.q", [4, 3]),
      dotted("m.blk.q", [4, 3]),
    ]);
    expect(found).toEqual({
      matched: [["m.blk.q", "m.blk.q", "path", 0, 4]],
      missed: [["other.m.blk.q", "no-target", "m.blk.q"]],
    });
  });

  it("tells a wrong size behind the whole name from one behind an ending", () => {
    const found = match(base(["m.blk.q", 4, 3]), [dotted("m.blk.q", [3, 4]), dotted("blk.q", [5, 3])]);
    expect(found.missed.map(([name, why]) => [name, why])).toEqual([
      ["m.blk.q", "shape"],
      ["blk.q", "no-target"],
    ]);
  });

  it("follows the map, also against the names, and leaves out what it says", () => {
    const modules = [dotted("m.blk.q", [4, 3]), dotted("m.blk.k", [4, 3])];
    const found = match(base(["m.blk.q", 4, 3], ["m.blk.k", 4, 3]), modules, {
      "m.blk.q": "m.blk.k",
      "m.blk.k": null,
    });
    expect(found).toEqual({
      matched: [["m.blk.q", "m.blk.k", "map", 0, 4]],
      missed: [["m.blk.k", "left-out"]],
    });
  });

  it("keeps a text encoder's modules off the denoiser, and the other way round", () => {
    const targets = base(["unet.blk.q", 4, 3], ["text_encoder.blk.q", 4, 3]);
    const modules = [dotted("blk.q", [4, 3], "text_encoder"), flat("blk_q", [4, 3], "denoiser")];
    expect(match(targets, modules).matched.map(([name, target]) => [name, target])).toEqual([
      ["blk.q", "text_encoder.blk.q"],
      ["blk_q", "unet.blk.q"],
    ]);
    expect(match(base(["blk.q", 4, 3]), modules).matched.map(([name]) => name)).toEqual(["blk_q"]);
    expect(match(base(["blk.q", 4, 3]), [modules[0]!]).matched).toHaveLength(1);
    expect(match(base(["unet.blk.q", 4, 3]), modules).missed).toEqual([["blk.q", "no-target", "unet.blk.q"]]);
  });

  it("reads the component from the target's graph", () => {
    const targets = base(["blk.q", 4, 3, "unet"], ["enc.q", 4, 3, "text_encoder"]);
    const found = match(targets, [flat("enc_q", [4, 3], "denoiser"), flat("enc_q", [4, 3], "text_encoder")]);
    expect(found.matched).toEqual([["enc_q", "enc.q", "path", 0, 4]]);
  });

  it("splits a fused layer of FLUX into the targets of a diffusers base", () => {
    const targets = base(
      ["transformer.single_transformer_blocks.3.attn.to_q", 4, 4],
      ["transformer.single_transformer_blocks.3.attn.to_v", 4, 4],
      ["transformer.single_transformer_blocks.3.proj_mlp", 8, 4],
    );
    const found = match(targets, [flat("single_blocks_3_linear1", [20, 4], "denoiser")]);
    expect(found.missed).toEqual([]);
    expect(found.matched.map(([, target, kind, ...rows]) => [target, kind, ...rows])).toEqual([
      ["transformer.single_transformer_blocks.3.attn.to_q", "alias", 0, 4],
      ["transformer.single_transformer_blocks.3.attn.to_v", "alias", 8, 12],
      ["transformer.single_transformer_blocks.3.proj_mlp", "alias", 12, 20],
    ]);
  });

  it("finds SDXL's names for the targets of a diffusers base", () => {
    const path = "unet.down_blocks.1.attentions.0.transformer_blocks.1.attn2.to_out.0";
    const found = match(base([path, 4, 3]), [
      flat("input_blocks_4_1_transformer_blocks_1_attn2_to_out_0", [4, 3], "denoiser"),
    ]);
    expect(found.matched.map(([, target, kind]) => [target, kind])).toEqual([[path, "alias"]]);
  });

  it("names the nearest target", () => {
    const found = match(base(["layers.0.attn.query", 4, 3], ["norm", 4, 3]), [
      dotted("layers.0.attn.qury", [4, 3]),
    ]);
    expect(found.missed).toEqual([["layers.0.attn.qury", "no-target", "layers.0.attn.query"]]);
  });
});
