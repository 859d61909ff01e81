"""Calibrated rounding: a second implementation, from docs/specification/base.md. Nothing here is taken from
packages/runtime; the two must agree byte for byte."""

import numpy as np
import second_forms as forms
import second_merge as merge

OWN_WEIGHT = 100


def directions(moments, parts):
    """V [K, width] in float64: the moments' factors, then each row of every A."""
    diagonal, factors = (each.astype(np.float64) for each in moments)
    mean = _sum(diagonal) / len(diagonal)
    columns = [factors[:, r] for r in range(factors.shape[1])]
    for a, _, _ in parts:
        for row in a.astype(np.float64):
            square = _sum(row * row)
            length = 0.0 if square == 0 else np.sqrt(OWN_WEIGHT * mean / square)
            columns.append(row * length)
    return diagonal, np.stack(columns, axis=1)


def unknown(k):
    """Moments of inputs of which nothing is known."""
    return np.ones(k), np.zeros((k, 0))


def _sum(values):
    """From the first to the last, each step rounded."""
    return np.add.accumulate(values)[-1]


def coefficients(diagonal, v):
    """g [K, width]: U[j, k] = v[j] . g[k] for j < k, where diag + V V^T = U D U^T with U upper unit triangular."""
    k, width = v.shape
    inverse = np.eye(width)
    g = np.zeros_like(v)
    for row in range(k - 1, -1, -1):
        product = np.array([_sum(inverse[i] * v[row]) for i in range(width)])
        left = diagonal[row]
        for i in range(width):
            left = left + v[row, i] * product[i]
        g[row] = product / left
        inverse = inverse - product[:, None] * g[row][None, :]
    return g


def merged(layer, delta, parts, moments):
    """Stored values [K,N] of the weight and `delta`, the error of each row passed on to those behind it."""
    diagonal, v = directions(moments, parts)
    g = coefficients(diagonal, v)
    k, n = delta.shape
    passed = np.zeros((v.shape[1], n))
    after = layer.stored.copy()
    for row in range(k):
        own = _row(layer, row)
        change = np.zeros(n)
        for i in range(v.shape[1]):
            change = change + g[row, i] * passed[i]
        after[row] = own.merged((delta[row] - change)[None, :], merge.nearest)[0]
        error = applied(own, after[row : row + 1])[0] - delta[row]
        passed = passed + v[row][:, None] * error[None, :]
    return after


def _row(layer, row):
    """The layer of one row."""

    def cut(values):
        if values is None:
            return None
        return np.broadcast_to(values, layer.stored.shape)[row : row + 1]

    return forms.FormLayer(
        layer.target,
        layer.stored[row : row + 1],
        cut(layer.scale),
        cut(layer.zero_point),
        layer.encode,
    )


def applied(layer, after):
    """By how much the stored weight changes, in float64."""
    if layer.scale is None:
        return forms.as_float(after).astype(np.float64) - forms.as_float(layer.stored)
    steps = after.astype(np.float64) - layer.stored.astype(np.float64)
    return steps * layer.scale.astype(np.float64)


def retention(layer, after, delta, moments):
    """Gain and error as the layer's outputs see them, by M = diag + F F^T."""
    diagonal, factors = (each.astype(np.float64) for each in moments)
    change = applied(layer, after)

    def product(a, b):
        return np.sum(diagonal[:, None] * a * b) + np.sum(
            (factors.T @ a) * (factors.T @ b)
        )

    rest = change - delta
    return {
        "gain": float(product(change, delta) / product(delta, delta)),
        "error": float(np.sqrt(product(rest, rest) / product(delta, delta))),
    }
