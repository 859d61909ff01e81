"""Trains the autoencoder on avatars, with icons and brain slices mixed in so that a peel from another domain decodes."""

import math
import time

import torch
import torch.nn.functional as F

from . import data
from .autoencoder import Autoencoder
from .loop import Run, cosine
from .settings import config, work
from .sheets import sheet


def edges(image):
    """Horizontal and vertical differences of neighbouring pixels."""
    return image[..., :, 1:] - image[..., :, :-1], image[..., 1:, :] - image[
        ..., :-1, :
    ]


def loss(model, x, settings, step):
    """L1 + MSE + picture gradients, under multiplicative latent noise; every third step also at half scale.

    Half scale: the decoder given latents of half the resolution must draw the half-size picture (EQ-VAE,
    arXiv:2502.09509), which keeps latents smooth enough for a small backbone.
    """
    z = model.encoder(x)
    noisy = z + settings["latent_noise"] * z.detach().std() * torch.randn_like(z)
    y = model.decoder(noisy)
    total = F.l1_loss(y, x) + F.mse_loss(y, x)
    total = total + settings["edges"] * sum(
        F.l1_loss(a, b) for a, b in zip(edges(y), edges(x))
    )
    if step % 3 == 0:
        half = model.decoder(F.avg_pool2d(z, 2))
        small = F.avg_pool2d(x, 2)
        total = total + 3 * settings["equivariance"] * (
            F.l1_loss(half, small) + F.mse_loss(half, small)
        )
    return total


@torch.no_grad()
def psnr(model, x):
    """Peak signal-to-noise ratio in dB of the round trip, for pictures in [-1,1]."""
    y = model.decoder(model.encoder(x)).clamp(-1, 1)
    return -10 * math.log10(F.mse_loss(y, x).item() / 4)


def draw(stores, settings):
    """One batch, mixed from avatars, icons and slices."""
    count = settings["batch"]
    first = round(count * settings["avatars"])
    counts = [first, (count - first) // 2, count - first - (count - first) // 2]
    parts = [
        data.images(s, torch.randint(len(s), (n,))) for s, n in zip(stores, counts)
    ]
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def normalise(model, avatars):
    """Sets the latent mean and deviation from 4,096 avatars."""
    z = torch.cat(
        [
            model.encoder(data.images(avatars, torch.arange(i, i + 128)))
            for i in range(0, 4096, 128)
        ]
    )
    model.mean.copy_(z.mean((0, 2, 3)))
    model.deviation.copy_(z.std((0, 2, 3)))


def main():
    settings = config("autoencoder")
    torch.manual_seed(1)
    everyone = data.pictures(*data.FREE)
    held = config("data")["validation"]
    stores = [
        everyone[:-held],
        data.pictures("icons")[256:],
        data.pictures("mri")[256:],
    ]
    checks = {
        "avatars": data.images(
            everyone, torch.arange(len(everyone) - 128, len(everyone))
        ),
        "icons": data.images(data.pictures("icons"), torch.arange(128)),
        "slices": data.images(data.pictures("mri"), torch.arange(128)),
    }
    model = Autoencoder().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.95), weight_decay=0.01, fused=True
    )
    run = Run("autoencoder")
    start = run.resume(model=model, optimizer=optimizer)
    began, steps = time.monotonic(), settings["steps"]
    for step in range(start, steps):
        rate = cosine(step, steps, settings["learning_rate"], settings["warmup"])
        for group in optimizer.param_groups:
            group["lr"] = rate
        value = loss(model, draw(stores, settings), settings, step)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % 100 == 0:
            speed = (step + 1 - start) * settings["batch"] / (time.monotonic() - began)
            run.log(step=step + 1, loss=value.item(), images_per_second=speed)
        if run.due() or step + 1 == steps:
            normalise(model, stores[0])
            run.save(step + 1, model=model, optimizer=optimizer)
            run.log(
                step=step + 1,
                **{f"psnr_{k}": psnr(model, v) for k, v in checks.items()},
            )
            shown = torch.cat(
                [checks["avatars"][:12], checks["icons"][:4], checks["slices"][:4]]
            )
            with torch.no_grad():
                sheet(
                    [shown, model.decode(model.encode(shown))],
                    work() / "autoencoder.png",
                )


if __name__ == "__main__":
    main()
