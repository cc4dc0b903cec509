#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Voice activity fixtures: a narrow random network in Silero's layout with what it gives, and what the official
package gives for its own test recording and safetensors weights (../shared/data/vad, not stored here).

The wheel's silero_vad.jit holds newer weights than its silero_vad_16k.safetensors, so the file's are put into the
official graph.

Needs torch, numpy, safetensors, silero-vad (6.2.3 was used).
"""
import wave
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from make_fixture_common import recording, save_tensors, to_float
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "tests" / "data" / "vad"
BINS, WIDTHS, HIDDEN = 17, (12, 7, 9, 10), 11


def random_weights():
    g = torch.Generator().manual_seed(5)
    rand = lambda *shape, gain=1.0: gain * torch.randn(*shape, generator=g) / max(1, np.prod(shape[1:])) ** 0.5
    w = {"stft_conv.weight": rand(2 * BINS, 1, 256, gain=8)}
    width = BINS
    for i, out in enumerate(WIDTHS, 1):
        w[f"conv{i}.weight"] = rand(out, width, 3, gain=1.5)
        w[f"conv{i}.bias"] = rand(out, gain=0.2)
        width = out
    for kind, n in (("ih", width), ("hh", HIDDEN)):
        w[f"lstm_cell.weight_{kind}"] = rand(4 * HIDDEN, n, gain=1.5)
        w[f"lstm_cell.bias_{kind}"] = rand(4 * HIDDEN, gain=0.3)
    w["final_conv.weight"] = rand(1, HIDDEN, 1, gain=20)
    w["final_conv.bias"] = torch.zeros(1)
    return w


def network(w, frames):
    """Probabilities for frames of 576 samples, the graph of silero_vad/tinygrad_model.py."""
    cell = torch.nn.LSTMCell(WIDTHS[-1], HIDDEN)
    cell.load_state_dict({k.split(".")[1]: v for k, v in w.items() if k.startswith("lstm_cell")})
    state, out = None, []
    for x in frames:
        x = F.pad(x[None, None], (0, 64), "reflect")
        x = F.conv1d(x, w["stft_conv.weight"], stride=128)
        x = (x[:, :BINS] ** 2 + x[:, BINS:] ** 2).sqrt()
        for i, stride in enumerate((1, 2, 2, 1), 1):
            x = F.conv1d(x, w[f"conv{i}.weight"], w[f"conv{i}.bias"], stride=stride, padding=1).relu()
        state = cell(x[:, :, 0], state)
        out.append(F.conv1d(state[0][:, :, None].relu(), w["final_conv.weight"], w["final_conv.bias"]).sigmoid())
    return torch.stack(out).flatten(), state


def narrow():
    pcm = torch.from_numpy(to_float(recording())[: 512 * 40].astype(np.float16)).float()
    padded = F.pad(pcm, (64, 0))
    w = random_weights()
    with torch.no_grad():
        p, (h, c) = network(w, [padded[i : i + 576] for i in range(0, len(pcm), 512)])
    print("narrow: probabilities from", float(p.min()), "to", float(p.max()))
    save_tensors(OUT / "narrow.safetensors", {k: v.numpy() for k, v in w.items()})
    save_tensors(OUT / "narrow_expected.safetensors",
                 {"pcm": pcm.half().numpy(), "probability": p.numpy(), "h": h[0].numpy(), "c": c[0].numpy()})


def official_model():
    import silero_vad

    weights = load_file(ROOT.parent / "shared" / "data" / "vad" / "silero_vad_16k.safetensors")
    model = silero_vad.load_silero_vad()
    parts = {"stft_conv.weight": "stft.forward_basis_buffer", "final_conv": "decoder.decoder.2",
             "lstm_cell": "decoder.rnn", **{f"conv{i + 1}": f"encoder.{i}.reparam_conv" for i in range(4)}}
    theirs = {k.removeprefix("_model."): v for k, v in model.state_dict().items()}
    with torch.no_grad():
        for name, value in weights.items():
            module, _, field = name.rpartition(".")
            theirs[parts.get(name) or f"{parts[module]}.{field}"].copy_(value)
    return model


def official():
    import silero_vad

    with wave.open(str(ROOT.parent / "shared" / "data" / "vad" / "test.wav")) as f:
        assert f.getframerate() == 16000 and f.getsampwidth() == 2 and f.getnchannels() == 1
        pcm = torch.from_numpy(to_float(np.frombuffer(f.readframes(f.getnframes()), np.int16)))
    model = official_model()
    frames = F.pad(pcm, (0, -len(pcm) % 512)).reshape(-1, 512)
    p = torch.stack([model(x, 16000)[0, 0] for x in frames]).detach()
    spans = {}
    for name, options in {"default": {}, "long_pauses": {"min_silence_duration_ms": 400, "speech_pad_ms": 200},
                          "strict": {"threshold": 0.8, "min_speech_duration_ms": 1000}}.items():
        spans[name] = [[s["start"], s["end"]] for s in silero_vad.get_speech_timestamps(pcm, model, **options)]
    print("official:", len(p), "frames,", {k: len(v) for k, v in spans.items()})
    save_tensors(OUT / "silero_test.safetensors", {"probability": p.numpy()} | {
        f"spans.{k}": np.array(v, np.int32) for k, v in spans.items()})


OUT.mkdir(parents=True, exist_ok=True)
narrow()
official()
