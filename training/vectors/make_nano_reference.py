"""What nano with its peel must give: W + delta in float, by ONNX Runtime, without any of our packages.

    python training/vectors/make_nano_reference.py

writes packages/conformance/vectors/nano/reference.safetensors: one set of inputs of the backbone, and x0 [1,64,32] with
every target's weight replaced by the float32 sum of the dequantised weight and the peel's update at weight 1: once with
the base's quantised activations, once with float ones. The distance between the two is the noise of the activations.
Run it again whenever bases/nano or its peel changes; the metadata names the exact files that it was made from.
"""

import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
NANO = ROOT / "bases" / "nano"
ADAPTER = NANO / "peels" / "medical-imaging" / "adapter.safetensors"
OUT = ROOT / "packages" / "conformance" / "vectors" / "nano" / "reference.safetensors"


def with_float_weights(model, card, adapter):
    """Each target's DequantizeLinear replaced by the float32 weight [K,N] + (alpha / r = 1) (B A)^T."""
    values = {i.name: i for i in model.graph.initializer}
    for target in card["targets"]:
        stored = numpy_helper.to_array(values[target["weight"]]).astype(np.float32)
        scale = numpy_helper.to_array(values[target["scheme"]["scale"]])
        a, b = (adapter[f"{target['path']}.lora_{side}.weight"] for side in "AB")
        (node,) = [
            n
            for n in model.graph.node
            if n.op_type == "DequantizeLinear" and n.input[0] == target["weight"]
        ]
        name = node.output[0]
        model.graph.node.remove(node)
        weight = (stored * scale[None, :] + (b @ a).T).astype(np.float32)
        model.graph.initializer.append(numpy_helper.from_array(weight, name))
    return model


def with_float_activations(model):
    """The same model without its QuantizeLinear and DequantizeLinear pairs."""
    model = copy.deepcopy(model)
    renamed = {}
    for node in [n for n in model.graph.node if n.op_type == "QuantizeLinear"]:
        for back in [
            n
            for n in model.graph.node
            if n.op_type == "DequantizeLinear" and n.input[0] == node.output[0]
        ]:
            renamed[back.output[0]] = node.input[0]
            model.graph.node.remove(back)
        model.graph.node.remove(node)
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    return model


def run(model, feeds):
    """x0, with every graph optimisation off."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(["x0"], feeds)[0]


def main():
    card = json.loads((NANO / "base.json").read_text())
    random = np.random.default_rng(11)
    feeds = {
        "latent": random.standard_normal((1, 64, 32)).astype(np.float32),
        "time": np.float32([0.6]),
        "guidance": np.float32([2]),
        "context": 0.3 * random.standard_normal((1, 16, 256)).astype(np.float32),
    }
    model = with_float_weights(
        onnx.load(NANO / "backbone.onnx"), card, load_file(ADAPTER)
    )
    tensors = {
        **feeds,
        "quantised_activations": run(model, feeds),
        "float_activations": run(with_float_activations(model), feeds),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    weights = next(f["sha256"] for f in card["files"] if f["path"] == "backbone.data")
    digest = hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
    save_file(tensors, OUT, {"backbone.data": weights, "adapter": digest})


if __name__ == "__main__":
    main()
