"""diffusers' own writers, and its own conversion as the check of older spellings."""

import torch
from case import Case, randomise
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from diffusers.utils import convert_state_dict_to_kohya
from diffusers.utils.state_dict_utils import (
    UNET_TO_DIFFUSERS,
    convert_unet_state_dict_to_peft,
)
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from torch import nn


class Cross(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_q = nn.Linear(12, 16)
        self.to_k = nn.Linear(10, 16)
        self.to_v = nn.Linear(10, 16)
        self.to_out = nn.ModuleList([nn.Linear(16, 12)])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn1 = Cross()


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down_blocks = nn.ModuleList([Block()])
        self.mid_block = Block()

    def forward(self, x):
        return x


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(12, 12)
        self.out_proj = nn.Linear(12, 12)


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.Module()
        layer.self_attn = SelfAttention()
        self.text_model = nn.Module()
        self.text_model.encoder = nn.Module()
        self.text_model.encoder.layers = nn.ModuleList([layer])

    def forward(self, x):
        return x


def adapted(model, modules, **options):
    torch.manual_seed(3)
    tuned = get_peft_model(model, LoraConfig(target_modules=modules, **options))
    randomise(tuned, ("lora_A", "lora_B"))
    return tuned.eval()


def deltas(model, prefix):
    return {
        f"{prefix}{name}": module.get_delta_weight("default")
        for name, module in model.base_model.model.named_modules()
        if hasattr(module, "get_delta_weight")
    }


def state(model):
    return {key.removeprefix("base_model.model."): value for key, value in get_peft_model_state_dict(model).items()}


ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
CLIP = ["q_proj", "out_proj"]


def main() -> None:
    case = Case("diffusers-plain", "save_lora_weights of a U-Net and a text encoder; no alpha means scale 1")
    unet = adapted(Unet(), ATTENTION, r=4, lora_alpha=4)
    text = adapted(Text(), CLIP, r=2, lora_alpha=2)
    StableDiffusionLoraLoaderMixin.save_lora_weights(
        case.files, unet_lora_layers=state(unet), text_encoder_lora_layers=state(text)
    )
    case.exact("diffusers", deltas(unet, "unet.") | deltas(text, "text_encoder."), rank=4)

    case = Case("diffusers-metadata", "lora_adapter_metadata says alpha, patterns and rslora")
    options = {"r": 4, "lora_alpha": 6, "use_rslora": True, "rank_pattern": {"mid_block.attn1.to_q": 2}, "alpha_pattern": {"to_v": 3}}
    unet = adapted(Unet(), ATTENTION, **options)
    StableDiffusionLoraLoaderMixin.save_lora_weights(
        case.files, unet_lora_layers=state(unet), unet_lora_adapter_metadata=unet.peft_config["default"].to_dict()
    )
    case.exact("diffusers", deltas(unet, "unet."), rank=4)

    for name, why, pairs in [
        ("diffusers-lora-down", ".lora.down.weight", {".lora_A": ".lora.down", ".lora_B": ".lora.up"}),
        ("diffusers-linear-layer", ".lora_linear_layer.down.weight", {".lora_A": ".lora_linear_layer.down", ".lora_B": ".lora_linear_layer.up"}),
    ]:
        case = Case(name, why)
        unet = adapted(Unet(), ATTENTION, r=3, lora_alpha=3)
        old = {}
        for key, value in state(unet).items():
            for new, former in pairs.items():
                key = key.replace(new, former)
            old[f"unet.{key}"] = value
        case.save_lora("pytorch_lora_weights.safetensors", old)
        case.exact("diffusers", deltas(unet, "unet."), rank=3)

    case = Case("diffusers-processor", "the oldest spelling: .processor.to_q_lora.down.weight, without a component")
    unet = adapted(Unet(), ATTENTION, r=3, lora_alpha=3)
    back = {new: old for old, new in UNET_TO_DIFFUSERS.items() if "_lora." in old and "magnitude" not in new}
    old = {}
    for key, value in state(unet).items():
        for new, former in back.items():
            key = key.replace(new, former)
        old[key.replace("attn1.", "attn1.processor.")] = value
    assert set(convert_unet_state_dict_to_peft(old)) == set(state(unet)), "diffusers reads these names otherwise"
    case.save_lora("pytorch_lora_weights.safetensors", old)
    case.exact("diffusers", deltas(unet, "unet."), rank=3)

    case = Case("kohya-plain", "diffusers' convert_state_dict_to_kohya: lora_unet_ and lora_te_ with .alpha")
    unet = adapted(Unet(), ATTENTION, r=4, lora_alpha=2)
    text = adapted(Text(), CLIP, r=4, lora_alpha=2)
    both = {f"unet.{k}": v for k, v in state(unet).items()} | {f"text_encoder.{k}": v for k, v in state(text).items()}
    written = {}
    for key, value in convert_state_dict_to_kohya(both).items():
        written[key] = value.float() * (0.5 if key.endswith(".alpha") else 1)  # the writer says alpha = rank
    case.save_lora("lora.safetensors", written)
    case.exact("kohya", deltas(unet, "unet.") | deltas(text, "text_encoder."), rank=4, alpha=2)

    case = Case("kohya-alpha", "alpha missing and alpha 0 both mean the rank")
    unet = adapted(Unet(), ["to_q"], r=4, lora_alpha=4)
    written = convert_state_dict_to_kohya({f"unet.{k}": v for k, v in state(unet).items()})
    first, second = sorted(key for key in written if key.endswith(".alpha"))
    del written[first]
    written[second] = torch.tensor(0.0)
    case.save_lora("lora.safetensors", written)
    case.exact("kohya", deltas(unet, "unet."), rank=4, alpha=4)
