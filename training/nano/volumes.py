"""Brain slices for the `medical-imaging` peel: random cuts through the Colin27 volumes of Debian's mricron-data.

One subject's head is all there is, so every cut is tilted, warped and tone-mapped. Nothing here says anything about
any patient: the pictures show what a slice looks like, and are not for diagnostic use.
"""

import json
import subprocess
from pathlib import Path

import nibabel
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

# file -> words beside the plane's name
VOLUMES = {"ch2.nii.gz": [], "ch2better.nii.gz": ["skull-stripped"]}
# plane -> (axis cut through, axis drawn right, axis drawn up); volumes are RAS: right, anterior, superior
PLANES = {"axial": (2, 0, 1), "coronal": (1, 0, 2), "sagittal": (0, 1, 2)}
# the part of the cut axis that holds brain rather than neck or air
RANGES = {"axial": (0.30, 0.78), "coronal": (0.25, 0.75), "sagittal": (0.27, 0.73)}


def white(data):
    """The intensity drawn as white: a little over the brightest tissue."""
    return 1.1 * np.percentile(data[data > 5], 99.5)


def fetch(folder):
    """Downloads Debian's mricron-data with apt-get and unpacks it; returns the folder of the volumes."""
    home = Path(folder) / "mricron"
    templates = home / "usr" / "share" / "mricron" / "templates"
    if not templates.exists():
        home.mkdir(exist_ok=True)
        subprocess.run(["apt-get", "download", "mricron-data"], cwd=home, check=True)
        package = next(home.glob("mricron-data_*.deb"))
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=home, check=True)
    return templates


def load(folder):
    """The volumes as [(words, float32 array in 0..1 on a 1 mm grid)]."""
    out = []
    for name, words in VOLUMES.items():
        image = nibabel.as_closest_canonical(nibabel.load(Path(folder) / name))
        data = np.asarray(image.get_fdata(), np.float32)
        spacing = image.header.get_zooms()[:3]
        if max(abs(s - 1) for s in spacing) > 0.05:
            data = zoom(data, spacing, order=1)
        out.append((words, np.clip(data / white(data), 0, 1)))
    return out


def rotation(angles):
    """A 3 x 3 rotation from three angles in radians (about axes 0, 1, 2)."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        turn = np.eye(3)
        i, j = [a for a in range(3) if a != axis]
        turn[i, i], turn[i, j], turn[j, i], turn[j, j] = c, -s, s, c
        matrix = matrix @ turn
    return matrix


def cut(volume, plane, random, freedom=1.0, size=128):
    """One random slice: size x size uint8. `freedom` scales how far position, tilt and warp go."""
    axis, across, up = PLANES[plane]
    shape = np.array(volume.shape)
    millimetres = 235 * (0.91 + freedom * random.uniform(-0.06, 0.06)) / size
    line = (np.arange(size) - (size - 1) / 2) * millimetres
    mirror = random.choice([-1, 1]) if freedom == 1 else 1
    points = np.zeros((3, size, size))
    points[across] = line[None, :] * mirror
    points[up] = -line[:, None]
    low, high = RANGES[plane]
    middle, half = (low + high) / 2, (high - low) / 2
    points[axis] = (middle + freedom * half * random.uniform(-1, 1) - 0.5) * shape[axis]
    for moved in (across, up):
        points[moved] += freedom * random.uniform(-6, 6)
        # elastic warp: smooth displacements of about 3 mm
        warp = random.normal(0, 3 * freedom, (5, 5))
        points[moved] += zoom(warp, size / 5, order=3)
    turn = rotation(random.normal(0, freedom * np.radians(5), 3))
    points = np.tensordot(turn, points, 1)
    points += ((shape - 1) / 2)[:, None, None]
    slice_ = map_coordinates(volume, points, order=1, mode="constant")
    slice_ = gaussian_filter(slice_, random.uniform(0, 0.5))
    slice_ = np.clip(slice_ * random.uniform(0.9, 1.15), 0, 1)
    slice_ = slice_ ** random.uniform(0.75, 1.3)
    return np.round(slice_ * 255).astype(np.uint8)


def render(folder, out, count, seed=0, freedom=1.0):
    """Writes OUT.rgb and OUT.tags (the format of render/avatars.mjs): `count` slices, each with its trigger words."""
    random = np.random.default_rng(seed)
    volumes = load(folder)
    planes = list(PLANES)
    with open(f"{out}.rgb", "wb") as pictures, open(f"{out}.tags", "w") as tags:
        for _ in range(count):
            words, volume = volumes[random.integers(len(volumes))]
            plane = planes[random.integers(3)]
            gray = cut(volume, plane, random, freedom)
            pictures.write(np.repeat(gray[..., None], 3, 2).tobytes())
            tags.write(json.dumps(["brain-mri", plane, *words]) + "\n")
