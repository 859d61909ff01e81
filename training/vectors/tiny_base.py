"""Tiny bases of two linear layers, y = down(relu(up(x))), in the quantised forms that a card can describe."""

import dataclasses
import hashlib
import json
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

SIZES = {"layers.0.up": (24, 40), "layers.1.down": (40, 16)}
ROWS = 4


@dataclasses.dataclass
class Form:
    """How a base stores its weights and activations."""

    name: str
    signed: bool = True
    per_channel: bool = True
    low: int = -127
    high: int = 127
    external: bool = False
    zero_points: bool = False
    activations: bool = True
    weights_in_int32: bool = False
    scales_in_float_data: bool = False


FORMS = [
    Form("tensor-int8", per_channel=False),
    Form("channel-int8", external=True),
    Form("channel-uint8", signed=False, low=0, high=255, zero_points=True),
    Form(
        "tensor-uint8",
        signed=False,
        low=0,
        high=255,
        zero_points=True,
        per_channel=False,
        external=True,
        scales_in_float_data=True,
    ),
    Form("reduced-range", low=-64, high=64, external=True, scales_in_float_data=True),
    Form("int32-data", weights_in_int32=True),
    Form("float-activations", activations=False, external=True),
]


@dataclasses.dataclass
class Layer:
    """One quantised layer; scale and zero_point are [N] or []."""

    path: str
    stored: np.ndarray
    scale: np.ndarray
    zero_point: np.ndarray
    bias: np.ndarray | None


def make_layers(form, rng):
    layers = []
    for path, (k, n) in SIZES.items():
        weight = rng.standard_normal((k, n)) / np.sqrt(k)
        dtype = np.int8 if form.signed else np.uint8
        axis = 0 if form.per_channel else None
        if form.zero_points:
            least, most = weight.min(axis=axis), weight.max(axis=axis)
            scale = ((most - least) / (form.high - form.low)).astype(np.float32)
            zero = np.rint(form.low - least / scale).astype(dtype)
        else:
            scale = (np.abs(weight).max(axis=axis) / form.high).astype(np.float32)
            zero = np.zeros(scale.shape, dtype)
        stored = np.clip(np.rint(weight / scale) + zero, form.low, form.high).astype(
            dtype
        )
        bias = (
            None
            if path == "layers.1.down" and not form.activations
            else rng.standard_normal(n).astype(np.float32)
        )
        layers.append(Layer(path, stored, np.asarray(scale), np.asarray(zero), bias))
    return layers


def write_base(form, layers, ranges, folder: pathlib.Path):
    """Writes model.onnx, its data and base.json; `ranges` are the activations' (scale, zero point) by layer."""
    initializers, nodes, targets, data = [], [], [], bytearray()

    def add(name, array, how="raw"):
        tensor = numpy_helper.from_array(array, name)
        if how == "float":
            tensor = helper.make_tensor(
                name, TensorProto.FLOAT, array.shape, array.reshape(-1)
            )
        elif how == "int32":
            tensor.ClearField("raw_data")
            tensor.int32_data.extend(int(value) for value in array.reshape(-1))
        elif how == "external":
            entries = {
                "location": "model.data",
                "offset": str(len(data)),
                "length": str(len(tensor.raw_data)),
            }
            data.extend(tensor.raw_data)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in entries.items():
                tensor.external_data.add(key=key, value=value)
        initializers.append(tensor)
        return name

    current = "x"
    for index, layer in enumerate(layers):
        path, prefix = layer.path, f"/{layer.path.replace('.', '/')}"
        k, n = layer.stored.shape
        source = current
        if form.activations:
            scale, zero = ranges[path]
            ends = [
                add(f"{prefix}/x_scale", np.float32(scale)),
                add(f"{prefix}/x_zero_point", np.uint8(zero), "int32"),
            ]
            nodes.append(
                helper.make_node(
                    "QuantizeLinear",
                    [source, *ends],
                    [f"{prefix}/x_q"],
                    name=f"{prefix}/Q",
                )
            )
            nodes.append(
                helper.make_node(
                    "DequantizeLinear",
                    [f"{prefix}/x_q", *ends],
                    [f"{prefix}/x_dq"],
                    name=f"{prefix}/DQ",
                )
            )
            current = f"{prefix}/x_dq"
        weight_form = (
            "external" if form.external else "int32" if form.weights_in_int32 else "raw"
        )
        inputs = [
            add(f"{path}.weight_quantized", layer.stored, weight_form),
            add(
                f"{path}.weight_scale",
                layer.scale,
                "float" if form.scales_in_float_data else "raw",
            ),
        ]
        if form.zero_points:
            inputs.append(
                add(
                    f"{path}.weight_zero_point",
                    layer.zero_point,
                    "raw" if form.per_channel else "int32",
                )
            )
        nodes.append(
            helper.make_node(
                "DequantizeLinear", inputs, [f"{prefix}/w"], name=f"{prefix}/W", axis=1
            )
        )
        output = f"{prefix}/MatMul_output"
        nodes.append(
            helper.make_node(
                "MatMul", [current, f"{prefix}/w"], [output], name=f"{prefix}/MatMul"
            )
        )
        if layer.bias is not None:
            nodes.append(
                helper.make_node(
                    "Add",
                    [add(f"{path}.bias", layer.bias), output],
                    [f"{prefix}/out"],
                    name=f"{prefix}/Add",
                )
            )
            output = f"{prefix}/out"
        scheme = {
            "form": "qdq",
            "bits": 8,
            "signed": form.signed,
            "granularity": "channel" if form.per_channel else "tensor",
        }
        if form.per_channel:
            scheme["axis"] = 1
        scheme["scale"] = f"{path}.weight_scale"
        if form.zero_points:
            scheme["zeroPoint"] = f"{path}.weight_zero_point"
        scheme |= {"min": form.low, "max": form.high}
        targets.append(
            {
                "path": path,
                "graph": "main",
                "node": f"{prefix}/MatMul",
                "operator": "MatMul",
                "k": k,
                "n": n,
                "layout": "kn",
                "weight": f"{path}.weight_quantized",
                "scheme": scheme,
                "input": source,
                "output": output,
            }
        )
        current = output
        if index == 0:
            nodes.append(helper.make_node("Relu", [output], ["/relu"], name="/Relu"))
            current = "/relu"

    first, last = targets[0]["output"], targets[1]["output"]
    graph = helper.make_graph(
        nodes,
        form.name,
        [
            helper.make_tensor_value_info(
                "x", TensorProto.FLOAT, ["batch", ROWS, SIZES["layers.0.up"][0]]
            )
        ],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
            for name in (last, first)
        ],
        initializers,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="training/vectors",
    )
    folder.mkdir(parents=True, exist_ok=True)
    files = {"model.onnx": model.SerializeToString(deterministic=True)}
    if form.external:
        files["model.data"] = bytes(data)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    listed = [
        {
            "path": name,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in files.items()
    ]
    entry = {"model": "model.onnx"} | (
        {"externalData": ["model.data"]} if form.external else {}
    )
    card = {
        "formatVersion": 1,
        "family": "tiny",
        "version": "1.0.0",
        "description": f"Vector: {form.name}.",
        "license": "CC0-1.0",
        "files": listed,
        "graphs": {"main": entry},
        "targets": targets,
    }
    (folder / "base.json").write_text(json.dumps(card, indent=1) + "\n")
    lines = "".join(
        f"{file['sha256']}  {file['path']}\n"
        for file in sorted(listed, key=lambda file: file["path"])
    )
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest(), first, last
