"""packages/conformance/vectors/inspect: tiny models as PyTorch's two exporters and ONNX Runtime's quantisers write them.

What a card must say of them is in expected.json, written by hand from the module's own structure.
"""

import logging
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
    QuantFormat,
)

VECTORS = (
    Path(__file__).resolve().parents[2]
    / "packages"
    / "conformance"
    / "vectors"
    / "inspect"
)
SCOPES = "pkg.torch.onnx.name_scopes"
WIDTH = 32


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = torch.nn.Linear(WIDTH, WIDTH)
        self.out = torch.nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x):
        return self.out(torch.relu(self.q_proj(x)))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = Attention()
        self.qkv = torch.nn.Linear(WIDTH, 3 * WIDTH)
        self.fc = torch.nn.Linear(WIDTH, 48)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, -1)
        return self.fc(self.attn(x) + q * k + v)


class Model(torch.nn.Module):
    """Plain layers, one that holds q, k and v, and one that runs twice."""

    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.ModuleList([Block()])
        self.tied = torch.nn.Linear(48, 48)

    def forward(self, x):
        return self.tied(torch.tanh(self.tied(self.blocks[0](x))))


def plain(model):
    """Without what an exporter notes of the machine that it ran on; the modules around nodes stay."""
    del model.metadata_props[:]
    model.producer_version = ""
    for node in model.graph.node:
        kept = [entry for entry in node.metadata_props if entry.key == SCOPES]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
        node.doc_string = ""
    for value in [
        *model.graph.value_info,
        *model.graph.input,
        *model.graph.output,
        *model.graph.initializer,
    ]:
        del value.metadata_props[:]
        value.doc_string = ""
    return model


def export(dynamo, path):
    torch.manual_seed(0)
    example = (torch.randn(2, 5, WIDTH),)
    names = {"input_names": ["x"], "output_names": ["y"]}
    module = Model().eval()
    if dynamo:
        free = ({0: torch.export.Dim("batch"), 1: torch.export.Dim("rows")},)
        torch.onnx.export(
            module,
            example,
            str(path),
            dynamo=True,
            opset_version=20,
            external_data=False,
            dynamic_shapes=free,
            **names,
        )
    else:
        torch.onnx.export(
            module,
            example,
            str(path),
            dynamo=False,
            opset_version=17,
            dynamic_axes={"x": {0: "batch", 1: "rows"}},
            **names,
        )


def nbits(source, path, form):
    config = DefaultWeightOnlyQuantConfig(
        block_size=16, is_symmetric=True, quant_format=form
    )
    quantizer = MatMulNBitsQuantizer(onnx.load(str(source)), algo_config=config)
    quantizer.process()
    onnx.save(quantizer.model.model, str(path))


def main():
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    VECTORS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for exporter in ("torchscript", "dynamo"):
            source = Path(scratch) / f"{exporter}.onnx"
            export(exporter == "dynamo", source)
            made = {"float": source}
            for name in ("dynamic", "nbits4", "nbits4-qdq"):
                made[name] = Path(scratch) / f"{exporter}-{name}.onnx"
            quantize_dynamic(
                str(source),
                str(made["dynamic"]),
                per_channel=True,
                weight_type=QuantType.QInt8,
            )
            nbits(source, made["nbits4"], QuantFormat.QOperator)
            nbits(source, made["nbits4-qdq"], QuantFormat.QDQ)
            for name, path in made.items():
                onnx.save(
                    plain(onnx.load(str(path))),
                    str(VECTORS / f"{exporter}-{name}.onnx"),
                )


if __name__ == "__main__":
    main()
