import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from nano import adapter, evaluate, export, quant, tags
from nano.autoencoder import Autoencoder
from nano.backbone import Model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A tiny random base, exported: (folder, model, autoencoder, inputs)."""
    torch.manual_seed(0)
    model = Model(len(tags.vocabulary()), width=64, depth=2, heads=4, kv=2).eval()
    for block in model.backbone.blocks:
        torch.nn.init.normal_(block.attn.o_proj.weight, std=0.1)
        torch.nn.init.normal_(block.mlp.fc2.weight, std=0.1)
    targets = quant.prepare(model.backbone)
    inputs = (
        torch.randn(3, 64, 32),
        torch.tensor([0.999, 0.4, 0.1]),
        torch.tensor([1.0, 2.0, 4.0]),
    )
    context = model.embedding(torch.randint(0, 180, (3, 16)))
    with torch.no_grad():
        quant.set_observing(targets, True)
        model.backbone(*inputs, context)
        quant.set_observing(targets, False)
    quant.share_ranges(targets)
    quant.set_bits(targets, 8)
    autoencoder = Autoencoder().eval()
    folder = tmp_path_factory.mktemp("base")
    export.export(model, autoencoder, folder)
    return folder, model, autoencoder, (*inputs, context)


def test_backbone_matches_the_fake_quantised_model(base):
    folder, model, _, inputs = base
    session = evaluate.session("backbone", folder)
    names = ("latent", "time", "guidance", "context")
    made = session.run(None, {n: t.detach().numpy() for n, t in zip(names, inputs)})[0]
    with torch.no_grad():
        wanted = model.backbone(*inputs).numpy()
    # a value on the border of two steps may round either way
    assert np.abs(made - wanted).max() < 0.1 * wanted.std()
    assert np.corrcoef(made.ravel(), wanted.ravel())[0, 1] > 0.999


def test_decoder_matches(base):
    folder, _, autoencoder, inputs = base
    session = onnxruntime.InferenceSession(str(folder / "decoder.onnx"))
    made = session.run(None, {"latent": inputs[0].numpy()})[0]
    with torch.no_grad():
        assert np.allclose(made, autoencoder.decode(inputs[0]).numpy(), atol=1e-4)


def test_the_card_names_what_the_graph_holds(base):
    folder = base[0]
    card = json.loads((folder / "base.json").read_text())
    graph = onnx.load(folder / "backbone.onnx").graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = {node.name: node for node in graph.node}
    produced = {name for node in graph.node for name in node.output}
    assert len(card["targets"]) == 12
    for target in card["targets"]:
        assert list(weights[target["weight"]].dims) == [target["k"], target["n"]]
        assert list(weights[target["scheme"]["scale"]].dims) == [target["n"]]
        assert nodes[target["node"]].op_type == "MatMul"
        assert {target["input"], target["output"]} <= produced
    for file in card["files"]:
        assert (folder / file["path"]).stat().st_size == file["bytes"]


def test_tokens(base):
    folder, model, *_ = base
    rows = load_file(folder / "tokens.safetensors")["embedding"]
    named = json.loads((folder / "tokens.json").read_text())
    assert rows.shape == (len(named["tags"]) + 1, 64)
    assert torch.equal(rows, model.embedding.weight)


def test_an_adapter_is_written_and_read_back(tmp_path):
    model = Model(len(tags.vocabulary()), width=64, depth=1, heads=4, kv=2)
    adapted = adapter.Adapted(model, 4)
    with torch.no_grad():
        for parameter in adapted.trained().values():
            parameter.normal_()
    adapted.save(tmp_path / "adapter.safetensors")
    tensors = load_file(tmp_path / "adapter.safetensors")
    assert tensors["blocks.0.attn.k_proj.lora_A.weight"].shape == (4, 64)
    assert tensors["blocks.0.attn.k_proj.lora_B.weight"].shape == (32, 4)
    assert tensors["trigger.axial.embedding"].shape == (1, 64)
    again = adapter.Adapted(
        Model(len(tags.vocabulary()), width=64, depth=1, heads=4, kv=2), 4
    )
    again.load(tmp_path / "adapter.safetensors")
    assert all(
        torch.equal(a, b)
        for a, b in zip(adapted.trained().values(), again.trained().values())
    )
