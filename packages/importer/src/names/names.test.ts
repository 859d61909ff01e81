import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { VECTORS } from "../testing/vectors.js";
import { fluxPlace } from "./flux.js";
import { kohyaName } from "./kohya-name.js";
import { flatten, splitDotted } from "./module-name.js";
import { sgmPath } from "./sdxl.js";

const table = async (name: string) => JSON.parse(await readFile(`${VECTORS}names/${name}.json`, "utf8"));

describe("names of SDXL", async () => {
  const rows: [string, string][] = await table("sdxl");
  it("are those that diffusers converts, forwards", () => {
    expect(rows.length).toBeGreaterThan(700);
    for (const [kohya, diffusers] of rows)
      expect(`lora_unet_${flatten(sgmPath(diffusers) ?? "")}`, diffusers).toBe(kohya);
  });
  it.each(["blocks.0.attn.to_q", "down_blocks.3.attentions.0.proj_in", "down_blocks.10.attentions.0", ""])(
    "are not given to %s",
    (path) => expect(sgmPath(path)).toBeUndefined(),
  );
});

describe("names of FLUX", async () => {
  const rows: [string, number, number, [string, number, number][]][] = await table("flux");
  it.each(rows)("%s is split as diffusers splits it", (kohya, total, _, parts) => {
    expect(parts.length).toBeGreaterThan(0);
    for (const [path, start, end] of parts) {
      const place = fluxPlace(path)!;
      expect(`lora_unet_${flatten(place.path)}`).toBe(kohya);
      expect(place.rows(end - start, total)).toEqual([start, end]);
      expect(place.fused).toBe(parts.length > 1);
    }
  });
  it("refuses sizes that can't be right", () => {
    expect(fluxPlace("transformer_blocks.0.attn.to_q")!.rows(4, 13)).toBeUndefined();
    expect(fluxPlace("transformer_blocks.0.attn.to_out.0")!.rows(4, 5)).toBeUndefined();
    expect(fluxPlace("single_transformer_blocks.0.attn.to_q")!.rows(5, 15)).toBeUndefined();
    expect(fluxPlace("single_transformer_blocks.0.proj_mlp")!.rows(4, 9)).toBeUndefined();
  });
  it.each([
    "transformer_blocks.0.norm2",
    "transformer_blocks.x.attn.to_q",
    "transformer_blocks.0.constructor",
  ])("are not given to %s", (path) => expect(fluxPlace(path)).toBeUndefined());
});

describe("names of modules", () => {
  it.each([
    ["lora_unet_a_b", "denoiser", "a_b"],
    ["lora_te_a", "text_encoder", "a"],
    ["lora_te1_a", "text_encoder", "a"],
    ["lora_te2_a", "text_encoder_2", "a"],
    ["lora_te3_a", "text_encoder_3", "a"],
    ["lycoris_a_b", undefined, "a_b"],
    ["other_a", undefined, "other_a"],
  ])("%s is of %s", (name, component, text) => {
    expect(kohyaName(name)).toMatchObject({ spelling: "flat", text });
    expect(kohyaName(name).component).toBe(component);
  });
  it("keeps dots", () => {
    expect(kohyaName("diffusion_model.layers.0.q")).toEqual({
      component: "denoiser",
      spelling: "dotted",
      text: "layers.0.q",
    });
    expect(splitDotted("layers.0.q")).toEqual({ spelling: "dotted", text: "layers.0.q" });
  });
});
