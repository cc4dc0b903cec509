# SPDX-License-Identifier: Apache-2.0
"""Free artwork besides our own drawings: Noto Color Emoji (Google, Apache-2.0 and OFL 1.1; Debian's fonts-noto-color-emoji), named as in
Unicode's emoji-test.txt (Debian's unicode-data). Those that our own classes draw, people, flags, clock faces and signs are left out."""

import functools
import re

import cairo
import numpy as np

from .classes import CLASSES

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
NAMES = "/usr/share/unicode/emoji/emoji-test.txt"
GROUPS = {"Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects", "Smileys & Emotion"}
FONT_SIZE = 109  # the only one that the font's bitmaps have
UNWANTED = re.compile(r"o.clock|thirty|globe|map|love letter|hole|speech|thought|bubble|japanese|moon|sun\b|cloud|star|heart|face with|person|man\b|woman|mark|sign|button|chart|symbol")


@functools.cache
def named() -> dict:
    """{name: character}"""
    known = {name for thing in CLASSES for name in (thing.name, *thing.names)}
    out, group = {}, ""
    try:
        lines = open(NAMES, encoding="utf-8").read().splitlines()
        open(FONT, "rb").close()
    except OSError:
        return {}
    for line in lines:
        if line.startswith("# group:"):
            group = line.split(": ")[1]
        found = re.match(r"([0-9A-F ]+?)\s*; fully-qualified\s*# (\S+) E[\d.]+ (.+)", line)
        if not found or group not in GROUPS:
            continue
        codes = [code for code in found[1].split() if code != "FE0F"]
        name = found[3].lower()
        if len(codes) == 1 and name not in known and not UNWANTED.search(name):
            out[name] = chr(int(codes[0], 16))
    return out


@functools.cache
def font():
    from PIL import ImageFont

    return ImageFont.truetype(FONT, FONT_SIZE)


@functools.lru_cache(2000)
def surface(name: str):
    """The emoji as a cairo surface, or None where the font lacks it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (140, 140))
    ImageDraw.Draw(image).text((2, 6), named()[name], font=font(), embedded_color=True)
    if not image.getbbox():
        return None
    box = image.getbbox()
    side = max(box[2] - box[0], box[3] - box[1])
    square = Image.new("RGBA", (side, side))
    square.paste(image.crop(box), ((side - box[2] + box[0]) // 2, side - box[3] + box[1]))
    rgba = np.asarray(square).astype(np.float32)
    alpha = rgba[..., 3:] / 255
    data = np.concatenate([rgba[..., 2::-1] * alpha, rgba[..., 3:]], -1).round().astype(np.uint8).copy()
    return cairo.ImageSurface.create_for_data(data, cairo.FORMAT_ARGB32, side, side, side * 4), data


def paint(c, name: str):
    """Within (-1, -1) to (1, 1)."""
    image, _data = surface(name)
    side = image.get_width()
    c.save()
    c.translate(-1, -1)
    c.scale(2 / side, 2 / side)
    c.set_source_surface(image, 0, 0)
    c.paint()
    c.restore()


@functools.cache
def usable() -> list:
    return [name for name in named() if surface(name) is not None]
