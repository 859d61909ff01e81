"""The sample peel: an adapter fitted to the teacher by the flow loss, then distilled into one on the int8 student."""

import copy
import time

import torch

from . import adapter, data, distill, latents, noise, sampler, student, tags, teacher
from .loop import Run, cosine, half
from .settings import PEEL, config, work
from .sheets import sheet


class Mixture:
    """Batches of slices and avatars."""

    def __init__(self, settings):
        self.settings = settings
        self.avatars = latents.avatars()
        self.first = 1 + len(tags.vocabulary())
        self.rows = adapter.rows(data.prompts("slices"), self.first)
        self.x = latents.encode(latents.autoencoder(), data.pictures("slices"))

    def draw(self):
        """(latents [B,64,32], row numbers [B,16], how many of the batch are slices)."""
        count = self.settings["batch"]
        slices = round(count * self.settings["slices"])
        i = torch.randint(len(self.x), (slices,))
        train = self.avatars["train"]
        j = train[torch.randint(len(train), (count - slices,))]
        rows = torch.cat([self.rows[i], self.avatars["rows"][j]])
        return (
            torch.cat([self.x[i], self.avatars["latents"][j]]),
            latents.drop(rows, self.settings),
            slices,
        )


def flow_loss(adapted, x, rows):
    """The teacher's loss, through the adapter."""
    with half(config("peel")["half"]):
        return teacher.loss(
            lambda noisy, t, one, r: adapted(noisy, t, one, adapted.context(r)), x, rows
        )


def distill_loss(own, smooth, taught, batch, settings):
    """The student's loss; on slices the teacher uses only a share of the guidance asked for."""
    x, rows, slices = batch
    asked = distill.strengths(len(x), *settings["guidance"])
    used = asked.clone()
    used[:slices] = 1 + settings["guidance_share"] * (asked[:slices] - 1)
    contexts = [model.context(rows) for model in (own, smooth, taught)]
    contexts.append(taught.context(torch.zeros_like(rows)))
    return distill.loss(
        own,
        smooth,
        taught,
        x,
        contexts,
        (asked, used),
        settings["grid"],
        settings["shipped"],
    )


def fit(name, adapted, steps, rate, loss, after=None):
    """Trains an adapter's parameters."""
    parameters = list(adapted.trained().values())
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.95), weight_decay=0.0)
    run, began, total = Run(name), time.monotonic(), 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, steps, rate, 20)
        value = loss()
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if after:
            after()
        total += value.item()
        if (step + 1) % 20 == 0:
            run.log(step=step + 1, loss=total / 20, seconds=time.monotonic() - began)
            total = 0.0


def look(adapted, mixture, path):
    """Slices in four and two steps, and avatars in four, at guidance 2."""
    decoder = latents.autoencoder()
    words = [
        ["brain-mri", p, *more]
        for more in ([], ["skull-stripped"])
        for p in ("axial", "coronal", "sagittal")
    ]
    rows = torch.cat(
        [
            adapter.rows(words * 2, mixture.first),
            mixture.avatars["rows"][mixture.avatars["held_out"][:4]],
        ]
    )
    drawn = noise.of(range(len(rows)))
    with torch.no_grad():
        context, two = adapted.context(rows), torch.full((len(rows),), 2.0)

        def predict(x, t):
            return adapted(x, t, two, context)

        made = [sampler.student(predict, drawn, n) for n in (4, 2)]
        sheet([decoder.decode(z) for z in made], path)


def main():
    settings = config("peel")
    torch.manual_seed(4)
    mixture = Mixture(settings)
    taught = adapter.Adapted(
        copy.deepcopy(teacher.trained()),
        settings["rank"],
        settings["alpha"] / settings["rank"],
    )
    flow_path = work() / "checkpoints" / "peel-teacher.safetensors"
    if flow_path.exists():
        taught.load(flow_path)
    else:
        fit(
            "peel-flow",
            taught,
            settings["flow_steps"],
            settings["flow_rate"],
            lambda: flow_loss(taught, *mixture.draw()[:2]),
        )
        taught.save(flow_path)
    own = adapter.Adapted(
        student.trained(), settings["rank"], settings["alpha"] / settings["rank"]
    )
    own.copy_from(taught)
    smooth = copy.deepcopy(own).requires_grad_(False)

    def follow():
        torch._foreach_lerp_(
            list(smooth.trained().values()),
            list(own.trained().values()),
            settings["average"],
        )

    look(own, mixture, work() / "peel-start.png")
    fit(
        "peel-distill",
        own,
        settings["distill_steps"],
        settings["distill_rate"],
        lambda: distill_loss(own, smooth, taught, mixture.draw(), settings),
        torch.no_grad()(follow),
    )
    PEEL.mkdir(parents=True, exist_ok=True)
    smooth.save(PEEL / "adapter.safetensors")
    look(smooth, mixture, work() / "peel.png")


if __name__ == "__main__":
    main()
