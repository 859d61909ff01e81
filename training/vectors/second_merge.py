"""Merging a low-rank update into a quantised weight: a second implementation, from the specification.

Nothing here is taken from packages/onnx or packages/runtime; the two must agree byte for byte.
"""

import hashlib

import numpy as np


def dequantise(stored, scale, zero_point):
    """Weights float32 [K,N] of stored values [K,N]; scale and zero_point broadcast against it."""
    return (stored.astype(np.float32) - zero_point.astype(np.float32)) * scale.astype(
        np.float32
    )


def update(parts, k, n):
    """Sum of factor * (B A)^T as float64 [K,N]; parts are (A [r,K], B [N,r], factor), summed in order."""
    total = np.zeros((k, n))
    for a, b, factor in parts:
        for r in range(a.shape[0]):
            total = (
                total
                + (np.float64(factor) * b[:, r].astype(np.float64))[None, :]
                * a[r].astype(np.float64)[:, None]
            )
    return total


def requantise(stored, scale, delta, low, high, rounding):
    """Stored values nearest to stored + delta on the same grid; `rounding` takes float64 [K,N]."""
    scale = np.broadcast_to(scale.astype(np.float64), stored.shape)
    steps = np.divide(delta, scale, out=np.zeros(stored.shape), where=scale != 0)
    value = np.clip(stored.astype(np.float64) + steps, low, high)
    return np.where(delta == 0, stored, rounding(value)).astype(stored.dtype)


def nearest(value):
    """To the nearest whole number, ties to even."""
    return np.rint(value)


def dither(text):
    """Unbiased rounding seeded by the first 8 bytes of the text's SHA-256."""
    digest = hashlib.sha256(text.encode()).digest()
    low = np.uint32(int.from_bytes(digest[0:4], "little"))
    high = np.uint32(int.from_bytes(digest[4:8], "little"))

    def rounding(value):
        index = np.arange(value.size, dtype=np.uint64).reshape(value.shape)
        first = _lowbias32(low ^ (index & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        bits = _lowbias32(first ^ high ^ (index >> np.uint64(32)).astype(np.uint32))
        return np.floor(value + bits.astype(np.float64) / 2.0**32)

    return rounding


def _lowbias32(x):
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def retention(before, after, scale, delta):
    """Gain and relative error of the applied change."""
    applied = (after.astype(np.float64) - before.astype(np.float64)) * scale.astype(
        np.float64
    )
    intended = np.sum(delta * delta)
    return float(np.sum(applied * delta) / intended), float(
        np.sqrt(np.sum((applied - delta) ** 2) / intended)
    )
