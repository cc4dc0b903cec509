# SPDX-License-Identifier: Apache-2.0
"""What is trained on: drawings as the autoencoder has them, each also mirrored, in files of a few thousand. The pictures themselves are not kept.

    python -m image1.latents small [--pictures 65536]      what is there is not made again
"""

import argparse
import json
import os
import random
import shutil

import numpy as np
import torch

from .autoencoder import load
from .classes import CLASSES
from .config import PRESETS, SEED, SIZE, folder
from .draw import OWNERS
from .model import tokens_of
from .shards import drawn, stream

EACH, BATCH = 2048, 64


def encoded(autoencoder, pictures) -> np.ndarray:
    """(B, size, size, 3) bytes -> (B, 2, N, LATENT) halves: as they are, and mirrored"""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        both = [tokens_of(autoencoder.encode(each.contiguous(memory_format=torch.channels_last))) for each in (x, x.flip(3))]
    return torch.stack(both, 1).half().numpy()


def jobs(preset, numbers):
    """Small pieces of shards for the processes that draw."""
    for number in numbers:
        rng = random.Random(f"{SEED} {SIZE} {number}")
        for _ in range(EACH // BATCH):
            yield f"{rng.getrandbits(64)}", SIZE, BATCH, preset.classes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) - 1))
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    path = folder(preset) / f"latents-{SIZE}"
    autoencoder = load(preset).to(memory_format=torch.channels_last)
    missing = [n for n in range((args.pictures or preset.pictures) // EACH) if not (path / f"{n:04d}").exists()]
    pieces = stream(drawn, jobs(preset, missing), args.workers)
    for done, number in enumerate(missing, 1):
        part = path / f"{number:04d}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        latents, owners = [], np.zeros((EACH, OWNERS, OWNERS), np.uint8)
        with open(part / "scenes.jsonl", "w") as file:
            for start in range(0, EACH, BATCH):
                pictures, owners[start : start + BATCH], scenes = next(pieces)
                latents.append(encoded(autoencoder, pictures))
                file.writelines(json.dumps(scene) + "\n" for scene in scenes)
        np.save(part / "latents.npy", np.concatenate(latents))
        np.save(part / "owners.npy", owners)
        part.rename(part.with_suffix(""))
        print(f"shard {number} ({done} of {len(missing)})", flush=True)


if __name__ == "__main__":
    main()
