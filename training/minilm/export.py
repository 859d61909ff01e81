"""The base in ONNX: float from PyTorch, then int8 and int4 by ONNX Runtime's own tools, as users of transformers.js have it."""

import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from transformers import BertModel

from . import encode, source
from .settings import BASE, folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class Encoder(BertModel):
    """BertModel with its inputs in the order of the graph and one output."""

    def forward(self, input_ids, attention_mask, token_type_ids):
        result = super().forward(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
        )
        return result.last_hidden_state


def example():
    return tuple(torch.ones(2, 7, dtype=torch.long) for _ in INPUTS)


def axes():
    names = {0: "batch", 1: "sequence"}
    return {name: names for name in (*INPUTS, "last_hidden_state")}


def float_graph(path):
    """all-MiniLM-L6-v2 in float32, by the TorchScript exporter at opset 17, as transformers.js' own copies were made."""
    model = encode.open_model(
        source.fetch(), Encoder, attn_implementation="eager"
    ).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example(),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=list(INPUTS),
            output_names=["last_hidden_state"],
            dynamic_axes=axes(),
        )


def int8(float_path, path):
    """Dynamic, one scale an output channel: transformers.js' `model_quantized.onnx`."""
    quantize_dynamic(
        str(float_path), str(path), per_channel=True, weight_type=QuantType.QInt8
    )


def int4(float_path, path):
    """MatMulNBits in symmetric blocks of 32, embeddings as GatherBlockQuantized: transformers.js' `model_q4.onnx`, smaller."""
    config = DefaultWeightOnlyQuantConfig(
        block_size=32,
        is_symmetric=True,
        op_types_to_quantize=("MatMul", "Gather"),
        quant_axes=(("MatMul", 0), ("Gather", 1)),
    )
    quantizer = MatMulNBitsQuantizer(onnx.load(str(float_path)), algo_config=config)
    quantizer.process()
    onnx.save(quantizer.model.model, str(path))


def main():
    """Writes model.onnx of both bases, unless they are there: published weights are never made twice."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(dir=folder()) as scratch:
        plain = Path(scratch) / "model.onnx"
        for name, quantise in (("int8", int8), ("int4", int4)):
            path = BASE / name / "model.onnx"
            if path.exists():
                continue
            if not plain.exists():
                float_graph(plain)
                shutil.copy(plain, folder() / "float.onnx")
            path.parent.mkdir(parents=True, exist_ok=True)
            quantise(plain, path)


if __name__ == "__main__":
    main()
