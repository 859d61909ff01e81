"""Sampling: many Euler steps with guidance for the teacher, few consistency steps for the student."""

import itertools

import torch

SCHEDULES = {4: (0.999, 0.6, 0.3, 0.15), 2: (0.999, 0.4), 1: (0.999,)}


def full(times, batch):
    return torch.full((batch,), times)


@torch.no_grad()
def teacher(model, rows, noise, steps, guidance):
    """Euler from t=.999 to .02 on v = (x - x0) / t, classifier-free guidance on x0. noise [B,64,32] -> x0."""
    x, zero = noise, torch.zeros_like(rows)
    one = torch.ones(len(rows))
    times = torch.linspace(0.999, 0.02, steps + 1).tolist()
    for now, after in itertools.pairwise(times):
        t = full(now, len(rows))
        both = model(
            torch.cat([x, x]),
            torch.cat([t, t]),
            torch.cat([one, one]),
            torch.cat([rows, zero]),
        )
        given, free = both.chunk(2)
        x0 = free + guidance * (given - free)
        x = x + (after - now) * (x - x0) / now
    return x0


@torch.no_grad()
def student(predict, noise, steps):
    """predict(x, t) -> x0 at each time of SCHEDULES[steps]; noise(j) is [B,64,32], fresh for each step. -> x0"""
    times, x = SCHEDULES[steps], noise(0)
    for j, (now, after) in enumerate(itertools.zip_longest(times, times[1:])):
        x0 = predict(x, full(now, len(x)))
        if after is not None:
            x = (1 - after) * x0 + after * noise(j + 1)
    return x0
