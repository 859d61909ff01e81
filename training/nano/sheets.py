"""Contact sheets: rows of pictures as one PNG."""

import numpy as np
import torch
from PIL import Image


def sheet(rows, path, scale=1):
    """rows: list of [n,3,H,W] tensors in [-1,1], all the same width; writes a PNG."""
    lines = [torch.cat(list(row), 2) for row in rows]
    grid = torch.cat(lines, 1).clamp(-1, 1).permute(1, 2, 0)
    pixels = ((grid.float() + 1) * 127.5).round().byte().cpu().numpy()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if scale != 1:
        image = image.resize(
            (round(image.width * scale), round(image.height * scale)),
            Image.Resampling.LANCZOS,
        )
    image.save(path, optimize=True)
