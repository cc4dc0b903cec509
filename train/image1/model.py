# SPDX-License-Identifier: Apache-2.0
"""The network: FLUX.2's transformer (Black Forest Labs 2025; tensors named as in diffusers' Flux2Transformer2DModel) over the tokens of the
autoencoder, and a text encoder with Qwen3's blocks (tensors named as in transformers' Qwen3Model). README.md says what is computed.

B pictures, L words' tokens, N tokens of the picture, D width, H heads of 64.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .config import AXES, LATENT, PATCH, PLACES, SPAN, THETA

EPSILON = 1e-6
HINTS, HEAD_WIDTH = 32, 96  # numbers that the transformer tells the head of a token besides what it shows; channels of the head
TIMES = 256  # channels of the time's sinusoid


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Norm(nn.RMSNorm):
    """Weights in the type of the input, so that PyTorch takes its fused kernel."""

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.eps)


def swiglu(x):
    gate, up = x.chunk(2, -1)
    return F.silu(gate) * up


# Positions


def grid(height: int, width: int) -> torch.Tensor:
    """(N, 4): (0, y, x, 0) of the tokens of a picture, which reaches over SPAN x SPAN units, its centre at 0."""
    rows, columns = height // PATCH, width // PATCH
    unit = SPAN / math.sqrt(rows * columns)
    y = (torch.arange(rows) + 0.5 - rows / 2) * unit
    x = (torch.arange(columns) + 0.5 - columns / 2) * unit
    out = torch.zeros(rows, columns, 4)
    out[..., 1], out[..., 2] = y[:, None], x
    return out.reshape(-1, 4)


def words(count: int) -> torch.Tensor:
    """(L, 4): (0, 0, 0, i)"""
    out = torch.zeros(count, 4)
    out[:, 3] = torch.arange(count)
    return out


def whereabouts(ids) -> torch.Tensor:
    """(N, PLACES) numbers that go into the network behind a token's own: sine and cosine of y and x at four wavelengths."""
    angles = (ids[:, 1:3, None] * (math.pi / SPAN) * 2.0 ** torch.arange(PLACES // 4)).flatten(1)
    return torch.cat([angles.sin(), angles.cos()], 1)


def turns(ids):
    """cosines and sines (N, 32) of the rotary positions"""
    parts = []
    for axis, dims in enumerate(AXES):
        rates = THETA ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
        parts.append(ids[:, axis].double()[:, None] * rates)
    angles = torch.cat(parts, 1)
    return angles.cos().float(), angles.sin().float()


def rotate(x, cos, sin):
    """x (B, S, H, 64), neighbours are a pair"""
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cos[:, None], sin[:, None]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


def attend(q, k, v, causal=False):
    """(B, S, H, 64) each -> (B, S, H * 64). For a hundred tokens two plain products are three times faster than PyTorch's fused attention
    on a CPU, there and back."""
    q, k, v = (x.to(v.dtype).transpose(1, 2) for x in (q, k, v))
    if k.shape[1] != q.shape[1]:
        k, v = (x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in (k, v))
    if q.device.type != "cpu":
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
    scores = (q * 0.125) @ k.mT
    if causal:
        scores = scores + torch.full(scores.shape[-2:], -torch.inf, dtype=scores.dtype).triu(1)
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


# The text encoder


class TextAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.q_proj, self.o_proj = linear(width, heads * 64), linear(heads * 64, width)
        self.k_proj, self.v_proj = linear(width, heads * 32), linear(width, heads * 32)
        self.q_norm, self.k_norm = Norm(64, EPSILON), Norm(64, EPSILON)

    def forward(self, x, cos, sin):
        q, k, v = (part(x).unflatten(-1, (-1, 64)) for part in (self.q_proj, self.k_proj, self.v_proj))

        def turned(y):
            a, b = y.chunk(2, -1)
            return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

        return self.o_proj(attend(turned(self.q_norm(q)), turned(self.k_norm(k)), v, True))


class TextFeed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = linear(width, 3 * width), linear(width, 3 * width), linear(3 * width, width)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class TextBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.self_attn, self.mlp = TextAttention(width, width // 64), TextFeed(width)
        self.input_layernorm, self.post_attention_layernorm = Norm(width, EPSILON), Norm(width, EPSILON)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class TextEncoder(nn.Module):
    THETA = 10000.0

    def __init__(self, vocabulary, width, layers):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(TextBlock(width) for _ in range(layers))

    def forward(self, ids):
        """(B, L) -> (B, L, width): what comes out of the last block; there is no last norm."""
        angles = torch.arange(ids.shape[1], device=ids.device)[:, None] * self.THETA ** (-torch.arange(0, 64, 2, device=ids.device) / 64)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return x


# The transformer


def modulated(x, shift, scale):
    return F.layer_norm(x, x.shape[-1:], eps=EPSILON) * (1 + scale) + shift


class JointAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        for name in ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"):
            setattr(self, name, linear(width, width))
        self.to_out = nn.ModuleList([linear(width, width)])
        for name in ("norm_q", "norm_k", "norm_added_q", "norm_added_k"):
            setattr(self, name, Norm(64, EPSILON))

    def forward(self, picture, text, cos, sin):
        def heads(x):
            return x.unflatten(-1, (-1, 64))

        q = torch.cat([self.norm_added_q(heads(self.add_q_proj(text))), self.norm_q(heads(self.to_q(picture)))], 1)
        k = torch.cat([self.norm_added_k(heads(self.add_k_proj(text))), self.norm_k(heads(self.to_k(picture)))], 1)
        v = torch.cat([heads(self.add_v_proj(text)), heads(self.to_v(picture))], 1)
        out = attend(rotate(q, cos, sin), rotate(k, cos, sin), v)
        return self.to_out[0](out[:, text.shape[1] :]), self.to_add_out(out[:, : text.shape[1]])


class Feed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear_in, self.linear_out = linear(width, 6 * width), linear(3 * width, width)

    def forward(self, x):
        return self.linear_out(swiglu(self.linear_in(x)))


class DoubleBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attn, self.ff, self.ff_context = JointAttention(width), Feed(width), Feed(width)

    def forward(self, picture, text, mod_picture, mod_text, cos, sin):
        a, b = mod_picture, mod_text  # shift, scale, gate of the attention, then of the feed-forward
        seen, read = self.attn(modulated(picture, a[0], a[1]), modulated(text, b[0], b[1]), cos, sin)
        picture, text = picture + a[2] * seen, text + b[2] * read
        picture = picture + a[5] * self.ff(modulated(picture, a[3], a[4]))
        return picture, text + b[5] * self.ff_context(modulated(text, b[3], b[4]))


class ParallelAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.to_qkv_mlp_proj, self.to_out = linear(width, 9 * width), linear(4 * width, width)
        self.norm_q, self.norm_k = Norm(64, EPSILON), Norm(64, EPSILON)

    def forward(self, x, cos, sin):
        width = x.shape[-1]
        q, k, v, inner = self.to_qkv_mlp_proj(x).split([width, width, width, 6 * width], -1)
        q, k, v = (part.unflatten(-1, (-1, 64)) for part in (q, k, v))
        out = attend(rotate(self.norm_q(q), cos, sin), rotate(self.norm_k(k), cos, sin), v)
        return self.to_out(torch.cat([out, swiglu(inner)], -1))


class SingleBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attn = ParallelAttention(width)

    def forward(self, x, mod, cos, sin):
        return x + mod[2] * self.attn(modulated(x, mod[0], mod[1]), cos, sin)


class Holder(nn.Module):
    """Only for the name of the tensor within."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


class Transformer(nn.Module):
    def __init__(self, width, double, single, text_width):
        super().__init__()
        self.x_embedder, self.context_embedder = linear(LATENT + PLACES, width), linear(text_width, width)
        self.time_guidance_embed = Holder(timestep_embedder=Holder(linear_1=linear(TIMES, width), linear_2=linear(width, width)))
        self.double_stream_modulation_img = Holder(linear=linear(width, 6 * width))
        self.double_stream_modulation_txt = Holder(linear=linear(width, 6 * width))
        self.single_stream_modulation = Holder(linear=linear(width, 3 * width))
        self.transformer_blocks = nn.ModuleList(DoubleBlock(width) for _ in range(double))
        self.single_transformer_blocks = nn.ModuleList(SingleBlock(width) for _ in range(single))
        self.norm_out = Holder(linear=linear(width, 2 * width))
        self.proj_out = linear(width, LATENT + HINTS)

    def time(self, sigma):
        """(B,) in [0, 1] -> (B, D)"""
        rates = torch.exp(-math.log(10000) * torch.arange(TIMES // 2, device=sigma.device) / (TIMES // 2))
        angles = sigma[:, None] * 1000 * rates
        embedder = self.time_guidance_embed.timestep_embedder
        return embedder.linear_2(F.silu(embedder.linear_1(torch.cat([angles.cos(), angles.sin()], 1))))

    def forward(self, seen, text, sigma, ids, half=None):
        """seen (B, N, LATENT + PLACES), text (B, L, text_width), sigma (B,), ids (N, 4) -> (B, N, LATENT + HINTS): a draft of the clean
        picture, and what the head is to know.
        half: a function that is given what the picture's tokens are like half way through the single blocks."""
        cos, sin = (x.to(seen.device) for x in turns(torch.cat([words(text.shape[1]), ids])))
        time = F.silu(self.time(sigma))

        def mods(part, count):
            return part.linear(time).float()[:, None].chunk(count, -1)

        mod_picture, mod_text, mod = mods(self.double_stream_modulation_img, 6), mods(self.double_stream_modulation_txt, 6), mods(self.single_stream_modulation, 3)
        x, text = self.x_embedder(seen).float(), self.context_embedder(text).float()
        for block in self.transformer_blocks:
            x, text = block(x, text, mod_picture, mod_text, cos, sin)
        length = text.shape[1]
        x = torch.cat([text, x], 1)
        for number, block in enumerate(self.single_transformer_blocks):
            x = block(x, mod, cos, sin)
            if half is not None and number + 1 == len(self.single_transformer_blocks) // 2:
                half(x[:, length:])
        scale, shift = mods(self.norm_out, 2)
        return self.proj_out(modulated(x[:, length:], shift, scale))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


class Head(nn.Module):
    """Convolutions over the tokens, which correct the transformer's draft across their borders."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(2 * LATENT + HINTS, HEAD_WIDTH, 3, padding=1), nn.ReLU(), Residual(HEAD_WIDTH), Residual(HEAD_WIDTH), nn.Conv2d(HEAD_WIDTH, LATENT, 3, padding=1))

    def forward(self, x, told, height: int, width: int):
        """x (B, N, LATENT) with its noise, told as the transformer gives it -> (B, N, LATENT): the clean picture of so many pixels"""
        x, told = (latents_of(part, height, width) for part in (x, told))
        seen = torch.cat([told, x.to(told.dtype)], 1).contiguous(memory_format=torch.channels_last)
        return tokens_of(told[:, :LATENT].float() + self.layers(seen).float())


class Illustrator(nn.Module):
    """All three, and the heads of the side tasks: which class and which colour a token belongs to (only used in training)."""

    def __init__(self, preset, vocabulary: int, classes: int, colours: int):
        super().__init__()
        self.text = TextEncoder(vocabulary, preset.text_width, preset.text_layers)
        self.transformer = Transformer(preset.width, preset.double, preset.single, preset.text_width)
        self.head = Head()
        self.classes, self.colours = linear(preset.width, classes), linear(preset.width, colours)
        for name, value in self.named_parameters():
            if value.dim() == 2:
                nn.init.normal_(value, std=0.1 if "embed_tokens" in name else 0.6 / value.shape[1] ** 0.5)
        for part in ("double_stream_modulation_img", "double_stream_modulation_txt", "single_stream_modulation", "norm_out"):
            nn.init.zeros_(getattr(self.transformer, part).linear.weight)
        nn.init.zeros_(self.transformer.proj_out.weight[:LATENT])
        for last in (self.head.layers[-1], *(part.conv2 for part in self.head.layers if isinstance(part, Residual))):
            nn.init.zeros_(last.weight)

    def clean(self, x, text, sigma, height: int, width: int, half=None):
        """x (B, N, LATENT), what the text encoder says, sigma (B,) -> (B, N, LATENT)"""
        ids = grid(height, width)
        return self.head(x, self.transformer(located(x, ids), text, sigma, ids, half), height, width)


def tokens_of(latents) -> torch.Tensor:
    """(B, LATENT, rows, columns), as the autoencoder has them -> (B, N, LATENT)"""
    return latents.flatten(2).transpose(1, 2)


def latents_of(x, height: int, width: int) -> torch.Tensor:
    """The way back, for a picture of so many pixels."""
    return x.transpose(1, 2).unflatten(2, (height // PATCH, width // PATCH))


def located(x, ids) -> torch.Tensor:
    """Tokens with their places."""
    return torch.cat([x, whereabouts(ids).to(x).expand(len(x), -1, -1)], -1)
