"""base.json, the base card (schemas/base.schema.json)."""

import hashlib
import json
from pathlib import Path

from . import tags
from .autoencoder import CHANNELS, SIZE, TOKENS
from .sampler import SCHEDULES

VERSION = "0.1.0"
FILES = (
    "backbone.onnx",
    "backbone.data",
    "decoder.onnx",
    "decoder.data",
    "tokens.safetensors",
    "tokens.json",
)


def target(path, layer, source):
    """One entry of `targets`. `source` is the tensor that the layer reads before its quantisation."""
    block, part, name = path.rsplit(".", 2)
    scope = f"/{block}/{part}/{name}"
    return {
        "path": path,
        "graph": "backbone",
        "node": f"{scope}/MatMul",
        "operator": "MatMul",
        "k": layer.in_features,
        "n": layer.out_features,
        "layout": "kn",
        "weight": f"{path}.weight_quantized",
        "scheme": {
            "form": "qdq",
            "bits": 8,
            "signed": True,
            "granularity": "channel",
            "axis": 1,
            "scale": f"{path}.weight_scale",
            "min": -127,
            "max": 127,
        },
        "input": source,
        "output": f"{scope}/Add_output_0",
    }


def source(path):
    """Name of the tensor that target `path` reads, as export_backbone writes it."""
    block, _part, name = path.rsplit(".", 2)
    return {
        "o_proj": f"/{block}/attn/y_merge_output_0",
        "fc1": f"/{block}/norm2/LayerNormalization_output_0",
        "fc2": f"/{block}/mlp/Gelu_output_0",
    }.get(name, f"/{block}/norm1/LayerNormalization_output_0")


def card(folder, targets, width):
    """The whole card for the files in `folder`."""
    files = []
    for name in FILES:
        data = (Path(folder) / name).read_bytes()
        files.append(
            {
                "path": name,
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    return {
        "formatVersion": 1,
        "family": "nano",
        "version": VERSION,
        "title": "Nano",
        "description": "A small text-to-image base: draws 128 px avatars from tags in two or four steps. "
        "An int8 grouped-query-attention transformer over autoencoder latents, trained in training/.",
        "license": "CC-BY-4.0",
        "files": files,
        "graphs": {
            name: {"model": f"{name}.onnx", "externalData": [f"{name}.data"]}
            for name in ("backbone", "decoder")
        },
        "targets": [
            target(path, layer, source(path)) for path, layer in targets.items()
        ],
        "image": {
            "size": SIZE,
            "backbone": "backbone",
            "decoder": "decoder",
            "latent": {"tokens": TOKENS, "channels": CHANNELS},
            "conditioning": {
                "rows": tags.MAX_TAGS,
                "width": width,
                "vocabulary": "tokens.json",
                "embedding": "tokens.safetensors",
            },
            "sampler": {
                "kind": "consistency",
                "schedules": {
                    str(n): list(times) for n, times in sorted(SCHEDULES.items())
                },
                "defaultSteps": 4,
                "guidance": {"default": 2, "min": 1, "max": 4},
            },
        },
    }


def write(folder, targets, width):
    """Writes base.json."""
    text = json.dumps(card(folder, targets, width), indent=2) + "\n"
    (Path(folder) / "base.json").write_text(text)
