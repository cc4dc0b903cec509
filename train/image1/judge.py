# SPDX-License-Identifier: Apache-2.0
"""The eye of the checker: a small convnet that finds things in a picture and says what they are. It learns from drawings of its own,
in seeds that no training picture has. What colour a thing has is told from its pixels.

    python -m image1.judge [--minutes 15]      trains it and says how often it is right on new drawings
"""

import argparse
import itertools
import json
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .classes import CLASSES, INDEX
from .colours import NAMED
from .config import CACHE, SEED
from .draw import draw, layers
from .scene import invent
from .shards import stream

SIZE, MAP = 128, 32  # of the picture it looks at, of what it says of it
NOTICED = 0.35  # heat above which there is something
COLOURS = list(NAMED)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm_a, self.norm_b = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, x):
        return F.relu(x + self.norm_b(self.b(F.relu(self.norm_a(self.a(x))))))


def shrink(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Eye(nn.Module):
    """(B, 3, 128, 128) -> heat (B, 32, 32): logit of the middle of a thing; class (B, classes, 32, 32); thing (B, 32, 32): logit of not being background"""

    def __init__(self):
        super().__init__()
        self.start = nn.Sequential(shrink(3, 32), shrink(32, 64), Residual(64))
        self.down = nn.ModuleList([nn.Sequential(shrink(64, 128), Residual(128), Residual(128)), nn.Sequential(shrink(128, 192), Residual(192), Residual(192)),
                                   nn.Sequential(shrink(192, 192), Residual(192))])
        self.across = nn.ModuleList(nn.Conv2d(width, 128, 1) for width in (64, 128, 192, 192))
        self.mix = nn.Sequential(nn.BatchNorm2d(128), nn.ReLU(), nn.Conv2d(128, 128, 3, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU())
        self.out = nn.Conv2d(128, 2 + len(CLASSES), 1)

    def forward(self, x):
        levels = [self.start(x)]
        for part in self.down:
            levels.append(part(levels[-1]))
        y = self.across[3](levels[3])
        for number in (2, 1, 0):
            y = F.interpolate(y, scale_factor=2) + self.across[number](levels[number])
        out = self.out(self.mix(y)).float()
        return out[:, 0], out[:, 2:], out[:, 1]


def sample(seed):
    """A drawing with what is in it; some blurred or grainy, as a network's pictures can be."""
    rng = random.Random(f"judge {seed}")
    while True:
        scene = invent(rng, testing=rng.random() < 0.1)
        if not scene["sign"] and not scene.get("art"):
            break
    picture, owner = draw(scene, SIZE)
    return blemish(picture, rng), owner, scene


def samples(job) -> list:
    first, count = job
    return [sample(first + i) for i in range(count)]


def blemish(picture, rng):
    x = picture.astype(np.float32)
    if rng.random() < 0.4:
        k = rng.uniform(0.1, 0.25)
        for axis in (0, 1):
            x = (1 - 2 * k) * x + k * (np.roll(x, 1, axis) + np.roll(x, -1, axis))
    if rng.random() < 0.4:
        x += np.random.default_rng(rng.getrandbits(30)).normal(0, rng.uniform(2, 10), x.shape)
    return x.clip(0, 255).astype(np.uint8)


def targets(some):
    """heat, class (-100: none here), thing"""
    heat, kind = np.zeros((len(some), MAP, MAP), np.float32), np.full((len(some), MAP, MAP), -100, np.int64)
    y, x = (np.mgrid[0:MAP, 0:MAP] + 0.5) / MAP
    for n, (_, owner, scene) in enumerate(some):
        for number, item in enumerate(scene["items"]):
            width = max(0.02, item["r"] * 0.16)
            near = np.exp(-((x - item["x"]) ** 2 + (y - item["y"]) ** 2) / (2 * width * width))
            heat[n] = np.maximum(heat[n], near)
            kind[n][(near > 0.4) | (owner == number + 1)] = INDEX[scene["groups"][item["group"]]["class"]]
    return heat, kind, np.stack([owner > 0 for _, owner, _ in some]).astype(np.float32)


def to_tensor(pictures):
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def learn(eye, optimizer, some):
    """One step; what heat, class and thing cost."""
    heat, kind, thing = (torch.from_numpy(x) for x in targets(some))
    with torch.autocast("cpu", torch.bfloat16):
        found, classes, there = eye(to_tensor([each[0] for each in some]).contiguous(memory_format=torch.channels_last))
    loss_heat = (F.binary_cross_entropy_with_logits(found, heat, reduction="none") * (1 + 20 * heat)).mean()
    loss_class = F.cross_entropy(classes, kind)
    loss_thing = F.binary_cross_entropy_with_logits(there, thing)
    (loss_heat + loss_class + 0.3 * loss_thing).backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss_heat.item(), loss_class.item(), loss_thing.item()


def train(minutes: float, batch=48):
    torch.manual_seed(SEED)
    eye = Eye().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(eye.parameters(), lr=2e-3, weight_decay=0.02)
    start, step, sums = time.monotonic(), 0, []
    for some in stream(samples, ((n * batch, batch) for n in itertools.count())):
        spent = (time.monotonic() - start) / 60
        if spent > minutes:
            break
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 100) * min(1, max(0.01, 2 * (1 - spent / minutes)))
        sums.append(learn(eye, optimizer, some))
        step += 1
        if step % 50 == 0:
            mean = np.mean(sums, 0).round(4).tolist()
            print(json.dumps({"step": step, "minutes": round(spent, 1), "heat": mean[0], "class": mean[1], "thing": mean[2]}), flush=True)
            sums = []
    torch.save(eye.state_dict(), CACHE / "judge.pt")
    return eye


def load() -> Eye:
    eye = Eye()
    eye.load_state_dict(torch.load(CACHE / "judge.pt", map_location="cpu"))
    return eye.eval()


@torch.no_grad()
def find(eye, pictures) -> list:
    """For each picture (size x size x 3 bytes) the things in it: (class, x, y, mask of its pixels at MAP x MAP)"""
    heat, classes, thing = eye(F.interpolate(to_tensor(pictures), (SIZE, SIZE), mode="area"))
    heat = heat.sigmoid()
    peak = (F.max_pool2d(heat[:, None], 5, 1, 2)[:, 0] == heat) & (heat > NOTICED)
    out = []
    for n in range(len(pictures)):
        places = peak[n].nonzero().numpy()
        there = (thing[n] > 0).numpy()
        y, x = np.mgrid[0:MAP, 0:MAP]
        nearest = np.stack([(y - py) ** 2 + (x - px) ** 2 for py, px in places]).argmin(0) if len(places) else None
        some = []
        for k, (py, px) in enumerate(places):
            mask = there & (nearest == k)
            kind = int(classes[n, :, py, px].argmax())
            some.append((CLASSES[kind].name, (px + 0.5) / MAP, (py + 0.5) / MAP, mask))
        out.append(some)
    return out


# Colours, by pixels


PAINTS = np.array([NAMED[name] for name in COLOURS])


def histogram(picture, mask):
    """Shares of the twelve colours among the pixels of a thing."""
    step = max(1, len(picture) // MAP)
    pixels = picture[np.repeat(np.repeat(mask, step, 0), step, 1)] / 255.0
    if not len(pixels):
        return np.zeros(len(COLOURS))
    nearest = ((pixels[:, None] - PAINTS) ** 2).sum(-1).argmin(1)
    return np.bincount(nearest, minlength=len(COLOURS)) / len(pixels)


class Palette:
    """What shares a drawing of each class has in each colour: a thing has the colour whose drawings are most like it."""

    def __init__(self):
        path = CACHE / "palette.npy"
        if not path.exists():
            np.save(path, np.array([[self.usual(thing, colour) for colour in COLOURS] for thing in CLASSES]))
        self.shares = np.load(path)

    @staticmethod
    def usual(thing, colour):
        total = 0
        for seed in range(4):
            scene = {"style": ("flat", "cartoon")[seed % 2], "background": "plain", "tint": ("white", "black", "grey", "blue")[seed], "time": "day", "weather": None, "sign": None, "horizon": 0.6,
                     "seed": seed, "groups": [{"class": thing.name, "colour": colour, "count": 1, "material": "plain"}],
                     "items": [{"group": 0, "x": 0.5, "y": 0.5, "r": 0.4, "turn": 0, "flip": False, "seed": seed}]}
            picture, owner = layers(scene, 64)
            total = total + histogram(picture, owner > 0)
        return total / 4

    def colour(self, picture, kind: str, mask) -> str:
        return COLOURS[np.abs(self.shares[INDEX[kind]] - histogram(picture, mask)).sum(1).argmin()]


def exam(eye, count=512) -> dict:
    """How right it is on drawings that it never saw: which class what it found in the place of a thing has, and how many things there are."""
    right, things, counted = 0, 0, 0
    for start in range(0, count, 64):
        some = [sample(f"exam {start + i}") for i in range(64)]
        for (_, _, scene), found in zip(some, find(eye, [each[0] for each in some])):
            counted += len(found) == len(scene["items"])
            for item in scene["items"]:
                near = min(found, key=lambda t: (t[1] - item["x"]) ** 2 + (t[2] - item["y"]) ** 2, default=None)
                right += near is not None and near[0] == scene["groups"][item["group"]]["class"]
                things += 1
    return {"class": round(100 * right / things, 1), "count": round(100 * counted / count, 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=15, help="0: only say how right it is")
    args = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    if args.minutes:
        train(args.minutes)
    print(json.dumps({"drawings never seen": exam(load())}))


if __name__ == "__main__":
    main()
