# SPDX-License-Identifier: Apache-2.0
"""Trains spell-1; can be stopped at any time and started again.

    python -m spell1.train [--minutes 50] [--letters 6000]
"""

import argparse
import copy
import json
import math
import os
import time

import torch
import torch.nn.functional as F

from .config import SEED, SLOTS, WORK
from .data import Alphabet, Batches
from .evaluate import tests, wrong
from .model import Speller

PEAK, WARMUP, MEAN = 2.5e-3, 300, 0.998
REPORT, SAVE = 100, 250  # steps


def rate(step: int, progress: float) -> float:
    """Rises over the first steps, then falls with the time spent."""
    return PEAK * min(1, step / WARMUP) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, progress))))


def losses(model, batch):
    """CTC of each word, in nats."""
    languages, letters, lengths, phones, counts = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(letters, languages)
    scores = F.log_softmax(logits.float(), -1).transpose(0, 1)
    return F.ctc_loss(scores, phones, SLOTS * lengths, counts, reduction="none", zero_infinity=True)


def take_note(batches, batch, loss):
    each = (loss.detach() / batch[4]).tolist()
    found = {}
    for language, value in zip(batch[0].tolist(), each):
        found.setdefault(language, []).append(value)
    for language, values in found.items():
        batches.heard(language, sum(values) / len(values))


class Run:
    def __init__(self, alphabet):
        torch.manual_seed(SEED)
        self.alphabet, self.path = alphabet, WORK / "checkpoint.pt"
        self.model = Speller(1 + len(alphabet.letters), len(alphabet.languages), 1 + len(alphabet.phones))
        self.model.embed_positions.weight.requires_grad_(False)
        self.mean = copy.deepcopy(self.model)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=PEAK, betas=(0.9, 0.98), weight_decay=0.01)
        self.trained, self.step, self.seconds, self.words = trained, 0, 0.0, 0
        if self.path.exists():
            state = torch.load(self.path)
            self.model.load_state_dict(state["model"])
            self.mean.load_state_dict(state["mean"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.seconds, self.words = state["step"], state["seconds"], state["words"]

    def learn(self, batch, progress: float):
        loss = losses(self.model, batch)
        self.optimizer.zero_grad(set_to_none=True)
        (loss.sum() / batch[4].sum()).backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.step += 1
        self.words += len(loss)
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.step, progress)
        self.optimizer.step()
        with torch.no_grad():
            share = min(MEAN, 1 - 10 / (10 + self.step))
            for mean, now in zip(self.mean.parameters(), self.model.parameters()):
                mean.lerp_(now, 1 - share)
        return loss

    def save(self):
        state = {"model": self.model.state_dict(), "mean": self.mean.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "step": self.step, "seconds": self.seconds, "words": self.words}
        torch.save(state, self.path.with_suffix(".part"))
        os.replace(self.path.with_suffix(".part"), self.path)


def report(run, batches, total: float):
    shares = {code: round(share, 3) for code, share in zip(run.alphabet.languages, batches.shares)}
    print(json.dumps({"step": run.step, "seconds": round(run.seconds), "words": run.words, "loss": round(total / REPORT, 4), "by": shares}), flush=True)


def train(run, minutes: float, letters: int):
    held = tests(run.alphabet, 40)
    batches = Batches(run.alphabet, letters, f"{SEED} {run.step}")
    total, begin = 0.0, time.monotonic() - run.seconds
    for batch in batches:
        loss = run.learn(batch, run.seconds / 60 / minutes)
        take_note(batches, batch, loss)
        total += float(loss.detach().sum() / batch[4].sum())
        run.seconds = time.monotonic() - begin
        over = run.seconds > 60 * minutes
        if run.step % REPORT == 0:
            report(run, batches, total)
            total = 0.0
        if run.step % SAVE == 0 or over:
            run.save()
            print(json.dumps({"step": run.step, "wrong": wrong(run.mean, run.alphabet, held)}), flush=True)
        if over:
            return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--letters", type=int, default=6000, help="of a batch")
    parser.add_argument("--threads", type=int, default=1, help="at this width a second one costs more than it brings")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train(Run(Alphabet()), args.minutes, args.letters)


if __name__ == "__main__":
    main()
