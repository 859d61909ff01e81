"""The noise of a seed, as docs/specification/base.md (Noise) defines it: Philox4x32-10 and Box-Muller."""

import numpy as np
import torch

from .autoencoder import CHANNELS, TOKENS

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (0x9E3779B9, 0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)


def philox(counter, key, rounds=10):
    """Salmon et al., SC 2011. counter: four uint64 arrays of 32-bit words; key: two integers. Four word arrays."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(rounds):
        p0, p1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        high0, high1 = p0 >> np.uint64(32), p1 >> np.uint64(32)
        c0, c1, c2, c3 = (
            high1 ^ c1 ^ np.uint64(k0),
            p1 & LOW,
            high0 ^ c3 ^ np.uint64(k1),
            p0 & LOW,
        )
        k0, k1 = (k0 + WEYL[0]) & 0xFFFFFFFF, (k1 + WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def stream(seed, j, count):
    """The first `count` numbers of stream j of a seed: float32 [count]."""
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    zero = np.zeros_like(blocks)
    words = philox((blocks, zero, zero + np.uint64(j), zero), (seed, 0))
    u0, u1, u2, u3 = ((w.astype(np.float64) + 0.5) / 2**32 for w in words)
    out = np.empty((len(blocks), 4))
    for at, (a, b) in ((0, (u0, u1)), (2, (u2, u3))):
        radius = np.sqrt(-2 * np.log(a))
        out[:, at] = radius * np.cos(2 * np.pi * b)
        out[:, at + 1] = radius * np.sin(2 * np.pi * b)
    return out.ravel()[:count].astype(np.float32)


def noise(seeds, j):
    """noise_j of each seed: [len(seeds),64,32]."""
    made = [stream(s, j, TOKENS * CHANNELS).reshape(TOKENS, CHANNELS) for s in seeds]
    return torch.from_numpy(np.stack(made))


def of(seeds):
    """noise(j) for the seeds, as sampler.student takes it."""
    return lambda j: noise(seeds, j)
