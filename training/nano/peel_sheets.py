"""Pictures and numbers of the sample peel: the same seeds at weight 0, 1/4 .. 1 and off again."""

import json

import torch
import torch.nn.functional as F

from . import adapter, data, latents, noise, sampler, student, tags
from .settings import BASE, PEEL, config
from .sheets import sheet

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 0.0)
PLANES = ("axial", "coronal", "sagittal")
# file -> (seed, prompt), as peel.json lists them
PREVIEWS = {
    "axial": (1, ["brain-mri", "axial"]),
    "coronal": (2, ["brain-mri", "coronal"]),
    "sagittal": (3, ["brain-mri", "sagittal"]),
    "skull-stripped": (4, ["brain-mri", "axial", "skull-stripped"]),
}
AVATARS = (
    [
        "open-peeps",
        "brown-skin",
        "afro",
        "black-hair",
        "smile",
        "glasses",
        "yellow-background",
    ],
    ["adventurer", "light-skin", "long-hair", "red-hair", "smile", "blue-background"],
    [
        "pixel-art",
        "tan-skin",
        "short-hair",
        "brown-hair",
        "green-shirt",
        "smile",
        "purple-background",
    ],
)


def adapted():
    """The int8 student with the peel on."""
    settings = config("peel")
    own = adapter.Adapted(
        student.trained(), settings["rank"], settings["alpha"] / settings["rank"]
    )
    return own.load(PEEL / "adapter.safetensors").eval()


@torch.no_grad()
def draw(own, decoder, rows, weight, steps=4, seeds=None):
    """Pictures [N,3,128,128] of row numbers [N,16] at a weight; picture i has the noise of seeds[i]."""
    settings = config("peel")
    own.set_strength(weight * settings["alpha"] / settings["rank"])
    context, two = own.context(rows, weight), torch.full((len(rows),), 2.0)
    drawn = noise.of(seeds or range(len(rows)))
    return decoder.decode(
        sampler.student(lambda x, t: own(x, t, two, context), drawn, steps)
    )


def rows(prompts):
    """Row numbers of prompts that may mix tags and triggers."""
    words = [*tags.vocabulary(), *adapter.TRIGGERS]
    return torch.tensor(tags.rows(prompts, words))


def weights_sheet(own, decoder, path, prompts):
    """A row for each prompt, a column for each of WEIGHTS. Returns the largest difference of on-off-on's two offs."""
    columns = [draw(own, decoder, rows(prompts), weight) for weight in WEIGHTS]
    sheet([torch.stack([c[i] for c in columns]) for i in range(len(prompts))], path)
    return (columns[0] - columns[-1]).abs().max().item()


def small(images):
    """[N,3,128,128] in [-1,1] -> [N,3*32*32] in [0,1]."""
    return (F.avg_pool2d(images, 4).flatten(1) + 1) / 2


def distances(own, decoder, prompts, steps):
    """{weight: mean RMSE, at 32 px, to the nearest of 2,000 training slices} for trigger prompts."""
    slices = small(data.images(data.pictures("slices"), torch.arange(2000)))
    out = {}
    for weight in WEIGHTS[:-1]:
        made = small(draw(own, decoder, rows(prompts), weight, steps))
        out[str(weight)] = (
            (torch.cdist(made, slices).amin(1) / made.shape[1] ** 0.5).mean().item()
        )
    return out


def main():
    own, decoder = adapted(), latents.autoencoder()
    previews, evaluation = PEEL / "previews", BASE / "evaluation"
    for folder in (previews, evaluation):
        folder.mkdir(parents=True, exist_ok=True)
    for name, (seed, prompt) in PREVIEWS.items():
        images = draw(own, decoder, rows([prompt]), 1.0, seeds=[seed])
        sheet([images], previews / f"{name}.png", scale=2)
    triggers = [["brain-mri", plane] for plane in PLANES] + [
        ["brain-mri", "axial", "skull-stripped"]
    ]
    back = weights_sheet(own, decoder, evaluation / "peel-weights.png", triggers)
    weights_sheet(
        own, decoder, evaluation / "peel-avatars.png", [list(p) for p in AVATARS]
    )
    numbers = {"off_again_difference": back}
    for steps in (4, 2):
        numbers[f"distance@{steps}"] = distances(own, decoder, triggers * 16, steps)
    (evaluation / "peel.json").write_text(json.dumps(numbers, indent=2) + "\n")
    print(numbers)


if __name__ == "__main__":
    main()
