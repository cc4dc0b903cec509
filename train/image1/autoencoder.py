# SPDX-License-Identifier: Apache-2.0
"""The autoencoder: a picture of 256 x 256 pixels becomes 16 x 16 tokens of 32 numbers, and a picture again. Convolutions beside a linear map
of 16 x 16 pixels to 32 numbers and back, which starts as the pictures' principal components, so that the convolutions begin where those end.

    python -m image1.autoencoder small [--minutes 40] [--start WEIGHTS]      trains it on drawings of shards-256; stop it and start it again at will
"""

import argparse
import copy
import json
import os
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .config import LATENT, PATCH, PRESETS, SEED, SIZE, folder
from .muon import Muon

WIDTHS = (64, 128, 192)  # channels at a quarter, an eighth and a sixteenth of the picture's size
FINE, CELL = 4, PATCH  # pixels a side of what the convolutions see; of what becomes a token
CROP, BATCH = 128, 24
RATE, MATRIX_RATE, WARMUP = 1e-3, 0.01, 100
NOISE = 0.1  # largest deviation of what is added to the numbers, so that the decoder forgives what the transformer gets wrong
DECAY_SHARE, AVERAGE = 0.5, 0.998
SAVE_SECONDS = 120


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.conv2.weight.data *= 0.2

    def forward(self, x):
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


def shrink(inputs, outputs, stride):
    return [nn.Conv2d(inputs, outputs, 3, stride, 1), nn.ReLU()]


def grow(inputs, outputs):
    return [nn.Conv2d(inputs, 4 * outputs, 3, padding=1), nn.PixelShuffle(2), nn.ReLU()]


class Autoencoder(nn.Module):
    """encode: (B, 3, h, w) from -1 to 1 -> (B, 32, h / 16, w / 16), about 0 with deviation 1. decode: the way back."""

    def __init__(self, widths=WIDTHS):
        super().__init__()
        self.widths = a, b, c = widths
        cell = 3 * CELL * CELL
        self.down = nn.Sequential(*shrink(3 * FINE * FINE, a, 1), Block(a), Block(a), *shrink(a, b, 2), Block(b), Block(b), *shrink(b, c, 2), Block(c), Block(c), nn.Conv2d(c, LATENT, 1))
        self.down_linear = nn.Conv2d(cell, LATENT, 1)
        self.norm = nn.BatchNorm2d(LATENT, affine=False, momentum=0.02)  # an export folds it into the layers before
        self.up = nn.Sequential(nn.Conv2d(LATENT, c, 3, padding=1), nn.ReLU(), Block(c), Block(c), *grow(c, b), Block(b), Block(b), *grow(b, a), Block(a), Block(a), Block(a), nn.Conv2d(a, 3 * FINE * FINE, 3, padding=1))
        self.up_linear = nn.Conv2d(LATENT, cell, 1)
        for last in (self.down[-1], self.up[-1]):
            last.weight.data *= 0.1
            last.bias.data.zero_()

    def encode(self, x):
        z = self.down(F.pixel_unshuffle(x, FINE)) + self.down_linear(F.pixel_unshuffle(x, CELL))
        return self.norm(z.float())

    def decode(self, z):
        return (F.pixel_shuffle(self.up(z), FINE) + F.pixel_shuffle(self.up_linear(z), CELL)).float()

    def begin(self, cells):
        """cells (n, 3 * CELL * CELL), as pixel_unshuffle lays them: the linear maps become their principal components."""
        mean = cells.mean(0)
        values, vectors = torch.linalg.eigh(torch.cov((cells - mean).T.double()))
        scale, vectors = values[-LATENT:].sqrt().float(), vectors[:, -LATENT:].float()
        self.down_linear.weight.data = (vectors / scale).T[..., None, None].contiguous()
        self.down_linear.bias.data = -(mean @ vectors) / scale
        self.up_linear.weight.data = (vectors * scale)[..., None, None].contiguous()
        self.up_linear.bias.data = mean.clone()
        return float(values[:-LATENT].sum() / values.numel())


def folded(model) -> dict:
    """The weights as a model's folder has them: without the norm, which goes into the encoder's last layers."""
    out = {name: value.detach().clone() for name, value in model.state_dict().items() if not name.startswith("norm.")}
    scale = (model.norm.running_var + model.norm.eps).rsqrt()
    last = f"down.{len(model.down) - 1}"
    for name in (last, "down_linear"):
        out[f"{name}.weight"] *= scale[:, None, None, None]
        out[f"{name}.bias"] *= scale
    out["down_linear.bias"] -= model.norm.running_mean * scale
    return out


def losses(guess, x):
    """Of pixels, and of differences between neighbours near and far, or edges blur; and the squared error."""
    near = (guess - x).abs().mean()
    edges = 0
    for apart in (1, 2, 4):
        for axis in (2, 3):
            length = x.shape[axis] - apart
            edges = edges + ((guess - x).narrow(axis, apart, length) - (guess - x).narrow(axis, 0, length)).abs().mean()
    return near + 0.3 * edges, (guess - x).square().mean()


def decibels(squared: float) -> float:
    return 10 * np.log10(4 / squared)


class Run:
    def __init__(self, preset, minutes, start=None):
        torch.manual_seed(SEED)
        self.path, self.minutes = folder(preset) / "autoencoder.pt", minutes
        self.shards = [np.load(path / "pictures.npy", mmap_mode="r") for path in sorted((folder(preset) / f"shards-{SIZE}").glob("????"))]
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = Autoencoder().to(self.device)
        self.rng = np.random.default_rng(SEED)
        self.step, self.elapsed, self.stopping = 0, 0.0, False
        if start and not self.path.exists():
            self.model.load_state_dict(torch.load(start, map_location=self.device))
        elif not self.path.exists():
            cells = torch.cat([F.pixel_unshuffle(self.crops(), CELL).permute(0, 2, 3, 1).flatten(0, 2).cpu() for _ in range(40)])
            print(f"principal components alone: {decibels(self.model.begin(cells)):.2f} dB", flush=True)
        self.mean = copy.deepcopy(self.model).requires_grad_(False)
        matrices = [(name, value) for name, value in self.model.named_parameters() if value.dim() == 4 and ".conv" in name]
        inside = {id(value) for _, value in matrices}
        self.muon = Muon(matrices, MATRIX_RATE, decay=0)
        self.adam = torch.optim.AdamW([v for v in self.model.parameters() if id(v) not in inside], lr=RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        if self.path.exists():
            state = torch.load(self.path, map_location=self.device)
            for name in ("model", "mean", "muon", "adam"):
                getattr(self, name).load_state_dict(state[name])
            self.step, self.elapsed = state["step"], state["elapsed"]
            self.rng = np.random.default_rng(SEED + self.step)

    def crops(self):
        """(BATCH, 3, CROP, CROP); in one of four the colours change places"""
        shard = self.shards[self.rng.integers(len(self.shards))]
        out = np.empty((BATCH, CROP, CROP, 3), np.uint8)
        for i, number in enumerate(self.rng.integers(len(shard), size=BATCH)):
            y, x = self.rng.integers(SIZE - CROP + 1, size=2)
            out[i] = shard[number, y : y + CROP, x : x + CROP]
            if self.rng.random() < 0.25:
                out[i] = out[i][..., self.rng.permutation(3)]
        x = torch.from_numpy(out).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        return x.contiguous(memory_format=torch.channels_last)

    def update(self):
        left = 1 - min(1.0, self.elapsed / (60 * self.minutes))
        rate = min(1, (self.step + 1) / WARMUP) * min(1, max(0.01, left / DECAY_SHARE))
        for optimizer, peak in ((self.muon, MATRIX_RATE), (self.adam, RATE)):
            for group in optimizer.param_groups:
                group["lr"] = peak * rate
        x = self.crops()
        with torch.autocast(self.device, torch.bfloat16):
            z = self.model.encode(x)
            guess = self.model.decode(z + NOISE * torch.rand(len(z), 1, 1, 1, device=self.device) * torch.randn_like(z))
        loss, squared = losses(guess, x)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.adam.param_groups[0]["params"], 1.0)
        for optimizer in (self.muon, self.adam):
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        share = 1 - min(AVERAGE, self.step / (self.step + 10))
        for mean, value in zip(self.mean.parameters(), self.model.parameters()):
            mean.lerp_(value.detach(), share)
        for mean, value in zip(self.mean.buffers(), self.model.buffers()):
            mean.copy_(value)
        self.step += 1
        return loss.item(), squared.item()

    def save(self):
        state = {name: getattr(self, name).state_dict() for name in ("model", "mean", "muon", "adam")}
        torch.save({**state, "step": self.step, "elapsed": self.elapsed}, self.path.with_suffix(".part"))
        os.replace(self.path.with_suffix(".part"), self.path)

    def go(self):
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.stop)
        saved = told = time.monotonic()
        clock, sums = saved - self.elapsed, []
        while not self.stopping and self.elapsed < 60 * self.minutes:
            sums.append(self.update())
            now = time.monotonic()
            self.elapsed = now - clock
            if self.step % 50 == 0:
                loss, squared = np.mean(sums, 0)
                print(json.dumps({"step": self.step, "minutes": round(self.elapsed / 60, 1), "loss": round(float(loss), 4), "dB": round(float(decibels(squared)), 2),
                                  "speed": round(len(sums) * BATCH / (now - told), 1)}), flush=True)
                told, sums = now, []
            if now - saved > SAVE_SECONDS:
                self.save()
                saved = now
        self.settle()
        self.save()

    @torch.no_grad()
    def settle(self, batches=200):
        """The averaged weights' norm gets the mean and variance of many pictures, of which its running ones are a noisy guess."""
        norm = self.mean.norm
        norm.reset_running_stats()
        norm.momentum = None  # all batches count the same
        norm.train()
        with torch.autocast(self.device, torch.bfloat16):
            for _ in range(batches):
                self.mean.encode(self.crops())
        norm.eval()

    def stop(self, *_signal):
        self.stopping = True


def load(preset) -> Autoencoder:
    """The averaged weights."""
    model = Autoencoder()
    model.load_state_dict(torch.load(folder(preset) / "autoencoder.pt", map_location="cpu")["mean"])
    return model.eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--start", help="weights to begin with instead of the principal components")
    args = parser.parse_args()
    Run(PRESETS[args.preset], args.minutes, args.start).go()


if __name__ == "__main__":
    main()
