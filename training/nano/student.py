"""The student: distilled from the teacher to four and two steps, the last part with fake quantisation."""

import copy
import random
import time

import torch

from . import distill, latents, noise, quant, sampler, tags, teacher
from .backbone import Model
from .loop import Run, average, cosine, half
from .settings import config, work

NAME = "student"


def trained(bits=8):
    """The averaged student, frozen, with its targets at `bits` (0 is float)."""
    state = torch.load(work() / "checkpoints" / f"{NAME}.pt", weights_only=True)
    model = Model(len(tags.vocabulary()))
    targets = quant.prepare(model.backbone)
    model.load_state_dict(state["average"])
    quant.set_bits(targets, bits)
    return model.eval().requires_grad_(False)


def copy_ranges(source, into):
    """Frozen activation ranges of one set of targets to another."""
    for path, target in source.items():
        into[path].low.copy_(target.low)
        into[path].high.copy_(target.high)


def phase(step, settings):
    """(grid, share of shipped times, observing, quantising) at a step."""
    part = step / settings["steps"]
    grid = settings["grids"][part >= 1 / 3]
    shipped = 0.7 if part >= settings["shipped_from"] else 0.0
    observing = settings["observe_from"] <= part < settings["quantise_from"]
    return grid, shipped, observing, part >= settings["quantise_from"]


def preview(model, look, path):
    """Originals, round trips and samples in four, two and one steps at guidance 2."""
    guidance = torch.full((len(look.rows),), 2.0)

    def predict(x, t):
        return model(x, t, guidance, look.rows)

    drawn = noise.of(range(len(look.rows)))
    made = [sampler.student(predict, drawn, n) for n in (4, 2, 1)]
    look.show(path, *made)


def fast(network, settings):
    """The network compiled, if the settings say so."""
    return torch.compile(network, dynamic=False) if settings["compile"] else network


def main():
    settings = config(NAME)
    torch.manual_seed(3)
    random.seed(3)
    store = latents.avatars()
    look = teacher.Preview(store)
    taught = teacher.trained()
    model = copy.deepcopy(taught).requires_grad_(True)
    targets = quant.prepare(model.backbone)
    smooth = copy.deepcopy(model).requires_grad_(False)
    kept = {
        p: m for p, m in smooth.backbone.named_modules() if isinstance(m, quant.Target)
    }
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.95), weight_decay=0.0, fused=True
    )
    run = Run(NAME)
    start, steps = (
        run.resume(model=model, average=smooth, optimizer=optimizer),
        settings["steps"],
    )
    began, total = time.monotonic(), 0.0
    quick = [fast(network, settings) for network in (model, smooth, taught)]
    for step in range(start, steps):
        grid, shipped, observing, quantising = phase(step, settings)
        quant.set_observing(targets, observing)
        if quantising:
            quant.share_ranges(targets)
            quant.set_bits(targets, 4 if random.random() < settings["int4"] else 8)
        for group in optimizer.param_groups:
            group["lr"] = cosine(
                step, steps, settings["learning_rate"], settings["warmup"], 0.1
            )
        chosen = store["train"][
            torch.randint(len(store["train"]), (settings["batch"],))
        ]
        rows = latents.drop(store["rows"][chosen], settings)
        contexts = (rows, rows, rows, torch.zeros_like(rows))
        guidance = distill.strengths(len(rows), *settings["guidance"])
        x = store["latents"][chosen]
        # rounding to a grid is learned in float32, and by code that a compiler can't follow
        exact = observing or quantising
        networks = (model, smooth, taught) if exact else quick
        with half(settings["half"] and not exact):
            value = distill.loss(
                *networks, x, contexts, (guidance, guidance), grid, shipped
            )
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        average(smooth, model, settings["average"])
        total += value.item()
        if (step + 1) % 25 == 0:
            speed = (step + 1 - start) * settings["batch"] / (time.monotonic() - began)
            run.log(
                step=step + 1,
                loss=total / 25,
                images_per_second=speed,
                bits=targets["blocks.0.mlp.fc1"].bits,
            )
            total = 0.0
        if run.due() or step + 1 == steps:
            copy_ranges(targets, kept)
            run.save(step + 1, model=model, average=smooth, optimizer=optimizer)
        if (step + 1) % 100 == 0 or step + 1 == steps:
            preview(smooth, look, work() / f"student-{step + 1:05}.png")


if __name__ == "__main__":
    main()
