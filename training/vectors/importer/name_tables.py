"""SDXL's and FLUX's names, by diffusers' own conversion of kohya's files."""

import json
import shutil

import torch
from case import ROOT
from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_conversion_utils import (
    _convert_kohya_flux_lora_to_diffusers,
    _convert_unet_lora_key,
    _maybe_map_sgm_blocks_to_diffusers,
)
from diffusers.utils.state_dict_utils import convert_unet_state_dict_to_peft

LAYERS = ["attn1_to_q", "attn1_to_k", "attn1_to_v", "attn1_to_out_0", "attn2_to_q", "attn2_to_k", "attn2_to_v", "attn2_to_out_0", "ff_net_0_proj", "ff_net_2"]


def sgm_names():
    """The linear layers that kohya's scripts train in SDXL, as they name them."""
    blocks = {f"input_blocks_{i}_1": d for i, d in {4: 2, 5: 2, 7: 10, 8: 10}.items()}
    blocks |= {"middle_block_1": 10} | {f"output_blocks_{i}_1": 10 if i < 3 else 2 for i in range(6)}
    for block, depth in blocks.items():
        yield f"{block}_proj_in"
        yield f"{block}_proj_out"
        for i in range(depth):
            for layer in LAYERS:
                yield f"{block}_transformer_blocks_{i}_{layer}"


def sdxl() -> list:
    with torch.device("meta"):
        unet = UNet2DConditionModel(
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            block_out_channels=(320, 640, 1280),
            layers_per_block=2,
            transformer_layers_per_block=[1, 2, 10],
            attention_head_dim=[5, 10, 20],
            cross_attention_dim=2048,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        )
    linear = {name for name, module in unet.named_modules() if isinstance(module, torch.nn.Linear)}
    found = []
    for name in sgm_names():
        key = f"lora_unet_{name}.lora_down.weight"
        (mapped,) = _maybe_map_sgm_blocks_to_diffusers({key: 0}, unet.config)
        (modern,) = convert_unet_state_dict_to_peft({_convert_unet_lora_key(mapped): 0})
        path = modern.removesuffix(".weight").removesuffix(".lora_A").removesuffix(".lora.down")
        assert path in linear, (name, path)
        found.append([f"lora_unet_{name}", path])
    return found


# Rows and columns of FLUX's layers, as convert_flux_lora.py lists them.
FLUX = {
    "double_blocks_{}_img_attn_proj": (3072, 3072),
    "double_blocks_{}_img_attn_qkv": (9216, 3072),
    "double_blocks_{}_img_mlp_0": (12288, 3072),
    "double_blocks_{}_img_mlp_2": (3072, 12288),
    "double_blocks_{}_img_mod_lin": (18432, 3072),
    "double_blocks_{}_txt_attn_proj": (3072, 3072),
    "double_blocks_{}_txt_attn_qkv": (9216, 3072),
    "double_blocks_{}_txt_mlp_0": (12288, 3072),
    "double_blocks_{}_txt_mlp_2": (3072, 12288),
    "double_blocks_{}_txt_mod_lin": (18432, 3072),
    "single_blocks_{}_linear1": (21504, 3072),
    "single_blocks_{}_linear2": (3072, 15360),
    "single_blocks_{}_modulation_lin": (9216, 3072),
}


def flux() -> list:
    """[module, rows, columns, [[diffusers path, first row, end row], ...]]; rows are numbered in lora_up."""
    found = []
    for template, (rows, columns) in FLUX.items():
        for index in (0, 7):
            name = f"lora_unet_{template.format(index)}"
            up = torch.arange(rows, dtype=torch.float32)[:, None]
            file = {f"{name}.lora_down.weight": torch.ones(1, columns), f"{name}.lora_up.weight": up, f"{name}.alpha": torch.tensor(1.0)}
            parts = []
            for key, value in _convert_kohya_flux_lora_to_diffusers(file).items():
                if key.endswith(".lora_B.weight"):
                    path = key.removesuffix(".lora_B.weight").removeprefix("transformer.")
                    parts.append([path, int(value[0]), int(value[-1]) + 1])
            found.append([name, rows, columns, sorted(parts, key=lambda part: part[1])])
    return found


def main() -> None:
    folder = ROOT / "names"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, table in {"sdxl": sdxl(), "flux": flux()}.items():
        lines = ",\n".join(json.dumps(row) for row in table)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n")
