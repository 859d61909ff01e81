"""A low-rank adapter on a frozen model, with embedding rows for its own words (Hu et al., arXiv:2106.09685)."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from . import quant

TRIGGERS = ("brain-mri", "axial", "coronal", "sagittal", "skull-stripped")


class Adapted(nn.Module):
    """A frozen model with a branch on every target. Rows past the model's vocabulary are the triggers'."""

    def __init__(self, model, rank, strength=1.0):
        super().__init__()
        self.model = model.requires_grad_(False)
        found = {
            p: m
            for p, m in model.backbone.named_modules()
            if isinstance(m, quant.Target)
        }
        self.targets = found or quant.prepare(model.backbone)
        model.requires_grad_(False)
        for target in self.targets.values():
            target.add_branch(rank)
        self.triggers = nn.Parameter(
            0.3 * torch.randn(len(TRIGGERS), model.backbone.width)
        )
        self.set_strength(strength)

    def set_strength(self, strength):
        """Scale of the branches: 0 is the base."""
        for target in self.targets.values():
            target.strength = strength

    def trained(self):
        """{name in the adapter file: parameter}."""
        out = {}
        for path, target in self.targets.items():
            out[f"{path}.lora_A.weight"] = target.lora_A
            out[f"{path}.lora_B.weight"] = target.lora_B
        out["triggers"] = self.triggers
        return out

    def context(self, rows, weight=1.0):
        """[B,16] row numbers -> [B,16,D]. Below weight 1 a trigger moves towards the null row (peel.md, Triggers)."""
        known = self.model.embedding.weight
        triggers = known[0] + min(max(weight, 0.0), 1.0) * (self.triggers - known[0])
        return torch.cat([known, triggers])[rows]

    def forward(self, x, t, guidance, context):
        return self.model.backbone(x, t, guidance, context)

    @torch.no_grad()
    def copy_from(self, other):
        """Takes over another adapter's parameters."""
        for mine, theirs in zip(self.trained().values(), other.trained().values()):
            mine.copy_(theirs)

    def save(self, path):
        """adapter.safetensors: lora_A [r,K] and lora_B [N,r] of each target, trigger.<word>.embedding [1,D]."""
        tensors = {
            k: v.detach().clone().contiguous()
            for k, v in self.trained().items()
            if k != "triggers"
        }
        for i, word in enumerate(TRIGGERS):
            tensors[f"trigger.{word}.embedding"] = self.triggers.detach()[
                i : i + 1
            ].clone()
        save_file(tensors, str(path), {"format": "pt"})
        Path(path).chmod(0o644)

    @torch.no_grad()
    def load(self, path):
        """Reads what save() wrote."""
        tensors = load_file(str(path))
        for name, parameter in self.trained().items():
            if name != "triggers":
                parameter.copy_(tensors[name])
        for i, word in enumerate(TRIGGERS):
            self.triggers[i] = tensors[f"trigger.{word}.embedding"][0]
        return self


def rows(prompts, first):
    """Row numbers [N,16] of prompts made of triggers; `first` is the row of the first trigger."""
    index = {word: first + i for i, word in enumerate(TRIGGERS)}
    filled = [[index[word] for word in prompt] for prompt in prompts]
    return torch.tensor([ids + [0] * (16 - len(ids)) for ids in filled])
