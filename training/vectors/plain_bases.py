"""Tiny bases whose weights are stored as [K,N] or [N,K]: QDQ in blocks or turned, whole-number products, floats.

The parts that all forms share are form_bases'.
"""

import pathlib
import tempfile

import numpy as np
import onnx
from form_bases import float_model, floats, layered, prefix, target
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from second_forms import FormLayer, along_k, pack, unpack
from tiny_base import SIZES


def tensors_of(model):
    return {
        tensor.name: (
            tensor,
            None
            if tensor.data_type in (TensorProto.INT4, TensorProto.UINT4)
            else numpy_helper.to_array(tensor),
        )
        for tensor in model.graph.initializer
    }


def read_plain(tensor, bits, signed):
    """Elements of an 8-bit or packed 4-bit initializer, from its own bytes, and the encoder of such elements."""
    shape = tuple(tensor.dims)
    raw = np.frombuffer(
        tensor.raw_data or bytes(v & 255 for v in tensor.int32_data), np.uint8
    )
    dtype = np.int8 if signed else np.uint8
    if bits == 8:
        return raw.view(dtype).reshape(shape), lambda values: values.tobytes()
    whole = unpack(raw, 4)
    count = int(np.prod(shape))
    values = whole[:count].astype(dtype)
    if signed:
        values = np.where(values > 7, values - 16, values).astype(dtype)

    def encode(elements):
        out = whole.copy()
        out[:count] = elements.reshape(-1).astype(np.uint8) & 15
        return pack(out, 4).tobytes()

    return values.reshape(shape), encode


def plain_layer(path, node, operator, tensors, names, scheme, layout, bias):
    """A layer whose weight is stored as [K,N] or [N,K], with scales as the scheme's granularity says."""
    k, n = SIZES[path]
    weight, scale, zero = names
    stored, encode = read_plain(tensors[weight][0], scheme["bits"], scheme["signed"])
    turn = (lambda array: array.T) if layout == "nk" else (lambda array: array)
    scales = numpy_helper.to_array(tensors[scale][0])
    zeros = np.zeros(scales.shape, stored.dtype)
    if zero is not None:
        zeros, _ = read_plain(tensors[zero][0], scheme["bits"], scheme["signed"])

    def spread(array):
        if scheme["granularity"] == "tensor":
            return array.reshape(1, 1)
        if scheme["granularity"] == "channel":
            return array.reshape(1, n)
        return along_k(turn(array).T, k, scheme["blockSize"])

    scheme = scheme | {"scale": scale} | ({"zeroPoint": zero} if zero else {})
    return FormLayer(
        target(path, node, operator, layout, weight, scheme),
        np.ascontiguousarray(turn(stored)),
        spread(scales),
        spread(zeros),
        lambda values: encode(np.ascontiguousarray(turn(values))),
        bias=bias,
    )


def scheme_of(form, bits, signed, granularity, layout, low, high, block=None):
    scheme = {
        "form": form,
        "bits": bits,
        "signed": signed,
        "granularity": granularity,
        "min": low,
        "max": high,
    }
    if granularity == "block":
        scheme |= {"blockSize": block, "axis": 0 if layout == "kn" else 1}
    elif granularity == "channel":
        scheme["axis"] = 1 if layout == "kn" else 0
    return scheme


def blocked_by_tool(rng, symmetric):
    """Blocked DequantizeLinear of int4 or uint4, as onnxruntime's quantiser writes it."""
    model, biases = float_model(rng)
    config = DefaultWeightOnlyQuantConfig(
        block_size=16,
        is_symmetric=symmetric,
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=("MatMul",),
        quant_axes=(("MatMul", 0),),
    )
    quantiser = MatMulNBitsQuantizer(model, algo_config=config)
    quantiser.process()
    model = quantiser.model.model
    tensors = tensors_of(model)
    made = {node.output[0]: node for node in model.graph.node}
    layers = []
    products = [node for node in model.graph.node if node.op_type == "MatMul"]
    for path, node in zip(SIZES, products, strict=True):
        dequantise = made[node.input[1]]
        names = [*dequantise.input, None][:3]
        signed = tensors[names[0]][0].data_type == TensorProto.INT4
        low, high = (-8, 7) if signed else (0, 15)
        scheme = scheme_of("qdq", 4, signed, "block", "kn", low, high, 16)
        layers.append(
            plain_layer(
                path, node.name, "MatMul", tensors, names, scheme, "kn", biases[path]
            )
        )
    return model, layers


QDQ_TYPES = {
    (4, True): (TensorProto.INT4, -8, 7),
    (4, False): (TensorProto.UINT4, 0, 15),
    (8, True): (TensorProto.INT8, -127, 127),
    (8, False): (TensorProto.UINT8, 0, 255),
}


def qdq_by_hand(rng, bits, signed, granularity, layout, how, zero_points=False):
    """DequantizeLinear before MatMul or Gemm; `how` is matmul, transpose, gemm (transB by the layout)."""
    data_type, low, high = QDQ_TYPES[bits, signed]
    block = 16
    scheme = scheme_of("qdq", bits, signed, granularity, layout, low, high, block)
    if granularity != "block":
        scheme.pop("blockSize", None)
    names = {}

    def packed(array):
        return pack(
            np.append(array.reshape(-1), 0)[: array.size + array.size % 2] & 15, 4
        )

    def data(array):
        return (packed(array) if bits == 4 else array).tobytes()

    def nodes(path, source, product, add):
        k, n = SIZES[path]
        dtype = np.int8 if signed else np.uint8
        turn = (
            (lambda a: np.ascontiguousarray(a.T)) if layout == "nk" else (lambda a: a)
        )
        shape = {
            "tensor": (),
            "channel": (n,),
            "block": (-(-k // block), n) if layout == "kn" else (n, -(-k // block)),
        }[granularity]
        stored = turn(rng.integers(low, high + 1, (k, n)).astype(dtype))
        scale = (rng.random(shape) * 0.02 + 0.01) * (8 / 2**bits)
        scale = np.asarray(scale).astype(np.float32)
        if granularity == "block":
            scale *= np.where(rng.random(shape) < 0.5, -1, 1).astype(np.float32)
        inputs = [
            add(f"{path}.weight_q", (stored.shape, data(stored)), data_type),
            add(f"{path}.weight_scale", scale),
        ]
        if zero_points:
            zero = np.asarray(rng.integers((low + high) // 2, high, shape)).astype(
                dtype
            )
            inputs.append(add(f"{path}.weight_zp", (zero.shape, data(zero)), data_type))
        names[path] = [*inputs, None][:3]
        at = prefix(path)
        attributes = {} if granularity == "tensor" else {"axis": scheme["axis"]}
        if granularity == "block":
            attributes["block_size"] = block
        made = [
            helper.make_node(
                "DequantizeLinear", inputs, [f"{at}/w"], name=f"{at}/W", **attributes
            )
        ]
        weight = f"{at}/w"
        if how == "transpose":
            made.append(
                helper.make_node(
                    "Transpose", [weight], [f"{at}/wt"], name=f"{at}/T", perm=[1, 0]
                )
            )
            weight = f"{at}/wt"
        operator = "Gemm" if how == "gemm" else "MatMul"
        gemm = {"transB": int(layout == "nk")} if how == "gemm" else {}
        made.append(
            helper.make_node(
                operator, [source, weight], [product], name=f"{at}/MatMul", **gemm
            )
        )
        return made

    model, biases = layered(nodes, rng, rank=2 if how == "gemm" else 3)
    tensors = tensors_of(model)
    operator = "Gemm" if how == "gemm" else "MatMul"
    return model, [
        plain_layer(
            path,
            f"{prefix(path)}/MatMul",
            operator,
            tensors,
            names[path],
            scheme,
            layout,
            biases[path],
        )
        for path in SIZES
    ]


def dynamic_by_tool(rng, signed, per_channel):
    """MatMulInteger as quantize_dynamic writes it; a reduced range, so that kernels without VNNI don't saturate."""
    model, biases = float_model(rng, opset=17)
    model = quantize_in_memory(model, signed, per_channel)
    tensors = tensors_of(model)
    layers = []
    products = [node for node in model.graph.node if node.op_type == "MatMulInteger"]
    for path, node in zip(SIZES, products, strict=True):
        weight = node.input[1]
        stem = weight.removesuffix("_quantized")
        names = [weight, f"{stem}_scale", node.input[3]]
        granularity = "channel" if per_channel else "tensor"
        low, high = (-64, 64) if signed else (0, 127)
        scheme = scheme_of("integer", 8, signed, granularity, "kn", low, high)
        layers.append(
            plain_layer(
                path,
                node.name,
                "MatMulInteger",
                tensors,
                names,
                scheme,
                "kn",
                biases[path],
            )
        )
    return model, layers


def quantize_in_memory(model, signed, per_channel):
    with tempfile.TemporaryDirectory() as folder:
        before = pathlib.Path(folder, "before.onnx")
        after = pathlib.Path(folder, "after.onnx")
        onnx.save(model, before)
        quantize_dynamic(
            before,
            after,
            per_channel=per_channel,
            reduce_range=True,
            weight_type=QuantType.QInt8 if signed else QuantType.QUInt8,
        )
        return onnx.load(after)


def fused_by_hand(rng, operator, granularity, zero_points):
    """What onnxruntime's optimiser makes of MatMulInteger: DynamicQuantizeMatMul, or MatMulIntegerToFloat."""
    names = {}
    signed = not zero_points
    low, high = (-64, 64) if signed else (0, 127)

    def nodes(path, source, product, add):
        k, n = SIZES[path]
        at = prefix(path)
        dtype = np.int8 if signed else np.uint8
        shape = (n,) if granularity == "channel" else ()
        stored = rng.integers(low, high + 1, (k, n)).astype(dtype)
        scale = np.asarray(rng.random(shape) * 0.004 + 0.002).astype(np.float32)
        parts = [
            add(f"{path}.weight_quantized", stored),
            add(f"{path}.weight_scale", scale),
        ]
        zero = ""
        if zero_points:
            values = np.asarray(rng.integers(50, 80, shape)).astype(dtype)
            zero = add(f"{path}.weight_zero_point", values)
        names[path] = [*parts, zero or None]
        if operator == "DynamicQuantizeMatMul":
            return [
                helper.make_node(
                    operator,
                    [source, *parts, zero],
                    [product],
                    name=f"{at}/MatMul",
                    domain="com.microsoft",
                )
            ]
        ends = [f"{at}/x_q", f"{at}/x_scale", f"{at}/x_zp"]
        return [
            helper.make_node("DynamicQuantizeLinear", [source], ends, name=f"{at}/Q"),
            helper.make_node(
                operator,
                [ends[0], parts[0], ends[1], parts[1], ends[2], zero],
                [product],
                name=f"{at}/MatMul",
                domain="com.microsoft",
            ),
        ]

    model, biases = layered(nodes, rng)
    tensors = tensors_of(model)
    scheme = scheme_of("integer", 8, signed, granularity, "kn", low, high)
    return model, [
        plain_layer(
            path,
            f"{prefix(path)}/MatMul",
            operator,
            tensors,
            names[path],
            scheme,
            "kn",
            biases[path],
        )
        for path in SIZES
    ]


def plain(rng, dtype, how):
    """Weights that aren't quantised."""
    layout = "nk" if how in ("gemm", "transpose") else "kn"
    weights = {path: weight.astype(dtype) for path, weight in floats(rng).items()}

    def nodes(path, source, product, add):
        at = prefix(path)
        stored = weights[path].T if layout == "nk" else weights[path]
        weight = add(f"{path}.weight", np.ascontiguousarray(stored))
        made = []
        if how == "transpose":
            made.append(
                helper.make_node("Transpose", [weight], [f"{at}/wt"], name=f"{at}/T")
            )
            weight = f"{at}/wt"
        operator, more = ("Gemm", {"transB": 1}) if how == "gemm" else ("MatMul", {})
        made.append(
            helper.make_node(
                operator, [source, weight], [product], name=f"{at}/MatMul", **more
            )
        )
        return made

    half = dtype == np.float16
    model, biases = layered(
        nodes,
        rng,
        rank=2 if how == "gemm" else 3,
        bias=dtype,
        elem=TensorProto.FLOAT16 if half else TensorProto.FLOAT,
    )
    scheme = {
        "form": "float",
        "bits": 16 if half else 32,
        "signed": True,
        "granularity": "tensor",
    }
    operator = "Gemm" if how == "gemm" else "MatMul"
    return model, [
        FormLayer(
            target(
                path,
                f"{prefix(path)}/MatMul",
                operator,
                layout,
                f"{path}.weight",
                scheme,
            ),
            weights[path],
            None,
            None,
            (lambda values: np.ascontiguousarray(values.T).tobytes())
            if layout == "nk"
            else (lambda values: values.tobytes()),
            bias=biases[path],
        )
        for path in SIZES
    ]
