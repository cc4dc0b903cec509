# SPDX-License-Identifier: Apache-2.0
"""Lays down what a model's folder holds as a run that has not begun: tokenizer, autoencoder, and weights to begin with. So training goes on
from a published model where its checkpoints are gone; the optimizers and the side tasks begin anew.

    python -m image1.begin small --model ../models/image-1
    python -m image1.latents small
    python -m image1.train small --start FOLDER/start.pt --peak 0.5
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file

from .autoencoder import Autoencoder
from .config import PRESETS, folder

WEIGHTS = "diffusion_pytorch_model.safetensors"


def read(path: Path, prefix: str = "") -> dict:
    return {prefix + name: value.float() for name, value in load_file(path).items()}


def weights(model: Path) -> dict:
    """Of the transformer, its head and the text encoder, by the names that training has for them."""
    out = {**read(model / "transformer" / WEIGHTS, "transformer."), **read(model / "head" / WEIGHTS, "head."), **read(model / "text_encoder" / "model.safetensors", "text.")}
    del out["text.norm.weight"]
    return out


def unfolded(model: Path) -> Autoencoder:
    """Its norm is in the layers before it, so the norm itself does nothing."""
    out = Autoencoder()
    state = out.state_dict()
    state.update(read(model / "autoencoder" / WEIGHTS))
    state["norm.running_mean"].zero_()
    state["norm.running_var"].fill_(1 - out.norm.eps)
    out.load_state_dict(state)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    path = folder(PRESETS[args.preset])
    if path.exists():
        parser.error(f"there is a run in {path} already")
    path.mkdir(parents=True)
    shutil.copyfile(args.model / "tokenizer" / "tokenizer.json", path / "tokenizer.json")
    torch.save({"mean": unfolded(args.model).state_dict()}, path / "autoencoder.pt")
    torch.save(weights(args.model), path / "start.pt")
    print(path / "start.pt")


if __name__ == "__main__":
    main()
