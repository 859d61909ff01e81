"""The vocabulary: words from render/styles/*.json, one token a word, row 0 for an absent tag."""

import hashlib
import json

from .settings import TRAINING

STYLES = ["open-peeps", "pixel-art", "adventurer", "micah", "personas", "big-smile"]
MAX_TAGS = 16
# DiceBear option -> group of the words that it gives
GROUPS = {
    "head": "hair",
    "hair": "hair",
    "face": "expression",
    "mouth": "expression",
    "eyes": "eyes",
    "eyebrows": "eyes",
    "glasses": "accessory",
    "accessories": "accessory",
    "earrings": "accessory",
    "mask": "accessory",
    "hat": "hat",
    "facialHair": "facial-hair",
    "beard": "facial-hair",
    "features": "face-detail",
    "nose": "face-detail",
    "clothing": "clothing",
    "shirt": "clothing",
    "body": "clothing",
}
PALETTES = {
    "skin": "skin",
    "hair": "hair-color",
    "shirt": "shirt-color",
    "hat": "hat-color",
}


def _read(name):
    return json.loads((TRAINING / "render" / "styles" / f"{name}.json").read_text())


def groups():
    """Group name -> its words, in the order of the vocabulary."""
    palettes = _read("palettes")
    out = {"style": list(STYLES)}
    for palette, group in PALETTES.items():
        out[group] = list(palettes[palette])
    seen = {word for words in out.values() for word in words}
    for style in STYLES:
        for part in _read(style)["parts"]:
            for words in part["values"].values():
                for word in words:
                    if not word.startswith("$") and word not in seen:
                        seen.add(word)
                        out.setdefault(GROUPS[part["option"]], []).append(word)
    out["background"] = [*palettes["background"], "gradient-background"]
    out["facing"] = ["facing-left", "facing-right"]
    return out


def vocabulary():
    """Every word; word i has embedding row i + 1."""
    return [word for words in groups().values() for word in words]


def rows(prompts, words=None):
    """Prompts (lists of words) -> list of 16 row numbers each, 0 where there is no tag."""
    index = {word: i + 1 for i, word in enumerate(words or vocabulary())}
    out = []
    for prompt in prompts:
        known = [index[word] for word in prompt][:MAX_TAGS]
        out.append(known + [0] * (MAX_TAGS - len(known)))
    return out


def held_out(prompt):
    """True for combinations kept from training: one in twenty-five of (style, skin, first word for hair)."""
    named = groups()
    parts = [
        next((w for w in prompt if w in named[g]), "")
        for g in ("style", "skin", "hair")
    ]
    return hashlib.sha256("|".join(parts).encode()).digest()[0] % 25 == 0
