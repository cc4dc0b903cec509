# SPDX-License-Identifier: Apache-2.0
"""The network: letters through transformer blocks, from each letter's place the phones it becomes.

Whisper's pre-norm block (with a bias on the keys), so that the engine computes both with the same code.
Shapes: B words, T letters with the end sign, D width, S slots, C classes (the phones; 0 is the blank).
"""

import torch
import torch.nn.functional as F
from torch import nn
from transcribe1.model import sinusoids

from .config import HEADS, LAYERS, LONGEST, SLOTS, WIDTH

END = 0  # class of the letter that ends a word


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def look_near(self):
        """Keys begin equal to queries: sinusoids are most alike at near positions."""
        nn.init.normal_(self.q_proj.weight, std=1.5 * self.q_proj.in_features**-0.5)
        self.k_proj.weight.data.copy_(self.q_proj.weight)

    def forward(self, x, mask):
        parts = (self.q_proj, self.k_proj, self.v_proj)
        qkv = F.linear(x, torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts]))
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in qkv.chunk(3, dim=-1))
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + mask).softmax(-1)
        return self.out_proj((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.self_attn.look_near()

    def forward(self, x, mask):
        x = x + self.self_attn(self.self_attn_layer_norm(x), mask)
        return x + self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))


class Speller(nn.Module):
    def __init__(self, letters: int, languages: int, classes: int, width=WIDTH, heads=HEADS, layers=LAYERS, slots=SLOTS, longest=LONGEST):
        super().__init__()
        self.classes = classes
        self.embed_letters = nn.Embedding(letters, width)
        self.embed_languages = nn.Embedding(languages, width)
        self.embed_positions = nn.Embedding(longest + 1, width)
        for table in (self.embed_letters, self.embed_languages):
            nn.init.normal_(table.weight, std=0.5)
        self.embed_positions.weight.data = 0.5 * sinusoids(longest + 1, width)
        self.layers = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.layer_norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, slots * classes)

    def forward(self, letters, languages, watch=None):
        """(B, T) padded with -1, (B,) -> logits (B, S T, C). watch(name, tensor) sees the stages."""
        mask = torch.zeros(letters.shape).masked_fill(letters < 0, -1e9)[:, None, None]
        x = self.embed_letters(letters.clamp(min=0)) + self.embed_languages(languages)[:, None]
        x = x + self.embed_positions.weight[: letters.shape[1]]
        if watch:
            watch("embedded", x)
        for number, layer in enumerate(self.layers):
            x = layer(x, mask)
            if watch:
                watch(f"block{number}", x)
        x = self.layer_norm(x)
        if watch:
            watch("encoded", x)
        return self.head(x).unflatten(-1, (-1, self.classes)).flatten(1, 2)


def decode(logits, lengths) -> list:
    """Greedy CTC: (B, S T, C), (B,) letters with the end sign -> lists of classes."""
    frames = logits.shape[1] // int(lengths.max())
    result = []
    for row, length in zip(logits.argmax(-1).tolist(), lengths.tolist()):
        row = row[: length * frames]
        result.append([c for place, c in enumerate(row) if c and (place == 0 or row[place - 1] != c)])
    return result
