# SPDX-License-Identifier: Apache-2.0
"""A tiny voice-1 with random weights, as train/voice1 writes one, and what every stage of it gives.

    python3 scripts/make_fixture_voice1.py tests/data/voice1

writes config.json, model.safetensors and expected.safetensors from train/voice1's own modules in f32.
"""
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from transcribe1.features import log_mel  # noqa: E402
from voice1 import head  # noqa: E402
from voice1.config import BANDS, FFT, HOP, NOISE_BANDS, PRESETS, RATE, SPEAKER, WINDOW  # noqa: E402
from voice1.model import Voice, places  # noqa: E402

TOKENS = " abdeilnostuɐəˈː.,?"
LANGUAGES = ["de", "en"]
TEXT = "həlˈoː, lədiːz. ɐnd?"  # h and z have no token: they are left out


def scatter(model):
    """Random norms and biases, or errors in them stay hidden; bf16 values, so that the file holds them exactly."""
    for name, value in model.named_parameters():
        if value.dim() == 1:
            value.data += 0.1 * torch.randn_like(value)
        if name.endswith("norm.linear.weight"):
            value.data = 0.3 * torch.randn_like(value)
        value.data = value.data.bfloat16().float()
    # Durations of a few frames, voiced and unvoiced ones, sounds that are neither silent nor deafening.
    model.duration.out.bias.data.fill_(1.5)
    model.pitch.out.weight.data[0] *= 0.1
    model.decoder.out.bias.data[:BANDS] = -4.0
    for part in (model.duration.out.bias, model.pitch.out.weight, model.decoder.out.bias):
        part.data = part.data.bfloat16().float()


def whole_frames(durations) -> torch.Tensor:
    ends = durations.double().cumsum(0).numpy().round()
    return torch.from_numpy(np.diff(ends, prepend=0)).long()


@torch.no_grad()
def stages(model, tokens, voice) -> dict:
    ids = torch.tensor([[TOKENS.index(c) for c in tokens if c in TOKENS]])
    speaker, mean = voice[None, :SPEAKER] / voice[:SPEAKER].norm(), voice[SPEAKER]
    text, duration = model.read(ids, torch.tensor([LANGUAGES.index("en")]), speaker)
    frames = whole_frames(duration[0].expm1().clamp(min=0))
    index, place = places(frames)
    expanded, filled = model.spread(text, index[None], place[None])
    model.pitch.out.bias.data[1] -= model.sing(expanded, speaker, filled)[1].median().bfloat16().float()
    model.pitch.out.bias.data = model.pitch.out.bias.data.bfloat16().float()
    deviation, logit = model.sing(expanded, speaker, filled)
    pitch, voiced = mean + deviation, (logit > 0).float()
    envelope, share = model.sound(expanded, speaker, filled, pitch, voiced)
    assert 0 < voiced.sum() < voiced.numel()
    noise = torch.randn((len(index) + 1) * HOP)
    sound = head.synthesize(envelope[0].double().numpy(), share[0].sigmoid().double().numpy(), pitch[0].exp().double().numpy(),
                            voiced[0].numpy() > 0, noise.double().numpy())
    return {"text": text[0], "duration": duration[0][:, None], "frames": frames.float(), "expanded": expanded[0],
            "pitch": torch.stack([deviation[0], logit[0]], -1), "envelope": envelope[0], "share": share[0].sigmoid(),
            "noise": noise, "sound": torch.from_numpy(sound).float()}


@torch.no_grad()
def hearing(model) -> dict:
    time = np.arange(16000) / 16000
    pcm = torch.from_numpy((0.3 * np.sin(2 * np.pi * (150 + 80 * time) * time) * (1 + np.sin(9 * time))).astype(np.float32))
    pcm += 0.01 * torch.randn(len(pcm))
    style, pitch = model.speaker(log_mel(pcm[None]))
    return {"heard_pcm": pcm, "heard_style": torch.cat([style[0], pitch])}


def main():
    torch.manual_seed(5)
    preset = dataclasses.replace(PRESETS["smoke"], width=64, heads=2, text_layers=2, duration_layers=1, pitch_layers=1, decoder_layers=2)
    model = Voice(preset, len(TOKENS), len(LANGUAGES)).eval()
    scatter(model)
    voices = torch.cat([torch.nn.functional.normalize(torch.randn(2, SPEAKER)), torch.tensor([[4.9], [5.3]])], 1)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "voice1", "version": "0", "width": 64, "heads": 2, "text_layers": 2, "duration_layers": 1, "pitch_layers": 1,
        "decoder_layers": 2, "speaker": SPEAKER, "rate": RATE, "hop": HOP, "window": WINDOW, "fft": FFT,
        "bands": BANDS, "noise_bands": NOISE_BANDS, "longest": 64, "tokens": list(TOKENS), "languages": LANGUAGES,
        "voices": [{"name": "one", "language": "en", "gender": "female", "about": "random"},
                   {"name": "two", "language": "de", "gender": "male", "about": "random"}],
    }
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n")
    expected = {**stages(model, f" {TEXT} ", voices[0]), **hearing(model)}
    tensors = {name: t.bfloat16().contiguous() for name, t in model.state_dict().items()}
    save_file({**tensors, "voices": voices}, folder / "model.safetensors", metadata={"format": "pt"})
    save_file({name: t.contiguous() for name, t in expected.items()}, folder / "expected.safetensors")
    (folder / "phonemes.txt").write_text(TEXT)
    print({name: tuple(t.shape) for name, t in expected.items()})


if __name__ == "__main__":
    main()
