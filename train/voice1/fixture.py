# SPDX-License-Identifier: Apache-2.0
"""A small voice-1 with random weights and every stage of an utterance, for the engine's parity test.

    python -m voice1.fixture ../tests/data/voice1
stages.safetensors: what say.Model.stages() gives for `phonemes` in the second language at speed 1.25 (in the metadata) in voice 1;
`white`, the noise; `filter` [T, 513] as pairs of real and imaginary part, `pulses` likewise; `pcm`; and for the speaker encoder `mel`
[frames, 80] and what it hears in it, `imitated` (65 numbers).
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from .config import BANDS, HOP, SEED, Preset
from .export import config, write
from .head import minimum_phase, pulse_spectra, ramps, synthesize
from .model import Voice
from .say import Model
from .voices import Named

TOKENS = list(" .,?ˈːabdeiklmnostuəɛɪŋʃ")
PHONEMES, SPEED = "ˈaːɛbel, tuˈmiʃ ŋəɪ?", 1.25
SHAPE = Preset("fixture", ["en", "de"], "", 32, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0)


def random_model() -> Voice:
    """Weights rounded as they are stored; about 4 frames a code point, some of them voiced."""
    torch.manual_seed(SEED)
    model = Voice(SHAPE, len(TOKENS), len(SHAPE.languages)).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "norm" in name:
                tensor += 0.1 * torch.randn_like(tensor)
        model.duration.out.weight *= 0.8
        model.duration.out.bias.fill_(1.4)
        model.pitch.out.weight *= 0.5
        model.decoder.out.bias[:BANDS] -= 3
    return model


def pairs(spectra: np.ndarray) -> torch.Tensor:
    return torch.view_as_real(torch.from_numpy(spectra.astype(np.complex64))).contiguous()


def main():
    path = Path(sys.argv[1])
    voices = torch.nn.functional.normalize(torch.randn(2, 64, generator=torch.Generator().manual_seed(SEED)), dim=-1)
    voices = torch.cat([voices, torch.tensor([[5.3], [4.8]])], -1)
    names = [Named("ada", "en", "female", "random", ""), Named("bo", "de", "male", "random", "")]
    write(path, random_model(), config(SHAPE, TOKENS, names, {"step": 0, "frames": 0}), voices)
    model = Model(path)
    found = model.stages(PHONEMES, "de", model.voices[1], SPEED)
    value = {name: tensor.numpy().astype(np.float64) for name, tensor in found.items()}
    f0, voiced, share = np.exp(value["pitch"]), value["voicing"] > 0, 1 / (1 + np.exp(-value["noise"]))
    white = np.random.default_rng(SEED).standard_normal((len(f0) + 1) * HOP).astype(np.float32)
    pcm = synthesize(value["envelope"], share, f0, voiced, white.astype(np.float64))
    mel = torch.randn(120, BANDS, generator=torch.Generator().manual_seed(1)) * 0.5
    with torch.no_grad():
        speaker, usual = model.net.speaker(mel.T[None])
    some = slice(0, 8)
    stages = {**{name: tensor.float() if tensor.is_floating_point() else tensor.int() for name, tensor in found.items()},
              "white": torch.from_numpy(white), "pcm": torch.from_numpy(pcm.astype(np.float32)), "mel": mel,
              "imitated": torch.cat([speaker[0], usual]), "pulses": pairs(pulse_spectra(f0)[some]),
              "filter": pairs(minimum_phase(value["envelope"] @ ramps(BANDS).T)[some])}
    save_file({name: tensor.contiguous() for name, tensor in stages.items()}, path / "stages.safetensors",
              metadata={"phonemes": PHONEMES, "language": "de", "voice": "1", "speed": str(SPEED)})
    (path / "stages.safetensors").chmod(0o644)
    print({name: tuple(tensor.shape) for name, tensor in load_file(path / "stages.safetensors").items()}, f"{voiced.mean():.2f} voiced",
          sum(file.stat().st_size for file in path.iterdir()), "bytes, loudest", abs(pcm).max())


if __name__ == "__main__":
    main()
