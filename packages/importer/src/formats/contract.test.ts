import type { Tensor } from "@banana-peel/format";
import { describe } from "vitest";
import { IMPORTERS } from "../detect.js";
import type { LoraFiles } from "../importer.js";
import { CONFIG, kohyaModule, peftModule, ramp } from "../testing/files.js";
import { importerContract } from "../testing/importer-contract.js";

const files = (
  label: string,
  tensors: Readonly<Record<string, Tensor>>,
  config?: Readonly<Record<string, unknown>>,
): LoraFiles => ({
  label,
  tensors: new Map(Object.entries(tensors)),
  metadata: {},
  ...(config && { config }),
});

const OWN: Readonly<Record<string, LoraFiles[]>> = {
  peft: [
    files("peft", peftModule("a.q", 4, 3), CONFIG),
    files(
      "peft's loha",
      {
        "base_model.model.a.q.hada_w1_a": ramp([4, 2]),
        "base_model.model.a.q.hada_w1_b": ramp([2, 3]),
        "base_model.model.a.q.hada_w2_a": ramp([4, 2]),
        "base_model.model.a.q.hada_w2_b": ramp([2, 3]),
      },
      { peft_type: "LOHA", r: 2, alpha: 2 },
    ),
    files(
      "adalora",
      {
        "base_model.model.a.q.lora_A": ramp([2, 3]),
        "base_model.model.a.q.lora_E": ramp([2, 1]),
        "base_model.model.a.q.lora_B": ramp([4, 2]),
      },
      { peft_type: "ADALORA", init_r: 4, lora_alpha: 2 },
    ),
  ],
  diffusers: [
    files("diffusers", { "unet.a.q.lora_A.weight": ramp([2, 3]), "unet.a.q.lora_B.weight": ramp([4, 2]) }),
    files("diffusers, old", {
      "a.attn1.processor.to_q_lora.down.weight": ramp([2, 3]),
      "a.attn1.processor.to_q_lora.up.weight": ramp([4, 2]),
    }),
  ],
  kohya: [files("kohya", kohyaModule("lora_unet_a_q", 4, 3, 2, 1))],
  lycoris: [
    files("loha", {
      "lora_unet_a_q.hada_w1_a": ramp([4, 2]),
      "lora_unet_a_q.hada_w1_b": ramp([2, 3]),
      "lora_unet_a_q.hada_w2_a": ramp([4, 2]),
      "lora_unet_a_q.hada_w2_b": ramp([2, 3]),
    }),
    files("lokr with dots", {
      "diffusion_model.a.q.lokr_w1": ramp([2, 1]),
      "diffusion_model.a.q.lokr_w2": ramp([2, 3]),
    }),
  ],
};

describe.each(IMPORTERS.map((importer) => [importer.id, importer] as const))("%s", (id, importer) => {
  importerContract(importer, {
    own: OWN[id]!,
    foreign: Object.entries(OWN).flatMap(([other, list]) => (other === id ? [] : list)),
  });
});
