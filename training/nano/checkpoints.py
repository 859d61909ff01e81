"""Publishes the float models as safetensors in float16, for training peels without repeating the base's training."""

import torch
from safetensors.torch import load_file, save_file

from . import latents, student, teacher
from .settings import BASE


def main():
    folder = BASE / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    models = {
        "teacher": teacher.trained(),
        "student": student.trained(),
        "autoencoder": latents.autoencoder(),
    }
    for name, model in models.items():
        path = folder / f"{name}.safetensors"
        tensors = {k: v.half().contiguous() for k, v in model.state_dict().items()}
        save_file(tensors, str(path), {"format": "pt"})
        again = load_file(str(path))
        worst = max(
            (again[k].float() - v.float()).abs().max().item()
            for k, v in tensors.items()
        )
        assert worst == 0 and all(torch.isfinite(v).all() for v in again.values()), name
        path.chmod(0o644)


if __name__ == "__main__":
    main()
