"""What PyTorch and PEFT give for the evaluation: embeddings of all names and of the held-out sentences."""

import json

import numpy
import torch
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file, save_file

from . import encode, pairs, peel, recall, source
from .settings import PEEL, config, folder

CALIBRATION = 100  # rows whose sentence and name are read


def embedded(model, tokenizer, texts):
    model.eval()
    with torch.no_grad():
        return encode.embed(model, encode.token_ids(tokenizer, texts))


def calibration(trained):
    """Texts for moments of what layers read: sentences and names that aren't held out, spread over all."""
    step = len(trained) // CALIBRATION
    rows = trained[::step][:CALIBRATION]
    return [row[part] for row in rows for part in ("text", "name")]


def trained_peel():
    """The adapter as PEFT saves it: the one trained here, else the published peel's own."""
    made = folder() / "python-search"
    if made.exists():
        return made
    out = folder() / "published"
    settings = config("python-search")
    LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        target_modules=peel.TARGETS,
    ).save_pretrained(out)
    tensors = load_file(PEEL / "adapter.safetensors")
    named = {f"base_model.model.{name}": value for name, value in tensors.items()}
    save_file(named, out / "adapter_model.safetensors")
    return out


def main():
    """Writes texts and token ids, and PyTorch's embeddings, into the working folder's `evaluation`."""
    weights = source.fetch()
    searched = pairs.candidates(peel.read_pairs())
    trained, held = pairs.split(searched)
    tokenizer = encode.open_tokenizer(weights)
    names = [row["name"] for row in searched]
    asked = [row["text"] for row in held]
    right = recall.positions(searched, held)
    out = folder() / "evaluation"
    out.mkdir(exist_ok=True)
    texts = {
        "names": names,
        "nameIds": encode.token_ids(tokenizer, names),
        "queryIds": encode.token_ids(tokenizer, asked),
        "right": right.tolist(),
        "calibration": encode.token_ids(tokenizer, calibration(trained)),
    }
    (out / "texts.json").write_text(json.dumps(texts))
    model = encode.open_model(weights)
    adapted = PeftModel.from_pretrained(encode.open_model(weights), trained_peel())
    report = {}
    for label, each in (("base", model), ("peft", adapted)):
        found = {
            "names": embedded(each, tokenizer, names),
            "queries": embedded(each, tokenizer, asked),
        }
        for part, vectors in found.items():
            numpy.asarray(vectors, dtype="<f4").tofile(out / f"{label}-{part}.f32")
        report[label] = recall.recall(found["queries"], found["names"], right)
    (out / "reference.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report))
