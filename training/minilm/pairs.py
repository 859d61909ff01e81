"""Pairs of a sentence and the qualified name of the Python function or class that it describes.

The first sentence of every public docstring of the standard library and of six scientific packages. Docstrings are read
to train and to measure; none is written outside the working folder.
"""

import importlib
import inspect
import json
import pathlib
import pkgutil
import random
import re
import sys
import warnings

LIBRARIES = ("numpy", "scipy", "pandas", "networkx", "sympy", "torch")
HELD_OUT = 1500
PARTS = 3  # numpy.linalg.norm, pandas.DataFrame.groupby; deeper names are rarely what one looks for
SENTENCE = re.compile(r"(.+?[.!?])(?:\s+(?=[A-Z`\"'(\[])|$)", re.DOTALL)
SKIPPED = {"antigravity", "idlelib", "lib2to3", "test", "this", "turtledemo", "tkinter"}


def first_sentence(docstring):
    """The first sentence of a docstring on one line, or None where it has no sentence of use."""
    paragraph = inspect.cleandoc(docstring).split("\n\n", 1)[0]
    text = " ".join(paragraph.split())
    text = re.sub(r":[a-z:]+:`~?([^`<]*?)(?:\s*<[^`]*>)?`", r"\1", text)
    text = text.replace("`", "").replace("*", "")
    match = SENTENCE.match(text)
    sentence = (match.group(1) if match else text).strip()
    words = re.findall(r"[A-Za-z]{2,}", sentence)
    if len(words) < 4 or len(sentence) > 240 or re.match(r"\w+\(.*\)\s*(->|$)", text):
        return None
    return sentence


def sentences(docstring):
    """Further sentences of the description, before the first section or example: only for training."""
    text = re.split(
        r"\n\s*(?:-{3,}|={3,}|>>>|Parameters|Args:|Returns|\.\. )",
        inspect.cleandoc(docstring),
    )[0]
    text = text.split("\n\n", 1)[1] if "\n\n" in text else ""
    text = re.sub(
        r":[a-z:]+:`~?([^`<]*?)(?:\s*<[^`]*>)?`", r"\1", " ".join(text.split())
    )
    text = text.replace("`", "").replace("*", "")
    found = [m.group(1).strip() for m in SENTENCE.finditer(text)]
    return [s for s in found if 5 <= len(s.split()) <= 40][:2]


def public(name):
    return all(not part.startswith("_") for part in name.split("."))


def imported(name):
    """The module, or None where it can't be had here: some exit on import, or refuse the platform."""
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit):  # noqa: BLE001
        return None


def modules(root):
    """The public modules of a library, itself first."""
    top = imported(root)
    if top is None:
        return
    yield top
    for found in pkgutil.walk_packages(
        getattr(top, "__path__", []), root + ".", onerror=lambda _: None
    ):
        if public(found.name) and not re.search(
            r"\btests?\b|conftest|testing", found.name
        ):
            module = imported(found.name)
            if module is not None:
                yield module


def members(module, root):
    """(qualified name, object) for the public functions and classes that a module shows, and their own methods."""
    names = getattr(module, "__all__", None) or [n for n in vars(module) if public(n)]
    for name in names:
        thing = getattr(module, name, None) if isinstance(name, str) else None
        home = getattr(thing, "__module__", None) or ""
        if not callable(thing) or not public(name) or home.split(".")[0] != root:
            continue
        yield f"{module.__name__}.{name}", thing
        if inspect.isclass(thing):
            for method, member in list(vars(thing).items()):
                function = getattr(member, "__func__", member)
                if public(method) and callable(function):
                    yield f"{module.__name__}.{name}.{method}", function


def roots():
    standard = sorted(
        n for n in sys.stdlib_module_names if public(n) and n not in SKIPPED
    )
    return [*standard, *LIBRARIES]


def collect():
    """[{name, text, more}] sorted by name: one name an object (the shortest), one object a sentence."""
    best = {}
    for root in roots():
        for module in modules(root):
            for name, thing in members(module, root):
                doc = getattr(thing, "__doc__", None)
                if not isinstance(doc, str):
                    continue
                known = best.get(id(thing))
                if known is None or (len(name), name) < (len(known[0]), known[0]):
                    best[id(thing)] = (name, doc, thing)
    rows, seen = [], set()
    for name, doc, _ in sorted(best.values(), key=lambda row: (len(row[0]), row[0])):
        text = first_sentence(doc)
        if text is None or text in seen:
            continue
        seen.add(text)
        rows.append({"name": name, "text": text, "more": sentences(doc)})
    return sorted(
        {row["name"]: row for row in rows}.values(), key=lambda row: row["name"]
    )


def candidates(rows):
    """The rows that are searched: names of at most PARTS parts. The others are only trained on."""
    return [row for row in rows if row["name"].count(".") < PARTS]


def split(rows, seed=0):
    """(training, held out): HELD_OUT of the rows by a seeded draw over the sorted names."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    held = set(order[:HELD_OUT])
    return (
        [row for i, row in enumerate(rows) if i not in held],
        [row for i, row in enumerate(rows) if i in held],
    )


def write(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = collect()
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=0))
    return rows


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
