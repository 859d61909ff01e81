"""Numbers of the evaluation page: how well tags are drawn, and how near the pictures are to renders as a crowd."""

import numpy as np
import torch
from scipy.linalg import sqrtm

from . import classifier


def f1(probability, target):
    """{group: F1 of the words read at probability 1/2 against the prompts' words}."""
    mask = classifier.judged(target)
    said = (probability > 0.5).float() * mask
    out = {}
    for name, part in classifier.columns().items():
        right = (said[:, part] * target[:, part]).sum()
        total = said[:, part].sum() + (target[:, part] * mask[:, part]).sum()
        out[name] = (2 * right / total).item()
    return out


def overall(probability, target):
    """F1 over all words."""
    mask = classifier.judged(target)
    said = (probability > 0.5).float() * mask
    return (2 * (said * target).sum() / (said.sum() + (target * mask).sum())).item()


def frechet(features, reference):
    """Frechet distance of two Gaussians fitted to features [N,F] and [M,F] (Heusel et al., arXiv:1706.08500)."""
    a, b = (np.asarray(x, np.float64) for x in (features, reference))
    (m, s), (n, t) = ((x.mean(0), np.cov(x, rowvar=False)) for x in (a, b))
    return float(np.square(m - n).sum() + np.trace(s + t - 2 * sqrtm(s @ t).real))


def precision(features, reference, neighbours=3):
    """Share of features [N,F] within the reach of [M,F]: no further from one than its third nearest of them is.

    How many pictures could pass for renders, whatever their variety (Kynkaanniemi et al., arXiv:1904.06991).
    """
    reach = torch.cdist(reference, reference).kthvalue(neighbours + 1, dim=1).values
    return (torch.cdist(features, reference) <= reach).any(1).float().mean().item()


def psnr(a, b):
    """Mean over pictures of the peak signal-to-noise ratio in dB, for values in [-1,1]."""
    error = (a - b).square().mean((1, 2, 3)) / 4
    return (-10 * torch.log10(error)).mean().item()
