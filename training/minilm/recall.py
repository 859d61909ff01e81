"""How often the right name is among the first k of all names."""

import torch


def ranks(queries, names, right):
    """[Q]: how many names score higher than the right one. `right` holds the index of the right name."""
    scores = queries @ names.T
    own = scores.gather(1, right.unsqueeze(1))
    return (scores > own).sum(1)


def recall(queries, names, right):
    found = ranks(queries, names, right)
    return {f"@{k}": round((found < k).float().mean().item(), 4) for k in (1, 10)}


def positions(rows, held):
    """Index in `rows` of every held-out row."""
    place = {row["name"]: i for i, row in enumerate(rows)}
    return torch.tensor([place[row["name"]] for row in held])
