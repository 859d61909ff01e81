"""PEFT's own save_pretrained and get_delta_weight."""

import json

import torch
from case import Case, randomise
from peft import EvaConfig, LoraConfig, get_peft_model
from torch import nn
from transformers.pytorch_utils import Conv1D

TRAINED = ("lora_A", "lora_B", "lora_E", "lora_embedding", "lora_magnitude", "hada_", "lokr_", "vera_lambda")


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(12, 16)
        self.v_proj = nn.Linear(12, 8)
        self.out = nn.Linear(8, 12)


class Model(nn.Module):
    """Two layers of odd sizes, an embedding, a Conv1D of GPT-2, and convolutions."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 12)
        self.layers = nn.ModuleList([Attention(), Attention()])
        self.c_attn = Conv1D(18, 12)
        self.point = nn.Conv2d(6, 10, 1)
        self.conv = nn.Conv2d(6, 10, 3)
        self.norm = nn.LayerNorm(12)
        self.wave = nn.Conv1d(6, 10, 5)
        self.grouped = nn.Conv2d(6, 10, 3, groups=2)

    def forward(self, x):
        return x


def adapted(config: LoraConfig):
    torch.manual_seed(7)
    model = get_peft_model(Model(), config)
    randomise(model, TRAINED)
    return model.eval()


def deltas(model, transpose=False, flat=False) -> dict:
    found = {}
    for name, module in model.base_model.model.named_modules():
        if hasattr(module, "get_delta_weight"):
            delta = module.get_delta_weight("default")
            found[name] = delta.T if transpose else delta.flatten(1) if flat else delta
    return found


def save(case: Case, model, **options) -> None:
    model.save_pretrained(case.files, **options)
    (case.files / "README.md").unlink(missing_ok=True)
    path = case.files / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config.get("target_modules"), list):
        config["target_modules"].sort()  # a set, in an order of its own every time
    path.write_text(json.dumps(config, indent=2, sort_keys=True))


def exact(name: str, why: str, config: LoraConfig, transpose=False, flat=False, cast=None, **more) -> None:
    case = Case(name, why)
    model = adapted(config)
    if cast is not None:
        model.to(cast).float()  # the delta is that of the rounded factors
    wanted = deltas(model, transpose, flat)
    save(case, model.to(cast) if cast is not None else model)
    case.exact("peft", wanted, **more)


def refused(name: str, why: str, config, says: list[str], code="IMPORT_UNSUPPORTED", edit=None, targets=None) -> None:
    case = Case(name, why)
    torch.manual_seed(7)
    save(case, get_peft_model(Model(), config))
    if edit is not None:
        path = case.files / "adapter_config.json"
        path.write_text(json.dumps(edit(json.loads(path.read_text())), indent=1))
    case.refused(code, targets or {"layers.0.q_proj": (16, 12), "layers.1.q_proj": (16, 12)}, says)


def converted_pissa() -> None:
    """PiSSA changes the base; saved with the conversion, it is a plain LoRA against the original base."""
    case = Case("peft-pissa-converted", "PiSSA saved with path_initial_model_for_weight_conversion is plain LoRA")
    torch.manual_seed(7)
    base = Model()
    original = {name: p.detach().clone() for name, p in base.named_parameters()}
    model = get_peft_model(base, LoraConfig(r=3, lora_alpha=6, init_lora_weights="pissa", target_modules=["q_proj"]))
    initial = case.folder / "initial"
    model.peft_config["default"].init_lora_weights = True
    model.save_pretrained(initial)
    model.peft_config["default"].init_lora_weights = "pissa"
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    save(case, model, path_initial_model_for_weight_conversion=str(initial))
    for file in initial.iterdir():
        file.unlink()
    initial.rmdir()
    merged = {}
    for name, module in model.base_model.model.named_modules():
        if hasattr(module, "get_delta_weight"):
            merged[name] = module.base_layer.weight + module.get_delta_weight("default") - original[f"{name}.weight"]
    case.exact("peft", merged, tolerance=1e-5)


def dora(name: str, why: str, target: str, transpose=False) -> None:
    case = Case(name, why)
    model = adapted(LoraConfig(r=2, lora_alpha=4, use_dora=True, target_modules=[target]))
    weights, wanted = {}, {}
    for name, module in model.base_model.model.named_modules():
        if hasattr(module, "get_delta_weight"):
            weights[name] = module.base_layer.weight.detach().clone()
    save(case, model)
    merged = model.merge_and_unload()
    for name, weight in weights.items():
        wanted[name] = merged.get_submodule(name).weight - weight
    if transpose:
        wanted, weights = ({name: w.T for name, w in found.items()} for found in (wanted, weights))
    case.exact("peft", wanted, {name: w.flatten(1) for name, w in weights.items()}, tolerance=1e-5)


def main() -> None:
    plain()
    patterned()
    converted_pissa()
    dora("peft-dora", "DoRA depends on the base's weight: computed from it", "q_proj")
    dora("peft-dora-conv", "a length for every output channel, over channels and kernel", "conv")
    dora("peft-dora-embedding", "a length for every feature, over the vocabulary", "embed", transpose=True)
    refusals()


def plain() -> None:
    exact("peft-plain", "r 4, alpha 8", LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "out"]), rank=4, alpha=8)
    exact(
        "peft-rslora",
        "alpha / sqrt(r)",
        LoraConfig(r=4, lora_alpha=6, use_rslora=True, target_modules=["q_proj"]),
        rank=4,
        alpha=12,
    )
    exact(
        "peft-fan-in-fan-out",
        "Conv1D stores its weight transposed; A and B are the same",
        LoraConfig(r=3, lora_alpha=3, target_modules=["c_attn"], fan_in_fan_out=True),
        transpose=True,
    )
    exact("peft-embedding", "lora_embedding_A [r,vocab] and B [dim,r]", LoraConfig(r=2, target_modules=["embed"]), transpose=True)
    exact("peft-conv-3x3", "lora_A has the kernel", LoraConfig(r=3, lora_alpha=5, target_modules=["conv"]), rank=3, alpha=5)
    exact("peft-conv1d", "a convolution along one axis", LoraConfig(r=2, target_modules=["wave"]))
    exact("peft-conv-1x1", "a 1x1 convolution is a linear layer", LoraConfig(r=2, target_modules=["point"]), flat=True)
    exact("peft-float16", "float16 factors keep their type", LoraConfig(r=4, lora_alpha=4, target_modules=["q_proj"]), cast=torch.float16, dtype="F16")
    exact("peft-bfloat16", "bfloat16 factors keep their type", LoraConfig(r=4, lora_alpha=4, target_modules=["q_proj"]), cast=torch.bfloat16, dtype="BF16")


    exact("peft-eva", "EVA starts elsewhere and leaves the base as it is", LoraConfig(r=3, lora_alpha=3, target_modules=["q_proj"], init_lora_weights="eva", eva_config=EvaConfig()))
    exact("peft-layers", "layers_to_transform: only one layer has tensors", LoraConfig(r=3, target_modules=["q_proj"], layers_to_transform=[1], layers_pattern="layers"))


def patterned() -> None:
    # In the order that save_pretrained sorts them into; it decides which one matches first.
    patterns = {
        "rank_pattern": {r".*\.0\.v_proj": 3, "layers.0.q_proj": 2, "v_proj": 5},
        "alpha_pattern": {"layers.0.q_proj": 99, r"layers\.\d\.out": 3, "q_proj": 16},
    }
    every = ["q_proj", "v_proj", "out"]
    exact(
        "peft-patterns",
        "rank_pattern and alpha_pattern as regular expressions; the first match wins",
        LoraConfig(r=4, lora_alpha=8, target_modules=every, **patterns),
        rank=5,
    )
    exact(
        "peft-patterns-rslora",
        "patterns under use_rslora",
        LoraConfig(r=4, lora_alpha=8, target_modules=every, use_rslora=True, **patterns),
        rank=5,
    )


def refusals() -> None:
    q = ["q_proj"]
    refused("peft-conv-groups", "PEFT's lora_A reads the channels of all groups", LoraConfig(r=4, target_modules=["q_proj", "grouped"]), ["in groups", "grouped"])
    refused("peft-lora-bias", "lora_B has a bias", LoraConfig(r=2, target_modules=q, lora_bias=True), ["lora_bias"])
    refused("peft-bias", "biases were trained", LoraConfig(r=2, target_modules=q, bias="lora_only"), ["trained bias"])
    refused("peft-modules-to-save", "a whole layer was trained", LoraConfig(r=2, target_modules=q, modules_to_save=["norm"]), ["modules_to_save"])
    refused("peft-pissa", "PiSSA changes the base", LoraConfig(r=2, target_modules=q, init_lora_weights="pissa"), ["pissa"])
    refused("peft-olora", "OLoRA changes the base", LoraConfig(r=2, target_modules=q, init_lora_weights="olora"), ["olora"])
    refused("peft-target-parameters", "parameters that are no layers", LoraConfig(r=2, target_modules=q, target_parameters=["layers.0.out.weight"]), ["target_parameters"])
    for option, value in {
        "layer_replication": [[0, 2], [1, 2]],
        "use_qalora": True,
        "alora_invocation_tokens": [1, 2],
        "option_of_a_newer_peft": {"on": True},
    }.items():
        name = f"peft-{option.replace('_', '-')}"
        refused(name, f"{option} is set", LoraConfig(r=2, target_modules=q), [option], edit=lambda c, o=option, v=value: c | {o: v})
    for init in ["corda", "loftq", "lora_ga", "pissa_niter_16"]:
        refused(f"peft-init-{init.replace('_', '-')}", f"{init} changes the base", LoraConfig(r=2, target_modules=q), [init], edit=lambda c, i=init: c | {"init_lora_weights": i})
    refused("peft-wrong-rank", "the configuration is another's", LoraConfig(r=2, target_modules=q), ["rank 3", "found 2"], code="IMPORT_INVALID", edit=lambda c: c | {"r": 3})
    refused("peft-wrong-base", "the base's target has another shape", LoraConfig(r=2, target_modules=q), ["[16,12]", "[16,8]"], code="IMPORT_SHAPE_MISMATCH", targets={"layers.0.q_proj": (16, 8), "layers.1.q_proj": (16, 12)})
