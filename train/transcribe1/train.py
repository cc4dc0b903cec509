# SPDX-License-Identifier: Apache-2.0
"""Trains transcribe-1: attention, CTC and phone loss together, on windows that grow from 2 s to 30 s.

    python -m transcribe1.train small [--minutes 120] [--start ../models/transcribe-1]
Stop it at any time and start it again: it goes on from the last checkpoint. The learning rate follows the clock, not the
step count, so that a run ends when it must; a paused process only loses steps.
"""

import argparse
import copy
import dataclasses
import json
import os
import shutil
import signal
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from .config import CACHE, PRESETS, RATE, SEED
from .data import Windows
from .features import log_mel
from .model import Transcriber
from .phones import UNKNOWN, Phones
from .scoring import score
from .shards import read_shard
from .tokens import Vocabulary

CTC_WEIGHT, PHONE_WEIGHT, LOOK_WEIGHT = 0.35, 0.2, 0.6
DECAY_SHARE = 0.55  # last part of the run, in which the learning rate falls to nearly nothing
AVERAGE = 0.998  # weights that are tested and exported are a running mean over about 500 steps
CHECKPOINT_SECONDS, TEST_SECONDS, TEST_CLIPS = 300, 1800, 6


def ctc_loss(logits, batch):
    """Per target token."""
    steps = torch.full((len(logits),), logits.shape[1])
    summed = F.ctc_loss(logits.log_softmax(-1).transpose(0, 1), batch.ctc.to(logits.device), steps, batch.ctc_lengths,
                        blank=logits.shape[2] - 1, reduction="none", zero_infinity=True).sum()
    return summed / batch.ctc_lengths.sum().clamp(min=1)


def frame_loss(logits, batch):
    """Flat start on clips whose word times are known: CTC from nothing stays at all-blank for thousands of steps."""
    return F.cross_entropy(logits.transpose(1, 2), batch.frames.to(logits.device))


def token_loss(logits, tokens, starts, lengths):
    """Per token that counts: those after the start token are predicted."""
    place = torch.arange(tokens.shape[1] - 1)
    counted = ((place >= starts[:, None]) & (place < (lengths - 1)[:, None])).to(logits.device)
    entropy = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none", label_smoothing=0.05)
    return (entropy * counted).sum() / counted.sum()


def phone_loss(logits, batch):
    """Per position whose phone is known."""
    return F.cross_entropy(logits.transpose(1, 2), batch.phones.to(logits.device), ignore_index=UNKNOWN)


def look_loss(looks: list, batch) -> torch.Tensor:
    """How little of their attention the first heads give to the place where the next token is spoken. It teaches the
    decoder where to listen, which it is slow to find out, and makes these heads tell the times of words."""
    spans = batch.spans[:, 1:].to(looks[0].device)
    position = torch.arange(looks[0].shape[2], device=looks[0].device)
    inside = (position >= spans[..., :1]) & (position <= spans[..., 1:])
    known = inside.any(-1)
    found = [-((look.float() * inside).sum(-1) + 1e-3).log() * known for look in looks]
    return sum(one.sum() for one in found) / (len(found) * known.sum().clamp(min=1))


def losses(model, batch, device, flat: bool) -> torch.Tensor:
    """Losses of the CTC head, the decoder, the phone head and the decoder's looks."""
    mel = mask(log_mel(batch.audio.to(device)))
    tokens = batch.tokens.to(device)
    with torch.autocast(device, torch.bfloat16):
        phones, ctc, logits, looks = model(mel, tokens[:, :-1])
    head = frame_loss if flat else ctc_loss
    found = (head(ctc.float(), batch), token_loss(logits.float(), tokens, batch.starts, batch.lengths), phone_loss(phones.float(), batch),
             look_loss(looks, batch))
    return torch.stack(found)


def mask(mel: torch.Tensor) -> torch.Tensor:
    """SpecAugment: one band of frequencies and one stretch of time per window set to the mean."""
    count, bins, frames = mel.shape
    def hidden(size, widest):
        width = torch.rand(count, 1) * widest
        start = torch.rand(count, 1) * (size - width)
        place = torch.arange(size)[None]
        return (place >= start) & (place < start + width)
    hide = hidden(bins, 15)[:, :, None] | hidden(frames, min(20, frames // 12))[:, None, :]
    return mel.masked_fill(hide.to(mel.device), 0.0)


def deaf(_worker):
    """Loader processes leave the end to the run."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def adopt(work, start):
    """Takes letters and phones from an exported model, and its tokenizer where there is none: its weights mean nothing without them."""
    about = json.loads((start / "config.json").read_text())["inhouse"]
    if not (work / "tokenizer.json").exists():
        shutil.copyfile(start / "tokenizer.json", work / "tokenizer.json")
    (work / "letters.txt").write_text(about["ctc_letters"])
    (work / "phones.json").write_text(json.dumps(about["phones"], ensure_ascii=False) + "\n")


class Run:
    """Model, optimizer, clock and log of one training run."""

    def __init__(self, preset, minutes: float, start=None):
        if start:
            preset = dataclasses.replace(preset, flat_start=0)  # what spells already must not be taught the flat way again
            if not (CACHE / preset.name / "checkpoint.pt").exists():
                adopt(CACHE / preset.name, start)
        self.preset, self.minutes = preset, minutes
        self.folder = CACHE / preset.name
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.vocabulary = Vocabulary(self.folder / "tokenizer.json", (self.folder / "letters.txt").read_text())
        torch.manual_seed(SEED)
        self.phones = Phones(self.folder / "phones.json")
        self.model = Transcriber(preset, self.vocabulary.size, self.vocabulary.blank + 1, len(self.phones)).to(self.device)
        if start:
            self.start(start)
        self.mean = copy.deepcopy(self.model).requires_grad_(False)
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=preset.peak_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.step, self.audio_seconds, self.elapsed = 0, 0.0, 0.0
        self.progress = torch.zeros(1).share_memory_()
        self.stopping = False
        self.weights = torch.tensor([CTC_WEIGHT, 1 - CTC_WEIGHT, PHONE_WEIGHT, LOOK_WEIGHT], device=self.device)
        self.resume()

    def start(self, folder):
        """Begins with the weights of an exported model instead of random ones: those of the encoder and its heads alone where the
        tokenizer is another one."""
        own = self.model.state_dict()
        same = (folder / "tokenizer.json").read_bytes() == (self.folder / "tokenizer.json").read_bytes()
        given = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()
                 if same or not name.startswith("model.decoder")}
        self.model.load_state_dict(given, strict=same)
        print(f"{len(given)} of {len(own)} tensors from {folder}")

    def resume(self):
        path = self.folder / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.mean.load_state_dict(state["mean"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.audio_seconds, self.elapsed = (state[k] for k in ("step", "audio_seconds", "elapsed"))

    def save(self):
        """Written beside and renamed, so that a kill leaves the older one whole."""
        state = {"model": self.model.state_dict(), "mean": self.mean.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "step": self.step, "audio_seconds": self.audio_seconds, "elapsed": self.elapsed,
                 "preset": self.preset.name}
        torch.save(state, self.folder / "checkpoint.part")
        os.replace(self.folder / "checkpoint.part", self.folder / "checkpoint.pt")

    def log(self, **values):
        values = {"step": self.step, "minutes": round(self.elapsed / 60, 1), "hours_heard": round(self.audio_seconds / 3600, 2), **values}
        line = json.dumps(values)
        print(line, flush=True)
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def rate(self) -> float:
        left = 1 - float(self.progress)
        return self.preset.peak_rate * min(1, (self.step + 1) / self.preset.warmup) * min(1, max(0.02, left / DECAY_SHARE))

    def update(self, batch) -> torch.Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        found = losses(self.model, batch, self.device, self.step < self.preset.flat_start)
        (found * self.weights).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        weight = 1 - min(AVERAGE, self.step / (self.step + 10))
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.model.parameters()), weight)
        self.step += 1
        self.audio_seconds += batch.audio.numel() / RATE
        return found.detach()

    def test(self):
        """Scores the CTC head with averaged weights on the first clips of every test set; the decoder is what evaluate.py measures."""
        results = {}
        for index in sorted((self.folder / "tests").glob("*.jsonl")):
            wrong = score(self.mean, self.vocabulary, read_shard(index)[:TEST_CLIPS], self.device)
            results[index.stem] = round(100 * wrong, 1)
        self.log(tests=results)

    def go(self):
        workers = 1 if self.device == "cpu" else max(1, (os.cpu_count() or 4) - 2)
        windows = Windows(self.preset, self.folder, self.vocabulary, self.phones, self.progress, self.step)
        loader = DataLoader(windows, batch_size=None, num_workers=workers, prefetch_factor=6, worker_init_fn=deaf)
        windows.refresh()  # before the workers start, so that they share the lists
        saved = tested = time.monotonic()
        clock, sums = saved - self.elapsed, torch.zeros(4, device=self.device)
        signal.signal(signal.SIGTERM, self.stop)
        for batch in loader:
            sums += self.update(batch)
            self.elapsed = time.monotonic() - clock
            self.progress.fill_(min(1.0, self.elapsed / (60 * self.minutes)))
            if self.step % 50 == 0:
                self.log(**{name: round(loss / 50, 3) for name, loss in zip(("ctc", "attention", "phone", "look"), sums.tolist())},
                         rate=round(self.rate(), 6))
                sums.zero_()
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
            if time.monotonic() - tested > TEST_SECONDS:
                self.test()
                tested = time.monotonic()
            if self.stopping or self.progress >= 1:
                break
        self.save()
        if not self.stopping:
            self.test()

    def stop(self, *_signal):
        """Ends after the step in hand: for machines that are lent for minutes."""
        self.stopping = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--start", type=Path, help="folder of an exported model whose training this continues")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    Run(preset, args.minutes or preset.minutes, args.start).go()


if __name__ == "__main__":
    main()
