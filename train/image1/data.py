# SPDX-License-Identifier: Apache-2.0
"""Batches of pictures, as the autoencoder has them, with captions of one length, so that nothing is padded."""

import json
import random
from dataclasses import dataclass

import numpy as np
import torch

from .captions import describe
from .classes import INDEX
from .colours import NAMED
from .config import DROPPED

COLOURS = {name: i for i, name in enumerate(NAMED)}
MOST = 8  # things in a picture


@dataclass
class Batch:
    latents: torch.Tensor  # (B, N, LATENT), halves
    tokens: torch.Tensor  # (B, L)
    classes: torch.Tensor  # (B, N): 0 background, 1 + index of the class; -100 unknown
    colours: torch.Tensor  # (B, N), likewise


class Shard:
    def __init__(self, path):
        self.latents = np.load(path / "latents.npy", mmap_mode="r")
        self.owners = np.load(path / "owners.npy", mmap_mode="r")
        self.lines = (path / "scenes.jsonl").read_text().splitlines()

    def __getitem__(self, i):
        return self.latents[i], self.owners[i], json.loads(self.lines[i])

    def __len__(self):
        return len(self.lines)


class Kept:
    """Pictures from files, again and again. More files may come while one trains."""

    EACH = 1024  # between looks

    def __init__(self, path):
        self.path, self.shards = path, {}
        self.look()

    def look(self):
        for path in sorted(self.path.glob("????")):
            if path.name not in self.shards:
                self.shards[path.name] = Shard(path)

    def __len__(self):
        return sum(map(len, self.shards.values()))

    def take(self, rng):
        """(latents, owner, scene) without end; they are read where they are needed"""
        while True:
            self.look()
            some = list(self.shards.values())
            for _ in range(self.EACH):
                shard = rng.choice(some)
                yield shard[rng.randrange(len(shard))]


def side_labels(scene):
    """For each owner 0..MOST: (class, colour)"""
    out = np.zeros((2, MOST + 1), np.int64)
    if scene.get("art"):
        out[:] = -100
        return out
    for number, item in enumerate(scene["items"][:MOST]):
        about = scene["groups"][item["group"]]
        out[:, number + 1] = 1 + INDEX.get(about["class"], len(INDEX)), 1 + COLOURS[about["colour"]]
    return out


def coarse(owners, side):
    """(B, 32, 32) -> (B, side * side): who has most of each square"""
    b, fine, _ = owners.shape
    step = fine // side
    counts = np.stack([(owners == k).reshape(b, side, step, side, step).sum((2, 4)) for k in range(MOST + 1)], -1)
    return counts.argmax(-1).reshape(b, -1)


class Pictures:
    def __init__(self, source, prompts, batch: int):
        self.source, self.prompts, self.size_of_batch = source, prompts, batch

    def batches(self, rng: random.Random):
        """Without end. Captions wait until there are enough of their length."""
        waiting = {}
        for latents, owner, scene in self.source.take(rng):
            mirrored = not scene["sign"] and rng.random() < 0.5
            text = "" if rng.random() < DROPPED else describe(scene, rng, mirrored)
            ids = self.prompts.encode(text)
            some = waiting.setdefault(len(ids), [])
            some.append((latents[int(mirrored)], owner, mirrored, ids, scene))
            if len(some) == self.size_of_batch:
                yield self.batch(waiting.pop(len(ids)))

    def batch(self, some) -> Batch:
        latents, owners, labels = [], [], []
        for latent, owner, mirrored, _, scene in some:
            latents.append(latent)
            owners.append(owner[:, ::-1] if mirrored else owner)
            labels.append(side_labels(scene))
        latents, labels = np.stack(latents), np.stack(labels)
        place = coarse(np.stack(owners), round(latents.shape[1] ** 0.5))
        kinds = np.take_along_axis(labels, place[:, None], 2)
        return Batch(torch.from_numpy(latents), torch.tensor([each[3] for each in some]), torch.from_numpy(kinds[:, 0]), torch.from_numpy(kinds[:, 1]))
