"""Short prompts as a person types them: drawn as they are, and completed. A sheet, and how many of their words are seen."""

import json
import random

import torch

from . import (
    classifier,
    completion,
    data,
    evaluate,
    latents,
    sampler,
    scores,
    student,
    tags,
)
from .settings import BASE, config
from .sheets import sheet

# each is drawn once, with its place as the seed
SHOWN = (
    "open-peeps black-hair smile",
    "open-peeps dark-skin afro glasses",
    "adventurer long-hair brown-hair",
    "adventurer glasses blonde-hair",
    "big-smile blue-hair",
    "big-smile short-hair red-hair",
    "micah black-hair earrings",
    "personas beard",
    "pixel-art red-hair",
    "red-hair glasses smile",
    "green-background",
    "",
)


def completed(prompts, vocabulary):
    """Each prompt (a list of words) and what it is completed with; prompt i by seed i."""
    listed = [text.split(" ") for text in vocabulary["completions"]]
    groups = vocabulary["groups"]
    return [
        words
        + completion.complete(words, i, groups, listed, tags.MAX_TAGS - len(words))
        for i, words in enumerate(prompts)
    ]


@torch.no_grad()
def pictures(prompts, seeds=None):
    """[N,3,128,128] by the shipped student in four steps; picture i has seeds[i], or seed i."""
    embedding, run = student.trained().embedding, evaluate.session("backbone")
    decoder, rows = latents.autoencoder(), torch.tensor(tags.rows(prompts))

    def make(part, drawn):
        return sampler.student(evaluate.shipped(run, embedding(part), 2.0), drawn, 4)

    latent = evaluate.chunks(make, rows, seeds=seeds)
    return torch.cat([decoder.decode(z) for z in latent.split(64)])


def asked(count):
    """`count` prompts of two to four words of pictures that were kept from training."""
    draw, store = random.Random(13), latents.avatars()
    everything = data.prompts(*data.FREE)
    chosen = [everything[i] for i in store["validation"][:count].tolist()]
    return [
        [prompt[i] for i in sorted(draw.sample(range(len(prompt)), draw.randint(2, 4)))]
        for prompt in chosen
    ]


def measure(reader, prompts, drawn, reference):
    """What the classifier says of pictures: the share of their prompts' words that it reads (at probability 1/2), and the
    share of pictures that could pass for renders."""
    target = classifier.truth(torch.tensor(tags.rows(prompts)), len(tags.vocabulary()))
    probability, features = classifier.read(reader, drawn)
    return {
        "seen": (((probability > 0.5) * target).sum() / target.sum()).item(),
        "precision": scores.precision(features, reference),
    }


def main():
    vocabulary = json.loads((BASE / "tokens.json").read_text())
    folder, reader = BASE / "evaluation", classifier.trained()
    shown = [text.split() for text in SHOWN]
    whole = completed(shown, vocabulary)
    sheet([pictures(shown), pictures(whole)], folder / "short-prompts.png")
    prompts = asked(config("evaluation")["prompts"])
    full, reference = completed(prompts, vocabulary), evaluate.reference(reader)
    renders = data.images(
        data.pictures(*data.FREE), latents.avatars()["validation"][: len(prompts)]
    )
    found = {
        "renders": measure(reader, prompts, renders, reference),
        "prompts": len(prompts),
        "as_is": measure(reader, prompts, pictures(prompts), reference),
        "completed": measure(reader, prompts, pictures(full), reference),
        "shown": [" ".join(words) for words in whole],
    }
    (folder / "short-prompts.json").write_text(json.dumps(found, indent=2) + "\n")
    print({key: value for key, value in found.items() if key != "shown"})


if __name__ == "__main__":
    main()
