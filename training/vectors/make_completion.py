"""Completions of short prompts, by training/nano/completion.py: docs/specification/base.md, Completion.

    python training/vectors/make_completion.py

writes packages/conformance/vectors/completion/cases.json: a vocabulary, and for random prompts and seeds the tags added.
"""

import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "training"))
from nano import completion

OUT = ROOT / "packages" / "conformance" / "vectors" / "completion" / "cases.json"


def main():
    draw = random.Random(12)
    groups = {f"g{i}": [f"g{i}-{j}" for j in range(4)] for i in range(6)}
    tags = [tag for words in groups.values() for tag in words]
    prompts = [
        [draw.choice(words) for words in groups.values() if draw.random() < 0.8]
        for _ in range(40)
    ]
    cases = []
    for i in range(200):
        prompt = draw.sample(tags, draw.randint(0, 6))
        if i % 20 == 0:
            prompt.append("stray")
        seed, room = draw.getrandbits(32), draw.choice((16, 16, 3, 0))
        added = completion.complete(prompt, seed, groups, prompts, room)
        cases.append({"prompt": prompt, "seed": seed, "room": room, "added": added})
    completions = [" ".join(words) for words in prompts]
    vocabulary = {
        "null": 0,
        "tags": [*tags, "stray"],
        "groups": groups,
        "completions": completions,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"vocabulary": vocabulary, "cases": cases}, indent=1)
    OUT.write_text(text + "\n")


if __name__ == "__main__":
    main()
