"""Writes one case: the LoRA's own files, what the base has, and the deltas that the library computed."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[3] / "packages" / "conformance" / "vectors" / "importer"


class Case:
    """A folder with files/, expect.json, and delta.safetensors and weight.safetensors where they apply."""

    def __init__(self, name: str, why: str):
        self.folder = ROOT / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.files = self.folder / "files"
        self.files.mkdir(parents=True)
        self.expect = {"why": why}

    def save_lora(self, name: str, tensors: dict, metadata: dict | None = None) -> None:
        save_file({key: value.detach().contiguous() for key, value in tensors.items()}, self.files / name, metadata)

    def exact(self, fmt: str, deltas: dict, weights: dict | None = None, **more) -> None:
        """A file that imports; deltas by target path, [N,K]; weights by target path for DoRA."""
        if weights:
            save_file({k: v.detach().float().contiguous() for k, v in weights.items()}, self.folder / "weight.safetensors")
        self._write(fmt, deltas, {"outcome": "exact"} | more)

    def approximate(self, fmt: str, deltas: dict, **more) -> None:
        """A file that imports approximately."""
        self._write(fmt, deltas, {"outcome": "approximate"} | more)

    def refused(self, code: str, targets: dict, says: list[str]) -> None:
        """A file that must be refused; targets by path: [N,K]. says: what the message must name."""
        self.expect |= {
            "outcome": "refused",
            "code": code,
            "says": says,
            "targets": [{"path": p, "n": n, "k": k} for p, (n, k) in targets.items()],
        }
        self._dump()

    def _write(self, fmt: str, deltas: dict, more: dict) -> None:
        deltas = {path: delta.detach().float().contiguous() for path, delta in deltas.items()}
        assert all(torch.isfinite(d).all() and d.abs().max() > 1e-4 for d in deltas.values()), "a delta that is nothing"
        save_file({path: delta.flatten(1).contiguous() for path, delta in deltas.items()}, self.folder / "delta.safetensors")
        self.expect |= {"format": fmt, "targets": [target(path, delta) for path, delta in deltas.items()]} | more
        self._dump()

    def _dump(self) -> None:
        (self.folder / "expect.json").write_text(json.dumps(self.expect, indent=1, sort_keys=True) + "\n")


def target(path: str, delta: torch.Tensor) -> dict:
    """What the base says of a layer by its weight's shape: n, k and, of a convolution, its kernel."""
    n, k = delta.flatten(1).shape
    return {"path": path, "n": n, "k": k} | ({"kernel": list(delta.shape[2:])} if delta.ndim > 2 else {})


def randomise(module: torch.nn.Module, names: tuple[str, ...]) -> None:
    """Fills the parameters whose name holds one of the words, as a training would have."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if any(word in name for word in names):
                parameter.copy_(torch.randn_like(parameter) * 0.3)
