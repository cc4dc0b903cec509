# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures that the autoencoder is trained on into files, a few thousand each (what is there is not drawn again).

    python -m image1.shards small [--pictures 16384] [--workers 2]
"""

import argparse
import collections
import itertools
import os
import random
import shutil
import signal
from multiprocessing import Pool

import numpy as np

from .classes import CLASSES
from .config import PRESETS, SEED, SIZE, folder
from .draw import draw
from .scene import invent

EACH = 2048


def make(job):
    path, number, size, classes, each = job
    if path.exists():
        return number
    part = path.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    pictures, _, _ = drawn((f"{SEED} {size} {number}", size, each, classes))
    np.save(part / "pictures.npy", pictures)
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
        for last in waiting:
            yield last.get()


def drawn(job) -> tuple:
    """pictures (n, size, size, 3), owners (n, OWNERS, OWNERS), scenes; job: (seed, size, n, classes)"""
    seed, size, count, classes = job
    rng = random.Random(seed)
    scenes = [invent(rng, kinds=CLASSES[:classes] if classes else None) for _ in range(count)]
    pictures, owners = zip(*(draw(scene, size) for scene in scenes))
    return np.stack(pictures), np.stack(owners), scenes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    count = args.pictures or preset.pictures // 4
    each = min(EACH, count)
    jobs = [(folder(preset) / f"shards-{SIZE}" / f"{number:04d}", number, SIZE, preset.classes, each) for number in range(count // each)]
    jobs = [job for job in jobs if not job[0].exists()]
    with Pool(args.workers) as pool:
        for done, number in enumerate(pool.imap_unordered(make, jobs), 1):
            print(f"shard {number} ({done} of {len(jobs)})", flush=True)


if __name__ == "__main__":
    main()
