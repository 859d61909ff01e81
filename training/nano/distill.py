"""Latent consistency distillation (Luo et al., arXiv:2310.04378) with guidance as an input, for x-prediction flows.

The student at (x_t, t) learns what its own average says at (x_s, s), where x_s is one Euler step of the guided teacher
towards s < t. At the lowest time the guided teacher itself is the answer: the boundary is exact.
"""

import torch

from .sampler import SCHEDULES
from .teacher import noised

LOWEST, HIGHEST = 0.02, 0.999
HUBER = 0.03
SHIPPED = torch.tensor(sorted({t for times in SCHEDULES.values() for t in times}))


def times(batch, grid, shipped):
    """(t, s), each [batch]: neighbours on a grid of `grid` steps; a share `shipped` of t are shipped times."""
    line = torch.linspace(LOWEST, HIGHEST, grid + 1)
    i = torch.randint(1, grid + 1, (batch,))
    t, s = line[i], line[i - 1]
    chosen = SHIPPED[torch.randint(len(SHIPPED), (batch,))]
    take = torch.rand(batch) < shipped
    step = (HIGHEST - LOWEST) / grid
    return torch.where(take, chosen, t), torch.where(
        take, (chosen - step).clamp(min=LOWEST), s
    )


def strengths(batch, low, high):
    """Guidance drawn evenly from [low, high): [batch]."""
    return low + (high - low) * torch.rand(batch)


@torch.no_grad()
def guided(predict, x, t, context, empty, guidance):
    """Classifier-free guidance on x0. predict(x, t, guidance, context) -> x0; guidance [B]."""
    one = torch.ones(2 * len(x))
    both = predict(
        torch.cat([x, x]), torch.cat([t, t]), one, torch.cat([context, empty])
    )
    given, free = both.float().chunk(2)
    return free + guidance[:, None, None] * (given - free)


def loss(student, target, teacher, x, contexts, guidances, grid, shipped):
    """Pseudo-Huber distance between the student at t and the target at s.

    Each of the three is predict(x, t, guidance, context). `contexts` is (student's, target's, teacher's, empty);
    `guidances` is (what the student is told, what the teacher does), each [B].
    """
    own, averaged, taught, empty = contexts
    guidance, effective = guidances
    t, s = times(len(x), grid, shipped)
    noisy, _ = noised(x, t)
    with torch.no_grad():
        x0 = guided(teacher, noisy, t, taught, empty, effective)
        towards = noisy + ((s - t) / t)[:, None, None] * (noisy - x0)
        answer = target(towards, s, guidance, averaged).float()
        answer = torch.where((s <= LOWEST + 1e-6)[:, None, None], x0, answer)
    error = (student(noisy, t, guidance, own).float() - answer).square().mean((1, 2))
    return ((error + HUBER**2).sqrt() - HUBER).mean()
