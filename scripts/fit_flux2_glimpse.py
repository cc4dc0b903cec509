# SPDX-License-Identifier: Apache-2.0
"""The table of src/models/flux2/glimpse.c: the linear map from FLUX.2's normalised latents to colours that is best, by least
squares, on photographs encoded by TAEF2.

    pip install torch safetensors pillow scikit-image
    python scripts/fit_flux2_glimpse.py WEIGHTS PHOTO...

WEIGHTS is a folder with taef2_encoder.pth. The photographs were scikit-image's astronaut, chelsea, coffee, rocket and motorcycle_left (public
domain or CC0).
"""
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from make_fixture_taef2 import encoder, load, rows


@torch.no_grad()
def main(weights, photos):
    model = load(encoder(), Path(weights) / "taef2_encoder.pth")
    latents, colours = [], []
    for photo in photos:
        picture = Image.open(photo).convert("RGB")
        picture = picture.crop((0, 0, picture.width // 16 * 16, picture.height // 16 * 16))
        x = torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1)[None].float() / 255
        for turned in (x, x.flip(3)):
            latents.append(rows(model(turned)))
            colours.append(rows(F.avg_pool2d(turned, 8)) * 2 - 1)
    a, b = torch.cat(latents), torch.cat(colours)
    a = torch.cat([a, torch.ones(len(a), 1)], 1)
    table = torch.linalg.lstsq(a.double(), b.double()).solution
    rest = (a.double() @ table - b.double()).pow(2).mean().sqrt().item()
    print(f"/* deviation {rest:.3f} of 2 */")
    for line in table.tolist():
        print("    {" + ", ".join(f"{v:.4f}f" for v in line) + "},")


main(sys.argv[1], sys.argv[2:])
