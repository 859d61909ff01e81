"""Writes packages/conformance/vectors/forms: every quantised form, by a second implementation in NumPy.

Usage: python training/vectors/make_form_vectors.py [NAME ...]
Needs numpy, onnx, onnxruntime and onnx_ir (for onnxruntime's quantisers); the same bytes at every run. Run
make_merge_vectors.py first: the peels are those of vectors/merge.
"""

import base64
import json
import sys
import zlib

import form_bases as bases
import numpy as np
import plain_bases
import second_forms as forms
import second_merge as merge
from make_merge_vectors import OUT, USES, encode, parts_of, write
from tiny_base import ROWS, SIZES

RUN = {"none": []} | {name: USES[name] for name in ("one", "two")}

FORMS = {
    "nbits4": lambda rng: bases.nbits_by_tool(rng, 4, 16, True),
    "nbits4-zero-points": lambda rng: bases.nbits_by_tool(rng, 4, 32, False),
    "nbits8": lambda rng: bases.nbits_by_tool(rng, 8, 16, True),
    "nbits4-flat": lambda rng: bases.nbits_by_hand(rng, 4, 16, True, "packed", True),
    "nbits4-float-zero-points": lambda rng: bases.nbits_by_hand(
        rng, 4, 16, False, "float"
    ),
    "nbits2": lambda rng: bases.nbits_by_hand(rng, 2, 16, False, None),
    "blocked-int4": lambda rng: plain_bases.blocked_by_tool(rng, True),
    "blocked-uint4": lambda rng: plain_bases.blocked_by_tool(rng, False),
    "blocked-int8": lambda rng: plain_bases.qdq_by_hand(
        rng, 8, True, "block", "kn", "matmul"
    ),
    "blocked-uint4-gemm": lambda rng: plain_bases.qdq_by_hand(
        rng, 4, False, "block", "nk", "gemm", True
    ),
    "dynamic-int8": lambda rng: plain_bases.dynamic_by_tool(rng, True, False),
    "dynamic-uint8-channel": lambda rng: plain_bases.dynamic_by_tool(rng, False, True),
    "fused-dynamic": lambda rng: plain_bases.fused_by_hand(
        rng, "DynamicQuantizeMatMul", "channel", False
    ),
    "fused-to-float": lambda rng: plain_bases.fused_by_hand(
        rng, "MatMulIntegerToFloat", "tensor", True
    ),
    "gemm-int8": lambda rng: plain_bases.qdq_by_hand(
        rng, 8, True, "channel", "kn", "gemm"
    ),
    "gemm-turned-uint8": lambda rng: plain_bases.qdq_by_hand(
        rng, 8, False, "channel", "nk", "gemm", True
    ),
    "transposed-int8": lambda rng: plain_bases.qdq_by_hand(
        rng, 8, True, "channel", "nk", "transpose"
    ),
    "channel-int4": lambda rng: plain_bases.qdq_by_hand(
        rng, 4, True, "channel", "kn", "matmul"
    ),
    "float32": lambda rng: plain_bases.plain(rng, np.float32, "matmul"),
    "float32-gemm": lambda rng: plain_bases.plain(rng, np.float32, "gemm"),
    "float32-transposed": lambda rng: plain_bases.plain(rng, np.float32, "transpose"),
    "float16": lambda rng: plain_bases.plain(rng, np.float16, "matmul"),
}


def read_peels():
    text = (OUT / "merge/peels.json").read_text()
    peels = {}
    for name, peel in json.loads(text).items():
        targets = {}
        for path, (k, n) in SIZES.items():
            a, b = (
                np.frombuffer(base64.b64decode(peel["targets"][path][half]), np.float32)
                for half in ("a", "b")
            )
            targets[path] = (a.reshape(peel["rank"], k), b.reshape(n, peel["rank"]))
        peels[name] = (peel["rank"], peel["alpha"], targets)
    return peels


def run(layers, x, weights, deltas, dynamic):
    """The last output, in float64: every layer on seen x times weight, and x times delta, plus bias."""
    current = x.astype(np.float64)
    for layer, weight, delta in zip(layers, weights, deltas, strict=True):
        seen = forms.dynamically_quantised(current) if dynamic else current
        out = seen @ weight.astype(np.float64) + current @ delta
        out = out if layer.bias is None else out + layer.bias.astype(np.float64)
        current = np.maximum(out, 0)
    return encode(out.astype(np.float32))


def write_base(name, model, layers):
    folder = OUT / "forms" / name
    folder.mkdir(parents=True, exist_ok=True)
    content = model.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(content)
    digest = forms.sha256(content)
    card = {
        "formatVersion": 1,
        "family": "tiny",
        "version": "1.0.0",
        "description": f"Vector: {name}.",
        "license": "CC0-1.0",
        "files": [{"path": "model.onnx", "bytes": len(content), "sha256": digest}],
        "graphs": {"main": {"model": "model.onnx"}},
        "targets": [layer.target for layer in layers],
    }
    (folder / "base.json").write_text(json.dumps(card, indent=1) + "\n")
    return "sha256:" + forms.sha256(f"{digest}  model.onnx\n".encode())


def merges(digest, layers, deltas):
    targets = []
    for layer, delta in zip(layers, deltas, strict=True):
        path = layer.target["path"]
        found = {"path": path}
        for name, rounding in (
            ("nearest", merge.nearest),
            ("dither", merge.dither(f"{digest}\n{path}")),
        ):
            after = layer.merged(delta, rounding)
            sha256 = forms.sha256(layer.encode(after))
            found[name] = {"sha256": sha256} | layer.retention(after, delta)
        scheme = layer.target["scheme"]
        if scheme["granularity"] == "block" and scheme["bits"] < 8:
            values, scales, _, kept = forms.promoted(layer, delta)
            hashes = {
                "values": forms.sha256(values.tobytes()),
                "scales": forms.sha256(scales.tobytes()),
            }
            found["promoted"] = hashes | kept
        targets.append(found)
    return targets


def make(name, peels):
    rng = np.random.default_rng([20261123, zlib.crc32(name.encode())])
    model, layers = FORMS[name](rng)
    digest = write_base(name, model, layers)
    deltas = {
        use: [
            merge.update(parts_of(uses, peels, path), k, n)
            for path, (k, n) in SIZES.items()
        ]
        for use, uses in ({"none": []} | USES).items()
    }
    rank = len(model.graph.input[0].type.tensor_type.shape.dim)
    shape = (1, ROWS, SIZES[bases.UP][0])[3 - rank :]
    dtype = (
        np.float16
        if model.graph.input[0].type.tensor_type.elem_type == 10
        else np.float32
    )
    x = rng.standard_normal(shape).astype(dtype)
    dynamic = layers[0].target["scheme"]["form"] == "integer"
    nothing = [np.zeros_like(delta) for delta in deltas["none"]]
    outputs = []
    for use, uses in RUN.items():
        own = deltas[use]
        merged = [
            layer.seen(layer.merged(delta, merge.nearest))
            for layer, delta in zip(layers, own, strict=True)
        ]
        row = {
            "uses": uses,
            "attached": run(layers, x, [each.weight for each in layers], own, dynamic),
            "merged": run(layers, x, merged, nothing, dynamic),
        }
        scheme = layers[0].target["scheme"]
        if scheme["granularity"] == "block" and scheme["bits"] < 8:
            finer = (
                [
                    forms.promoted(layer, delta)[2]
                    for layer, delta in zip(layers, own, strict=True)
                ]
                if uses
                else [layer.weight for layer in layers]
            )
            row["promoted"] = run(layers, x, finer, nothing, False)
        outputs.append(row)
    write(
        OUT / "forms" / name / "expected.json",
        {
            "digest": digest,
            "weights": {
                layer.target["path"]: forms.sha256(
                    np.ascontiguousarray(layer.weight, np.float32).tobytes()
                )
                for layer in layers
            },
            "merges": [
                {"uses": uses, "targets": merges(digest, layers, deltas[use])}
                for use, uses in USES.items()
            ],
            "type": "float16" if dtype == np.float16 else "float32",
            "x": encode(x),
            "shape": list(x.shape),
            "name": layers[-1].target["output"],
            "outputs": outputs,
        },
    )


def main():
    peels = read_peels()
    for name in sys.argv[1:] or FORMS:
        make(name, peels)


if __name__ == "__main__":
    main()
