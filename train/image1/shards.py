# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures to train on: into files, a few thousand each (what is there is not drawn again), or while one trains.

    python -m image1.shards small [--size 128] [--pictures 65536] [--workers 2]
"""

import argparse
import collections
import itertools
import json
import os
import random
import shutil
import signal
from multiprocessing import Pool

import numpy as np

from .classes import CLASSES
from .config import PRESETS, SEED, folder
from .draw import OWNERS, draw
from .scene import invent

EACH = 2048


def make(job):
    path, number, size, classes, each = job
    if path.exists():
        return number
    part = path.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    rng = random.Random(f"{SEED} {size} {number}")
    pictures, owners = np.zeros((each, size, size, 3), np.uint8), np.zeros((each, OWNERS, OWNERS), np.uint8)
    with open(part / "scenes.jsonl", "w") as file:
        for i in range(each):
            scene = invent(rng, kinds=CLASSES[:classes] if classes else None)
            pictures[i], owners[i] = draw(scene, size)
            file.write(json.dumps(scene) + "\n")
    np.save(part / "pictures.npy", pictures)
    np.save(part / "owners.npy", owners)
    os.rename(part, path)
    return number


def deaf():
    """A worker does not hear Ctrl-C; it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stream(function, jobs, workers=1, ahead=6):
    """What the function gives for each job, made by other processes, each a few jobs ahead."""
    with Pool(workers, deaf) as pool:
        waiting = collections.deque(pool.apply_async(function, (job,)) for job in itertools.islice(jobs, ahead * workers))
        for job in jobs:
            yield waiting.popleft().get()
            waiting.append(pool.apply_async(function, (job,)))


def fresh(job) -> list:
    """[(picture, owner, scene)]; job: (seed, size, pictures, classes)"""
    seed, size, count, classes = job
    rng = random.Random(seed)
    scenes = [invent(rng, kinds=CLASSES[:classes] if classes else None) for _ in range(count)]
    return [(*draw(scene, size), scene) for scene in scenes]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--size", type=int)
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    size, count = args.size or preset.size, args.pictures or preset.pictures
    each = min(EACH, count)
    jobs = [(folder(preset) / f"shards-{size}" / f"{number:04d}", number, size, preset.classes, each) for number in range(count // each)]
    jobs = [job for job in jobs if not job[0].exists()]
    with Pool(args.workers) as pool:
        for done, number in enumerate(pool.imap_unordered(make, jobs), 1):
            print(f"shard {number} ({done} of {len(jobs)})", flush=True)


if __name__ == "__main__":
    main()
