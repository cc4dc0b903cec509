# SPDX-License-Identifier: Apache-2.0
"""Presets of the recipe."""

from dataclasses import dataclass

from transcribe1.config import CACHE, LANGUAGES

VERSION = "0.2"
SEED = 20261125
RATE, HOP, WINDOW, FFT = 24000, 240, 480, 1024  # of the sound: a frame is 10 ms
BANDS, NOISE_BANDS = 80, 16  # points of the envelope and of the aperiodicity
SPEAKER = 64  # numbers that say how somebody sounds
MELS = 80  # of the spectrum that the speaker encoder hears; 16 kHz, a frame is 10 ms there too
LONGEST = 400  # code points of an utterance


@dataclass
class Preset:
    name: str
    languages: list
    texts: str  # the preset of transcribe1 whose texts are spoken
    width: int
    heads: int
    text_layers: int
    pitch_layers: int
    duration_layers: int
    decoder_layers: int
    minutes_each: float  # of espeak-ng in a language
    minutes_recorded: float  # of a recorded voice
    batch_frames: int
    peak_rate: float  # learning rate
    warmup: int  # steps
    minutes: float  # default length of the training


PRESETS = {
    "smoke": Preset("smoke", ["en", "it"], "small", 64, 1, 2, 1, 1, 2, 1, 1, 3000, 2e-3, 20, 2),
    "small": Preset("small", LANGUAGES, "small", 256, 4, 4, 2, 2, 6, 10, 15, 3072, 1.2e-3, 200, 60),
    "full": Preset("full", LANGUAGES, "full", 256, 4, 4, 3, 2, 8, 60, 90, 24576, 1.2e-3, 500, 300),
}


def folder(preset: Preset):
    return CACHE / f"voice1-{preset.name}"
