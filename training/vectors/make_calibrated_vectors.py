"""Writes packages/conformance/vectors/calibrated: bases of vectors/forms with moments, and what they merge to.

Usage: python training/vectors/make_calibrated_vectors.py
Needs what make_form_vectors.py needs; run that first: bases and peels are those of vectors/forms and vectors/merge.
"""

import json
import zlib

import numpy as np
import second_calibrated as calibrated
import second_forms as forms
import second_merge as merge
from make_form_vectors import FORMS, read_peels
from make_merge_vectors import OUT, USES, parts_of, write
from safetensors.numpy import save
from tiny_base import SIZES

NAMES = (
    "nbits4-zero-points",
    "blocked-int4",
    "blocked-uint4-gemm",
    "fused-dynamic",
    "transposed-int8",
    "channel-int4",
    "float16",
)
RANK = 2


def layers_of(name):
    """The layers of vectors/forms/NAME, which another version of the quantiser may make a little differently."""
    rng = np.random.default_rng([20261123, zlib.crc32(name.encode())])
    layers = FORMS[name](rng)[1]
    weights = json.loads((OUT / "forms" / name / "expected.json").read_text())[
        "weights"
    ]
    for layer in layers:
        seen = np.ascontiguousarray(layer.weight, np.float32)
        path = layer.target["path"]
        if forms.sha256(seen.tobytes()) != weights[path]:
            raise SystemExit(f"{name}: {path} is not the one of vectors/forms")
    return layers


def moments_of(rng, k):
    """(diagonal [K], factors [K, RANK]) in float16."""
    diagonal = np.exp(rng.standard_normal(k)).astype(np.float16)
    factors = (rng.standard_normal((k, RANK)) * 1.5).astype(np.float16)
    return diagonal, factors


def make(name, peels):
    rng = np.random.default_rng([20261126, len(name)])
    layers = layers_of(name)
    own, tensors = {}, {}
    for layer in layers:
        target = layer.target
        own[target["path"]] = moments_of(rng, target["k"])
        for part, values in zip(
            ("diagonal", "factors"), own[target["path"]], strict=True
        ):
            tensors[f"{target['graph']}/{target['input']}/{part}"] = values
    folder = OUT / "calibrated" / name
    folder.mkdir(parents=True, exist_ok=True)
    content = save(tensors)
    (folder / "moments.safetensors").write_bytes(content)
    card = {"bytes": len(content), "sha256": forms.sha256(content)}
    write(
        folder / "expected.json",
        {
            "moments": {"path": "moments.safetensors"} | card,
            "merges": merges(layers, peels, lambda target: own[target["path"]]),
            "plain": merges(
                layers, peels, lambda target: calibrated.unknown(target["k"])
            ),
        },
    )


def merges(layers, peels, moments):
    found = []
    for uses in USES.values():
        targets = []
        for layer in layers:
            path = layer.target["path"]
            parts = parts_of(uses, peels, path)
            delta = merge.update(parts, *SIZES[path])
            seen = moments(layer.target)
            after = calibrated.merged(layer, delta, parts, seen)
            targets.append(
                {"path": path, "sha256": forms.sha256(layer.encode(after))}
                | calibrated.retention(layer, after, delta, seen)
            )
        found.append({"uses": uses, "targets": targets})
    return found


def main():
    peels = read_peels()
    for name in NAMES:
        make(name, peels)


if __name__ == "__main__":
    main()
