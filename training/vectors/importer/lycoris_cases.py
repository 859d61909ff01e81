"""LyCORIS's own modules, their state_dict and their forward passes."""

import torch
from case import Case, randomise
from lycoris.modules.full import FullModule
from lycoris.modules.locon import LoConModule
from lycoris.modules.loha import LohaModule
from lycoris.modules.lokr import LokrModule
from torch import nn

WORDS = ("lora_", "hada_", "lokr_", "dora_scale", "scalar")
PATH = "blocks.0.attn.to_q"
FLAT = "lora_unet_blocks_0_attn_to_q"


def build(kind, layer, **options):
    torch.manual_seed(11)
    module = kind(FLAT, layer, 1.0, **options)
    randomise(module, WORDS)
    return module.eval()


def tensors(module, name=FLAT) -> dict:
    return {f"{name}.{key}": value.detach().clone() for key, value in module.state_dict().items()}


def passed(module, k: int) -> torch.Tensor:
    """The delta that the module adds to its layer's output, by its bypass pass: once times alpha / dim."""
    return module.bypass_forward_diff(torch.eye(k)).detach().T


def once(name, why, kind, n, k, options, **more):
    case = Case(name, why)
    layer = nn.Linear(k, n, bias=False)
    module = build(kind, layer, **options)
    delta = passed(module, k)
    # The pass that it trains with gives the same; get_diff_weight of a LoHa or a LoKr has alpha / dim twice, and no scalar.
    trained = (module(torch.eye(k)) - layer(torch.eye(k))).detach().T
    assert torch.allclose(trained, delta, atol=1e-5), name
    if kind is not LoConModule and not options.get("use_scalar"):
        assert torch.allclose(module.get_diff_weight()[0], delta * module.scale, atol=1e-5), name
    case.save_lora("lora.safetensors", tensors(module), {"ss_network_module": "lycoris.kohya"})
    case.exact("lycoris", {PATH: delta}, **more)


def cut(name, why, kind, n, k, options, rank):
    """The smallest error of any matrix of the rank, by torch's own singular value decomposition."""
    case = Case(name, why)
    module = build(kind, nn.Linear(k, n, bias=False), **options)
    delta = passed(module, k)
    values = torch.linalg.svdvals(delta.double())
    error = (values[rank:].norm() / values.norm()).item()
    case.save_lora("lora.safetensors", tensors(module))
    case.approximate("lycoris", {PATH: delta}, options={"maxRank": rank, "approximate": {"rank": rank}}, error=error)


def dora(name, why, kind, n, k, options):
    case = Case(name, why)
    torch.manual_seed(5)
    layer = nn.Linear(k, n, bias=False)
    module = build(kind, layer, weight_decompose=True, **options)
    weight = layer.weight.detach()
    delta = (module(torch.eye(k)) - layer(torch.eye(k))).detach().T
    case.save_lora("lora.safetensors", tensors(module))
    # Without metadata, a LoCon with dora_scale has nothing that kohya's scripts don't write too.
    case.exact("kohya" if kind is LoConModule else "lycoris", {PATH: delta}, {PATH: weight}, tolerance=1e-5)


def kernel(name, why, kind, layer, options, **more):
    """A convolution: the delta of its weight, held to what the module adds to its layer's output."""
    case = Case(name, why)
    module = build(kind, layer, **options)
    delta = module.get_diff_weight()[0].detach().reshape(layer.weight.shape)
    if kind is not LoConModule:
        delta = delta / module.scale  # it has alpha / dim twice
    x = torch.randn(1, layer.in_channels, 5, 5)
    wanted = (module(x) - layer(x)).detach()
    assert torch.allclose(torch.nn.functional.conv2d(x, delta), wanted, atol=1e-5), name
    case.save_lora("lora.safetensors", tensors(module), {"ss_network_module": "lycoris.kohya"})
    case.exact("lycoris", {PATH: delta}, **more)


def refused(name, why, module, says, targets=None):
    case = Case(name, why)
    case.save_lora("lora.safetensors", tensors(module), {"ss_network_module": "lycoris.kohya"})
    case.refused("IMPORT_UNSUPPORTED", targets or {PATH: (16, 12)}, says)


def main() -> None:
    once("lycoris-locon", "LoCon of a linear layer", LoConModule, 16, 12, {"lora_dim": 4, "alpha": 1}, rank=4, alpha=1)
    once("lycoris-locon-rslora", "rs_lora puts its root into alpha", LoConModule, 16, 12, {"lora_dim": 4, "alpha": 3, "rs_lora": True}, rank=4, alpha=6)
    once("lycoris-locon-scalar", "use_scalar is folded into lora_up", LoConModule, 16, 12, {"lora_dim": 4, "alpha": 4, "use_scalar": True})
    once("lycoris-loha", "rank 2 x 2 by the Khatri-Rao product", LohaModule, 16, 12, {"lora_dim": 2, "alpha": 2}, rank=4)
    once("lycoris-loha-alpha", "alpha / dim is 0.25, applied once", LohaModule, 16, 12, {"lora_dim": 2, "alpha": 0.5}, rank=4)
    once("lycoris-loha-full", "5 x 5 is more than min(N,K): the written-out form", LohaModule, 24, 10, {"lora_dim": 5, "alpha": 5}, rank=10)
    once("lycoris-loha-wide", "the same of a wide layer", LohaModule, 10, 24, {"lora_dim": 5, "alpha": 5}, rank=10)
    once("lycoris-loha-scalar", "use_scalar is folded into hada_w1_a", LohaModule, 16, 12, {"lora_dim": 3, "alpha": 3, "use_scalar": True}, rank=9)
    once("lycoris-lokr-full", "both factors full: scale 1 whatever alpha says", LokrModule, 24, 12, {"lora_dim": 100, "alpha": 1})
    once("lycoris-lokr-low", "w2 factored, alpha / dim", LokrModule, 24, 16, {"lora_dim": 2, "alpha": 1, "factor": 2})
    once("lycoris-lokr-both", "both factored", LokrModule, 24, 24, {"lora_dim": 1, "alpha": 0.5, "decompose_both": True, "factor": 4}, rank=1)
    once("lycoris-lokr-unbalanced", "unbalanced factorization", LokrModule, 24, 16, {"lora_dim": 1, "alpha": 1, "factor": 4, "unbalanced_factorization": True})
    once("lycoris-lokr-rslora", "rs_lora puts its root into alpha", LokrModule, 24, 16, {"lora_dim": 2, "alpha": 1, "factor": 2, "rs_lora": True})
    cut("lycoris-loha-cut", "LoHa cut to rank 3, as well as any matrix of rank 3 can be", LohaModule, 20, 14, {"lora_dim": 3, "alpha": 3}, 3)
    cut("lycoris-lokr-cut", "LoKr cut to rank 5 from two small decompositions", LokrModule, 24, 20, {"lora_dim": 100, "alpha": 1}, 5)
    dora("lycoris-dora", "dora_scale [N,1]", LoConModule, 16, 12, {"lora_dim": 2, "alpha": 1})
    dora("lycoris-dora-columns", "wd_on_out=False: dora_scale [1,K]", LoConModule, 16, 12, {"lora_dim": 2, "alpha": 1, "wd_on_out": False})
    dora("lycoris-dora-loha", "DoRA on a LoHa", LohaModule, 12, 16, {"lora_dim": 2, "alpha": 2})

    point = Case("lycoris-locon-1x1", "a 1x1 convolution is a linear layer")
    module = build(LoConModule, nn.Conv2d(12, 16, 1), lora_dim=3, alpha=2)
    point.save_lora("lora.safetensors", tensors(module), {"ss_network_module": "lycoris.kohya"})
    point.exact("lycoris", {PATH: module.get_diff_weight()[0].flatten(1)})
    conv = lambda: nn.Conv2d(12, 16, 3)
    kernel("lycoris-locon-3x3", "a 3x3 convolution", LoConModule, conv(), {"lora_dim": 2, "alpha": 1}, rank=2, alpha=1)
    kernel("lycoris-locon-tucker", "lora_mid holds the kernel", LoConModule, conv(), {"lora_dim": 3, "alpha": 2, "use_tucker": True}, rank=3)
    kernel("lycoris-loha-3x3", "its second factors are flattened kernels", LohaModule, conv(), {"lora_dim": 2, "alpha": 2}, rank=4)
    kernel("lycoris-lokr-3x3", "its second factor holds the kernel", LokrModule, conv(), {"lora_dim": 100, "alpha": 1})
    kernel("lycoris-lokr-3x3-low", "its second factor is itself low-rank, flattened", LokrModule, conv(), {"lora_dim": 1, "alpha": 1, "factor": 2})
    kernel("lycoris-loha-tucker", "hada_t1 and hada_t2 hold the kernel: still rank 2 x 2", LohaModule, conv(), {"lora_dim": 2, "alpha": 1, "use_tucker": True}, rank=4)
    kernel("lycoris-lokr-tucker", "lokr_t2 holds the kernel", LokrModule, conv(), {"lora_dim": 1, "alpha": 1, "use_tucker": True, "factor": 2})
    refused("lycoris-full", "a whole difference", build(FullModule, nn.Linear(12, 16)), ["full update", FLAT])
