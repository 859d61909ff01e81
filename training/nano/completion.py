"""How a short prompt is completed: docs/specification/base.md, Completion. The second implementation, beside
packages/image/src/prompt/complete.ts."""

import numpy as np

from . import noise


def draw(seed, count):
    """An index below `count`: word 0 of Philox with the counter (0, 1, 0, 0) and the key (seed, 0)."""
    zero, one = np.zeros(1, np.uint64), np.ones(1, np.uint64)
    words = noise.philox((zero, one, zero, zero), (seed, 0))
    return int(words[0][0]) * count // 2**32


def complete(prompt, seed, groups, prompts, room):
    """The words that are added to a prompt.

    prompt: list of words; groups: {name: words}, the leading one first; prompts: lists of words; room: the most to add.
    """
    group = {word: name for name, words in groups.items() for word in words}
    if any(word not in group for word in prompt):
        return []
    leading = next(iter(groups))
    lead = next((word for word in prompt if group[word] == leading), None)
    led = [other for other in prompts if lead in other] or prompts
    shared = [sum(word in other for word in prompt) for other in led]
    nearest = [other for other, n in zip(led, shared, strict=True) if n == max(shared)]
    chosen = nearest[draw(seed, len(nearest))]
    named = {group[word] for word in prompt}
    return [word for word in chosen if group[word] not in named][:room]
