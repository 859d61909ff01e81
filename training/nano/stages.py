"""The whole pipeline in order; a stage whose result is there is skipped, an interrupted one goes on from its checkpoint."""

import subprocess

from . import (
    checkpoints,
    evaluate,
    export,
    page,
    peel,
    peel_sheets,
    short_prompts,
    student,
    teacher,
    train_autoencoder,
    volumes,
)
from .settings import TRAINING, config, work


def node(*arguments):
    """Runs a script of render/."""
    subprocess.run(["node", *map(str, arguments)], cwd=TRAINING / "render", check=True)


def render():
    """Draws avatars, icons and slices into the working folder."""
    folder, sizes = work() / "data", config("data")
    folder.mkdir(exist_ok=True)
    for name, pose, first in (("avatars", "free", 0), ("aligned", "aligned", 100000)):
        half = sizes[name] // 2
        for part in (0, 1):
            done = folder / f"{name}-{part}.done"
            if not done.exists():
                node(
                    "avatars.mjs",
                    folder / f"{name}-{part}",
                    first + part * half,
                    half,
                    pose,
                )
                done.touch()
    if not (folder / "icons.done").exists():
        node("icons.mjs", folder / "icons", sizes["icons"])
        (folder / "icons.done").touch()
    for seed, (name, freedom) in enumerate((("mri", 1.0), ("slices", 0.3)), 1):
        if not (folder / f"{name}.done").exists():
            volumes.render(
                volumes.fetch(work()), folder / name, sizes[name], seed, freedom
            )
            (folder / f"{name}.done").touch()


def make_peel():
    """The peel, unless this working folder has made it."""
    done = work() / "checkpoints" / "peel.done"
    if not done.exists():
        peel.main()
        done.touch()


STAGES = {
    "render": render,
    "autoencoder": train_autoencoder.main,
    "teacher": teacher.main,
    "student": student.main,
    "export": export.main,
    "checkpoints": checkpoints.main,
    "peel": make_peel,
    "evaluate": evaluate.main,
    "short-prompts": short_prompts.main,
    "peel-sheets": peel_sheets.main,
    "page": page.main,
}
