"""What every training run shares: learning rate, averaging, checkpoints that can be resumed, a log."""

import json
import math
import os
import time

import torch

from .settings import work

torch.set_num_threads(int(os.environ.get("BANANA_THREADS", "2")))


def cosine(step, steps, peak, warmup, floor=0.02):
    """Linear warm-up, then a half cosine from `peak` to `floor * peak`."""
    wave = 0.5 * (1 + math.cos(math.pi * min(1, step / steps)))
    return peak * min(1, (step + 1) / warmup) * max(floor, wave)


def plateau(step, steps, peak, warmup, decay):
    """Linear warm-up, `peak`, then linearly to nothing over the last share `decay` of the steps (arXiv:2405.18392).

    Until the decay begins, the number of steps can be changed without changing what was done so far.
    """
    left = (steps - step) / (decay * steps)
    return peak * min(1, (step + 1) / warmup) * min(1, left)


def half(on):
    """A context in which products of matrices are computed in bfloat16, if `on`; parameters stay float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=on)


@torch.no_grad()
def average(into, source, weight):
    """into = (1 - weight) * into + weight * source, over all parameters."""
    torch._foreach_lerp_(list(into.parameters()), list(source.parameters()), weight)


class Run:
    """A named run: state in checkpoints/NAME.pt, log in logs/NAME.jsonl."""

    def __init__(self, name, every=180):
        self.name, self.every = name, every
        self.path = work() / "checkpoints" / f"{name}.pt"
        self.log_path = work() / "logs" / f"{name}.jsonl"
        for path in (self.path, self.log_path):
            path.parent.mkdir(exist_ok=True)
        self.saved = time.monotonic()

    def resume(self, **parts):
        """Loads each part's state; returns the step to go on from, 0 for a new run."""
        if not self.path.exists():
            return 0
        state = torch.load(self.path, weights_only=True)
        for key, part in parts.items():
            part.load_state_dict(state[key])
        torch.set_rng_state(state["random"])
        return state["step"]

    def save(self, step, **parts):
        """Writes the checkpoint beside the old one, then moves it into place."""
        state = {key: part.state_dict() for key, part in parts.items()}
        temporary = self.path.with_suffix(".new")
        torch.save({**state, "step": step, "random": torch.get_rng_state()}, temporary)
        temporary.replace(self.path)
        self.saved = time.monotonic()

    def due(self):
        """Whether the last checkpoint is older than `every` seconds."""
        return time.monotonic() - self.saved > self.every

    def log(self, **values):
        """One line in the log and on the screen."""
        line = {"time": time.strftime("%H:%M:%S"), **values}
        short = {k: round(v, 5) if isinstance(v, float) else v for k, v in line.items()}
        with open(self.log_path, "a") as out:
            out.write(json.dumps(short) + "\n")
        print(self.name, short, flush=True)
