# SPDX-License-Identifier: Apache-2.0
"""Draws pictures of prompts with the averaged weights of a checkpoint.

    python -m image1.sample small sheet.png [--size 256] [--steps 24] [--guidance 4] ["a prompt" ...]
"""

import argparse

import numpy as np
import torch

from . import autoencoder
from . import model as net
from .config import LATENT, PATCH, PRESETS, SIZE, folder
from .draw import sheet
from .tokens import Prompts

SHIFT, GUIDANCE, STEPS, LEAST = 1.5, 4.0, 48, 0.02
SHOWN = ["a red apple", "a blue car on a yellow background", "three green frogs", "a cat on a table", "a white rabbit in the snow at night", "two yellow ducks on the sea",
         "a purple flower in a meadow", "a red house in the mountains", "a pink pig to the left of a blue chair", "five orange stars in space", "a black cat to the right of a green tree",
         "a watercolour of a red sailing boat", "pixel art of a green dinosaur", "a cartoon of a brown bear in the forest", "a line drawing of a blue bird", "a yellow sign that says HI",
         "a striped ball on the beach", "a wooden chair in a room", "two red cars on a street in the rain", "a green bottle above a purple book", "four white sheep in a meadow",
         "a robot in the city at sunset", "a red balloon in the sky", "a turquoise fish underwater"]


def schedule(steps: int, shift: float) -> list:
    """sigma from 1 to 0"""
    return [shift * s / (1 + (shift - 1) * s) for s in (1 - i / steps for i in range(steps + 1))]


@torch.no_grad()
def guess(model, x, tokens, sigma: float, height: int, width: int, guidance: float, exact=False):
    """The clean tokens, as the prompt has them and further away from what no prompt has. exact: in f32."""
    time = torch.full((len(x),), sigma, device=x.device)

    def ask(ids_of_words):
        return model.clean(x, model.text(ids_of_words), time, height, width)

    with torch.autocast(x.device.type, torch.bfloat16, enabled=not exact):
        yes = ask(tokens)
        if guidance == 1:
            return yes
        no = ask(tokens.new_full((len(x), 1), int(tokens[0, -1])))
    return no + guidance * (yes - no)


@torch.no_grad()
def draw(model, decoder, prompts, texts, height: int, width: int, steps=STEPS, guidance=GUIDANCE, shift=SHIFT, seed=0):
    """(B, 3, height, width), -1 to 1. Prompts of one length go together."""
    device = next(model.parameters()).device
    out, count = [None] * len(texts), (height // PATCH) * (width // PATCH)
    lengths = {}
    for number, text in enumerate(texts):
        tokens = prompts.encode(text)
        lengths.setdefault(len(tokens), []).append((number, tokens))
    sigmas = schedule(steps, shift)
    for some in lengths.values():
        tokens = torch.tensor([each for _, each in some], device=device)
        x = torch.stack([torch.randn(count, LATENT, generator=torch.Generator().manual_seed(seed + number)) for number, _ in some]).to(device)
        for sigma, following in zip(sigmas, sigmas[1:]):
            clean = guess(model, x, tokens, sigma, height, width, guidance)
            x = x + (following - sigma) * (x - clean) / max(sigma, LEAST)
        for (number, _), picture in zip(some, decoder.decode(net.latents_of(x, height, width))):
            out[number] = picture
    return torch.stack(out)


def bytes_of(pictures) -> list:
    return list(((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy())


def snapshot(model, decoder, prompts, path, **options):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(sheet(bytes_of(draw(model, decoder, prompts, SHOWN, SIZE, SIZE, **options)), 6))).save(path)


def load(preset):
    """The averaged weights of the last checkpoint, the autoencoder and the tokenizer."""
    from .train import build

    prompts = Prompts(folder(preset) / "tokenizer.json")
    model = build(preset, prompts.size).eval()
    state = torch.load(folder(preset) / "checkpoint.pt", map_location="cpu")
    model.load_state_dict(state["mean"])
    return model, autoencoder.load(preset), prompts, state


def main():
    from PIL import Image

    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("to")
    parser.add_argument("prompt", nargs="*")
    parser.add_argument("--size", type=int)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--guidance", type=float, default=GUIDANCE)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    model, decoder, prompts, state = load(preset)
    size, texts = args.size or SIZE, args.prompt or SHOWN
    made = bytes_of(draw(model, decoder, prompts, texts, size, size, args.steps, args.guidance, seed=args.seed))
    Image.fromarray(np.ascontiguousarray(sheet(made, 6))).save(args.to)
    print(f"step {state['step']}")


if __name__ == "__main__":
    main()
