# SPDX-License-Identifier: Apache-2.0
"""Presets of the recipe."""

import os
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("INHOUSE_TRAIN_CACHE", Path.home() / ".cache/inhouse/train")) / "image1"
VERSION = "0.2"
SEED = 20261125
PATCH = 16  # pixels a side of a token
LATENT = 32  # numbers that the autoencoder keeps of a token
SIZE = 256  # pixels a side of the picture that a finished model draws by default
SPAN = 16.0  # a square picture reaches over so many units of position, whatever its pixels
PLACES = 16  # numbers behind the pixels of a token that say where it is
AXES, THETA = (8, 24, 24, 8), 100  # of the rotary positions: (reference, y, x, word)
LONGEST = 64  # tokens of a prompt, with the end token
DROPPED = 0.1  # share of the captions that are left out, for guidance
CLASS_SHARE, COLOUR_SHARE = 0.10, 0.05  # of the side tasks in the loss


@dataclass
class Preset:
    name: str
    classes: int  # the first so many of classes.py; 0: all
    vocabulary: int
    width: int
    heads: int
    double: int  # blocks of two streams
    single: int  # blocks of one
    text_width: int
    text_layers: int
    pictures: int  # drawn once and kept
    batch: int
    muon_rate: float  # learning rate of the matrices in the blocks
    adam_rate: float  # of all other weights
    warmup: int  # steps
    minutes: float  # default length of the training


PRESETS = {
    "smoke": Preset("smoke", 12, 600, 128, 2, 1, 2, 128, 2, 2048, 32, 0.02, 2e-3, 20, 2),
    "thin": Preset("thin", 12, 1000, 256, 4, 2, 4, 256, 2, 8192, 64, 0.02, 2e-3, 50, 10),
    "small": Preset("small", 0, 2048, 256, 4, 2, 6, 256, 3, 65536, 96, 0.02, 2e-3, 100, 240),
    "full": Preset("full", 0, 2048, 384, 6, 2, 10, 384, 4, 98304, 256, 0.02, 2e-3, 200, 1200),
}


def folder(preset: Preset):
    return CACHE / preset.name
