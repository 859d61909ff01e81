"""Finds the layers of a quantised model, in the order of their nodes, and reads their weights: a second
implementation, from docs/specification/base.md and ONNX's and onnxruntime's operator documentation."""

import dataclasses
import pathlib
import sys

import numpy as np
from adapters import groups_of, is_transposed, sizes, to_matrix
from onnx import TensorProto, numpy_helper

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from plain_bases import read_plain
from second_forms import FormLayer, read_nbits

# By operator: inputs of x, weight, scale and zero point.
PLACES = {
    "MatMulNBits": (0, 1, 2, 3),
    "MatMulInteger": (0, 1, None, 3),
    "ConvInteger": (0, 1, None, 3),
    "DynamicQuantizeMatMul": (0, 1, 2, 3),
    "QLinearMatMul": (0, 3, 4, 5),
    "QLinearConv": (0, 3, 4, 5),
    "QGemm": (0, 3, 4, 5),
    "GatherBlockQuantized": (1, 0, 2, 3),
    "MatMul": (0, 1, None, None),
    "Gemm": (0, 1, None, None),
    "Conv": (0, 1, None, None),
    "ConvTranspose": (0, 1, None, None),
    "Gather": (1, 0, None, None),
}
FORM = {
    "MatMulNBits": "matmulnbits",
    "MatMulInteger": "integer",
    "ConvInteger": "integer",
    "DynamicQuantizeMatMul": "integer",
    "QLinearMatMul": "qlinear",
    "QLinearConv": "qlinear",
    "QGemm": "qlinear",
    "GatherBlockQuantized": "gatherblock",
}
BITS = {
    TensorProto.INT4: (4, True),
    TensorProto.UINT4: (4, False),
    TensorProto.INT8: (8, True),
    TensorProto.UINT8: (8, False),
}


@dataclasses.dataclass
class Found:
    """A layer: its module, its node, and how its weight is stored."""

    path: str
    module: object
    node: object
    layer: FormLayer


class Graph:
    def __init__(self, proto):
        self.graph = proto.graph
        self.tensors = {tensor.name: tensor for tensor in proto.graph.initializer}
        self.made = {name: node for node in proto.graph.node for name in node.output}
        self.readers = {}
        for node in proto.graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)

    def only_reader(self, name):
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 else None

    def is_weight(self, name):
        """An initializer with two axes or more, or one behind DequantizeLinear."""
        node = self.made.get(name)
        if node is not None and node.op_type == "DequantizeLinear":
            name = node.input[0]
        return name in self.tensors and len(self.tensors[name].dims) >= 2


def attribute(node, name, default=None):
    for each in node.attribute:
        if each.name == name:
            return each.i
    return default


def given(node, index):
    return (
        node.input[index]
        if index is not None and index < len(node.input) and node.input[index]
        else None
    )


def elements(tensor):
    """Elements of an initializer of 8 bits or two nibbles a byte, and the encoder of such elements."""
    return read_plain(tensor, *BITS[tensor.data_type])


def layers(proto, names, model):
    """The layers, whose modules are named in the order of execution."""
    graph = Graph(proto)
    nodes = [
        n
        for n in proto.graph.node
        if n.op_type in PLACES and graph.is_weight(n.input[PLACES[n.op_type][1]])
    ]
    assert len(nodes) == len(names), [n.op_type for n in nodes]
    return [
        Found(
            path,
            model.get_submodule(path),
            node,
            read(graph, path, model.get_submodule(path), node),
        )
        for path, node in zip(names, nodes, strict=True)
    ]


def read(graph, path, module, node):
    x, weight, scale, zero = (given(node, place) for place in PLACES[node.op_type])
    form = FORM.get(node.op_type, "float")
    axis, block = (0 if "Conv" in node.op_type else 1), None
    dequantise = graph.made.get(weight)
    behind = graph.only_reader(node.output[0])
    if dequantise is not None:
        form = "qdq"
        weight, scale, zero = (given(dequantise, place) for place in range(3))
        axis, block = (
            attribute(dequantise, "axis", 1),
            attribute(dequantise, "block_size", 0) or None,
        )
    elif node.op_type == "Gather" and graph.tensors[weight].data_type in BITS:
        form = "qdq"
        scale, zero = behind.input[1], given(behind, 2)
    turned = "Conv" in node.op_type or (
        node.op_type in ("Gemm", "QGemm") and attribute(node, "transB", 0) == 1
    )
    layout = "cns" if is_transposed(module) else "nk" if turned else "kn"
    if form == "integer" and scale is None:
        scale = scale_behind(graph, node)
    if form == "qlinear":
        axis = 0 if turned else 1
    if form == "gatherblock":
        axis, block = (
            attribute(node, "quantize_axis", 1),
            attribute(node, "block_size", 128),
        )
    k, n, inner = sizes(module)
    target = {
        "path": path,
        "graph": "main",
        "node": node.name,
        "operator": node.op_type,
        "k": k,
        "n": n,
        "layout": "nk" if form == "matmulnbits" else layout,
        "weight": weight,
        "input": input_of(graph, x, form),
        "output": output_of(graph, node, form, scale),
    }
    if len(inner) > 1:
        target["kernel"] = list(inner[1:])
        if groups_of(module) > 1:
            target["groups"] = groups_of(module)
    return stored(graph, module, node, target, form, (weight, scale, zero), axis, block)


def scale_behind(graph, node):
    """The constant factor of the Mul behind the Cast of whole sums."""
    cast = graph.only_reader(node.output[0])
    mul = graph.only_reader(cast.output[0])
    factor = next(graph.made[name] for name in mul.input if name != cast.output[0])
    return next(name for name in factor.input if name in graph.tensors)


def input_of(graph, x, form):
    """The float tensor before a layer's own quantisation, unless that stands for Relu."""
    node = graph.made.get(x)
    if form in ("integer", "qlinear"):
        if node is not None and node.op_type == "DynamicQuantizeLinear":
            return node.input[0]
        if node is not None and node.op_type == "QuantizeLinear":
            return x if is_relu(graph, node) else node.input[0]
        return x
    if node is not None and node.op_type == "DequantizeLinear":
        before = graph.made.get(node.input[0])
        if before is not None and before.op_type == "QuantizeLinear":
            return x if is_relu(graph, before) else before.input[0]
    return x


def is_relu(graph, quantise):
    """Whether a grid begins at 0 and no Relu is left before it: onnxruntime's quantiser takes it away."""
    before = graph.made.get(quantise.input[0])
    if before is not None and before.op_type == "Relu":
        return False
    zero = numpy_helper.to_array(graph.tensors[quantise.input[2]])
    return zero.item() == np.iinfo(zero.dtype).min


def output_of(graph, node, form, scale):
    """The float tensor behind a layer's bias; of a table on its own grid, behind that grid; of qlinear its own."""
    out = node.output[0]
    if form == "integer" and node.op_type != "DynamicQuantizeMatMul":
        cast = graph.only_reader(out)
        out = graph.only_reader(cast.output[0]).output[0]
    if node.op_type == "Gather" and form == "qdq":
        behind = graph.only_reader(out)
        if (
            behind is not None
            and behind.op_type == "QuantizeLinear"
            and behind.input[1] == scale
        ):
            behind = graph.only_reader(behind.output[0])
        if (
            behind is not None
            and behind.op_type == "DequantizeLinear"
            and behind.input[1] == scale
        ):
            return behind.output[0]
        return out
    add = graph.only_reader(out)
    if add is None or add.op_type != "Add":
        return out
    other = next(name for name in add.input if name != out)
    maker = graph.made.get(other)
    constant = other in graph.tensors or (
        maker is not None
        and maker.op_type in ("DequantizeLinear", "Reshape")
        and maker.input[0] in graph.tensors
    )
    return add.output[0] if constant else out


def stored(graph, module, node, target, form, names, axis, block):
    weight, scale, zero = names
    k, n, layout = target["k"], target["n"], target["layout"]
    tensor = graph.tensors[weight]
    if form == "float":
        values = numpy_helper.to_array(tensor)
        target["scheme"] = {
            "form": "float",
            "bits": 8 * values.itemsize,
            "signed": True,
            "granularity": "tensor",
        }
        matrix = plain_matrix(values, module, layout)
        return FormLayer(
            target,
            matrix,
            None,
            None,
            lambda new: plain_bytes(new, module, layout, tensor.dims),
        )
    scales = numpy_helper.to_array(graph.tensors[scale])
    scheme = {"form": form, "scale": scale} | ({"zeroPoint": zero} if zero else {})
    if form == "matmulnbits":
        bits = attribute(node, "bits", 4)
        scheme |= {
            "bits": bits,
            "signed": False,
            "granularity": "block",
            "blockSize": block_of(node),
            "axis": 1,
        }
        target["scheme"] = scheme | {"min": 0, "max": 2**bits - 1}
        zeros = numpy_helper.to_array(graph.tensors[zero]) if zero else None
        parts = read_nbits(
            numpy_helper.to_array(tensor), scales, zeros, k, n, bits, block_of(node)
        )
        return FormLayer(target, *parts)
    bits, signed = BITS[tensor.data_type]
    granularity = "block" if block else "channel" if scales.size > 1 else "tensor"
    low, high = ranges(bits, signed, graph, tensor, zero)
    scheme |= {
        "bits": bits,
        "signed": signed,
        "granularity": granularity,
        "min": low,
        "max": high,
    }
    if granularity != "tensor":
        scheme["axis"] = axis
    if granularity == "block":
        scheme["blockSize"] = block
    target["scheme"] = scheme
    values, encode = elements(tensor)
    if zero:
        zeros, _ = elements(graph.tensors[zero])
    else:
        default = (
            2 ** (bits - 1)
            if form == "gatherblock" and tensor.data_type == TensorProto.UINT8
            else 0
        )
        zeros = np.full(scales.shape, default, np.uint8 if default else values.dtype)
    spread = lambda array: spread_out(array, scheme, layout, module, k, n)
    return FormLayer(
        target,
        plain_matrix(values, module, layout),
        spread(scales),
        spread(zeros),
        lambda new: encode(
            np.frombuffer(plain_bytes(new, module, layout, tensor.dims), new.dtype)
        ),
    )


def block_of(node):
    return attribute(node, "block_size")


def ranges(bits, signed, graph, tensor, zero):
    """What the tool used: symmetric int8 without -128, a reduced range where no value is beyond it."""
    if bits == 4:
        return (-8, 7) if signed else (0, 15)
    values, _ = elements(tensor)
    if signed:
        return (-64, 64) if np.abs(values.astype(int)).max() <= 64 else (-127, 127)
    return (0, 127) if values.max() <= 127 and zero else (0, 255)


def plain_matrix(values, module, layout):
    """Stored elements as [K,N]."""
    if layout == "kn":
        return np.ascontiguousarray(values)
    return np.ascontiguousarray(
        to_matrix(values, module)
        if layout == "cns"
        else values.reshape(values.shape[0], -1).T
    )


def plain_bytes(matrix, module, layout, dims):
    if layout == "kn":
        return np.ascontiguousarray(matrix).tobytes()
    if layout == "nk":
        return np.ascontiguousarray(matrix.T).tobytes()
    groups, width = module.groups, dims[1]
    parts = matrix.reshape(dims[0] // groups, -1, groups, width)
    return np.ascontiguousarray(parts.transpose(2, 0, 3, 1)).tobytes()


def spread_out(array, scheme, layout, module, k, n):
    """Scales or zero points as [K,N]."""
    if scheme["granularity"] == "tensor":
        return np.broadcast_to(array.reshape(1, 1), (k, n))
    if scheme["granularity"] == "channel":
        per_channel = np.tile(array, groups_of(module)) if layout == "cns" else array
        return np.broadcast_to(per_channel.reshape(1, n), (k, n))
    along = lambda values, count, axis: np.repeat(
        values, scheme["blockSize"], axis=axis
    ).take(range(count), axis=axis)
    if scheme["axis"] == 0:
        return along(array, k, 0)
    return along(array, n, 1)
