# SPDX-License-Identifier: Apache-2.0
"""Whisper's graph with Hugging Face's tensor names; a phone head inside the encoder and a CTC head on it, for training.

Own modules instead of transformers' classes, for one reason: those insist on 30 s windows, and training
on short ones is several times cheaper. The saved file loads into WhisperForConditionalGeneration.
Shapes: B windows, T encoder positions (50 a second), S text tokens, D model width.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

MAX_FRAMES = 3000  # mel frames of the longest window, 30 s
MAX_TEXT = 1024  # tokens are letters: 30 s are up to 500


def sinusoids(length: int, width: int) -> torch.Tensor:
    """Whisper's positions: sines in the first half of the channels, cosines in the second."""
    step = math.log(10000) / (width // 2 - 1)
    scaled = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None, :]
    return torch.cat([scaled.sin(), scaled.cos()], dim=1)


def plain_attention(q, k, v, causal: bool):
    """(mixed values, weights). On the CPU, forward and back, half as long as PyTorch's fused one at windows of a few seconds."""
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if causal:
        scores = scores + torch.full(scores.shape[-2:], -math.inf, dtype=scores.dtype, device=q.device).triu(1)
    weights = scores.softmax(-1)
    return weights.to(v.dtype) @ v, weights


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def look_near(self):
        """Starts with keys like queries: sinusoids are most alike at near positions, so every head begins local.

        Heads differ in how sharply. Without this, attention averages over the window and learns for hours to find itself.
        """
        width = self.q_proj.in_features
        gains = torch.linspace(1.0, 2.0, self.heads).repeat_interleave(width // self.heads)
        nn.init.normal_(self.q_proj.weight, std=width**-0.5)
        self.q_proj.weight.data *= gains[:, None]
        nn.init.zeros_(self.q_proj.bias)
        self.k_proj.weight.data.copy_(self.q_proj.weight)

    def forward(self, x, memory=None, causal=False):
        """(output, weights of the first head); the weights only when there is a memory."""
        split = lambda y: y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        source = x if memory is None else memory
        q, k, v = split(self.q_proj(x)), split(self.k_proj(source)), split(self.v_proj(source))
        weights = None
        if x.is_cuda and memory is None:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        else:
            mixed, weights = plain_attention(q, k, v, causal)
        return self.out_proj(mixed.transpose(1, 2).flatten(2)), None if memory is None else weights[:, 0]


class Block(nn.Module):
    """Pre-norm layer; the decoder's layers also look at the encoder's output."""

    def __init__(self, width: int, heads: int, cross: bool):
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if cross:
            self.encoder_attn = Attention(width, heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, x, memory=None, dropout=0.0):
        """(x, weights with which the first head looks at the memory)"""
        drop = lambda y: F.dropout(y, dropout, self.training) if dropout else y
        look = None
        x = x + drop(self.self_attn(self.self_attn_layer_norm(x), causal=memory is not None)[0])
        if memory is not None:
            seen, look = self.encoder_attn(self.encoder_attn_layer_norm(x), memory)
            x = x + drop(seen)
        return x + drop(self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))), look


class Encoder(nn.Module):
    def __init__(self, preset, mels: int = 80):
        super().__init__()
        self.dropout, self.phone_layer = preset.dropout, preset.phone_layer
        self.conv1 = nn.Conv1d(mels, preset.width, 3, padding=1)
        self.conv2 = nn.Conv1d(preset.width, preset.width, 3, stride=2, padding=1)
        # The default initialization leaves the sound at a twentieth of the positions it is added to; it must be heard.
        self.conv1.weight.data *= 3
        self.conv2.weight.data *= 4
        self.embed_positions = nn.Embedding(MAX_FRAMES // 2, preset.width)
        self.embed_positions.weight.data = sinusoids(MAX_FRAMES // 2, preset.width)
        self.embed_positions.weight.requires_grad_(False)
        self.layers = nn.ModuleList(Block(preset.width, preset.heads, False) for _ in range(preset.encoder_layers))
        self.layer_norm = nn.LayerNorm(preset.width)
        for layer in self.layers:
            layer.self_attn.look_near()

    def forward(self, mel):  # (B, mels, 2T) -> (B, T, D) at phone_layer and at the end
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.embed_positions.weight[: x.shape[1]]
        for number, layer in enumerate(self.layers, 1):
            x, _ = layer(x, dropout=self.dropout)
            if number == self.phone_layer:
                inner = x
        return inner, self.layer_norm(x)


class Decoder(nn.Module):
    def __init__(self, preset, vocabulary: int):
        super().__init__()
        self.dropout = preset.dropout
        self.embed_tokens = nn.Embedding(vocabulary, preset.width)
        self.embed_positions = nn.Embedding(MAX_TEXT, preset.width)
        self.layers = nn.ModuleList(Block(preset.width, preset.heads, True) for _ in range(preset.decoder_layers))
        self.layer_norm = nn.LayerNorm(preset.width)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        # As loud as the tokens, and near letters look alike: every head begins with the last few.
        self.embed_positions.weight.data = 0.03 * sinusoids(MAX_TEXT, preset.width)
        for layer in self.layers:
            layer.self_attn.look_near()

    def forward(self, tokens, memory):
        """(B, S), (B, T, D) -> logits (B, S, vocabulary), and for each layer where its first head looks (B, S, T)"""
        x = self.embed_tokens(tokens) + self.embed_positions.weight[: tokens.shape[1]]
        looks = []
        for layer in self.layers:
            x, look = layer(x, memory, dropout=self.dropout)
            looks.append(look)
        return self.layer_norm(x) @ self.embed_tokens.weight.T, looks


class Transcriber(nn.Module):
    def __init__(self, preset, vocabulary: int, ctc_classes: int, phones: int = 0):
        super().__init__()
        self.model = nn.Module()
        self.model.encoder = Encoder(preset)
        self.model.decoder = Decoder(preset, vocabulary)
        self.ctc = nn.Linear(preset.width, ctc_classes)
        self.phones = nn.Sequential(nn.LayerNorm(preset.width), nn.Linear(preset.width, phones)) if phones else None

    def forward(self, mel, tokens):
        """Logits of phones and of the CTC head at every position, of the next token, and where the decoder looks for it:
        (B, T, *), (B, T, *), (B, S, *), decoder_layers of (B, S, T)"""
        inner, memory = self.model.encoder(mel)
        return self.phones(inner), self.ctc(memory), *self.model.decoder(tokens, memory)
