# SPDX-License-Identifier: Apache-2.0
"""Presets of the recipe and the folders it works in."""

import os
from dataclasses import dataclass, field
from pathlib import Path

VERSION = "0.4"
SEED = 20261124
RATE = 16000
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("INHOUSE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
CACHE = Path(os.environ.get("INHOUSE_TRAIN_CACHE", Path.home() / ".cache" / "inhouse" / "train"))

# Whisper's codes; Norwegian Bokmal goes by "no" there.
LANGUAGES = "ar zh cs da nl en fi fr de hi hu id it ja ko no pl pt ro ru es sv th tr vi".split()
ENGLISH_SHARES = 4  # English has as many sentences and clips as so many other languages


@dataclass
class Preset:
    name: str
    languages: list
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    merges: int  # BPE merges on top of the 256 bytes; they join the bytes of letters
    sentences: int  # written sentences per language
    shards: int  # shards of synthesized speech, about 25 minutes each
    batch_seconds: float  # audio per optimizer step
    peak_rate: float  # learning rate
    warmup: int  # steps
    flat_start: int  # first steps, in which the CTC head learns from the words' times
    phone_layer: int  # encoder layer after which the phone head listens
    minutes: float  # default length of the run
    dropout: float = 0.0
    strength: float = 0.8  # of augmentation at the end of the run
    long_share: float = 1.0  # how far the curriculum goes from short windows to LATE's
    voices_held_out: list = field(default_factory=lambda: ["f3", "m7", "rms", "czech_ph"])


PRESETS = {
    "small": Preset("small", LANGUAGES, 192, 3, 8, 4, 1792, 12000, 240, 64, 1.2e-3, 400, 400, 4, 110, strength=0.45, long_share=0.8),
    "full": Preset("full", LANGUAGES, 256, 4, 10, 4, 2304, 30000, 1600, 960, 1.2e-3, 1500, 1500, 5, 600, 0.05),
    "smoke": Preset("smoke", ["en", "fr", "ja"], 64, 1, 2, 1, 128, 300, 1, 16, 1e-3, 20, 10, 1, 1),
}
