# SPDX-License-Identifier: Apache-2.0
"""Trains image-1: the network sees a picture in noise and says what the clean one is, both as the autoencoder has them.

    python -m image1.train small [--minutes 240] [--start WEIGHTS] [--peak 1.0] [--compile]
Stop it at any time and start it again: it goes on from the last checkpoint. The learning rate follows the clock, not the step
count, so that a run ends when it must; with more minutes it goes on at the full rate.
"""

import argparse
import copy
import json
import os
import random
import signal
import time

import torch
import torch.nn.functional as F

from . import autoencoder
from . import model as net
from .classes import CLASSES
from .config import CLASS_SHARE, COLOUR_SHARE, PRESETS, SEED, SIZE, folder
from .data import COLOURS, Kept, Pictures
from .muon import Muon
from .sample import snapshot
from .tokens import Prompts

DECAY_SHARE = 0.6  # last part of the run, in which the learning rate falls to nearly nothing
AVERAGE = 0.9985  # weights that are tested and exported are a running mean
CHECKPOINT_SECONDS, SHEET_SECONDS = 240, 900
LEAST = 0.05  # sigma below which the velocity's error no longer counts more
NOISY = (0.4, 1.0)  # mean and deviation of ln(sigma / (1 - sigma))


def build(preset, vocabulary: int):
    return net.Illustrator(preset, vocabulary, len(CLASSES) + 2, len(COLOURS) + 1)


def sides(model, x, batch):
    """What the side tasks cost: class and colour of each token, read half way through."""
    return (F.cross_entropy(model.classes(x).float().flatten(0, 1), batch.classes.flatten()),
            F.cross_entropy(model.colours(x).float().flatten(0, 1), batch.colours.flatten()))


def losses(model, batch, sigma, noise) -> dict:
    clean = batch.latents.float()
    seen = torch.lerp(clean, noise, sigma[:, None, None])
    out = {}

    def half(x):
        out["class"], out["colour"] = sides(model, x, batch)

    with torch.autocast(clean.device.type, torch.bfloat16):
        guess = model.clean(seen, model.text(batch.tokens), sigma, SIZE, SIZE, half)
    error = (guess.float() - clean).square().mean((1, 2))
    return {"velocity": (error / sigma.clamp(min=LEAST).square()).mean(), "clean": error.mean(), **out}


class Run:
    """Model, optimizers, clock and log of one training run."""

    def __init__(self, preset, minutes: float, start, peak: float, compiled: bool):
        self.preset, self.minutes, self.peak, self.folder = preset, minutes, peak, folder(preset)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(SEED)
        self.prompts = Prompts(self.folder / "tokenizer.json")
        self.model = build(preset, self.prompts.size).to(self.device)
        self.autoencoder = autoencoder.load(preset)
        if start:
            self.begin(torch.load(start, map_location=self.device))
        self.mean = copy.deepcopy(self.model).requires_grad_(False)
        blocks = [(name, value) for name, value in self.model.named_parameters() if value.dim() == 2 and ("blocks." in name or "text.layers." in name)]
        inside = {id(value) for _, value in blocks}
        self.muon = Muon(blocks, preset.muon_rate)
        self.adam = torch.optim.AdamW([v for v in self.model.parameters() if id(v) not in inside], lr=preset.adam_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        self.step, self.seen, self.elapsed, self.stopping = 0, 0, 0.0, False
        self.resume()
        self.pictures = Pictures(Kept(self.folder / f"latents-{SIZE}"), self.prompts, preset.batch)
        self.losses = torch.compile(losses, dynamic=True) if compiled else losses

    def begin(self, weights: dict):
        """Of another model what has the same name and shape, or more rows here."""
        mine = self.model.state_dict()
        for name, value in weights.items():
            if name in mine and mine[name].shape[1:] == value.shape[1:] and len(mine[name]) >= len(value):
                mine[name][: len(value)] = value

    def resume(self):
        path = self.folder / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.mean.load_state_dict(state["mean"])
            self.muon.load_state_dict(state["muon"])
            self.adam.load_state_dict(state["adam"])
            self.step, self.seen, self.elapsed = state["step"], state["seen"], state["elapsed"]

    def save(self):
        """Written beside and renamed, so that a kill leaves the older one whole."""
        state = {"model": self.model.state_dict(), "mean": self.mean.state_dict(), "muon": self.muon.state_dict(), "adam": self.adam.state_dict(),
                 "step": self.step, "seen": self.seen, "elapsed": self.elapsed}
        torch.save(state, self.folder / "checkpoint.part")
        os.replace(self.folder / "checkpoint.part", self.folder / "checkpoint.pt")

    def log(self, **values):
        line = json.dumps({"step": self.step, "minutes": round(self.elapsed / 60, 1), "seen": self.seen, **values})
        print(line, flush=True)
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def rate(self) -> float:
        """Share of the full learning rate."""
        left = 1 - min(1.0, self.elapsed / (60 * self.minutes))
        return self.peak * min(1, (self.step + 1) / self.preset.warmup) * min(1, max(0.02, left / DECAY_SHARE))

    def update(self, batch, generator) -> dict:
        mean, deviation = NOISY
        sigma = torch.sigmoid(mean + deviation * torch.randn(len(batch.latents), generator=generator, device=self.device))
        noise = torch.randn(batch.latents.shape, generator=generator, device=self.device)
        for optimizer, peak in ((self.muon, self.preset.muon_rate), (self.adam, self.preset.adam_rate)):
            for group in optimizer.param_groups:
                group["lr"] = peak * self.rate()
        found = self.losses(self.model, batch, sigma, noise)
        (found["velocity"] + CLASS_SHARE * found["class"] + COLOUR_SHARE * found["colour"]).backward()
        torch.nn.utils.clip_grad_norm_(self.adam.param_groups[0]["params"], 1.0)
        for optimizer in (self.muon, self.adam):
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.model.parameters()), 1 - min(AVERAGE, self.step / (self.step + 10)))
        self.step += 1
        self.seen += len(batch.latents)
        return {name: loss.item() for name, loss in found.items()}

    def ready(self, batch):
        for name, tensor in vars(batch).items():
            setattr(batch, name, tensor.to(self.device, non_blocking=True))
        return batch

    def go(self):
        self.log(kept=len(self.pictures.source), weights=sum(v.numel() for v in self.model.parameters()))
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        saved = shown = time.monotonic()
        clock, told, sums = saved - self.elapsed, (time.monotonic(), self.seen), {}
        generator = torch.Generator(self.device).manual_seed(SEED + self.step)
        for batch in self.pictures.batches(random.Random(f"{SEED} {self.step}")):
            if self.stopping or self.elapsed >= 60 * self.minutes:
                break
            for name, loss in self.update(self.ready(batch), generator).items():
                sums.setdefault(name, []).append(loss)
            now = time.monotonic()
            self.elapsed = now - clock
            if self.step % 50 == 0:
                speed = (self.seen - told[1]) / (now - told[0])
                self.log(**{name: round(sum(some) / len(some), 4) for name, some in sums.items()}, rate=round(self.rate(), 3), speed=round(speed, 1))
                told, sums = (now, self.seen), {}
            if now - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = now
            if now - shown > SHEET_SECONDS:
                snapshot(self.mean, self.autoencoder, self.prompts, self.folder / "sheets" / f"{self.step:07d}.png")
                shown = now
        self.save()
        if not self.stopping:
            snapshot(self.mean, self.autoencoder, self.prompts, self.folder / "sheets" / f"{self.step:07d}.png")

    def stop(self, *_signal):
        """Ends after the step in hand."""
        self.stopping = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--start", help="weights to begin with instead of random ones")
    parser.add_argument("--peak", type=float, default=1.0, help="share of the preset's learning rate; half of it is right for weights that were trained before")
    parser.add_argument("--compile", action="store_true", help="let PyTorch fuse operations; the first steps take minutes")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    Run(preset, args.minutes or preset.minutes, args.start, args.peak, args.compile).go()


if __name__ == "__main__":
    main()
