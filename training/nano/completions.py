"""Proposes prompts that short ones are completed with: what the shipped student draws legibly, spread over its words.

    python -m nano.completions

writes them to completions.txt in the working folder, and for each style a sheet of them, ten a row. What a person finds
good enough of them goes into training/completions.txt, which the export reads.
"""

from collections import Counter

import torch

from . import (
    classifier,
    data,
    short_prompts,
    tags,
)
from .settings import config, work
from .sheets import sheet

# what every picture has; the rest (glasses, beards, hats) is there only when it is asked for
GROUPS = (
    "style",
    "skin",
    "hair",
    "hair-color",
    "expression",
    "shirt-color",
    "background",
)
UNWANTED = ("hat", "hat-color")


def candidates(settings):
    """{style: prompts of training pictures, cut down to GROUPS}, each with a background and hair."""
    named = tags.groups()
    kept = {word for name in GROUPS for word in named[name]}
    unwanted = {word for name in UNWANTED for word in named[name]}
    out = {style: [] for style in tags.STYLES}
    for prompt in data.prompts(*data.FREE)[: -config("data")["validation"]]:
        short = [word for word in prompt if word in kept]
        found = out[next(word for word in prompt if word in out)]
        whole = all(
            any(word in named[name] for word in short)
            for name in ("background", "hair", "expression")
        )
        if (
            whole
            and not tags.held_out(prompt)
            and not unwanted.intersection(prompt)
            and "gradient-background" not in short
            and short not in found
            and len(found) < settings["candidates"]
        ):
            found.append(short)
    return out


def legibility(prompts, settings):
    """[N] F1 of the words that the classifier reads off the shipped student's pictures, the mean of a few seeds."""
    reader = classifier.trained()
    target = classifier.truth(torch.tensor(tags.rows(prompts)), len(tags.vocabulary()))
    mask = classifier.judged(target)
    total = torch.zeros(len(prompts))
    for seed in range(settings["seeds"]):
        drawn = short_prompts.pictures(prompts, [seed] * len(prompts))
        said = (classifier.read(reader, drawn)[0] > 0.5).float() * mask
        right = (said * target).sum(1)
        total += 2 * right / (said.sum(1) + (target * mask).sum(1))
    return total / settings["seeds"]


def choose(prompts, scores, count):
    """The `count` best prompts, one after the other; each word counts less with every prompt that has it already."""
    used, left, out = Counter(), list(zip(prompts, scores, strict=True)), []
    while left and len(out) < count:
        best = max(
            left,
            key=lambda entry: (
                entry[1] - 0.02 * sum(used[word] for word in entry[0]) / len(entry[0])
            ),
        )
        left.remove(best)
        out.append(best[0])
        used.update(best[0])
    return out


def main():
    settings, chosen = config("completions"), []
    for style, prompts in candidates(settings).items():
        scores = legibility(prompts, settings)
        best = choose(prompts, scores.tolist(), settings["each"])
        kept = [scores[prompts.index(words)].item() for words in best]
        print(
            f"{style}: {len(prompts)} prompts, F1 {scores.mean():.3f}; "
            f"{len(best)} chosen, {sum(kept) / len(kept):.3f}",
            flush=True,
        )
        chosen.extend(best)
        drawn = short_prompts.pictures(best)
        sheet(list(drawn.split(10)), work() / f"completions-{style}.png")
    lines = "".join(" ".join(words) + "\n" for words in chosen)
    (work() / "completions.txt").write_text(lines)


if __name__ == "__main__":
    main()
