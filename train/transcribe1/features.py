# SPDX-License-Identifier: Apache-2.0
"""Whisper's log-mel front end, in torch, for batches of windows of one length."""

import functools
import math

import torch

from .config import RATE

HOP, FFT, MELS = 160, 400, 80


def slaney_hertz(mel: float) -> float:
    """Linear below 1 kHz (mel 15), logarithmic above."""
    return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)


@functools.lru_cache(None)
def filters(device) -> torch.Tensor:
    """Slaney's triangles with unit area, 0 to 8 kHz: (MELS, FFT / 2 + 1)."""
    top = 15 + 27 * math.log(8) / math.log(6.4)
    edges = [slaney_hertz(top * i / (MELS + 1)) for i in range(MELS + 2)]
    bins = torch.arange(FFT // 2 + 1, dtype=torch.float64) * RATE / FFT
    rows = []
    for low, middle, high in zip(edges, edges[1:], edges[2:]):
        triangle = torch.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clamp(min=0)
        rows.append(triangle * 2 / (high - low))
    return torch.stack(rows).float().to(device)


def log_mel(audio: torch.Tensor) -> torch.Tensor:
    """(B, samples) in [-1, 1] -> (B, MELS, samples / HOP); the floor is taken per window, as transformers does."""
    window = torch.hann_window(FFT, device=audio.device)
    spectrum = torch.stft(audio, FFT, HOP, window=window, center=True, pad_mode="reflect", return_complex=True)
    power = spectrum[..., :-1].abs() ** 2
    logs = (filters(audio.device) @ power).clamp(min=1e-10).log10()
    logs = torch.maximum(logs, logs.amax(dim=(1, 2), keepdim=True) - 8)
    return (logs + 4) / 4
