# SPDX-License-Identifier: Apache-2.0
"""Frame accuracy of vad-1: against the clean speech of new scenes, and against the real Silero's decisions.

    python -m vad1.evaluate small models/vad-1/model.safetensors
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from transcribe1.config import CACHE, SEED, SHARED_DATA
from transcribe1.voices import read_wave

from .data import Scenes
from .model import CHUNK, Vad


def load(path) -> Vad:
    model = Vad()
    model.load_state_dict(load_file(path))
    return model.eval()


@torch.no_grad()
def decide(model: Vad, samples: np.ndarray) -> np.ndarray:
    audio = torch.from_numpy(samples[: len(samples) // CHUNK * CHUNK].astype(np.float32) / 32768)
    return (model(audio[None])[0] > 0).numpy()


def report(name: str, got: np.ndarray, wanted: np.ndarray):
    precision = (got & wanted).sum() / max(1, got.sum())
    recall = (got & wanted).sum() / max(1, wanted.sum())
    print(f"{name}: agreement {100 * (got == wanted).mean():.1f}%, precision {100 * precision:.1f}%, recall {100 * recall:.1f}%, speech {100 * wanted.mean():.0f}%")


@torch.no_grad()
def scenes(model: Vad, silero: Vad, preset: str):
    made = Scenes([CACHE / preset / "tests"], [], 64)
    made.rng = np.random.default_rng([SEED, 2])
    audio, labels = map(np.stack, zip(*(made.scene() for _ in range(made.batch))))
    for name, judge in (("ours", model), ("Silero", silero)):
        report(f"made scenes, {name}", (judge(torch.from_numpy(audio)) > 0).numpy(), labels > 0.5)


def main():
    model, silero = load(sys.argv[2]), load(SHARED_DATA / "vad" / "silero_vad_16k.safetensors")
    scenes(model, silero, sys.argv[1])
    for path in [SHARED_DATA / "vad" / "test.wav", *sorted((SHARED_DATA / "audio").glob("*.wav")), SHARED_DATA / "audio" / "jfk.flac"]:
        samples = read_wave(path)
        report(f"{Path(path).name}, ours beside Silero", decide(model, samples), decide(silero, samples))


if __name__ == "__main__":
    main()
