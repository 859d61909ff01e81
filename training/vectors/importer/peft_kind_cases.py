"""PEFT's kinds beside LoRA: LoHa, LoKr, AdaLoRA and VeRA have low-rank forms, the others are refused by name."""

import torch
from case import Case
from peft import AdaLoraConfig, BOFTConfig, IA3Config, LoHaConfig, LoKrConfig, LoraConfig, OFTConfig, PeftModel, VeraConfig
from peft_cases import Model, adapted, deltas, exact, refused, save

PATTERNS = {
    "rank_pattern": {r".*\.0\.v_proj": 3, "layers.0.q_proj": 2},
    "alpha_pattern": {r"layers\.\d\.out": 3, "q_proj": 16},
}
EVERY = ["q_proj", "v_proj", "out"]


def loha() -> None:
    q = ["q_proj"]
    exact("peft-loha", "LoHa: rank 2 x 2", LoHaConfig(r=2, alpha=4, target_modules=q), rank=4)
    exact("peft-loha-full", "4 x 4 is more than min(N,K)", LoHaConfig(r=4, alpha=1, target_modules=q), rank=12)
    exact("peft-loha-patterns", "rank_pattern and alpha_pattern", LoHaConfig(r=1, alpha=8, target_modules=EVERY, **PATTERNS))
    exact("peft-loha-conv", "flattened kernels", LoHaConfig(r=2, alpha=2, target_modules=["conv"]), rank=4)
    exact("peft-loha-effective", "use_effective_conv2d: hada_t1 and hada_t2 hold the kernel", LoHaConfig(r=2, alpha=3, target_modules=["conv"], use_effective_conv2d=True), rank=4)
    exact("peft-loha-groups", "of a convolution in groups it is a change of the weight", LoHaConfig(r=2, target_modules=["grouped"]))
    exact("peft-loha-conv1d", "along one axis", LoHaConfig(r=1, target_modules=["wave"], use_effective_conv2d=True), rank=1)
    exact("peft-loha-1x1", "a 1x1 convolution", LoHaConfig(r=2, target_modules=["point"], use_effective_conv2d=True), flat=True)
    exact("peft-loha-bfloat16", "bfloat16 factors", LoHaConfig(r=2, alpha=2, target_modules=q), cast=torch.bfloat16)


def lokr() -> None:
    q = ["q_proj"]
    exact("peft-lokr", "both sides whole: alpha / r, where LyCORIS has 1", LoKrConfig(r=8, alpha=4, target_modules=q))
    exact("peft-lokr-low", "the second side factored", LoKrConfig(r=1, alpha=2, target_modules=q, decompose_factor=2))
    exact("peft-lokr-both", "decompose_both", LoKrConfig(r=1, alpha=3, target_modules=q, decompose_both=True, decompose_factor=4), rank=1)
    exact("peft-lokr-patterns", "rank_pattern and alpha_pattern", LoKrConfig(r=1, alpha=8, target_modules=EVERY, **PATTERNS))
    exact("peft-lokr-conv", "the second side holds the kernel", LoKrConfig(r=8, alpha=4, target_modules=["conv"]))
    exact("peft-lokr-conv-low", "the second side factored and flattened", LoKrConfig(r=1, alpha=4, target_modules=["conv"], decompose_factor=2))
    exact("peft-lokr-effective", "use_effective_conv2d: lokr_t2 holds the kernel", LoKrConfig(r=1, alpha=4, target_modules=["conv"], decompose_factor=2, use_effective_conv2d=True))
    exact("peft-lokr-conv1d", "along one axis, the second side factored", LoKrConfig(r=1, alpha=4, target_modules=["wave"], decompose_factor=2))


def cut(name: str, why: str, config, rank: int) -> None:
    """The smallest error of any matrix of the rank, by torch's own singular value decomposition."""
    case = Case(name, why)
    model = adapted(config)
    (path, delta), *_ = deltas(model).items()
    values = torch.linalg.svdvals(delta.double())
    error = (values[rank:].norm() / values.norm()).item()
    save(case, model)
    case.approximate("peft", {path: delta}, options={"maxRank": rank, "approximate": {"rank": rank}}, error=error)


def adalora() -> None:
    case = Case("peft-adalora", "alpha / (init_r + 1e-5), whatever rank is left of it")
    config = AdaLoraConfig(init_r=4, target_r=2, lora_alpha=6, total_step=10, target_modules=["q_proj"])
    model = adapted(config)
    kept = {"layers.0.q_proj": [True, False, True, True], "layers.1.q_proj": [False, True, False, False]}
    config.rank_pattern = {f"{path}.lora_E": ranks for path, ranks in kept.items()}
    save(case, model)
    # What PEFT itself makes of the files.
    loaded = PeftModel.from_pretrained(Model(), case.files)
    case.exact("peft", deltas(loaded), rank=3)


def vera() -> None:
    exact("peft-vera", "one A and B for layers of different sizes, each cut to its own", VeraConfig(r=3, target_modules=EVERY), rank=3)
    exact("peft-vera-bfloat16", "bfloat16 factors", VeraConfig(r=2, target_modules=["q_proj"]), cast=torch.bfloat16)
    exact("peft-vera-fan-in-fan-out", "of a Conv1D, whose weight is stored the other way round", VeraConfig(r=2, target_modules=["c_attn"], fan_in_fan_out=True), transpose=True)


def refusals() -> None:
    q = ["q_proj"]
    refused("peft-vera-projections", "VeRA whose projections were not saved", VeraConfig(r=2, target_modules=q, save_projection=False), ["VeRA", "save_projection"])
    refused("peft-vera-wrong-rank", "r is another's", VeraConfig(r=2, target_modules=q), ["vera_A", "found 3"], code="IMPORT_INVALID", edit=lambda c: c | {"r": 3})
    refused("peft-ia3", "IA3", IA3Config(target_modules=q, feedforward_modules=[]), ["IA3"])
    refused("peft-oft", "OFT", OFTConfig(r=0, oft_block_size=4, target_modules=q), ["OFT", "rotates"])
    refused("peft-boft", "BOFT", BOFTConfig(boft_block_size=4, target_modules=q), ["BOFT"])
    for kind, words in {"XLORA": "X-LoRA", "PROMPT_TUNING": "prompt tuning", "SOMETHING_NEW": "unknown kind"}.items():
        name = f"peft-kind-{kind.lower().replace('_', '-')}"
        refused(name, f"peft_type {kind}", LoraConfig(r=2, target_modules=q), [words, kind], edit=lambda c, k=kind: c | {"peft_type": k})
    # PEFT takes kron of [a,b] and [c,d,k] as that of [1,a,b]: no change of the weight that LyCORIS would make.
    refused("peft-lokr-conv1d-whole", "PEFT mixes up the axes of a one-dimensional kernel", LoKrConfig(r=8, target_modules=["wave"]), ["one-dimensional", "wave"], targets={"wave": (10, 30)})
    refused("peft-loha-modules-to-save", "a whole layer was trained beside a LoHa", LoHaConfig(r=2, target_modules=q, modules_to_save=["norm"]), ["modules_to_save"])
    refused("peft-lokr-wrong-rank", "the configuration is another's", LoKrConfig(r=1, target_modules=q, decompose_factor=2), ["rank 3", "found 1"], code="IMPORT_INVALID", edit=lambda c: c | {"r": 3})
    refused("peft-loha-option", "an option of a newer PEFT", LoHaConfig(r=2, target_modules=q), ["weight_decompose"], edit=lambda c: c | {"weight_decompose": True})
    refused("peft-adalora-wrong-rank", "init_r is another's", AdaLoraConfig(init_r=2, total_step=9, target_modules=q), ["rank 1", "found 2"], code="IMPORT_INVALID", edit=lambda c: c | {"init_r": 1})


def main() -> None:
    loha()
    lokr()
    cut("peft-lokr-cut", "LoKr cut to rank 3", LoKrConfig(r=16, alpha=4, target_modules=["layers.0.q_proj"]), 3)
    adalora()
    vera()
    refusals()
