"""Latents and row numbers of the avatars, computed once from the trained autoencoder."""

import torch

from . import data, tags
from .autoencoder import Autoencoder
from .settings import config, work


def autoencoder():
    """The trained autoencoder, frozen."""
    state = torch.load(work() / "checkpoints" / "autoencoder.pt", weights_only=True)
    model = Autoencoder()
    model.load_state_dict(state["model"])
    return model.eval().requires_grad_(False)


@torch.no_grad()
def encode(model, pictures):
    """uint8 pictures -> normalised latents [N,64,32]."""
    chunks = (
        data.images(pictures, torch.arange(i, min(i + 128, len(pictures))))
        for i in range(0, len(pictures), 128)
    )
    return torch.cat(
        [model.encode(x.contiguous(memory_format=torch.channels_last)) for x in chunks]
    )


def avatars(names=data.FREE):
    """{latents [N,64,32], rows [N,16], train, validation, held_out: indices} of files, cached in the working folder."""
    path = work() / "data" / f"{names[0]}.pt"
    if path.exists():
        return torch.load(path, weights_only=True)
    prompts = data.prompts(*names)
    split = len(prompts) - config("data")["validation"]
    held = torch.tensor([tags.held_out(p) for p in prompts])
    order = torch.arange(len(prompts))
    model = autoencoder().to(memory_format=torch.channels_last)
    out = {
        "latents": encode(model, data.pictures(*names)),
        "rows": torch.tensor(tags.rows(prompts)),
        "train": order[(order < split) & ~held],
        "validation": order[(order >= split) & ~held],
        "held_out": order[held],
    }
    torch.save(out, path)
    return out


def drop(rows, settings):
    """Removes tags at random, so that partial prompts work and an unconditional prediction exists. rows [B,16]"""
    batch = len(rows)
    keep = torch.rand(rows.shape) >= settings["drop_each"]
    few = torch.rand(rows.shape) < 0.3
    chance = torch.rand(batch, 1)
    keep = torch.where(
        chance < settings["drop_all"] + settings["drop_most"], keep & few, keep
    )
    keep = torch.where(chance < settings["drop_all"], torch.zeros_like(keep), keep)
    return rows * keep


def chances(store, settings):
    """[T] chance of each training picture to be drawn, unscaled: 1, or what `harder` says for its style."""
    rows = store["rows"][store["train"]]
    out = torch.ones(len(rows))
    for style, chance in settings.get("harder", {}).items():
        number = tags.rows([[style]])[0][0]
        out[(rows == number).any(1)] = chance
    return out
