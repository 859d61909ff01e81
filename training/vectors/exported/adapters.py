"""LoRAs of the nets: made and saved by PEFT; of the layers whose update PEFT can't say, in canonical names."""

import shutil
import warnings

import numpy as np
import torch
from nets import NETS, build
from peft import LoraConfig, get_peft_model
from safetensors.numpy import load_file, save_file
from torch import nn

# By peel: rank, alpha, and the size of its update beside the weight's.
PEELS = {
    "r1": (1, 2, 0.1),
    "r4": (4, 4, 0.2),
    "r16": (16, 8, 0.1),
    "faint": (4, 4, None),
}
USES = {
    "none": [],
    "r1": [["r1", 1]],
    "r4": [["r4", 1]],
    "r16": [["r16", 0.75]],
    "faint": [["faint", 1]],
    "both": [["r4", 1], ["r1", -0.5]],
}
# Largest element of the faint update, in steps of the finest int8 grid of the weight.
FAINT = 0.2


def groups_of(layer):
    return getattr(layer, "groups", 1)


def is_transposed(layer):
    return isinstance(layer, nn.ConvTranspose2d)


def sizes(layer):
    """K, N and the shape of lora_A without its rank."""
    if isinstance(layer, nn.Linear):
        return layer.in_features, layer.out_features, (layer.in_features,)
    if isinstance(layer, nn.Embedding):
        return layer.num_embeddings, layer.embedding_dim, (layer.num_embeddings,)
    inner = (layer.in_channels // layer.groups, *layer.kernel_size)
    return int(np.prod(inner)), layer.out_channels, inner


def to_matrix(weight, layer):
    """A weight as torch keeps it, as [K,N]."""
    if isinstance(layer, nn.Embedding):
        return weight
    if not is_transposed(layer):
        return weight.reshape(weight.shape[0], -1).T
    groups = layer.groups
    channels, width = weight.shape[0] // groups, weight.shape[1]
    parts = weight.reshape(groups, channels, width, -1)
    return parts.transpose(1, 3, 0, 2).reshape(-1, groups * width)


def from_matrix(matrix, layer):
    """The reverse of to_matrix."""
    shape = tuple(layer.weight.shape)
    if isinstance(layer, nn.Embedding):
        return matrix
    if not is_transposed(layer):
        return np.ascontiguousarray(matrix.T).reshape(shape)
    groups, width = layer.groups, shape[1]
    channels = shape[0] // groups
    parts = matrix.reshape(channels, -1, groups, width)
    return np.ascontiguousarray(parts.transpose(2, 0, 3, 1)).reshape(shape)


def factors(rng, layer, peel):
    """A [r,K] and B [N,r], float32."""
    rank, alpha, relative = PEELS[peel]
    k, n, _ = sizes(layer)
    weight = to_matrix(layer.weight.detach().numpy(), layer)
    a = rng.standard_normal((rank, k))
    b = rng.standard_normal((n, rank))
    delta = alpha / rank * (b @ a)
    if relative is None:
        step = np.abs(weight).max(axis=0).min() / 127
        b *= FAINT * step / np.abs(delta).max()
    else:
        b *= relative * np.linalg.norm(weight) / np.linalg.norm(delta)
    return a.astype(np.float32), b.astype(np.float32)


def make(net, folder):
    """Saves every peel of a net to folder/<peel>; returns A and B by peel and layer."""
    _, _, layers, by_peft = NETS[net]
    made = {}
    for index, (peel, (rank, alpha, _)) in enumerate(PEELS.items()):
        rng = np.random.default_rng([3, index])
        own = build(net)
        made[peel] = {
            path: factors(rng, own.get_submodule(path), peel) for path in layers
        }
        target = folder / peel
        shutil.rmtree(target, ignore_errors=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = LoraConfig(
                r=rank,
                lora_alpha=alpha,
                target_modules=by_peft,
                init_lora_weights=False,
            )
            model = get_peft_model(own, config)
            for path in by_peft:
                fill(model.base_model.model.get_submodule(path), made[peel][path])
            model.save_pretrained(target)
        (target / "README.md").unlink(missing_ok=True)
        extra = {}
        for path in layers:
            if path in by_peft:
                continue
            a, b = made[peel][path]
            _, n, inner = sizes(own.get_submodule(path))
            extra[f"{path}.lora_A.weight"] = a.reshape(rank, *inner)
            extra[f"{path}.lora_B.weight"] = b.reshape(n, rank, *[1] * (len(inner) - 1))
        if extra:
            save_file(extra, target / "extra.safetensors")
        saved = load_file(target / "adapter_model.safetensors")
        assert len(saved) == 2 * len(by_peft), saved.keys()
    return made


def saved(net, folder):
    """A and B by peel and layer, as `make` saved them."""
    made = {}
    for peel, (rank, _, _) in PEELS.items():
        tensors = load_file(folder / peel / "adapter_model.safetensors")
        extra = folder / peel / "extra.safetensors"
        tensors |= load_file(extra) if extra.exists() else {}
        named = {
            name.removeprefix("base_model.model.")
            .removesuffix(".weight")
            .replace("lora_embedding_", "lora_"): tensor
            for name, tensor in tensors.items()
        }
        made[peel] = {
            path: (
                named[f"{path}.lora_A"].reshape(rank, -1),
                named[f"{path}.lora_B"].reshape(-1, rank),
            )
            for path in NETS[net][2]
        }
    return made


def fill(layer, pair):
    """Puts A and B into a PEFT layer, and holds PEFT's own delta to theirs."""
    a, b = (torch.from_numpy(each) for each in pair)
    with torch.no_grad():
        if "default" in layer.lora_embedding_A:
            layer.lora_embedding_A["default"].copy_(a)
            layer.lora_embedding_B["default"].copy_(b)
            delta = layer.get_delta_weight("default").T
        else:
            inner = layer.lora_A["default"].weight
            inner.copy_(a.reshape(inner.shape))
            outer = layer.lora_B["default"].weight
            outer.copy_(b.reshape(outer.shape))
            delta = layer.get_delta_weight("default")
    expected = layer.scaling["default"] * (b @ a)
    assert torch.allclose(delta.reshape(expected.shape), expected, atol=1e-6)


def float_outputs(net, deltas, x):
    """What the float model gives with W + delta W."""
    model = build(net)
    with torch.no_grad():
        for path, delta in deltas.items():
            layer = model.get_submodule(path)
            layer.weight += torch.from_numpy(
                from_matrix(delta, layer).astype(np.float32)
            )
        return model(torch.from_numpy(x)).numpy()
