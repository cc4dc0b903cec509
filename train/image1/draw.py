# SPDX-License-Identifier: Apache-2.0
"""Draws scenes.

    python -m image1.draw sheet.png [--seed 1] [--count 36] [--size 256] [--classes]
"""

import argparse
import math
import random

import cairo
import numpy as np

from . import art, backgrounds
from .classes import BY_NAME, CLASSES
from .colours import NAMED, varied
from .pen import Pen

OWNERS = 32  # the map of which thing is where has so many squares a side


def sign(p, word):
    p.box(-0.08, 0.2, 0.16, 0.8, "wood")
    p.box(-0.98, -0.6, 1.96, 0.95, "main", 0.1)
    pale = p.colour[0] * 0.3 + p.colour[1] * 0.6 + p.colour[2] * 0.1 > 0.6
    p.write(0, -0.12, word, min(0.8, 2.4 / max(1, len(word))), "ink" if pale else "snow")


def shadow(c, item):
    c.save()
    c.translate(item["x"], item["y"] + item["r"] * 0.97)
    c.scale(item["r"] * 0.85, item["r"] * 0.12)
    c.set_source_rgba(0.05, 0.05, 0.15, 0.2)
    c.arc(0, 0, 1, 0, 2 * math.pi)
    c.fill()
    c.restore()


def draw_item(c, scene, item):
    about = scene["groups"][item["group"]]
    rng = random.Random(item["seed"])
    if about["class"] == "art":
        c.save()
        c.translate(item["x"], item["y"])
        c.scale(item["r"], item["r"])
        art.paint(c, about["name"])
        c.restore()
        return
    tone = varied(NAMED[about["colour"]], random.Random(scene["seed"] + item["group"]))
    style = scene["style"] if scene["style"] in ("cartoon", "line") else "flat"
    c.save()
    c.translate(item["x"], item["y"])
    c.rotate(item["turn"])
    c.scale(-item["r"] if item["flip"] else item["r"], item["r"])
    p = Pen(c, tone, style, about["material"], rng)
    if about["class"] == "sign":
        sign(p, scene["sign"])
    else:
        BY_NAME[about["class"]].draw(p)
    c.restore()


def owners(pattern, number, owner, surface):
    """Marks the squares that the thing covers."""
    c = cairo.Context(surface)
    c.set_operator(cairo.OPERATOR_CLEAR)
    c.paint()
    c.set_operator(cairo.OPERATOR_OVER)
    c.scale(OWNERS, OWNERS)
    c.set_source(pattern)
    c.paint()
    surface.flush()
    alpha = np.frombuffer(surface.get_data(), np.uint8).reshape(OWNERS, surface.get_stride())[:, :OWNERS]
    owner[alpha > 110] = number


def layers(scene, size):
    """(picture size x size x 3, owner OWNERS x OWNERS: 0 or 1 + the item's number)"""
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, size, size)
    c = cairo.Context(surface)
    c.scale(size, size)
    rng = random.Random(scene["seed"])
    plain = scene["background"] == "plain"
    backgrounds.paint(c, scene["background"], backgrounds.tint(scene["tint"], NAMED) if plain else scene["time"], scene["horizon"], rng)
    if scene["weather"] == "rainbow":
        backgrounds.rainbow(c, scene["horizon"])
    if scene["style"] == "line":
        c.set_source_rgba(1, 1, 1, 0.45)
        c.paint()
    owner, small = np.zeros((OWNERS, OWNERS), np.uint8), cairo.ImageSurface(cairo.FORMAT_A8, OWNERS, OWNERS)
    grounded = scene["background"] in backgrounds.GROUND
    for number, item in enumerate(scene["items"]):
        about = scene["groups"][item["group"]]
        if grounded and item["y"] + item["r"] > scene["horizon"] and (about["class"] in ("sign", "art") or BY_NAME[about["class"]].where != "air"):
            shadow(c, item)
        c.save()
        c.rectangle(item["x"] - item["r"] * 1.15, item["y"] - item["r"] * 1.15, item["r"] * 2.3, item["r"] * 2.3)
        c.clip()
        c.push_group()
        draw_item(c, scene, item)
        pattern = c.pop_group()
        c.set_source(pattern)
        c.paint()
        owners(pattern, number + 1, owner, small)
        c.restore()
    if scene["time"] != "day" and not plain:
        c.set_source_rgba(*((0.05, 0.07, 0.3, 0.2) if scene["time"] == "night" else (0.95, 0.45, 0.2, 0.1)))
        c.paint()
    if scene["weather"] and scene["weather"] != "rainbow":
        backgrounds.over(c, scene["weather"], scene["time"], rng)
    surface.flush()
    return np.frombuffer(surface.get_data(), np.uint8).reshape(size, surface.get_stride() // 4, 4)[:, :size, 2::-1].copy(), owner


class Paper:
    """What watercolour does to a picture: uneven edges, pigment and paper. A few sheets for each size are made once."""

    sheets = {}

    @classmethod
    def noise(cls, rng, size, cells):
        grid = rng.standard_normal((cells + 1, cells + 1))
        at = np.linspace(0, cells, size, endpoint=False)
        low, share = at.astype(int), at % 1
        share = share * share * (3 - 2 * share)
        rows = grid[low] * (1 - share)[:, None] + grid[low + 1] * share[:, None]
        return rows[:, low] * (1 - share) + rows[:, low + 1] * share

    @classmethod
    def sheet(cls, size, number):
        if (size, number) not in cls.sheets:
            rng = np.random.default_rng(number)
            move = [cls.noise(rng, size, 14) * 0.006 * size + cls.noise(rng, size, 40) * 0.0025 * size for _ in range(2)]
            y, x = np.mgrid[0:size, 0:size]
            place = np.clip(y + move[0].round().astype(int), 0, size - 1), np.clip(x + move[1].round().astype(int), 0, size - 1)
            pigment = 0.86 + 0.10 * cls.noise(rng, size, 5) + 0.07 * cls.noise(rng, size, 18) + 0.03 * cls.noise(rng, size, min(64, size))
            cls.sheets[size, number] = place, np.clip(pigment, 0.45, 1.15)[..., None].astype(np.float32)
        return cls.sheets[size, number]


def blurred(x, r):
    for axis in (0, 1):
        x = sum(np.roll(x, k, axis) for k in range(-r, r + 1)) / (2 * r + 1)
    return x


def watercolour(picture, seed):
    size = len(picture)
    place, pigment = Paper.sheet(size, seed % 12)
    ink = 1 - picture[place].astype(np.float32) / 255
    edge = np.abs(ink - blurred(ink, max(1, size // 80)))
    ink = (ink + 0.45 * edge) * pigment * 0.9
    paper = np.array([0.985, 0.975, 0.95], np.float32)
    return (np.clip(paper - ink, 0, 1) * 255).astype(np.uint8)


def draw(scene, size: int):
    """As layers(), in the scene's style."""
    if scene["style"] == "pixel":
        coarse = 32 if len(scene["items"]) == 1 and scene["seed"] % 2 and not scene["sign"] else 64
        picture, owner = layers(scene, min(coarse, size))
        picture = ((picture.astype(np.int32) + 10) // 20 * 20).clip(0, 255).astype(np.uint8)
        return np.repeat(np.repeat(picture, size // len(picture), 0), size // len(picture), 1), owner
    picture, owner = layers(scene, size)
    return (watercolour(picture, scene["seed"]) if scene["style"] == "watercolour" else picture), owner


def sheet(pictures, columns: int, gap=4) -> np.ndarray:
    """Pictures side by side."""
    size = len(pictures[0])
    rows = -(-len(pictures) // columns)
    out = np.full((rows * (size + gap) + gap, columns * (size + gap) + gap, 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = gap + i // columns * (size + gap), gap + i % columns * (size + gap)
        out[y : y + size, x : x + size] = picture
    return out


def gallery(size) -> list:
    """Each class in a usual colour."""
    pictures = []
    for number, thing in enumerate(CLASSES):
        scene = {"style": "flat", "background": "plain", "tint": "white", "time": "day", "weather": None, "sign": None, "horizon": 0.6, "seed": number,
                 "groups": [{"class": thing.name, "colour": (thing.usual or ("blue",))[0], "count": 1, "material": "plain"}],
                 "items": [{"group": 0, "x": 0.5, "y": 0.5, "r": 0.44, "turn": 0, "flip": False, "seed": 1}]}
        if scene["groups"][0]["colour"] == "white":
            scene["tint"] = "turquoise"
        pictures.append(layers(scene, size)[0])
    return pictures


def main():
    from PIL import Image

    from .captions import describe
    from .scene import invent

    parser = argparse.ArgumentParser()
    parser.add_argument("to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--classes", action="store_true")
    args = parser.parse_args()
    if args.classes:
        pictures = gallery(args.size)
    else:
        scenes = [invent(random.Random(f"{args.seed} {i}")) for i in range(args.count)]
        pictures = [draw(scene, args.size)[0] for scene in scenes]
        for i, scene in enumerate(scenes):
            print(i, describe(scene, random.Random(i)))
    Image.fromarray(sheet(pictures, round(len(pictures) ** 0.5 * 1.2))).save(args.to)


if __name__ == "__main__":
    main()
