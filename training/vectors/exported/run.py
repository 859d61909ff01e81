"""What a model gives with an update beside its layers or in its weights, by onnxruntime without any optimisation.

The update stands there whole, as one more layer with delta W for its weight: nothing is low-rank, nothing is fused.
"""

import numpy as np
import onnx
import onnxruntime as ort
from adapters import from_matrix
from onnx import TensorProto, helper, numpy_helper

OPTIONS = ort.SessionOptions()
OPTIONS.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
OPTIONS.log_severity_level = 3


def output(proto, x):
    session = ort.InferenceSession(
        proto.SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"]
    )
    return session.run(["y"], {"x": x})[0]


def attached(proto, found, deltas):
    """The model with delta W [K,N] beside each layer of `deltas`."""
    out = onnx.ModelProto()
    out.CopyFrom(proto)
    for layer in found:
        delta = deltas.get(layer.path)
        if delta is not None:
            beside(out.graph, layer, delta)
    return out


def beside(graph, layer, delta):
    target, node = layer.layer.target, layer.node
    name = lambda part: f"beside/{layer.path}/{part}"
    weight = from_matrix(delta, layer.module)
    weight = weight.T if layer.module.__class__.__name__ == "Linear" else weight
    weight = np.ascontiguousarray(weight, np.float32)
    graph.initializer.append(numpy_helper.from_array(weight, name("delta")))
    nodes = list(graph.node)
    place = next(i for i, each in enumerate(nodes) if target["output"] in each.output)
    dtype = (
        TensorProto.FLOAT16
        if any(i.type.tensor_type.elem_type == 10 for i in graph.input)
        or half(graph, layer)
        else TensorProto.FLOAT
    )
    x = target["input"]
    added = []
    table = node.op_type in ("Gather", "GatherBlockQuantized")
    if target["scheme"]["form"] == "qlinear" and x == node.input[0]:
        added.append(
            helper.make_node("DequantizeLinear", list(node.input[:3]), [name("x")])
        )
        x = name("x")
    elif dtype == TensorProto.FLOAT16 and not table:
        added.append(helper.make_node("Cast", [x], [name("x")], to=TensorProto.FLOAT))
        x = name("x")
    added.append(product(layer, x, name("delta"), name("wide")))
    change = name("wide")
    if dtype == TensorProto.FLOAT16:
        added.append(helper.make_node("Cast", [change], [name("change")], to=dtype))
        change = name("change")
    if target["scheme"]["form"] == "qlinear" and has_output_scale(node):
        added += whole(graph, layer, name, change)
        nodes[place : place + 1] = added
    else:
        renamed = [
            name("base") if each == target["output"] else each
            for each in nodes[place].output
        ]
        del nodes[place].output[:]
        nodes[place].output.extend(renamed)
        added.append(
            helper.make_node("Add", [name("base"), change], [target["output"]])
        )
        nodes[place + 1 : place + 1] = added
    copies = [onnx.NodeProto.FromString(each.SerializeToString()) for each in nodes]
    del graph.node[:]
    graph.node.extend(copies)


def half(graph, layer):
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    return tensors[layer.layer.target["weight"]].data_type == TensorProto.FLOAT16


def has_output_scale(node):
    return len(node.input) > (7 if node.op_type == "QGemm" else 6)


def product(layer, x, delta, y):
    node = layer.node
    if "Gather" in node.op_type:
        return helper.make_node("Gather", [delta, x], [y])
    if "Conv" not in node.op_type:
        return helper.make_node("MatMul", [x, delta], [y])
    made = helper.make_node(
        "ConvTranspose" if "Transpose" in node.op_type else "Conv", [x, delta], [y]
    )
    made.attribute.extend(node.attribute)
    return made


def whole(graph, layer, name, change):
    """In place of an operator with a quantised output: the same in floats, the sum with the change, and its output's grid."""
    node = layer.node
    gemm = node.op_type == "QGemm"
    y_scale = 7 if gemm else 6
    bias_at = 6 if gemm else 8
    axis = 0 if node.op_type != "QLinearMatMul" and (not gemm or turned(node)) else 1
    nodes = [
        helper.make_node("DequantizeLinear", list(node.input[:3]), [name("a")]),
        helper.make_node(
            "DequantizeLinear", list(node.input[3:6]), [name("w")], axis=axis
        ),
    ]
    if node.op_type == "QLinearConv":
        made = helper.make_node("Conv", [name("a"), name("w")], [name("product")])
        made.attribute.extend(node.attribute)
    else:
        made = helper.make_node(
            "Gemm" if gemm else "MatMul", [name("a"), name("w")], [name("product")]
        )
        if gemm:
            made.attribute.extend([helper.make_attribute("transB", turned(node))])
    nodes.append(made)
    current = name("product")
    if len(node.input) > bias_at and node.input[bias_at]:
        tensors = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }
        bias = tensors[node.input[bias_at]] * (
            tensors[node.input[1]].astype(np.float32) * tensors[node.input[4]]
        )
        if not gemm:
            bias = bias.reshape(1, -1, *[1] * (tensors[node.input[3]].ndim - 2))
        graph.initializer.append(
            numpy_helper.from_array(bias.astype(np.float32), name("bias"))
        )
        nodes.append(helper.make_node("Add", [current, name("bias")], [name("biased")]))
        current = name("biased")
    nodes.append(helper.make_node("Add", [current, change], [name("sum")]))
    grid = [each for each in node.input[y_scale : y_scale + 2] if each]
    nodes.append(
        helper.make_node("QuantizeLinear", [name("sum"), *grid], list(node.output))
    )
    return nodes


def turned(node):
    return next((each.i for each in node.attribute if each.name == "transB"), 0)


def merged(proto, found, stored):
    """The model with other stored values [K,N] in the weights of layers."""
    out = onnx.ModelProto()
    out.CopyFrom(proto)
    tensors = {tensor.name: tensor for tensor in out.graph.initializer}
    for layer in found:
        if layer.path not in stored:
            continue
        tensor = tensors[layer.layer.target["weight"]]
        for field in ("int32_data", "float_data", "raw_data"):
            tensor.ClearField(field)
        tensor.raw_data = layer.layer.encode(stored[layer.path])
    return out


def replaced(proto, found, weights):
    """The float model of the same layers with W [K,N] in place of each: what a promoted weight computes."""
    out = onnx.ModelProto()
    out.CopyFrom(proto)
    for layer in found:
        name = f"replaced/{layer.path}"
        weight = np.ascontiguousarray(weights[layer.path], np.float32)
        node = next(
            each for each in out.graph.node if layer.node.output[0] in each.output
        )
        out.graph.initializer.append(numpy_helper.from_array(weight, name))
        inputs = (
            [name, node.input[1]] if "Gather" in node.op_type else [node.input[0], name]
        )
        made = helper.make_node(
            "Gather" if "Gather" in node.op_type else "MatMul",
            inputs,
            list(node.output),
        )
        place = list(out.graph.node).index(node)
        out.graph.node.remove(node)
        out.graph.node.insert(place, made)
    return out
