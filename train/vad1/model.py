# SPDX-License-Identifier: Apache-2.0
"""Silero's 16 kHz graph with its tensor names: a fixed Fourier basis, four convolutions, one LSTM cell.

Shapes: B recordings, N chunks of 512 samples (32 ms).
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

CHUNK, CONTEXT = 512, 64
WIDTHS = (128, 64, 64, 128)
STRIDES = (1, 2, 2, 1)


def fourier_basis(size: int = 256) -> torch.Tensor:
    """Real parts, then imaginary parts, under a periodic Hann window: (size + 2, 1, size)."""
    time, bins = torch.arange(size), torch.arange(size // 2 + 1)[:, None]
    angle = 2 * math.pi * (bins * time % size) / size
    return (torch.cat([angle.cos(), -angle.sin()]) * torch.hann_window(size))[:, None]


class Vad(nn.Module):
    def __init__(self):
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.stft_conv.weight = nn.Parameter(fourier_basis(), requires_grad=False)
        for i, (before, after, stride) in enumerate(zip((129, *WIDTHS), WIDTHS, STRIDES), 1):
            setattr(self, f"conv{i}", nn.Conv1d(before, after, 3, stride=stride, padding=1))
        self.lstm_cell = nn.LSTMCell(WIDTHS[-1], WIDTHS[-1])
        self.final_conv = nn.Conv1d(WIDTHS[-1], 1, 1)

    def spectra(self, audio):  # (B, N * CHUNK) -> (B * N, 129, 4)
        chunks = F.pad(audio, (CONTEXT, 0)).unfold(1, CHUNK + CONTEXT, CHUNK)
        chunks = F.pad(chunks.reshape(-1, 1, CHUNK + CONTEXT), (0, 64), mode="reflect")
        real, imaginary = self.stft_conv(chunks).chunk(2, dim=1)
        return (real**2 + imaginary**2).sqrt()

    def forward(self, audio):  # (B, N * CHUNK) -> logits (B, N)
        with torch.no_grad():
            x = self.spectra(audio)
        for i in range(1, 5):
            x = getattr(self, f"conv{i}")(x).relu()
        x, cell = x.reshape(len(audio), -1, WIDTHS[-1]), self.lstm_cell
        state = x.new_zeros(1, len(x), WIDTHS[-1])
        # The fused whole-sequence kernel with the cell's own weights: the same numbers, many times faster.
        hidden = torch.lstm(x, (state, state), [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh],
                            True, 1, 0.0, self.training, False, True)[0]
        return self.final_conv(hidden.relu().transpose(1, 2)).squeeze(1)
