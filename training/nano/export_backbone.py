"""backbone.onnx: the int8 student, in QuantizeLinear / DequantizeLinear form."""

import numpy as np

from . import quant
from .autoencoder import CHANNELS, TOKENS
from .backbone import EXTRA
from .graph import Graph, array
from .tags import MAX_TAGS


def quantised(graph, x, target, path, scope, source):
    """x -> uint8 -> MatMul with an int8 weight -> + bias. `source` names the tensor whose quantisation is shared."""
    scale, zero = quant.affine(target.low, target.high)
    name = f"{source}_quantized"
    if f"{name}_scale" not in graph.initializers:
        parameters = [
            graph.constant(f"{name}_scale", np.float32(scale)),
            graph.constant(f"{name}_zero_point", np.uint8(zero)),
        ]
        q = graph.add(
            "QuantizeLinear", [x, *parameters], f"{source}_QuantizeLinear", name
        )
        graph.add(
            "DequantizeLinear",
            [q, *parameters],
            f"{source}_DequantizeLinear",
            f"{name}_dequantized",
        )
    steps = quant.scales8(target.weight)
    weight = (target.weight / steps[:, None]).round().clamp(-127, 127).T
    inputs = [
        graph.constant(f"{path}.weight_quantized", array(weight).astype(np.int8)),
        graph.constant(f"{path}.weight_scale", array(steps)),
    ]
    w = graph.add(
        "DequantizeLinear", inputs, f"{scope}/weight_DequantizeLinear", axis=1
    )
    y = graph.add("MatMul", [f"{name}_dequantized", w], f"{scope}/MatMul")
    return graph.add(
        "Add", [y, graph.constant(f"{path}.bias", array(target.bias))], f"{scope}/Add"
    )


def root_norm(graph, x, module, path, scope, factor=1.0):
    """RMS norm over the last axis, in primitive operators that ONNX Runtime fuses; `factor` scales its weight."""
    square = graph.add("Pow", [x, graph.constant("two", np.float32(2))], f"{scope}/Pow")
    mean = graph.add(
        "ReduceMean", [square, graph.shape(-1)], f"{scope}/ReduceMean", keepdims=1
    )
    safe = graph.add(
        "Add", [mean, graph.constant("epsilon", np.float32(module.eps))], f"{scope}/Add"
    )
    root = graph.add("Sqrt", [safe], f"{scope}/Sqrt")
    unit = graph.add("Div", [x, root], f"{scope}/Div")
    return graph.add(
        "Mul",
        [unit, graph.constant(f"{path}.weight", array(module.weight * factor))],
        f"{scope}/Mul",
    )


def attention(graph, x, module, path, scope):
    """Grouped-query attention: the query heads that share a key head are stacked along the sequence."""

    def project(name):
        return quantised(
            graph, x, getattr(module, name), f"{path}.{name}", f"{scope}/{name}", x
        )

    def heads(y, count, name, order):
        split = graph.add(
            "Reshape",
            [y, graph.shape(0, 0, count, module.size)],
            f"{scope}/{name}_split",
        )
        if name == "q":
            split = root_norm(
                graph,
                split,
                module.q_norm,
                f"{path}.q_norm",
                f"{scope}/q_norm",
                module.size**-0.5,
            )
        if name == "k":
            split = root_norm(
                graph, split, module.k_norm, f"{path}.k_norm", f"{scope}/k_norm"
            )
        return graph.add("Transpose", [split], f"{scope}/{name}_heads", perm=order)

    q = heads(project("q_proj"), module.heads, "q", [0, 2, 1, 3])
    k = heads(project("k_proj"), module.kv, "k", [0, 2, 3, 1])
    v = heads(project("v_proj"), module.kv, "v", [0, 2, 1, 3])
    q = graph.add(
        "Reshape", [q, graph.shape(0, module.kv, -1, module.size)], f"{scope}/q_groups"
    )
    weights = graph.add(
        "Softmax",
        [graph.add("MatMul", [q, k], f"{scope}/scores")],
        f"{scope}/softmax",
        axis=-1,
    )
    y = graph.add("MatMul", [weights, v], f"{scope}/values")
    y = graph.add(
        "Reshape",
        [y, graph.shape(0, module.heads, -1, module.size)],
        f"{scope}/y_heads",
    )
    y = graph.add("Transpose", [y], f"{scope}/y_transpose", perm=[0, 2, 1, 3])
    y = graph.add(
        "Reshape",
        [y, graph.shape(0, 0, module.heads * module.size)],
        f"{scope}/y_merge",
    )
    return quantised(graph, y, module.o_proj, f"{path}.o_proj", f"{scope}/o_proj", y)


def waves(graph, value, module, path):
    """A scalar per picture as tokens."""
    scope = f"/{path}"
    column = graph.add("Unsqueeze", [value, graph.shape(-1)], f"{scope}/Unsqueeze")
    angle = graph.add(
        "Mul",
        [column, graph.constant(f"{path}.frequencies", array(module.frequencies))],
        f"{scope}/Mul",
    )
    both = [graph.add(op, [angle], f"{scope}/{op}") for op in ("Sin", "Cos")]
    x = graph.linear(
        graph.add("Concat", both, f"{scope}/Concat", axis=-1),
        module.fc1,
        f"{path}.fc1",
        f"{scope}/fc1",
    )
    x = graph.add(
        "Mul", [x, graph.add("Sigmoid", [x], f"{scope}/Sigmoid")], f"{scope}/silu"
    )
    x = graph.linear(x, module.fc2, f"{path}.fc2", f"{scope}/fc2")
    width = module.fc2.out_features // module.tokens
    return graph.add(
        "Reshape", [x, graph.shape(0, module.tokens, width)], f"{scope}/tokens"
    )


def block(graph, x, module, i):
    path, scope = f"blocks.{i}", f"/blocks.{i}"
    y = graph.layer_norm(x, module.norm1, f"{path}.norm1", f"{scope}/norm1")
    y = attention(graph, y, module.attn, f"{path}.attn", f"{scope}/attn")
    x = graph.add("Add", [x, y], f"{scope}/Add")
    y = graph.layer_norm(x, module.norm2, f"{path}.norm2", f"{scope}/norm2")
    y = quantised(graph, y, module.mlp.fc1, f"{path}.mlp.fc1", f"{scope}/mlp/fc1", y)
    y = graph.add("Gelu", [y], f"{scope}/mlp/Gelu", approximate="tanh")
    y = quantised(graph, y, module.mlp.fc2, f"{path}.mlp.fc2", f"{scope}/mlp/fc2", y)
    return graph.add("Add", [x, y], f"{scope}/Add_1")


def export(backbone, folder):
    """Writes backbone.onnx and backbone.data; `backbone` went through quant.prepare and has frozen ranges."""
    graph = Graph("nano-backbone")
    own = graph.linear("latent", backbone.first, "first", "/first")
    own = graph.add(
        "Add",
        [own, graph.constant("position", array(backbone.position))],
        "/position/Add",
    )
    parts = ["context", waves(graph, "time", backbone.time, "time_mlp")]
    parts.append(waves(graph, "guidance", backbone.guidance, "guidance_mlp"))
    x = graph.add("Concat", [*parts, own], "/Concat", axis=1)
    for i, module in enumerate(backbone.blocks):
        x = block(graph, x, module, i)
    limits = [
        graph.constant(n, np.array([v], np.int64))
        for n, v in (
            ("own_start", MAX_TAGS + EXTRA),
            ("own_end", MAX_TAGS + EXTRA + TOKENS),
            ("own_axis", 1),
        )
    ]
    x = graph.add("Slice", [x, *limits], "/Slice")
    x = graph.layer_norm(x, backbone.norm, "norm", "/norm")
    weight = graph.constant("last.weight", array(backbone.last.weight.T))
    x = graph.add("MatMul", [x, weight], "/last/MatMul")
    graph.add(
        "Add",
        [x, graph.constant("last.bias", array(backbone.last.bias))],
        "/last/Add",
        "x0",
    )
    inputs = {
        "latent": ["batch", TOKENS, CHANNELS],
        "time": ["batch"],
        "guidance": ["batch"],
    }
    inputs["context"] = ["batch", MAX_TAGS, backbone.width]
    graph.save(folder, "backbone", inputs, {"x0": ["batch", TOKENS, CHANNELS]})
