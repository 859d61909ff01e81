"""The float models that the vectors are exported from, their inputs, and their layers in the order of execution."""

import torch
from torch import nn


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(24, 40)
        self.down = nn.Linear(40, 16)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


class Conv(nn.Module):
    """3x3, 1x1, in two groups, by depth, and transposed, in one group and in two.

    The last has no bias: onnxruntime fails to quantise one by channel.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(4, 8, 3, padding=1)
        self.point = nn.Conv2d(8, 6, 1)
        self.group = nn.Conv2d(6, 6, 3, groups=2, padding=1, stride=2)
        self.depth = nn.Conv2d(6, 6, 3, groups=6, dilation=2, padding=2)
        self.up = nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1)
        self.split = nn.ConvTranspose2d(4, 6, (2, 3), groups=2, bias=False)

    def forward(self, x):
        x = torch.relu(self.point(torch.relu(self.stem(x))))
        x = torch.relu(self.depth(torch.relu(self.group(x))))
        return self.split(torch.relu(self.up(x)))


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv1d(4, 8, 5, padding=2)
        self.head = nn.Conv1d(8, 6, 3, stride=2)

    def forward(self, x):
        return self.head(torch.relu(self.stem(x)))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 24)
        self.head = nn.Linear(24, 16)

    def forward(self, x):
        return self.head(torch.tanh(self.embed(x)))


# By name: module, shape of its input, layers, and those that PEFT adapts so that the update has the weight's shape.
NETS = {
    "mlp": (Mlp, (1, 5, 24), ["up", "down"], ["up", "down"]),
    "gemm": (Mlp, (5, 24), ["up", "down"], ["up", "down"]),
    "conv": (
        Conv,
        (1, 4, 6, 6),
        ["stem", "point", "group", "depth", "up", "split"],
        ["stem", "point"],
    ),
    "wave": (Wave, (1, 4, 9), ["stem", "head"], ["stem", "head"]),
    "words": (Words, (1, 7), ["embed", "head"], ["embed", "head"]),
}


def build(name):
    """The model with its seeded weights: no channel of which is much fainter than the others."""
    torch.manual_seed(20261126)
    return NETS[name][0]().eval()


def inputs(name, count):
    """`count` inputs of a net; the first is the vectors' own."""
    generator = torch.Generator().manual_seed(7)
    shape = NETS[name][1]
    for _ in range(count):
        if name == "words":
            yield torch.randint(0, 40, shape, generator=generator)
        else:
            yield torch.randn(shape, generator=generator)
