"""Tiny bases y = down(relu(up(x))) of MatMulNBits, and what the bases of plain_bases share with them.

Where onnxruntime has a quantiser for a form, that quantiser makes it.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from second_forms import FormLayer, pack, read_nbits
from tiny_base import ROWS, SIZES

UP, DOWN = SIZES


def prefix(path):
    return f"/{path.replace('.', '/')}"


def build(nodes, initializers, elem=TensorProto.FLOAT, opset=21, rank=3):
    """A model from x to (last, first) output."""
    shape = ["batch", ROWS, SIZES[UP][0]][3 - rank :]
    graph = helper.make_graph(
        nodes,
        "form",
        [helper.make_tensor_value_info("x", elem, shape)],
        [
            helper.make_tensor_value_info(name, elem, None)
            for name in (f"{prefix(DOWN)}/out", f"{prefix(UP)}/out")
        ],
        initializers,
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(
        graph,
        opset_imports=opsets,
        ir_version=10,
        producer_name="training/vectors",
    )


def layered(layer_nodes, rng, **kwargs):
    """Both layers: `layer_nodes(path, source, product, add)` gives a layer's nodes up to its product."""
    initializers, nodes = [], []

    def add(name, array, data_type=None):
        if data_type is None:
            initializers.append(numpy_helper.from_array(array, name))
        else:
            initializers.append(
                helper.make_tensor(name, data_type, array[0], array[1], raw=True)
            )
        return name

    biases = {UP: rng.standard_normal(SIZES[UP][1]).astype(np.float32), DOWN: None}
    source = "x"
    for path, bias in biases.items():
        out = f"{prefix(path)}/out"
        product = out if bias is None else f"{prefix(path)}/product"
        nodes += layer_nodes(path, source, product, add)
        if bias is not None:
            dtype = kwargs.get("bias", np.float32)
            name = add(f"{path}.bias", bias.astype(dtype))
            nodes.append(
                helper.make_node("Add", [product, name], [out], name=f"{out}/Add")
            )
            nodes.append(helper.make_node("Relu", [out], ["/relu"], name="/Relu"))
            source = "/relu"
    kwargs.pop("bias", None)
    return build(nodes, initializers, **kwargs), biases


def floats(rng):
    return {
        path: (rng.standard_normal((k, n)) / np.sqrt(k)).astype(np.float32)
        for path, (k, n) in SIZES.items()
    }


def float_model(rng, opset=21):
    weights = floats(rng)

    def nodes(path, source, product, add):
        weight = add(f"{path}.weight", weights[path])
        name = f"{prefix(path)}/MatMul"
        return [helper.make_node("MatMul", [source, weight], [product], name=name)]

    return layered(nodes, rng, opset=opset)


def target(path, node, operator, layout, weight, scheme):
    k, n = SIZES[path]
    return {
        "path": path,
        "graph": "main",
        "node": node,
        "operator": operator,
        "k": k,
        "n": n,
        "layout": layout,
        "weight": weight,
        "scheme": scheme,
        "input": "x" if path == UP else "/relu",
        "output": f"{prefix(path)}/out",
    }


def nbits_layers(model, biases):
    """The layers of a model of MatMulNBits nodes."""
    tensors = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer
    }
    found = [node for node in model.graph.node if node.op_type == "MatMulNBits"]
    layers = []
    for path, node in zip(SIZES, found, strict=True):
        k, n = SIZES[path]
        attributes = {a.name: a.i for a in node.attribute}
        bits, block = attributes["bits"], attributes["block_size"]
        zero = node.input[3] if len(node.input) > 3 and node.input[3] else None
        scheme = {
            "form": "matmulnbits",
            "bits": bits,
            "signed": False,
            "granularity": "block",
            "blockSize": block,
            "axis": 1,
            "scale": node.input[2],
            "min": 0,
            "max": 2**bits - 1,
        } | ({"zeroPoint": zero} if zero else {})
        parts = read_nbits(
            tensors[node.input[1]],
            tensors[node.input[2]],
            tensors[zero] if zero else None,
            k,
            n,
            bits,
            block,
        )
        card = target(path, node.name, "MatMulNBits", "nk", node.input[1], scheme)
        layers.append(FormLayer(card, *parts, bias=biases[path]))
    return layers


def nbits_by_tool(rng, bits, block, symmetric):
    """MatMulNBits as onnxruntime's own quantiser writes it."""
    model, biases = float_model(rng)
    config = DefaultWeightOnlyQuantConfig(
        block_size=block, is_symmetric=symmetric, accuracy_level=1, bits=bits
    )
    quantiser = MatMulNBitsQuantizer(model, algo_config=config)
    quantiser.process()
    model = quantiser.model.model
    return model, nbits_layers(model, biases)


def nbits_by_hand(rng, bits, block, flat, zero_points, negative=False):
    """MatMulNBits with flat or 2-D scales, packed, float or no zero points, and scales of both signs."""

    def nodes(path, source, product, add):
        k, n = SIZES[path]
        blocks = -(-k // block)
        stored = rng.integers(0, 2**bits, (n, blocks * block))
        scales = (rng.random((n, blocks)) * 0.02 + 0.01).astype(np.float32)
        scales *= 8 / 2**bits
        if negative:
            scales *= np.where(rng.random(scales.shape) < 0.5, -1, 1).astype(np.float32)
        inputs = [
            source,
            add(f"{path}.B", pack(stored, bits).reshape(n, blocks, block * bits // 8)),
            add(f"{path}.scales", scales.reshape(-1) if flat else scales),
        ]
        if zero_points == "packed":
            padded = -(-blocks * bits // 8) * 8 // bits
            zeros = np.zeros((n, padded), np.uint8)
            zeros[:, :blocks] = rng.integers(0, 2**bits, (n, blocks))
            zeros = pack(zeros, bits)
            inputs.append(
                add(f"{path}.zero_points", zeros.reshape(-1) if flat else zeros)
            )
        elif zero_points == "float":
            zeros = rng.random((n, blocks)) * 2**bits
            inputs.append(add(f"{path}.zero_points", zeros.astype(np.float32)))
        attributes = {"K": k, "N": n, "bits": bits, "block_size": block}
        return [
            helper.make_node(
                "MatMulNBits",
                inputs,
                [product],
                name=f"{prefix(path)}/MatMul_Q{bits}",
                domain="com.microsoft",
                accuracy_level=1,
                **attributes,
            )
        ]

    model, biases = layered(nodes, rng)
    return model, nbits_layers(model, biases)
