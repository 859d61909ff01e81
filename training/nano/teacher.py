"""The teacher: rectified flow with x-prediction (x_t = (1-t) x + t noise; the network predicts x)."""

import copy
import time

import torch

from . import data, latents, sampler, tags
from .backbone import Model
from .loop import Run, average, half, plateau
from .settings import config, work
from .sheets import sheet


def noised(x, t):
    """x_t and the noise used, for x [B,64,32] and t [B]."""
    noise = torch.randn_like(x)
    t = t[:, None, None]
    return (1 - t) * x + t * noise, noise


def times(batch):
    """[batch] times, logit-normal(0,1) and spread evenly over its quantiles, which makes the gradient less noisy."""
    quantile = (torch.randperm(batch) + torch.rand(batch)) / batch
    return torch.special.ndtri(quantile).sigmoid().clamp(0.02, 0.999)


def loss(model, x, rows):
    """Weighted squared error of the predicted x, the weight being 1 / max(t, .1)."""
    t = times(len(x))
    noisy, _ = noised(x, t)
    predicted = model(noisy, t, torch.ones(len(x)), rows).float()
    weight = (1 / t.clamp(min=0.1))[:, None, None]
    return ((predicted - x).square() * weight).mean()


class Preview:
    """The same prompts and noise at every look: originals, round trips and samples."""

    def __init__(self, store, names=data.FREE, count=16):
        self.decoder = latents.autoencoder()
        mixed = torch.cat(
            [store["held_out"][: count // 2], store["validation"][: count - count // 2]]
        )
        self.rows, self.x = store["rows"][mixed], store["latents"][mixed]
        self.originals = data.images(data.pictures(*names), mixed)
        self.noise = torch.randn(
            self.x.shape, generator=torch.Generator().manual_seed(7)
        )

    def show(self, path, *samples):
        """Writes originals, round trips and each batch of sampled latents as rows."""
        decode = self.decoder.decode
        with torch.no_grad():
            sheet([self.originals, decode(self.x), *(decode(s) for s in samples)], path)


def trained(name="teacher"):
    """The averaged teacher, frozen."""
    state = torch.load(work() / "checkpoints" / f"{name}.pt", weights_only=True)
    model = Model(len(tags.vocabulary()))
    model.load_state_dict(state["average"])
    return model.eval().requires_grad_(False)


def train(name, model, names):
    """Trains `model` on the pictures `names`, by the schedule `name` of config.toml."""
    settings = config(name)
    store = latents.avatars(names)
    preview = Preview(store, names)
    smooth = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.95), weight_decay=0.01, fused=True
    )
    run = Run(name)
    network = torch.compile(model, dynamic=False) if settings["compile"] else model
    start = run.resume(model=model, average=smooth, optimizer=optimizer)
    steps, batch = settings["steps"], settings["batch"]
    chances = latents.chances(store, settings)
    began, total, every = time.monotonic(), 0.0, 50
    for step in range(start, steps):
        rate = plateau(
            step,
            steps,
            settings["learning_rate"],
            settings["warmup"],
            settings["decay"],
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        chosen = store["train"][torch.multinomial(chances, batch, replacement=True)]
        rows = latents.drop(store["rows"][chosen], settings)
        with half(settings["half"]):
            value = loss(network, store["latents"][chosen], rows)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        late = step >= settings["grow"] * steps
        average(smooth, model, settings["averages"][late])
        total += value.item()
        if (step + 1) % every == 0:
            speed = (step + 1 - start) * batch / (time.monotonic() - began)
            run.log(step=step + 1, loss=total / every, images_per_second=speed)
            total = 0.0
        if run.due() or step + 1 == steps:
            run.save(step + 1, model=model, average=smooth, optimizer=optimizer)
        if (step + 1) % 400 == 0:
            made = sampler.teacher(smooth, preview.rows, preview.noise, 16, 2.0)
            preview.show(work() / f"{name}-{step + 1:05}.png", made)


def main():
    """Four parts, each from the average of the one before: free poses, aligned ones, and free ones for longer, twice."""
    torch.manual_seed(2)
    train("teacher-first", Model(len(tags.vocabulary())), data.FREE)
    torch.manual_seed(6)
    train("teacher-aligned", again("teacher-first"), data.ALIGNED)
    torch.manual_seed(8)
    train("teacher-free", again("teacher-aligned"), data.FREE)
    torch.manual_seed(9)
    train("teacher", again("teacher-free"), data.FREE)


def again(name):
    """A trained teacher, to be trained further."""
    return trained(name).requires_grad_(True).train()


if __name__ == "__main__":
    main()
