"""Exports by both of PyTorch's exporters, and quantisation by onnxruntime's own tools."""

import logging
import pathlib
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime as ort
import torch
from nets import build, inputs
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)

logging.disable(logging.ERROR)
TYPES = {
    "int8": QuantType.QInt8,
    "uint8": QuantType.QUInt8,
    "int4": QuantType.QInt4,
    "uint4": QuantType.QUInt4,
}


def export(net, exporter, opset, half=False):
    """The float model as torch.onnx.export writes it: TorchScript's exporter or the one on torch.export."""
    model, x = build(net), next(inputs(net, 1))
    if half:
        model, x = model.half(), x.half() if x.is_floating_point() else x
    dynamo = exporter == "dynamo"
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = pathlib.Path(folder, "model.onnx")
        torch.onnx.export(
            model,
            (x,),
            path,
            dynamo=dynamo,
            input_names=["x"],
            output_names=["y"],
            opset_version=opset if dynamo else min(opset, 17),
            external_data=False,
            verbose=False,
        )
        proto = onnx.load(path)
    if not dynamo:
        # Its operators mean the same in these versions; it writes at most 17 without loss.
        proto.opset_import[0].version = max(opset, 17)
    return proto


class Calibration(CalibrationDataReader):
    def __init__(self, net):
        self.left = iter(list(inputs(net, 16)))

    def get_next(self):
        x = next(self.left, None)
        return None if x is None else {"x": x.numpy()}


def through(proto, work):
    """Runs a tool that goes from file to file."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = (
            pathlib.Path(folder, "before.onnx"),
            pathlib.Path(folder, "after.onnx"),
        )
        onnx.save(proto, before)
        work(str(before), str(after))
        return onnx.load(after)


def plain(net, exporter):
    return export(net, exporter, 18)


def half(net, exporter):
    return export(net, exporter, 18, half=True)


def dynamic(weight, per_channel):
    """A reduced range, so that kernels without VNNI don't saturate."""

    def make(net, exporter):
        return through(
            export(net, exporter, 18),
            lambda before, after: quantize_dynamic(
                before,
                after,
                op_types_to_quantize=["MatMul", "Gemm", "Conv", "Gather"],
                per_channel=per_channel,
                reduce_range=True,
                weight_type=TYPES[weight],
            ),
        )

    return make


def optimised(make):
    """What onnxruntime's optimiser fuses and saves."""

    def run(before, after):
        options = ort.SessionOptions()
        options.graph_optimization_level = (
            ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        )
        options.optimized_model_filepath = after
        ort.InferenceSession(before, options)

    return lambda net, exporter: named(through(make(net, exporter), run))


def named(proto):
    """Gives names to nodes that have none: a base card needs them."""
    for index, node in enumerate(proto.graph.node):
        node.name = node.name or f"{node.op_type}_{index}"
    return proto


def static(quant_format, weight, per_channel, opset=18, reduce_range=False, **extra):
    def make(net, exporter):
        return through(
            export(net, exporter, opset),
            lambda before, after: quantize_static(
                before,
                after,
                Calibration(net),
                quant_format=quant_format,
                activation_type=QuantType.QUInt8,
                weight_type=TYPES[weight],
                per_channel=per_channel,
                reduce_range=reduce_range,
                extra_options=extra,
            ),
        )

    return make


def nbits(
    bits,
    block,
    symmetric,
    quant_format=QuantFormat.QOperator,
    operator="MatMul",
    axis=0,
):
    def make(net, exporter):
        config = DefaultWeightOnlyQuantConfig(
            block_size=block,
            is_symmetric=symmetric,
            accuracy_level=1,
            quant_format=quant_format,
            op_types_to_quantize=(operator,),
            quant_axes=((operator, axis),),
            bits=bits,
        )
        proto = export(net, exporter, 21)
        quantiser = MatMulNBitsQuantizer(proto, algo_config=config)
        quantiser.process()
        return quantiser.model.model

    return make


def gather_bytes(net, exporter):
    """A table of GatherBlockQuantized in bytes, of 8 bits; onnxruntime's tool has 4 bits only."""
    proto = export(net, exporter, 21)
    graph = proto.graph
    node = next(node for node in graph.node if node.op_type == "Gather")
    tensor = next(
        tensor for tensor in graph.initializer if tensor.name == node.input[0]
    )
    table = onnx.numpy_helper.to_array(tensor)
    blocks = table.reshape(table.shape[0], -1, 8)
    blocks = np.pad(
        blocks.reshape(table.shape[0], -1), ((0, 0), (0, 32 - table.shape[1]))
    ).reshape(table.shape[0], 2, 16)
    scale = (np.abs(blocks).max(axis=2) / 127).astype(np.float32)
    stored = np.rint(blocks / scale[..., None]).clip(-127, 127) + 128
    stored = stored.reshape(table.shape[0], -1)[:, : table.shape[1]].astype(np.uint8)
    graph.initializer.remove(tensor)
    graph.initializer.append(onnx.numpy_helper.from_array(stored, f"{tensor.name}_Q8"))
    graph.initializer.append(
        onnx.numpy_helper.from_array(scale, f"{tensor.name}_scales")
    )
    made = onnx.helper.make_node(
        "GatherBlockQuantized",
        [f"{tensor.name}_Q8", node.input[1], f"{tensor.name}_scales"],
        list(node.output),
        name=f"{node.name}_Q8",
        domain="com.microsoft",
        gather_axis=0,
        quantize_axis=1,
        block_size=16,
        bits=8,
    )
    index = list(graph.node).index(node)
    graph.node.remove(node)
    graph.node.insert(index, made)
    proto.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    return proto


BOTH = ("torchscript", "dynamo")
SCRIPT, DYNAMO = BOTH[:1], BOTH[1:]
QDQ, QOP = QuantFormat.QDQ, QuantFormat.QOperator

# By form: how it is made, of which nets, and by which exporters.
FORMS = {
    "float32": (plain, ["mlp", "gemm", "conv", "wave", "words"], BOTH),
    "float16": (half, ["mlp", "conv", "words"], DYNAMO),
    "dynamic-int8": (dynamic("int8", False), ["mlp", "gemm"], BOTH),
    "dynamic-uint8": (dynamic("uint8", True), ["mlp", "conv", "words"], BOTH),
    "dynamic-fused": (optimised(dynamic("uint8", True)), ["mlp"], SCRIPT),
    "qdq-int8": (static(QDQ, "int8", False), ["mlp", "conv"], SCRIPT),
    "qdq-int8-channel": (
        static(QDQ, "int8", True),
        ["mlp", "gemm", "conv", "wave", "words"],
        BOTH,
    ),
    "qdq-uint8-channel": (static(QDQ, "uint8", True), ["mlp", "conv"], DYNAMO),
    "qdq-int8-reduced": (
        static(QDQ, "int8", True, reduce_range=True),
        ["gemm", "conv"],
        SCRIPT,
    ),
    "qdq-int4-channel": (static(QDQ, "int4", True, opset=21), ["mlp", "conv"], DYNAMO),
    "qlinear-int8": (
        static(QOP, "int8", False),
        ["mlp", "gemm", "conv", "words"],
        SCRIPT,
    ),
    "qlinear-int8-channel": (
        static(QOP, "int8", True),
        ["mlp", "gemm", "conv", "wave"],
        DYNAMO,
    ),
    "qlinear-uint8": (static(QOP, "uint8", False), ["gemm", "conv"], DYNAMO),
    "nbits2": (nbits(2, 16, False), ["mlp"], SCRIPT),
    "nbits4": (nbits(4, 16, True), ["mlp"], BOTH),
    "nbits4-zero-points": (nbits(4, 32, False), ["mlp"], SCRIPT),
    "nbits8": (nbits(8, 32, True), ["mlp"], SCRIPT),
    "nbits8-zero-points": (nbits(8, 16, False), ["mlp"], DYNAMO),
    "blocked-int4": (nbits(4, 16, True, QDQ), ["mlp"], BOTH),
    "blocked-uint4": (nbits(4, 32, False, QDQ), ["mlp"], DYNAMO),
    "gatherblock-int4": (
        nbits(4, 16, True, operator="Gather", axis=1),
        ["words"],
        BOTH,
    ),
    "gatherblock-uint4": (
        nbits(4, 16, False, operator="Gather", axis=1),
        ["words"],
        SCRIPT,
    ),
    "gatherblock-rows": (
        nbits(4, 16, False, operator="Gather", axis=0),
        ["words"],
        DYNAMO,
    ),
    "gatherblock-uint8": (gather_bytes, ["words"], SCRIPT),
}
