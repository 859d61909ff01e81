"""The f16 autoencoder: 128 px RGB <-> 8 x 8 latents of 32 channels, in the manner of TAESD (madebyollin/taesd, MIT).

Convolutions and ReLU only, no normalisation, so that the decoder is small and exports plainly. The decoder is the part
that ships, and is larger than the encoder.
"""

import torch
from torch import nn

SIZE, GRID, CHANNELS, TOKENS = 128, 8, 32, 64


class Residual(nn.Module):
    """x + conv(relu(conv(x)))."""

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(x)))


def encoder(widths=(32, 64, 128)):
    """[B,3,128,128] in [-1,1] -> [B,32,8,8]."""
    a, b, c = widths
    return nn.Sequential(
        nn.PixelUnshuffle(4),
        nn.Conv2d(48, a, 3, padding=1),
        Residual(a),
        nn.Conv2d(a, b, 3, 2, 1),
        Residual(b),
        nn.Conv2d(b, c, 3, 2, 1),
        Residual(c),
        nn.Conv2d(c, CHANNELS, 1),
    )


def decoder(widths=(128, 80, 40)):
    """[B,32,8,8] -> [B,3,128,128], not clamped."""
    a, b, c = widths
    return nn.Sequential(
        nn.Conv2d(CHANNELS, a, 3, padding=1),
        Residual(a),
        Residual(a),
        nn.Conv2d(a, 4 * b, 1),
        nn.PixelShuffle(2),
        Residual(b),
        Residual(b),
        nn.Conv2d(b, 4 * c, 1),
        nn.PixelShuffle(2),
        Residual(c),
        Residual(c),
        nn.Conv2d(c, 48, 3, padding=1),
        nn.PixelShuffle(4),
    )


class Autoencoder(nn.Module):
    """Encoder, decoder and the per-channel mean and deviation that normalise latents."""

    def __init__(self, encoder_widths=(32, 64, 128), decoder_widths=(128, 80, 40)):
        super().__init__()
        self.encoder = encoder(encoder_widths)
        self.decoder = decoder(decoder_widths)
        self.register_buffer("mean", torch.zeros(CHANNELS))
        self.register_buffer("deviation", torch.ones(CHANNELS))

    def encode(self, image):
        """[B,3,128,128] in [-1,1] -> normalised tokens [B,64,32], row-major over the 8 x 8 grid."""
        tokens = self.encoder(image).flatten(2).transpose(1, 2)
        return (tokens - self.mean) / self.deviation

    def decode(self, latent):
        """Normalised tokens [B,64,32] -> [B,3,128,128] clamped to [-1,1]."""
        tokens = latent * self.deviation + self.mean
        grid = tokens.transpose(1, 2).unflatten(2, (GRID, GRID))
        return self.decoder(grid).clamp(-1, 1)
