"""Fake quantisation of the targets, and the low-rank branch beside them.

int8: weights per output channel, symmetric in [-127,127]; activations uint8 per tensor with a frozen range.
int4: weights in blocks of 32 along K, symmetric in [-7,7]; activations as for int8.
Gradients pass straight through the rounding (Jacob et al., arXiv:1712.05877).
"""

import torch
import torch.nn.functional as F
from torch import nn

BLOCK = 32


def scales8(weight):
    """[N,K] -> [N]: one step for each output channel."""
    return weight.detach().abs().amax(1).clamp(min=1e-8) / 127


def fake8(weight):
    """[N,K] rounded to the int8 grid."""
    zero = torch.zeros(len(weight), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(
        weight, scales8(weight), zero, 0, -127, 127
    )


def fake4(weight):
    """[N,K] rounded to the int4 grid of blocks along K; K is a multiple of 32."""
    blocks = weight.reshape(-1, BLOCK)
    scale = blocks.detach().abs().amax(1).clamp(min=1e-8) / 7
    zero = torch.zeros(len(blocks), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(
        blocks, scale, zero, 0, -7, 7
    ).view_as(weight)


def affine(low, high):
    """(scale, zero point) of a uint8 range that holds 0."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = max(high - low, 1e-8) / 255
    return scale, int(min(255, max(0, round(-low / scale))))


class Target(nn.Linear):
    """A linear layer that can be fake-quantised and can carry a low-rank branch.

    `bits` is 0 (float), 8 or 4. While `observing`, the input range follows the 0.01 and 99.99 percentiles.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer("low", torch.tensor(0.0))
        self.register_buffer("high", torch.tensor(0.0))
        self.bits, self.observing, self.strength = 0, False, 0.0

    @classmethod
    def of(cls, linear):
        """The same layer as a Target; parameters are shared."""
        target = cls(linear.in_features, linear.out_features)
        target.weight, target.bias = linear.weight, linear.bias
        return target

    @torch.no_grad()
    def observe(self, x):
        flat = x.detach().flatten()
        sample = flat[torch.randint(len(flat), (65536,))]
        low, high = torch.quantile(sample, torch.tensor([0.0001, 0.9999]))
        weight = 1.0 if self.high == 0 else 0.1
        self.low.lerp_(low.clamp(max=0), weight)
        self.high.lerp_(high.clamp(min=0), weight)

    def add_branch(self, rank):
        """Trainable lora_A [r,K] and lora_B [N,r]; B starts at zero, so nothing changes yet."""
        self.lora_A = nn.Parameter(
            torch.randn(rank, self.in_features) / rank**0.5 / self.in_features**0.5
        )
        self.lora_B = nn.Parameter(torch.zeros(self.out_features, rank))

    def forward(self, x):
        if self.observing:
            self.observe(x)
        if self.bits == 0:
            y = F.linear(x, self.weight, self.bias)
        else:
            scale, zero = affine(self.low, self.high)
            rounded = torch.fake_quantize_per_tensor_affine(x, scale, zero, 0, 255)
            weight = fake8(self.weight) if self.bits == 8 else fake4(self.weight)
            y = F.linear(rounded, weight, self.bias)
        if self.strength:
            y = y + self.strength * F.linear(F.linear(x, self.lora_A), self.lora_B)
        return y


def prepare(backbone):
    """Replaces every target of the backbone by a Target, in place; returns {path: Target}."""
    from .backbone import TARGETS

    out = {}
    for i, block in enumerate(backbone.blocks):
        for name in TARGETS:
            parent, leaf = block.get_submodule(name.split(".")[0]), name.split(".")[1]
            out[f"blocks.{i}.{name}"] = Target.of(getattr(parent, leaf))
            setattr(parent, leaf, out[f"blocks.{i}.{name}"])
    return out


def set_bits(targets, bits):
    for target in targets.values():
        target.bits = bits


def set_observing(targets, on):
    for target in targets.values():
        target.observing = on


def share_ranges(targets):
    """q, k and v read the same tensor: gives them one range, so that the graph needs one QuantizeLinear."""
    for path, target in targets.items():
        if path.endswith("attn.q_proj"):
            for other in ("k_proj", "v_proj"):
                twin = targets[path.replace("q_proj", other)]
                twin.low.copy_(target.low)
                twin.high.copy_(target.high)
