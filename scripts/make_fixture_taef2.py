# SPDX-License-Identifier: Apache-2.0
"""A part of a photograph through TAEF2 with its real weights, and the stages that are small. The network is written here
from its published description (madebyollin/taesd, MIT); the weights themselves are not part of the fixture.

    pip install torch safetensors pillow
    python scripts/make_fixture_taef2.py WEIGHTS PHOTO tests/data/taef2

WEIGHTS is a folder with taef2_encoder.pth and taef2_decoder.pth; PHOTO is scikit-image's data/astronaut.png (NASA, public
domain), of which 64 x 96 pixels are kept.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

TOP, LEFT, HEIGHT, WIDTH = 80, 176, 64, 96


def conv(n_in, n_out, **kwargs):
    return nn.Conv2d(n_in, n_out, 3, padding=1, **kwargs)


class Block(nn.Module):
    def __init__(self, pooled=False):
        super().__init__()
        self.conv = nn.Sequential(conv(64, 64), nn.ReLU(), conv(64, 64), nn.ReLU(), conv(64, 64))
        if pooled:
            self.pool = nn.Sequential(nn.Conv2d(64, 256, 1, bias=False), nn.GroupNorm(4, 256), nn.ReLU(),
                                      nn.Conv2d(256, 64, 1, bias=False))

    def forward(self, x):
        if hasattr(self, "pool"):
            x = x + self.pool(x)
        return F.relu(self.conv(x) + x)


class Limit(nn.Module):
    def forward(self, x):
        return 3 * torch.tanh(x / 3)


def blocks(pooled=False):
    return [Block(pooled) for _ in range(3)]


def down():
    return conv(64, 64, stride=2, bias=False)


def up():
    return [nn.Upsample(scale_factor=2), conv(64, 64, bias=False)]


def encoder():
    return nn.Sequential(conv(3, 64), Block(), down(), *blocks(), down(), *blocks(), down(), *blocks(True), conv(64, 32))


def decoder():
    return nn.Sequential(Limit(), conv(32, 64), nn.ReLU(), *blocks(True), *up(), *blocks(), *up(), *blocks(), *up(), Block(),
                         conv(64, 3))


def load(model, path):
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.float().eval()


def rows(x):
    """[1, channels, height, width] as the engine has it: a row a pixel."""
    return x[0].permute(1, 2, 0).reshape(-1, x.shape[1]).contiguous()


def patches(x):
    """[1, c, h, w] to rows of [c, 2, 2]."""
    return rows(F.pixel_unshuffle(x, 2))


def run(model, prefix, x, kept):
    """Through all layers; kept maps a layer's place to the stage's number."""
    stages = {}
    for i, layer in enumerate(model):
        x = layer(x)
        if i in kept:
            stages[f"{prefix}.{kept[i]}"] = rows(x)
    return x, stages


def main(weights, photo, out):
    out.mkdir(parents=True, exist_ok=True)
    whole = np.asarray(Image.open(photo).convert("RGB"))
    part = torch.from_numpy(whole[TOP:TOP + HEIGHT, LEFT:LEFT + WIDTH].copy())
    picture = part.permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        latents, first = run(load(encoder(), weights / "taef2_encoder.pth"), "encoder", picture, {i: i for i in range(10, 14)})
        decoded, second = run(load(decoder(), weights / "taef2_decoder.pth"), "decoder", latents, {2: 0, 3: 1, 4: 2, 5: 3})
    mse = ((decoded.clamp(0, 1) - picture) ** 2).mean().item()
    print(f"PSNR {-10 * np.log10(mse):.2f} dB")
    save_file({**first, **second, "picture": rows(2 * picture - 1), "latents": patches(latents),
               "decoded": rows(2 * decoded - 1)}, out / "stages.safetensors")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
