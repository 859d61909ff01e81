"""Rendered pictures and their tags, as files NAME.rgb and NAME.tags in the working folder."""

import json

import numpy as np
import torch

from .settings import work

SIDE = 128
# pictures in free poses, and aligned ones for the middle part of the teacher
FREE, ALIGNED = ("avatars-0", "avatars-1"), ("aligned-0", "aligned-1")


def pictures(*names):
    """[N,3,128,128] uint8 tensor (channels-last in memory) of the files' pictures, one after another."""
    parts = [np.fromfile(work() / "data" / f"{name}.rgb", np.uint8) for name in names]
    return (
        torch.from_numpy(np.concatenate(parts))
        .view(-1, SIDE, SIDE, 3)
        .permute(0, 3, 1, 2)
    )


def prompts(*names):
    """The tags of the same pictures: a list of lists of words."""
    out = []
    for name in names:
        with open(work() / "data" / f"{name}.tags") as lines:
            out.extend(json.loads(line) for line in lines)
    return out


def images(store, index):
    """Pictures `index` of a uint8 store as float32 in [-1,1]."""
    return store[index].float() / 127.5 - 1
