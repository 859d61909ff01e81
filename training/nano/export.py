"""Writes the base: graphs, tokens and card."""

import json
from pathlib import Path

from safetensors.torch import save_file

from . import card, export_backbone, export_decoder, quant, tags
from .settings import TRAINING


def tokens(embedding, folder):
    """tokens.safetensors (row 0 is the absent tag) and tokens.json."""
    path = Path(folder) / "tokens.safetensors"
    save_file({"embedding": embedding.detach().float().contiguous()}, str(path))
    path.chmod(0o644)
    vocabulary = {
        "null": 0,
        "tags": tags.vocabulary(),
        "groups": tags.groups(),
        "completions": (TRAINING / "completions.txt").read_text().splitlines(),
    }
    (Path(folder) / "tokens.json").write_text(json.dumps(vocabulary, indent=2) + "\n")


def export(model, autoencoder, folder):
    """Writes every file of the base into `folder`; `model` is the student after quant.prepare, ranges frozen."""
    layers = {
        p: m for p, m in model.backbone.named_modules() if isinstance(m, quant.Target)
    }
    export_backbone.export(model.backbone, folder)
    export_decoder.export(autoencoder, folder)
    tokens(model.embedding.weight, folder)
    card.write(folder, layers, model.backbone.width)


def main():
    from . import latents, student
    from .settings import BASE

    export(student.trained(), latents.autoencoder(), BASE)


if __name__ == "__main__":
    main()
