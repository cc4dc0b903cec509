# SPDX-License-Identifier: Apache-2.0
"""voice-1: phonemes to what the vocoder of head.py needs, in operations that the engine has.

Shapes: B utterances, S code points, T frames (100 a second), D width. Weights of a convolution are (out, in, 3 or 5) as in
PyTorch; it keeps the length by zeros on both sides. All norms have an epsilon of 1e-5, GELU is the exact one.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from transcribe1.model import Block, sinusoids

from .config import BANDS, LONGEST, MELS, NOISE_BANDS, SPEAKER

PITCH_CENTRE = math.log(160.0)  # F0 is given to the decoder as ln(F0) - PITCH_CENTRE


class TextBlock(Block):
    """The encoder's block of transcribe-1, told which positions are filled."""

    def __init__(self, width: int, heads: int):
        super().__init__(width, heads, False)
        self.self_attn.look_near()

    def forward(self, x, hidden):
        """hidden: (B, 1, 1, S), -inf where there is nothing"""
        attention = self.self_attn
        split = lambda y: y.unflatten(-1, (attention.heads, -1)).transpose(1, 2)
        y = self.self_attn_layer_norm(x)
        q, k, v = split(attention.q_proj(y)), split(attention.k_proj(y)), split(attention.v_proj(y))
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + hidden).softmax(-1)
        x = x + attention.out_proj((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2))
        return x + self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))


class SpeakerNorm(nn.Module):
    """A layer norm whose weight and bias come from the speaker: one linear layer gives 1 + weight, then bias."""

    def __init__(self, width: int):
        super().__init__()
        self.width = width
        self.linear = nn.Linear(SPEAKER, 2 * width)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x, speaker):  # (B, T, D), (B, SPEAKER)
        weight, bias = self.linear(speaker)[:, None].chunk(2, -1)
        return F.layer_norm(x, (self.width,), eps=1e-5) * (1 + weight) + bias


def conv(layer, x, filled):
    """A convolution over time-major input; filled (B, T, 1) is 0 behind an utterance's end, as if there were nothing."""
    return layer((x * filled).transpose(1, 2)).transpose(1, 2)


class SoundBlock(nn.Module):
    """x += conv2(GELU(conv1(norm(x))))"""

    def __init__(self, width: int):
        super().__init__()
        self.norm = SpeakerNorm(width)
        self.conv1 = nn.Conv1d(width, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, padding=1)
        self.conv2.weight.data *= 0.3

    def forward(self, x, speaker, filled):
        return x + conv(self.conv2, F.gelu(conv(self.conv1, self.norm(x, speaker), filled)), filled)


class Stack(nn.Module):
    """Sound blocks, a norm and a linear layer: what the predictors and the decoder are."""

    def __init__(self, width: int, layers: int, out: int):
        super().__init__()
        self.layers = nn.ModuleList(SoundBlock(width) for _ in range(layers))
        self.norm = SpeakerNorm(width)
        self.out = nn.Linear(width, out)

    def forward(self, x, speaker, filled):
        for layer in self.layers:
            x = layer(x, speaker, filled)
        return self.out(self.norm(x, speaker))


class TextEncoder(nn.Module):
    def __init__(self, preset, tokens: int, languages: int):
        super().__init__()
        width = preset.width
        self.tokens = nn.Embedding(tokens, width)
        self.languages = nn.Embedding(languages, width)
        nn.init.normal_(self.tokens.weight, std=0.5)
        nn.init.normal_(self.languages.weight, std=0.1)
        self.register_buffer("positions", 0.5 * sinusoids(LONGEST, width), persistent=False)
        self.conv = nn.Conv1d(width, width, 5, padding=2)
        self.layers = nn.ModuleList(TextBlock(width, preset.heads) for _ in range(preset.text_layers))
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, tokens, language, filled):  # (B, S), (B), (B, S, 1) -> (B, S, D)
        x = self.tokens(tokens) + self.languages(language)[:, None]
        x = x + F.gelu(conv(self.conv, x, filled)) + self.positions[: tokens.shape[1]]
        hidden = torch.where(filled[:, None, None, :, 0] > 0, 0.0, -math.inf)
        for layer in self.layers:
            x = layer(x, hidden)
        return self.layer_norm(x)


class SpeakerEncoder(nn.Module):
    """Whisper's log-mel spectrum (16 kHz) of a few seconds -> a vector of length 1 and the mean of ln(F0)."""

    def __init__(self, width: int):
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, width, 5, padding=2)
        self.conv2 = nn.Conv1d(width, width, 5, padding=2)
        self.conv3 = nn.Conv1d(width, width, 5, padding=2)
        self.out = nn.Linear(2 * width, SPEAKER)
        self.pitch = nn.Linear(2 * width, 1)
        self.conv1.weight.data *= 2
        nn.init.constant_(self.pitch.bias, PITCH_CENTRE)

    def forward(self, mel):  # (B, MELS, T) -> (B, SPEAKER), (B)
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel))))
        x = F.gelu(self.conv3(x)).float()
        pooled = torch.cat([x.mean(-1), (x.var(-1, correction=0) + 1e-5).sqrt()], -1)
        return F.normalize(self.out(pooled).float(), dim=-1), self.pitch(pooled)[:, 0].float()


class Voice(nn.Module):
    def __init__(self, preset, tokens: int, languages: int):
        super().__init__()
        width = preset.width
        self.text = TextEncoder(preset, tokens, languages)
        self.speaker = SpeakerEncoder(width // 2)
        self.colour = nn.Linear(SPEAKER, width)
        self.duration = Stack(width, preset.duration_layers, 1)
        self.place = nn.Linear(3, width)
        self.pitch = Stack(width, preset.pitch_layers, 2)
        self.melody = nn.Linear(2, width)
        self.decoder = Stack(width, preset.decoder_layers, BANDS + NOISE_BANDS)

    def read(self, tokens, language, speaker):
        """What is said by whom (B, S, D), and ln(1 + frames) of each code point (B, S)."""
        filled = (torch.arange(tokens.shape[1], device=tokens.device) < (tokens >= 0).sum(1)[:, None])[..., None].float()
        x = self.text(tokens.clamp(min=0), language, filled) + self.colour(speaker)[:, None]
        return x, self.duration(x, speaker, filled)[..., 0]

    def spread(self, x, index, place):
        """Code points to frames. index (B, T): the code point of each frame, -1 behind the end; place (B, T, 3)."""
        chosen = x.gather(1, index.clamp(min=0)[..., None].expand(-1, -1, x.shape[-1]))
        return chosen + self.place(place), (index >= 0)[..., None].float()

    def sing(self, frames, speaker, filled):
        """ln(F0) above the speaker's mean (B, T), and the voicing's logit (B, T)."""
        return self.pitch(frames, speaker, filled).unbind(-1)

    def sound(self, frames, speaker, filled, pitch, voiced):
        """pitch: ln(F0), voiced: 0 or 1, both (B, T) -> ln(amplitude) (B, T, BANDS), logits of the noise's share of the
        power (B, T, NOISE_BANDS)."""
        x = frames + self.melody(torch.stack([pitch - PITCH_CENTRE, voiced], -1))
        return self.decoder(x, speaker, filled).split((BANDS, NOISE_BANDS), -1)


def places(frames):
    """Whole numbers of frames per code point (S) -> the code point of each frame (T), and where in it the frame is:
    (T, 3) of the share before its middle, the share behind it, and ln(1 + frames) of the code point."""
    index = torch.repeat_interleave(torch.arange(len(frames), device=frames.device), frames)
    begin = (frames.cumsum(0) - frames)[index]
    length = frames[index].float()
    before = (torch.arange(len(index), device=frames.device) - begin + 0.5) / length
    return index, torch.stack([before, 1 - before, length.log1p()], -1)
