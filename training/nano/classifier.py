"""A small classifier: reads tags off a picture, and gives the features of the Frechet distance.

It learns from renders and from their round trips through the autoencoder, half and half, so that it doesn't take what the
autoencoder loses for a missing tag. No generated picture is ever shown to it.
"""

import itertools

import torch
import torch.nn.functional as F
from torch import nn

from . import data, tags
from .latents import autoencoder, avatars
from .loop import Run, cosine
from .settings import config, work

FEATURES = 96
# untagged does not mean absent for these: their words are judged only where the prompt has one of the group
OPTIONAL = ("background", "facing")


class Classifier(nn.Module):
    """[B,3,128,128] -> logits [B,V], features [B,96]."""

    def __init__(self, words):
        super().__init__()
        widths = [3, 32, 64, 96, 128]
        convolutions = []
        for a, b in itertools.pairwise(widths):
            convolutions += [nn.Conv2d(a, b, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(b)]
        self.convolutions = nn.Sequential(*convolutions, nn.Flatten())
        self.features = nn.Linear(128 * 16, FEATURES)
        self.words = nn.Linear(FEATURES, words)

    def forward(self, image):
        x = self.features(self.convolutions(F.avg_pool2d(image, 2)))
        return self.words(torch.relu(x)), x


def truth(rows, words):
    """Row numbers [N,16] -> 0/1 [N,V]."""
    return torch.zeros(len(rows), words + 1).scatter_(1, rows, 1.0)[:, 1:]


def columns():
    """{group: slice of the vocabulary}."""
    out, at = {}, 0
    for name, words in tags.groups().items():
        out[name] = slice(at, at + len(words))
        at += len(words)
    return out


def judged(target):
    """1 where a word counts, 0 for optional groups that the prompt does not mention: [N,V]."""
    mask = torch.ones_like(target)
    for name in OPTIONAL:
        part = columns()[name]
        mask[:, part] = target[:, part].amax(1, keepdim=True)
    return mask


def trained():
    """The classifier, trained on first use."""
    model = Classifier(len(tags.vocabulary()))
    path = work() / "checkpoints" / "classifier.pt"
    if path.exists():
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    settings, store = config("classifier"), avatars()
    torch.manual_seed(5)
    pictures, decoder = data.pictures(*data.FREE), autoencoder()
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02, fused=True)
    run = Run("classifier")
    for step in range(settings["steps"]):
        for group in optimizer.param_groups:
            group["lr"] = cosine(
                step, settings["steps"], settings["learning_rate"], settings["warmup"]
            )
        chosen = store["train"][
            torch.randint(len(store["train"]), (settings["batch"],))
        ]
        target = truth(store["rows"][chosen], len(tags.vocabulary()))
        half = len(chosen) // 2
        with torch.no_grad():
            trips = decoder.decode(store["latents"][chosen[half:]])
        image = torch.cat([data.images(pictures, chosen[:half]), trips])
        logits, _ = model(image + 0.05 * torch.randn_like(image))
        value = F.binary_cross_entropy_with_logits(
            logits, target, judged(target), reduction="sum"
        ) / len(chosen)
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % 100 == 0:
            run.log(step=step + 1, loss=value.item())
    torch.save(model.state_dict(), path)
    return model.eval()


@torch.no_grad()
def read(model, images):
    """(probabilities [N,V], features [N,96]) of pictures in [-1,1]."""
    made = [model(images[i : i + 128]) for i in range(0, len(images), 128)]
    return torch.cat([m[0] for m in made]).sigmoid(), torch.cat([m[1] for m in made])
