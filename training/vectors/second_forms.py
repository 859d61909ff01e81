"""Quantised forms of a linear layer in NumPy: a second implementation, from the specification and onnxruntime's
ContribOperators.md. Nothing here is taken from packages/onnx or packages/runtime; the two must agree byte for byte.

A layer's stored values, scales and zero points are arrays [K,N] here, whatever the form's own layout.
"""

import dataclasses
import hashlib
import typing

import numpy as np
import second_merge as merge


@dataclasses.dataclass
class FormLayer:
    """One linear layer of a base; `encode` gives the initializer's bytes of stored values [K,N]."""

    target: dict
    stored: np.ndarray
    scale: np.ndarray | None
    zero_point: np.ndarray | None
    encode: typing.Callable[[np.ndarray], bytes]
    bias: np.ndarray | None = None

    @property
    def weight(self):
        """float32 [K,N] as the operator sees it."""
        return self.seen(self.stored)

    def seen(self, stored):
        if self.scale is None:
            return as_float(stored)
        difference = stored.astype(np.float32) - self.zero_point.astype(np.float32)
        return difference * self.scale.astype(np.float32)

    def merged(self, delta, rounding):
        """Stored values of the weight and `delta` together, on the layer's own grid."""
        if self.scale is None:
            total = as_float(self.stored).astype(np.float64) + delta
            return np.where(
                delta == 0, self.stored, from_float(total, self.stored.dtype)
            )
        scheme = self.target["scheme"]
        scale = np.broadcast_to(self.scale, self.stored.shape)
        return merge.requantise(
            self.stored, scale, delta, scheme["min"], scheme["max"], rounding
        )

    def retention(self, after, delta):
        if self.scale is None:
            applied = as_float(after).astype(np.float64) - as_float(self.stored)
        else:
            steps = after.astype(np.float64) - self.stored.astype(np.float64)
            applied = steps * self.scale.astype(np.float64)
        return retention(applied, delta)


def retention(applied, delta):
    intended = np.sum(delta * delta)
    gain = float(np.sum(applied * delta) / intended)
    return {
        "gain": gain,
        "error": float(np.sqrt(np.sum((applied - delta) ** 2) / intended)),
    }


def as_float(stored):
    return stored.astype(np.float32)


def from_float(total, dtype):
    return total.astype(dtype)


def unpack(packed, bits):
    """Elements of packed bytes along the last axis, the first in the lowest bits."""
    per_byte = 8 // bits
    shifts = np.arange(per_byte, dtype=np.uint8) * np.uint8(bits)
    spread = (packed[..., None] >> shifts) & np.uint8(2**bits - 1)
    return spread.reshape(*packed.shape[:-1], packed.shape[-1] * per_byte)


def pack(values, bits):
    """The reverse of unpack."""
    per_byte = 8 // bits
    spread = values.astype(np.uint8).reshape(*values.shape[:-1], -1, per_byte)
    shifts = np.arange(per_byte, dtype=np.uint8) * np.uint8(bits)
    return np.bitwise_or.reduce(spread << shifts, axis=-1).astype(np.uint8)


def along_k(values, k, block):
    """[N, blocks] as [K,N]: each block's value for all its rows."""
    return np.repeat(values, block, axis=1)[:, :k].T


def read_nbits(weight, scales, zero_points, k, n, bits, block):
    """Stored values, scales and zero points of MatMulNBits, and its encoder."""
    blocks = -(-k // block)
    whole = unpack(weight.reshape(n, blocks * (block * bits // 8)), bits)
    if zero_points is None:
        zeros = np.full((n, blocks), 2 ** (bits - 1), np.uint8)
    elif zero_points.dtype == np.uint8:
        zeros = unpack(zero_points.reshape(n, -1), bits)[:, :blocks]
    else:
        zeros = zero_points.reshape(n, blocks)

    def encode(stored):
        columns = whole.copy()
        columns[:, :k] = stored.T
        return pack(columns, bits).tobytes()

    return (
        np.ascontiguousarray(whole[:, :k].T),
        along_k(scales.reshape(n, blocks), k, block),
        along_k(zeros, k, block),
        encode,
    )


def promoted(layer, delta):
    """int8 values [K,N] in blocks of 32 rows, float32 scales [blocks,N], and the retention."""
    total = layer.weight.astype(np.float64) + delta
    k, n = total.shape
    blocks = -(-k // 32)
    padded = np.zeros((blocks * 32, n))
    padded[:k] = np.abs(total)
    scales = (padded.reshape(blocks, 32, n).max(axis=1) / 127).astype(np.float32)
    scale = np.repeat(scales, 32, axis=0)[:k].astype(np.float64)
    steps = np.divide(total, scale, out=np.zeros_like(total), where=scale != 0)
    values = np.rint(np.clip(steps, -127, 127)).astype(np.int8)
    weight = values.astype(np.float64) * scale
    applied = weight - layer.weight.astype(np.float64)
    return values, scales, weight, retention(applied, delta)


def dynamically_quantised(x):
    """What DynamicQuantizeLinear makes of x, as numbers again."""
    low, high = np.float32(min(x.min(), 0)), np.float32(max(x.max(), 0))
    scale = np.float32((high - low) / np.float32(255))
    zero = np.clip(np.rint(-low / scale), 0, 255)
    whole = np.clip(np.rint(x.astype(np.float32) / scale) + zero, 0, 255)
    return (whole - zero).astype(np.float64) * np.float64(scale)


def sha256(data):
    return hashlib.sha256(data).hexdigest()
