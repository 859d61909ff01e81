"""Where things are: the configuration file, the working folder and what comes out."""

from nano.settings import TRAINING, config, work

BASE = TRAINING.parent / "bases" / "minilm"
PEEL = BASE / "peels" / "python-search"

__all__ = ["BASE", "PEEL", "TRAINING", "config", "folder"]


def folder():
    """The working folder of this model."""
    path = work() / "minilm"
    path.mkdir(exist_ok=True)
    return path
