"""Where things are: the configuration file and the working folder."""

import os
import tomllib
from pathlib import Path

TRAINING = Path(__file__).resolve().parent.parent
BASE = TRAINING.parent / "bases" / "nano"
PEEL = BASE / "peels" / "medical-imaging"


def work():
    """Data, checkpoints and logs: $BANANA_WORK, or training/.work."""
    folder = Path(os.environ.get("BANANA_WORK") or TRAINING / ".work")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def config(section):
    """One table of config.toml ($BANANA_CONFIG names another file)."""
    path = Path(os.environ.get("BANANA_CONFIG") or TRAINING / "config.toml")
    return tomllib.loads(path.read_text())[section]
