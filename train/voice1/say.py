# SPDX-License-Identifier: Apache-2.0
"""Speaks with an exported model, in torch: the reference of the engine's C code.

    python -m voice1.say ../models/voice-1 "Good morning." out.wav [--language en] [--voice NAME]
"""

import argparse
import json
from dataclasses import make_dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from .config import RATE, SPEAKER
from .head import synthesize
from .model import Voice, places


class Model:
    """An exported folder."""

    def __init__(self, path: Path):
        self.config = json.loads((path / "config.json").read_text())
        tensors = {name: tensor.float() for name, tensor in load_file(path / "model.safetensors").items()}
        self.voices = tensors.pop("voices")
        names = ("width", "heads", "text_layers", "duration_layers", "pitch_layers", "decoder_layers")
        shape = make_dataclass("Shape", names)(*(self.config[name] for name in names))
        self.net = Voice(shape, len(self.config["tokens"]), len(self.config["languages"])).eval()
        self.net.load_state_dict(tensors)
        self.ids = {sign: i for i, sign in enumerate(self.config["tokens"])}

    def style(self, voice: str, language: str) -> torch.Tensor:
        """The 65 numbers of a voice; empty: the first of the language."""
        infos = self.config["voices"]
        place = [i for i, info in enumerate(infos) if (info["name"] == voice if voice else info["language"] == language)]
        return self.voices[(place or [0])[0]]

    @torch.no_grad()
    def stages(self, phonemes: str, language: str, style: torch.Tensor, speed=1.0) -> dict:
        """Every value on the way to the vocoder. phonemes: without the spaces around."""
        tokens = torch.tensor([[self.ids[sign] for sign in f" {phonemes.strip()} " if sign in self.ids]])
        speaker = F.normalize(style[None, :SPEAKER], dim=-1)
        text, duration = self.net.read(tokens, torch.tensor([self.config["languages"].index(language)]), speaker)
        ends = (duration[0].exp() - 1).clamp(min=0).cumsum(0).div(speed).round().long()
        lengths = ends.diff(prepend=torch.zeros(1, dtype=torch.long))
        index, place = places(lengths)
        frames, filled = self.net.spread(text, index[None], place[None])
        pitch, voicing = self.net.sing(frames, speaker, filled)
        pitch, voiced = pitch + style[SPEAKER], (voicing > 0).float()
        envelope, noise = self.net.sound(frames, speaker, filled, pitch, voiced)
        return {"tokens": tokens[0], "speaker": speaker[0], "text": text[0], "duration": duration[0], "lengths": lengths, "frames": frames[0],
                "pitch": pitch[0], "voicing": voicing[0], "envelope": envelope[0], "noise": noise[0]}

    def speak(self, phonemes: str, language: str, style: torch.Tensor, speed=1.0) -> np.ndarray:
        found = {name: value.numpy() for name, value in self.stages(phonemes, language, style, speed).items()}
        share = 1 / (1 + np.exp(-found["noise"].astype(np.float64)))
        return synthesize(found["envelope"].astype(np.float64), share, np.exp(found["pitch"].astype(np.float64)), found["voicing"] > 0)


def main():
    from .teachers import Pronouncer
    from .speakers import ESPEAK_VOICES

    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("text")
    parser.add_argument("wave", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--voice", default="")
    parser.add_argument("--speed", type=float, default=1.0)
    args = parser.parse_args()
    model = Model(args.model)
    phonemes = Pronouncer().phonemes(args.text, ESPEAK_VOICES.get(args.language, [args.language])[0], args.language)
    print(phonemes)
    soundfile.write(args.wave, model.speak(phonemes, args.language, model.style(args.voice, args.language), args.speed), RATE)


if __name__ == "__main__":
    main()
