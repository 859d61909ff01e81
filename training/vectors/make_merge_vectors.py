"""Writes packages/conformance/vectors/{quantise,merge,attach}: what a second implementation in NumPy says.

Usage: python training/vectors/make_merge_vectors.py  (needs numpy and onnx; the same bytes at every run)
"""

import base64
import json
import pathlib

import numpy as np
import second_merge as merge
from tiny_base import FORMS, ROWS, SIZES, make_layers, write_base

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/conformance/vectors"
USES = {
    "one": [["a", 1.0]],
    "faint": [["a", 0.03]],
    "two": [["a", 0.7], ["b", -0.5]],
    "strong": [["b", 8.0]],
}
ATTACHED = ["none", "one", "two"]
# No rounding of an activation may hang on the last bits of a float: further than this from every tie.
MARGIN = 1e-3


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def make_peels(rng):
    peels = {}
    for name, rank, alpha in (("a", 4, 8.0), ("b", 3, 3.0)):
        targets = {}
        for path, (k, n) in SIZES.items():
            a = (rng.standard_normal((rank, k)) / np.sqrt(k)).astype(np.float32)
            b = (rng.standard_normal((n, rank)) * 0.05).astype(np.float32)
            targets[path] = (a, b)
        peels[name] = (rank, alpha, targets)
    return peels


def parts_of(uses, peels, path):
    return [
        (*peels[name][2][path], weight * peels[name][1] / peels[name][0])
        for name, weight in uses
    ]


def quantise_vectors(rng):
    cases = []
    for name, signed, low, high, along, zero in (
        ("per tensor int8", True, -127, 127, "tensor", False),
        ("per column int8, a zero and negative scales", True, -127, 127, "n", False),
        ("per row int8", True, -128, 127, "k", False),
        ("per column uint8 with zero points", False, 0, 255, "n", True),
        ("reduced range, and stored values outside of it", True, -64, 64, "n", False),
    ):
        k, n = 9, 7
        dtype = np.int8 if signed else np.uint8
        shape = {"tensor": (1, 1), "k": (k, 1), "n": (1, n)}[along]
        scale = (rng.random(shape) * 0.02 + 0.001).astype(np.float32)
        if "negative" in name:
            scale[0, 1] = 0
            scale[0, 2:4] *= -1
        zero_point = (
            rng.integers(90, 160, shape).astype(dtype)
            if zero
            else np.zeros(shape, dtype)
        )
        edge = 8 if "outside" in name else 0
        stored = rng.integers(low - edge, high + edge + 1, (k, n)).astype(dtype)
        delta = rng.standard_normal((k, n)) * 0.02
        delta[0, :] = 0
        delta[1, :] = scale[0, 0] * 0.5
        delta[2, 0] = 1e30
        seed = f"vector {name}"
        cases.append(
            {
                "name": name,
                "k": k,
                "n": n,
                "signed": signed,
                "min": low,
                "max": high,
                "along": along,
                "scales": encode(scale),
                "zeroPoints": encode(zero_point) if zero else None,
                "stored": encode(stored),
                "dequantised": encode(merge.dequantise(stored, scale, zero_point)),
                "update": encode(delta),
                "seed": seed,
                "nearest": encode(
                    merge.requantise(stored, scale, delta, low, high, merge.nearest)
                ),
                "dither": encode(
                    merge.requantise(
                        stored, scale, delta, low, high, merge.dither(seed)
                    )
                ),
            }
        )
    write(OUT / "quantise/grids.json", cases)


def run(layers, x, form, ranges, parts):
    """Both outputs in float64: every layer on x W + factor x A B + bias, W as stored; x quantised where ranges say."""
    outputs, margin, current = [], 1.0, x.astype(np.float64)
    for layer in layers:
        seen = current
        if ranges is not None and form.activations:
            scale, zero = ranges[layer.path]
            exact = current / np.float64(scale)
            margin = min(margin, np.abs(exact - np.floor(exact) - 0.5).min())
            seen = (np.clip(np.rint(exact) + zero, 0, 255) - zero) * np.float64(scale)
        weight = merge.dequantise(layer.stored, layer.scale, layer.zero_point).astype(
            np.float64
        )
        out = seen @ weight
        for a, b, factor in parts[layer.path]:
            out = (
                out
                + (current @ a.T.astype(np.float64)) @ b.T.astype(np.float64) * factor
            )
        out = out if layer.bias is None else out + layer.bias.astype(np.float64)
        outputs.append(out)
        current = np.maximum(out, 0)
    return outputs, margin


def find_input(layers, form, all_parts, rng):
    """An input and ranges of activations, such that no rounding of an activation is a close call."""
    while True:
        x = rng.standard_normal((1, ROWS, SIZES["layers.0.up"][0])).astype(np.float32)
        hidden = [run(layers, x, form, None, parts)[0][0].max() for parts in all_parts]
        ranges = {
            "layers.0.up": (
                np.float32((x.max() - x.min()) / 255),
                int(np.rint(-x.min() / ((x.max() - x.min()) / 255))),
            ),
            "layers.1.down": (np.float32(max(hidden) / 255), 0),
        }
        if min(run(layers, x, form, ranges, parts)[1] for parts in all_parts) > MARGIN:
            return x, ranges


def main():
    rng = np.random.default_rng(20260201)
    quantise_vectors(rng)
    peels = make_peels(rng)
    write(
        OUT / "merge/peels.json",
        {
            name: {
                "rank": rank,
                "alpha": alpha,
                "targets": {
                    path: {"a": encode(a), "b": encode(b)}
                    for path, (a, b) in targets.items()
                },
            }
            for name, (rank, alpha, targets) in peels.items()
        },
    )
    attach = []
    for form in FORMS:
        layers = make_layers(form, rng)
        parts = {
            use: {path: parts_of(uses, peels, path) for path in SIZES}
            for use, uses in ({"none": []} | USES).items()
        }
        x, ranges = find_input(layers, form, list(parts.values()), rng)
        digest, first, last = write_base(
            form, layers, ranges, OUT / "merge" / form.name
        )
        cases = []
        for use, uses in USES.items():
            targets = []
            for layer in layers:
                k, n = layer.stored.shape
                delta = merge.update(parts[use][layer.path], k, n)
                target = {"path": layer.path}
                for name, rounding in (
                    ("nearest", merge.nearest),
                    ("dither", merge.dither(f"{digest}\n{layer.path}")),
                ):
                    stored = merge.requantise(
                        layer.stored, layer.scale, delta, form.low, form.high, rounding
                    )
                    gain, error = merge.retention(
                        layer.stored, stored, layer.scale, delta
                    )
                    target[name] = {
                        "stored": encode(stored),
                        "gain": gain,
                        "error": error,
                    }
                targets.append(target)
            cases.append({"uses": uses, "targets": targets})
        write(
            OUT / "merge" / form.name / "merged.json",
            {"digest": digest, "cases": cases},
        )
        outputs = []
        for use in ATTACHED:
            quantised, _ = run(layers, x, form, ranges, parts[use])
            floats, _ = run(layers, x, form, None, parts[use])
            outputs.append(
                {
                    "uses": USES.get(use, []),
                    "attached": [encode(out.astype(np.float32)) for out in quantised],
                    "float": [encode(out.astype(np.float32)) for out in floats],
                }
            )
        attach.append(
            {
                "base": form.name,
                "activations": "uint8" if form.activations else "float32",
                "x": encode(x),
                "shape": list(x.shape),
                "names": [first, last],
                "outputs": outputs,
            }
        )
    write(OUT / "attach/outputs.json", attach)


if __name__ == "__main__":
    main()
