"""The backbone: a transformer over 64 latent tokens with the condition in context.

Sequence: 16 tag rows, 2 time tokens, 1 guidance token, 64 latent tokens. Grouped-query attention (Ainslie et al.,
arXiv:2305.13245) with normalised queries and keys (arXiv:2302.05442); no adaLN: the condition is only ever attended to.
The embedding lookup is outside: the host feeds `context`, so that a peel can bring rows for its own words.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .autoencoder import CHANNELS, TOKENS
from .tags import MAX_TAGS

EXTRA = 3  # two time tokens and one guidance token
TARGETS = (
    "attn.q_proj",
    "attn.k_proj",
    "attn.v_proj",
    "attn.o_proj",
    "mlp.fc1",
    "mlp.fc2",
)


class Attention(nn.Module):
    """Grouped-query attention: `heads` query heads share `kv` key and value heads.

    Written out, because the backward pass of torch's fused attention takes longer on a CPU than all the rest of a step.
    """

    def __init__(self, width, heads, kv):
        super().__init__()
        self.heads, self.kv, self.size = heads, kv, width // heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, kv * self.size)
        self.v_proj = nn.Linear(width, kv * self.size)
        self.o_proj = nn.Linear(width, width)
        self.q_norm = nn.RMSNorm(self.size, eps=1e-6)
        self.k_norm = nn.RMSNorm(self.size, eps=1e-6)

    def forward(self, x):
        """[B,T,D] -> [B,T,D]"""
        b, t, d = x.shape
        share = self.heads // self.kv
        q = self.q_norm(self.q_proj(x).view(b, t, self.kv, share, self.size))
        k = self.k_norm(self.k_proj(x).view(b, t, self.kv, self.size))
        v = self.v_proj(x).view(b, t, self.kv, self.size).transpose(1, 2)
        q = q.permute(0, 2, 3, 1, 4).reshape(b, self.kv, share * t, self.size)
        weights = (q @ k.permute(0, 2, 3, 1) * self.size**-0.5).softmax(-1)
        out = (weights.to(v.dtype) @ v).view(b, self.kv, share, t, self.size)
        return self.o_proj(out.permute(0, 3, 1, 2, 4).reshape(b, t, d))


class Mlp(nn.Module):
    """fc2(gelu(fc1(x))), GELU by tanh."""

    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads, kv):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, kv)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)
        for last in (self.attn.o_proj, self.mlp.fc2):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Waves(nn.Module):
    """A scalar [B] as `tokens` rows [B,tokens,D], by 32 sines and cosines and a small MLP."""

    def __init__(self, width, tokens, scale):
        super().__init__()
        frequencies = (
            2 * math.pi * scale * torch.exp(-math.log(1000) * torch.arange(32) / 32)
        )
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.fc1 = nn.Linear(64, width)
        self.fc2 = nn.Linear(width, tokens * width)
        self.tokens = tokens

    def forward(self, value):
        angle = value[:, None] * self.frequencies
        hidden = F.silu(self.fc1(torch.cat([angle.sin(), angle.cos()], -1)))
        return self.fc2(hidden).unflatten(1, (self.tokens, -1))


class Backbone(nn.Module):
    """(latent [B,64,32], time [B], guidance [B], context [B,16,D]) -> x0 [B,64,32]."""

    def __init__(self, width=256, depth=8, heads=8, kv=2):
        super().__init__()
        self.width = width
        self.first = nn.Linear(CHANNELS, width)
        self.position = nn.Parameter(0.02 * torch.randn(1, TOKENS, width))
        self.time = Waves(width, 2, 1.0)
        self.guidance = Waves(width, 1, 0.25)
        self.blocks = nn.ModuleList([Block(width, heads, kv) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, CHANNELS)

    def forward(self, latent, time, guidance, context):
        own = self.first(latent) + self.position
        x = torch.cat([context, self.time(time), self.guidance(guidance), own], 1)
        for block in self.blocks:
            x = block(x)
        return self.last(self.norm(x[:, MAX_TAGS + EXTRA :]))


class Model(nn.Module):
    """Backbone and token embedding together, as they are trained."""

    def __init__(self, words, **shape):
        super().__init__()
        self.backbone = Backbone(**shape)
        self.embedding = nn.Embedding(words + 1, self.backbone.width)
        nn.init.normal_(self.embedding.weight, std=0.3)

    def forward(self, latent, time, guidance, rows):
        """As Backbone.forward, with row numbers [B,16] in place of context."""
        return self.backbone(latent, time, guidance, self.embedding(rows))


def targets(backbone):
    """{module path: linear layer} of everything an adapter can change, in the order of the graph."""
    return {
        f"blocks.{i}.{name}": block.get_submodule(name)
        for i, block in enumerate(backbone.blocks)
        for name in TARGETS
    }
