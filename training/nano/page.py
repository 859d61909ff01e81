"""bases/nano/evaluation/README.md, from results.json and peel.json: every number on the page is read from them."""

import json

from .settings import BASE, config
from .short_prompts import SHOWN

GROUPS = (
    "style",
    "skin",
    "hair-color",
    "hair",
    "expression",
    "accessory",
    "shirt-color",
    "background",
)
NAMES = {
    "originals": "originals",
    "autoencoder": "autoencoder round trip",
    "teacher@20": "teacher, 20 steps",
    "teacher@4": "teacher, 4 steps",
}


def name(system):
    """How a system is called on the page."""
    if system in NAMES:
        return NAMES[system]
    steps, kind = system.removeprefix("student@").split(" ")
    return f"student, {steps} step{'s' if steps != '1' else ''}, {kind}"


def table(head, lines):
    """A Markdown table."""
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(out + ["| " + " | ".join(line) + " |" for line in lines])


def summary(numbers):
    """One line a system: F1, F1 on held-out combinations, Frechet distance."""
    lines = [
        (
            name(k),
            f"{v['f1']:.3f}",
            f"{v['f1_held_out']:.3f}",
            f"{v['frechet']:.2f}",
        )
        for k, v in numbers.items()
    ]
    return table(("", "tags, F1", "held-out combinations, F1", "Fréchet"), lines)


def by_group(numbers):
    """F1 of the larger groups of tags."""
    lines = [
        (name(k), *(f"{v['groups'][g]:.2f}" for g in GROUPS))
        for k, v in numbers.items()
    ]
    return table(("", *GROUPS), lines)


def verdict(numbers):
    """Whether the word 'distilled' is earned: student@4 beats teacher@4 and nears teacher@20."""
    student, four, twenty = (
        numbers[k] for k in ("student@4 int8", "teacher@4", "teacher@20")
    )
    beats = student["f1"] > four["f1"] and student["frechet"] < four["frechet"]
    near = student["f1"] > 0.95 * twenty["f1"]
    said = [
        (
            f"student in 4 steps (int8) against teacher in 4: F1 {student['f1']:.3f} to {four['f1']:.3f}, "
            f"Fréchet {student['frechet']:.2f} to {four['frechet']:.2f}: **{'beaten' if beats else 'not beaten on both'}**"
        ),
        (
            f"student in 4 steps (int8) against teacher in 20: F1 {student['f1']:.3f} to {twenty['f1']:.3f} "
            f"(goal: 95% of it): **{'met' if near else 'not met'}**"
        ),
    ]
    word = "is" if beats and near else "is not"
    return "\n".join(f"- {line}" for line in said) + (
        f"\n\nBy these two goals the student {word} called distilled here."
    )


def shortfalls(numbers):
    """The groups that the shipped student draws clearly worse than the autoencoder allows, and why."""
    shipped = numbers["student@4 int8"]["groups"]
    limit = numbers["autoencoder"]["groups"]
    weak = [g for g in GROUPS if shipped[g] < 0.75 * limit[g]]
    named = ", ".join(f"{g} ({shipped[g]:.2f} of {limit[g]:.2f})" for g in weak)
    return (
        f"Groups with less than three quarters of what the autoencoder's round trip allows: {named or 'none'}. "
        "The teacher has the same gaps, so more training of the teacher, not of the student, is what would close "
        "them. The autoencoder itself loses small features: compare the first two rows of both tables."
    )


def peel_table(peel):
    """Distance to the training slices by weight."""
    weights = list(peel["distance@4"])
    lines = [
        (f"{n} steps", *(f"{peel[f'distance@{n}'][w]:.3f}" for w in weights))
        for n in (4, 2)
    ]
    return table(("weight", *weights), lines)


def short_list():
    """The prompts of the sheet of short ones, as code."""
    return ", ".join(f"`{text}`" if text else "nothing at all" for text in SHOWN)


def short_table(short):
    """What the classifier says of pictures of short prompts."""
    named = {
        "renders": "the renders that they were cut from",
        "as_is": "drawn as they are",
        "completed": "completed",
    }
    lines = [
        (text, f"{short[k]['precision']:.3f}", f"{short[k]['seen']:.3f}")
        for k, text in named.items()
    ]
    return table(
        ("", "could pass for renders (precision, k = 3)", "words of the prompt read"),
        lines,
    )


def page():
    """The whole page."""
    folder, settings = BASE / "evaluation", config("evaluation")
    numbers = json.loads((folder / "results.json").read_text())
    peel = json.loads((folder / "peel.json").read_text())
    short = json.loads((folder / "short-prompts.json").read_text())
    rows = "; ".join(name(k) for k in numbers)
    half = settings["prompts"] // 2
    return f"""# Evaluation of nano

Written by `training/run-all evaluate short-prompts peel-sheets page`; every number is measured by that run.

{settings["prompts"]} prompts: {half} of combinations of style, skin and hair that were kept from training, {half} from other pictures that were kept from training. Guidance {settings["guidance"]:g}, the same noise for all. The student's int8 rows are the shipped `backbone.onnx` in ONNX Runtime; everything else is PyTorch in float32.

## Samples

![Prompts of held-out combinations, one column each](samples.png)

The columns are held-out combinations. The rows, from the top: {rows}.

## Short prompts

![Short prompts as they are, and completed](short-prompts.png)

The columns are {short_list()}. Above, drawn as they are (`complete: false`); below, [completed](../../../docs/specification/base.md#completion), which is what programs do unless told otherwise; the same seeds, four steps, int8.

For {short["prompts"]} prompts of two to four words, cut from pictures that were kept from training, by the classifier (see Numbers):

{short_table(short)}

## Numbers

Tags are read off the pictures by a small convolutional classifier that was trained on renders and their round trips (`training/nano/classifier.py`), so the first row is its own limit: what it reads from true renders. F1 counts words read that were not asked for as well as words that were missed. The Fréchet distance is between Gaussians fitted to the features of that classifier, {settings["prompts"]} pictures against {settings["reference"]} renders: only comparable within this table.

{summary(numbers)}

The autoencoder's round trip of the same pictures has {numbers["autoencoder"]["psnr"]:.1f} dB PSNR.

{by_group(numbers)}

## Is it distilled?

{verdict(numbers)}

## What falls short

{shortfalls(numbers)}

## The peel medical-imaging

![The same seeds at weights 0, 0.25, 0.5, 0.75, 1, and off again](peel-weights.png)

Rows: `brain-mri axial`, `brain-mri coronal`, `brain-mri sagittal`, `brain-mri axial skull-stripped`. Columns: weight 0, 0.25, 0.5, 0.75, 1, and 0 again, in four steps on the int8 student. The first and the last column differ by at most {peel["off_again_difference"]:g}. At weight 0 the words are unknown, so the base draws from an empty prompt; between 0 and 1 both the branch and the words' rows are scaled (docs/specification/peel.md, Triggers).

Mean distance (RMSE of values in 0..1, at 32 px) from each picture to the nearest of 2,000 training slices, 64 pictures for each cell:

{peel_table(peel)}

![Avatar prompts without a trigger, at the same weights](peel-avatars.png)

Avatar prompts without a trigger word, at the same weights: the peel was trained with {1 - config("peel")["slices"]:.0%} of avatars in its batches, to keep them. They stay the same people, with small changes.

The slices come from one averaged head, which the peel has memorised. **Not for diagnostic use.**
"""


def main():
    (BASE / "evaluation" / "README.md").write_text(page())


if __name__ == "__main__":
    main()
