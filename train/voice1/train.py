# SPDX-License-Identifier: Apache-2.0
"""Trains voice-1: durations, pitch, envelope and noise by plain regression, with the teachers' own durations and pitch as input.

    python -m voice1.train small [--minutes 60] [--languages en it]
Stop it at any time and start it again: it goes on from the last checkpoint. The learning rate follows the clock, not the step
count, so that a run ends when it must.
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

from .config import PRESETS, SEED, folder
from .data import Speech
from .head import LOWEST
from .model import Voice

WEIGHTS = {"duration": 1.0, "pitch": 2.0, "voicing": 0.3, "envelope": 1.0, "noise": 0.5, "speaker": 0.3}
DECAY_SHARE = 0.6  # last part of the run, in which the learning rate falls to nearly nothing
AVERAGE = 0.997  # weights that are tested and exported are a running mean
CHECKPOINT_SECONDS, TEST_SECONDS, TEST_BATCHES = 240, 600, 12
QUIET, LOUD = LOWEST, LOWEST + 6  # ln(amplitude) between which an error counts more and more


def mean(error, weight):
    return (error * weight).sum() / weight.sum().clamp(min=1)


def losses(model, batch) -> dict:
    with torch.autocast(batch.mel.device.type, torch.bfloat16):
        speaker, usual = model.speaker(batch.mel)
        text, duration = model.read(batch.tokens, batch.language, speaker)
        frames, filled = model.spread(text, batch.index, batch.place)
        pitch, voicing = model.sing(frames, speaker, filled)
        envelope, noise = model.sound(frames, speaker, filled, batch.pitch, batch.voiced)
    there, known = filled[..., 0], (batch.tokens >= 0).float()
    heard = (0.15 + (batch.envelope - QUIET) / (LOUD - QUIET)).clamp(max=1) * filled * batch.bands[:, None]
    return {
        "duration": mean((duration.float() - batch.durations.log1p()).abs(), known),
        "pitch": mean((pitch.float() - (batch.pitch - batch.mean[:, None])).abs(), there * (0.05 + batch.voiced)),
        "voicing": mean(F.binary_cross_entropy_with_logits(voicing.float(), batch.voiced, reduction="none"), there),
        "envelope": mean((envelope.float() - batch.envelope).abs(), heard),
        "noise": mean(F.binary_cross_entropy_with_logits(noise.float(), batch.share, reduction="none"),
                      (filled * batch.voiced[..., None]) * batch.noise_bands[:, None]),
        "speaker": (usual - batch.mean).abs().mean(),
    }


class Run:
    """Model, optimizer, clock and log of one training run."""

    def __init__(self, preset, minutes: float, languages=None):
        self.preset, self.minutes, self.folder = preset, minutes, folder(preset)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(SEED)
        tokens = json.loads((self.folder / "tokens.json").read_text())
        self.speech = Speech(self.folder / "shards", tokens, preset.languages, preset.batch_frames)
        if languages:
            self.speech.train = [clip for clip in self.speech.train if clip.about["language"] in languages]
            self.speech.test = [clip for clip in self.speech.test if clip.about["language"] in languages]
        self.model = Voice(preset, len(tokens), len(preset.languages)).to(self.device)
        self.start_at_mean()
        self.mean = copy.deepcopy(self.model).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=preset.peak_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.step, self.frames, self.elapsed, self.stopping = 0, 0, 0.0, False
        self.resume()

    def start_at_mean(self):
        """The decoder begins with the mean envelope."""
        rng = random.Random(SEED)
        some = rng.sample(self.speech.train, min(200, len(self.speech.train)))
        sums = sum(torch.from_numpy(clip.sound("envelope").astype("float32")).mean(0) for clip in some) / len(some)
        bias = self.model.decoder.out.bias.data
        bias[: len(sums)] = sums.to(bias.device)
        bias[len(sums) :] = -2

    def resume(self):
        path = self.folder / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.mean.load_state_dict(state["mean"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.frames, self.elapsed = state["step"], state["frames"], state["elapsed"]

    def save(self):
        """Written beside and renamed, so that a kill leaves the older one whole."""
        state = {"model": self.model.state_dict(), "mean": self.mean.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "step": self.step, "frames": self.frames, "elapsed": self.elapsed}
        torch.save(state, self.folder / "checkpoint.part")
        os.replace(self.folder / "checkpoint.part", self.folder / "checkpoint.pt")

    def log(self, **values):
        line = json.dumps({"step": self.step, "minutes": round(self.elapsed / 60, 1), "hours_heard": round(self.frames / 360000, 2), **values})
        print(line, flush=True)
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def rate(self) -> float:
        left = 1 - min(1.0, self.elapsed / (60 * self.minutes))
        return self.preset.peak_rate * min(1, (self.step + 1) / self.preset.warmup) * min(1, max(0.02, left / DECAY_SHARE))

    def update(self, batch) -> dict:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        found = losses(self.model, batch)
        sum(WEIGHTS[name] * loss for name, loss in found.items()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.model.parameters()), 1 - min(AVERAGE, self.step / (self.step + 10)))
        self.step += 1
        self.frames += int((batch.index >= 0).sum())
        return {name: float(loss) for name, loss in found.items()}

    @torch.no_grad()
    def test(self):
        """Losses of the averaged weights on sentences that were never trained on."""
        rng = random.Random(SEED)
        sums, count = {}, 0
        for clips in self.speech.batches(self.speech.test, rng)[:TEST_BATCHES]:
            for name, loss in losses(self.mean, self.ready(self.speech.batch(clips, rng))).items():
                sums[name] = sums.get(name, 0.0) + float(loss)
            count += 1
        self.log(test={name: round(total / max(1, count), 4) for name, total in sums.items()})

    def ready(self, batch):
        for name, tensor in vars(batch).items():
            setattr(batch, name, tensor.to(self.device))
        return batch

    def go(self):
        self.log(clips=len(self.speech.train), hours=round(self.speech.hours(), 1), speakers=len(self.speech.speakers))
        saved = tested = time.monotonic()
        clock = saved - self.elapsed
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        sums, round_number = {}, self.step
        while not self.stopping and self.elapsed < 60 * self.minutes:
            rng = random.Random(f"{SEED} {round_number}")
            for clips in self.speech.batches(self.speech.train, rng):
                for name, loss in self.update(self.ready(self.speech.batch(clips, rng))).items():
                    sums.setdefault(name, []).append(loss)
                self.elapsed = time.monotonic() - clock
                if self.step % 50 == 0:
                    self.log(**{name: round(sum(some) / len(some), 4) for name, some in sums.items()}, rate=round(self.rate(), 6))
                    sums = {}
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = time.monotonic()
                if time.monotonic() - tested > TEST_SECONDS:
                    self.test()
                    tested = time.monotonic()
                if self.stopping or self.elapsed >= 60 * self.minutes:
                    break
            round_number = self.step
        self.save()
        self.test()

    def stop(self, *_signal):
        """Ends after the step in hand."""
        self.stopping = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--languages", nargs="+", help="learn these first; start again without to go on with all")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    Run(preset, args.minutes or preset.minutes, args.languages).go()


if __name__ == "__main__":
    main()
