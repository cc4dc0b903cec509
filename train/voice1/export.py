# SPDX-License-Identifier: Apache-2.0
"""Writes the model's files; works while training runs.

    python -m voice1.export small --to ../models/voice-1
"""

import argparse
import json
import math
import random
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from .config import BANDS, FFT, HOP, LONGEST, NOISE_BANDS, PRESETS, RATE, SEED, SPEAKER, VERSION, WINDOW, folder
from .data import Speech, listen
from .model import Voice
from .voices import NAMED

CLIPS = 40  # of a speaker whose mean is a voice
# What regression leaves of the deviation that a teacher's cepstra have (test sentences, English), by quefrency.
KEPT = {0: 1.0, 1: 1.0, 2: 0.82, 10: 0.8, 15: 0.68, 20: 0.6, 30: 0.47, 40: 0.47, BANDS - 1: 0.5}
SHARPEN = 0.5  # exponent of how much of it is given back; all of it sounds harsh


@torch.no_grad()
def style(model, speech, speaker: str) -> torch.Tensor:
    """The mean of what the speaker encoder hears in a speaker's clips, and the mean of ln(F0)."""
    rng = random.Random(SEED)
    clips = speech.speakers[speaker]
    mels = torch.stack([listen(clip.mel(), rng) for clip in rng.sample(clips, min(CLIPS, len(clips)))])
    mean = model.speaker(mels)[0].mean(0)
    return torch.cat([mean / mean.norm(), torch.tensor([speech.means[speaker]])])


def sharpen(tensors: dict):
    """A mean of all ways to say a sound has flatter formants than any of them. Raises the cepstrum of the envelopes where it lost most;
    that is a matrix over the bands, and goes into the decoder's last layer."""
    order = torch.arange(BANDS, dtype=torch.float64)
    transform = (math.pi / BANDS * (order[None] + 0.5) * order[:, None]).cos() * (2 / BANDS) ** 0.5
    transform[0] *= 0.5**0.5
    gain = torch.from_numpy(np.interp(order.numpy(), list(KEPT), list(KEPT.values()))) ** -SHARPEN
    raise_ = (transform.T * gain) @ transform
    for name in ("decoder.out.weight", "decoder.out.bias"):
        tensor = tensors[name].double()
        tensor[:BANDS] = raise_ @ tensor[:BANDS]
        tensors[name] = tensor.float()


def config(preset, tokens: list, voices: list, state: dict) -> dict:
    return {
        "model_type": "voice1", "name": "voice-1", "version": VERSION, "preset": preset.name,
        "steps": state["step"], "hours_heard": round(state["frames"] / 360000), "width": preset.width, "heads": preset.heads,
        "text_layers": preset.text_layers, "duration_layers": preset.duration_layers, "pitch_layers": preset.pitch_layers,
        "decoder_layers": preset.decoder_layers, "speaker": SPEAKER, "rate": RATE, "hop": HOP, "window": WINDOW, "fft": FFT, "bands": BANDS,
        "noise_bands": NOISE_BANDS, "longest": LONGEST - 2, "tokens": tokens, "languages": preset.languages,
        "voices": [{"name": voice.name, "language": voice.language, "gender": voice.gender, "about": voice.about} for voice in voices],
    }


def write(path: Path, model, about: dict, voices: torch.Tensor):
    path.mkdir(parents=True, exist_ok=True)
    tensors = dict(model.state_dict())
    sharpen(tensors)
    tensors = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in tensors.items()}
    save_file({**tensors, "voices": voices.float().contiguous()}, path / "model.safetensors", metadata={"format": "pt"})
    (path / "model.safetensors").chmod(0o644)
    (path / "config.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--to", type=Path, required=True)
    args = parser.parse_args()
    preset, work = PRESETS[args.preset], folder(PRESETS[args.preset])
    tokens = json.loads((work / "tokens.json").read_text())
    state = torch.load(work / "checkpoint.pt", map_location="cpu")
    model = Voice(preset, len(tokens), len(preset.languages)).eval()
    model.load_state_dict(state["mean"])
    speech = Speech(work / "shards", tokens, preset.languages, preset.batch_frames)
    voices = [voice for voice in NAMED if voice.speaker in speech.speakers]
    write(args.to, model, config(preset, tokens, voices, state), torch.stack([style(model, speech, voice.speaker) for voice in voices]))
    size = (args.to / "model.safetensors").stat().st_size
    print(f"step {state['step']}, {state['frames'] / 360000:.0f} hours heard, {len(voices)} voices, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
