"""What PyTorch and PEFT give for the evaluation: embeddings of all names and of the held-out sentences."""

import json

import numpy
import torch
from peft import PeftModel

from . import encode, pairs, peel, recall, source
from .settings import folder


def embedded(model, tokenizer, texts):
    model.eval()
    with torch.no_grad():
        return encode.embed(model, encode.token_ids(tokenizer, texts))


def main():
    """Writes texts and token ids, and PyTorch's embeddings, into the working folder's `evaluation`."""
    weights = source.fetch()
    searched = pairs.candidates(peel.read_pairs())
    _, held = pairs.split(searched)
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
    }
    (out / "texts.json").write_text(json.dumps(texts))
    model = encode.open_model(weights)
    adapted = PeftModel.from_pretrained(
        encode.open_model(weights), folder() / "python-search"
    )
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
