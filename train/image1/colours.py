# SPDX-License-Identifier: Apache-2.0
"""Colours by name, and arithmetic on them. A colour is (red, green, blue), each 0 to 1."""

import colorsys

NAMED = {
    "red": (0.86, 0.15, 0.15), "orange": (0.96, 0.52, 0.09), "yellow": (0.98, 0.83, 0.14), "green": (0.22, 0.62, 0.25),
    "turquoise": (0.15, 0.73, 0.71), "blue": (0.15, 0.38, 0.82), "purple": (0.50, 0.23, 0.69), "pink": (0.96, 0.51, 0.69),
    "brown": (0.49, 0.31, 0.17), "black": (0.13, 0.13, 0.15), "white": (0.96, 0.96, 0.95), "grey": (0.56, 0.58, 0.60),
}
FIXED = {
    "ink": (0.14, 0.12, 0.14), "snow": (1, 1, 1), "cream": (0.98, 0.93, 0.80), "beak": (0.98, 0.65, 0.13), "leaf": (0.30, 0.60, 0.24),
    "stem": (0.36, 0.45, 0.19), "wood": (0.58, 0.39, 0.22), "bark": (0.44, 0.30, 0.19), "skin": (0.96, 0.78, 0.63), "nose": (0.85, 0.45, 0.48),
    "steel": (0.70, 0.73, 0.77), "tyre": (0.17, 0.17, 0.19), "pane": (0.73, 0.88, 0.96), "lit": (1.0, 0.88, 0.50), "gold": (0.93, 0.72, 0.22),
    "stone": (0.66, 0.65, 0.63), "blush": (0.97, 0.66, 0.66), "flame": (0.99, 0.66, 0.14), "hair": (0.31, 0.20, 0.13), "denim": (0.24, 0.32, 0.48),
}


def mix(a, b, share: float):
    return tuple(x + (y - x) * share for x, y in zip(a, b))


def lighter(c, share=0.4):
    return mix(c, (1, 1, 1), share)


def darker(c, share=0.28):
    return mix(c, (0.05, 0.03, 0.12), share)


def brightness(c) -> float:
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def distance(a, b) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5


def varied(c, rng, amount=1.0):
    """The same name, another tube of paint."""
    hue, saturation, value = colorsys.rgb_to_hsv(*c)
    grey = saturation < 0.1
    hue += amount * rng.uniform(-0.012, 0.012)
    saturation *= 1 if grey else 1 + amount * rng.uniform(-0.12, 0.08)
    value *= 1 + amount * rng.uniform(-0.06, 0.04)
    return colorsys.hsv_to_rgb(hue % 1, min(1, max(0, saturation)), min(1, max(0, value)))
