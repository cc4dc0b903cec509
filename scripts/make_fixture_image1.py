# SPDX-License-Identifier: Apache-2.0
"""A tiny image-1 with random weights, as train/image1 exports one, and what every stage of it gives.

    python3 scripts/make_fixture_image1.py tests/data/image1

writes the model's folder (bf16) and expected.safetensors (f32), from train/image1's own modules in f32 on the weights as written; the
transformer and the text encoder are checked against diffusers' and transformers' classes on the way. What an engine has to do:

1. Prompt. Every run of white space (Python's str.split) becomes one space, and one stands in front: " two red apples". tokenizer/tokenizer.json
   (byte-level BPE, split as in GPT-2) makes ids of it; the first `longest` - 1 stay, `end_token` follows. Nothing is padded. The prompt
   of guidance is the end token alone; a negative prompt takes its place.
2. Text features: hidden states behind the last of text_encoder/'s blocks (Qwen3Model; causal; positions from 0). The last norm is not applied;
   norm.weight is in the file only because the class has one. [L, joint_attention_dim]
3. Size: multiples of `patch` (16). N = (height / 16) * (width / 16) tokens, row by row, of V = latent_channels (32) numbers.
   Position of the token in row r and column c of R x C: u = `span` / sqrt(R C); y = (r + 0.5 - R / 2) u; x = (c + 0.5 - C / 2) u: floats, 0
   in the middle, so that a picture reaches over the same range at any resolution. Rotary ids of it: (0, y, x, 0); of word i: (0, 0, 0, i).
4. A token's input, `in_channels` = V + `places` numbers: its noisy latents, then sin(a) of all and cos(a) of all angles a = y pi / span 2^k for
   k = 0..3, then x pi / span 2^k. So 8 sines (4 of y, 4 of x) and 8 cosines. They stay the same in every step.
5. Noise: N x V normal numbers, in the order of the tokens' memory: x at sigma = 1.
6. Schedule of n steps: s_i = 1 - i / n for i = 0..n; sigma_i = shift s_i / (1 + (shift - 1) s_i).
7. A step from sigma to sigma': the transformer (Flux2Transformer2DModel; timestep = sigma, which it multiplies by 1000; order of tokens: text, picture)
   gives V numbers of a token, a draft of the clean one, and hint_channels more, with the prompt's features and with those of guidance, each with its own
   number of words. The head sees draft, hints and x of a token, one behind the other. 3 x 3 convolutions over the tokens: to `width`
   channels, relu; twice relu(y + conv(relu(conv(y)))); to latent_channels, added to the draft: the clean tokens c and c0. Guided:
   g = c0 + guidance (c - c0), or c alone when guidance is 1. Velocity v = (x - g) / max(sigma, least_sigma); x += (sigma' - sigma) v.
8. The autoencoder (train/image1/autoencoder.py, its norm folded into the encoder's last layers) makes the picture of what x is behind the last step.
   byte = round((clamp(x, -1, 1) + 1) * 127.5).
Starting from a picture (strength below 1), of which the encoder makes p: x = (1 - sigma_i) p + sigma_i noise at the step where one begins.

`tests/data/image1/expected.safetensors`: tokens [L], features [L, D], empty [1, D] (features of guidance), ids [N, 4], places [N, 16], noise [N, V],
sigmas [STEPS + 1], clean [N, V] and clean_empty (first step's two outputs of the head), x.K [N, V] behind step K = 1..STEPS, picture [height, width, 3] bytes,
and of a smooth picture `start` [height * width, 3] floats: latents [N, V], decoded [height * width, 3].
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from image1 import model as net  # noqa: E402
from image1.autoencoder import Autoencoder  # noqa: E402
from image1.config import LATENT, PATCH, Preset  # noqa: E402
from image1.export import check, write  # noqa: E402
from image1.sample import bytes_of, guess, schedule  # noqa: E402
from image1.tokens import Prompts, train  # noqa: E402
from image1.train import build  # noqa: E402

TINY = Preset("smoke", 12, 360, 64, 1, 1, 2, 128, 1, 0, 0, 0, 0, 0, 0)
WIDTHS = 16, 24, 32
PROMPT, HEIGHT, WIDTH, STEPS, GUIDANCE, SHIFT, LEAST = "Two red  apples,\non a blue table.", 64, 96, 4, 3.0, 1.5, 0.02


def scatter(model):
    """Nothing zero or one, or errors there stay hidden; bf16 values, so that the file holds them exactly."""
    for name, value in model.named_parameters():
        if value.dim() == 1:
            value.data += 0.2 * torch.randn_like(value)
        elif "head" in name:
            value.data = torch.randn_like(value) / value[0].numel() ** 0.5
        elif "modulation" in name or "norm_out" in name or "proj_out" in name:
            value.data = 0.1 * torch.randn_like(value)
        value.data = value.data.bfloat16().float()


def tiny_autoencoder():
    """As untrained ones are, but with a norm that has seen something, and bf16 values behind the folding."""
    out = Autoencoder(WIDTHS)
    cells = torch.randn(4096, 3 * 16 * 16) @ (0.05 * torch.randn(3 * 16 * 16, 3 * 16 * 16))
    out.begin(cells)
    for last in (out.down[-1], out.up[-1]):
        last.weight.data *= 10
        last.bias.data += 0.1 * torch.randn_like(last.bias)
    for value in out.parameters():
        value.data = value.data.bfloat16().float()
    out.down_linear.bias.data = (64 * out.down_linear.bias.data).round().clamp(-64, 64) / 64
    out.norm.running_mean += 0.25
    out.norm.running_var[:] = 4 - out.norm.eps  # folded without rounding
    return out.eval()


def smooth():
    """(1, 3, HEIGHT, WIDTH)"""
    y, x = torch.meshgrid(torch.linspace(0, 3, HEIGHT), torch.linspace(0, 4, WIDTH), indexing="ij")
    return torch.stack([(2 * y).sin(), (x * y).cos(), ((x - 2) * 3).tanh()])[None] * 0.9


def flat(picture):
    return picture[0].permute(1, 2, 0).reshape(-1, 3)


@torch.no_grad()
def stages(model, autoencoder, prompts) -> dict:
    tokens, end = torch.tensor([prompts.encode(PROMPT)]), torch.tensor([prompts.encode("")])
    ids = net.grid(HEIGHT, WIDTH)
    noise = torch.randn(1, HEIGHT // PATCH * (WIDTH // PATCH), LATENT)
    sigmas = schedule(STEPS, SHIFT)
    x, behind = noise, {}
    for number, (sigma, following) in enumerate(zip(sigmas, sigmas[1:]), 1):
        clean = guess(model, x, tokens, sigma, HEIGHT, WIDTH, GUIDANCE, exact=True)
        x = x + (following - sigma) * (x - clean) / max(sigma, LEAST)
        behind[f"x.{number}"] = x[0]
    start = smooth()
    latents = autoencoder.encode(start)
    picture = autoencoder.decode(net.latents_of(x, HEIGHT, WIDTH))
    return {"tokens": tokens[0].int(), "features": model.text(tokens)[0], "empty": model.text(end)[0], "ids": ids, "places": net.whereabouts(ids), "noise": noise[0],
            "sigmas": torch.tensor(sigmas), "clean": guess(model, noise, tokens, 1.0, HEIGHT, WIDTH, 1, exact=True)[0], "clean_empty": guess(model, noise, end, 1.0, HEIGHT, WIDTH, 1, exact=True)[0],
            **behind, "picture": torch.from_numpy(bytes_of(picture)[0].copy()), "start": flat(start), "latents": net.tokens_of(latents)[0], "decoded": flat(autoencoder.decode(latents))}


def main():
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    train(TINY).save(str(to / "tokenizer.json"))
    prompts = Prompts(to / "tokenizer.json")
    model = build(TINY, prompts.size).eval()
    scatter(model)
    autoencoder = tiny_autoencoder()
    write(to, TINY, model, autoencoder, to / "tokenizer.json", {"step": 0, "seen": 0})
    (to / "tokenizer.json").unlink()
    about = json.loads((to / "image1.json").read_text())
    about.update(steps=STEPS, guidance=GUIDANCE, shift=SHIFT, least_sigma=LEAST, size=64, side_least=32)
    (to / "image1.json").write_text(json.dumps(about, indent=1) + "\n")
    check(to, TINY)
    save_file({name: tensor.contiguous() for name, tensor in stages(model, autoencoder, prompts).items()}, to / "expected.safetensors")
    for path in to.rglob("*"):
        if path.is_file():
            path.chmod(0o644)


if __name__ == "__main__":
    main()
