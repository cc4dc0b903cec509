# SPDX-License-Identifier: Apache-2.0
"""Invents scenes: what is in the picture, where, how it looks. A scene is plain data that draw.py draws and captions.py says."""

import hashlib
import random

from . import art, backgrounds
from .classes import BY_NAME, CLASSES
from .colours import NAMED, distance
from .pen import MATERIALS

HELD = 12  # one combination in so many is kept for testing
STYLE_SHARES = {"flat": 0.5, "cartoon": 0.2, "line": 0.08, "watercolour": 0.11, "pixel": 0.11}
RELATIONS = {"left": 0.24, "right": 0.24, "above": 0.15, "below": 0.15, "on": 0.12, "front": 0.10}
WORDS = ("HI HELLO CAFE SHOP OPEN STOP GO YES NO BUS TAXI HOTEL PARK ZOO BAR TEA ICE SALE ART BOOK BANK HOME LOVE FUN CAT DOG STAR SUN MOON TREE EXIT TOYS FISH PIZZA "
         "BREAD MILK FOOD FARM SCHOOL BEACH POOL MUSIC MAGIC HAPPY PARTY WELCOME WINTER SUMMER ROOM KEY WAY NORTH EAST WEST SOUTH").split()


def held(*parts) -> bool:
    """Is this combination kept out of the training?"""
    return hashlib.sha1(" ".join(map(str, parts)).encode()).digest()[0] % HELD == 0


def is_held(scene) -> bool:
    groups = scene["groups"]
    if any(held(g["class"], g["colour"], g["count"]) for g in groups):
        return True
    return scene["relation"] is not None and held(groups[0]["class"], groups[0]["colour"], scene["relation"], groups[1]["class"])


def choose(rng, shares: dict):
    return rng.choices(list(shares), list(shares.values()))[0]


def group(rng, count, size=None, kinds=None, plain=False) -> dict:
    thing = rng.choice(kinds or CLASSES)
    colour = rng.choice(thing.usual) if thing.usual and rng.random() < 0.4 else rng.choice(list(NAMED))
    material = rng.choice(MATERIALS[1:]) if thing.materials and not plain and rng.random() < 0.2 else "plain"
    return {"class": thing.name, "colour": colour, "count": count, "material": material, "size": size}


def rows(rng, count, aspect):
    """How many things stand in each row of a rectangle that is `aspect` times as wide as high."""
    if aspect > 2:
        return [count]
    if aspect < 0.5:
        return [1] * count
    return rng.choice({1: [[1]], 2: [[2]] if aspect > 0.8 else [[1, 1]], 3: [[3], [1, 2], [2, 1]] if aspect > 0.8 else [[1, 2], [2, 1], [1, 1, 1]], 4: [[2, 2]],
                       5: [[3, 2], [2, 3]] if aspect > 0.8 else [[2, 1, 2], [1, 2, 2]]}[count])


def spots(rng, count, box, size=1.0):
    """(x, y, r) of things within a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    plan = rows(rng, count, (right - left) / (bottom - top))
    high, out = (bottom - top) / len(plan), []
    wide = (right - left) / max(plan)
    r = min(0.5 * min(wide, high) * 0.9, 0.44) * size
    for row, n in enumerate(plan):
        start = left + (right - left - n * wide) / 2
        for column in range(n):
            x, y = start + (column + 0.5) * wide, top + (row + 0.5) * high
            free_x, free_y = max(0, wide / 2 - r * 1.05), max(0, high / 2 - r * 1.05)
            out.append((x + rng.uniform(-1, 1) * min(free_x, 0.05), y + rng.uniform(-1, 1) * min(free_y, 0.05), r))
    return out


def put(scene, number, places, rng, flip=None):
    for x, y, r in places:
        r *= BY_NAME[scene["groups"][number]["class"]].wide
        r = min(r, x, 1 - x, 0.49)
        turn = rng.uniform(-0.06, 0.06)
        scene["items"].append({"group": number, "x": round(x, 4), "y": round(min(y, 0.985 - r), 4), "r": round(r, 4), "turn": round(turn, 3),
                               "flip": rng.random() < 0.5 if flip is None else flip, "seed": rng.getrandbits(30)})


def landscape(scene, rng, aloft=False):
    """Where it is. aloft: things are one above the other, so there must be no ground for both."""
    where = {BY_NAME[g["class"]].where for g in scene["groups"]}
    if rng.random() < (0.42 if not aloft else 0.7):
        scene["background"], used = "plain", [NAMED[g["colour"]] for g in scene["groups"]]
        fitting = [name for name in NAMED if all(distance(backgrounds.tint(name, NAMED), tone) > 0.42 for tone in used)]
        scene["tint"] = "white" if "white" in fitting and rng.random() < 0.35 else rng.choice(fitting)
        return
    if aloft or where == {"air"}:
        scene["background"] = rng.choice(["sky", "space", "sky", "underwater" if aloft else "meadow"])
    elif where == {"water"}:
        scene["background"] = rng.choice(["sea", "underwater", "sea", "beach", "sky"])
    else:
        scene["background"] = rng.choice(list(backgrounds.GROUND) * 3 + ["sky", "space", "underwater"])
    if scene["background"] not in ("space", "underwater"):
        scene["time"] = choose(rng, {"day": 0.68, "sunset": 0.14, "night": 0.18})
        if scene["background"] != "room" and rng.random() < 0.2:
            scene["weather"] = rng.choice([w for w in backgrounds.WEATHERS if w != "rainbow" or scene["time"] == "day"])


def ground_box(scene, box):
    """Things on the ground stand below the horizon, their feet at least."""
    left, top, right, bottom = box
    if scene["background"] in backgrounds.GROUND and not all(BY_NAME[g["class"]].where == "air" for g in scene["groups"]):
        return (left, max(top, 0.24), right, 0.97)
    return box


def single(scene, rng, kinds):
    count = choose(rng, {1: 0.44, 2: 0.17, 3: 0.15, 4: 0.12, 5: 0.12})
    size = rng.choice(["small", "big"]) if rng.random() < 0.18 else None
    scene["groups"] = [group(rng, count, size, kinds)]
    landscape(scene, rng)
    scale = {None: rng.uniform(0.74, 0.95), "small": rng.uniform(0.4, 0.5), "big": 1.08}[size]
    box = ground_box(scene, (0.03, 0.03, 0.97, 0.97))
    if count == 1 and size != "big" and scene["background"] in ("plain", "sky", "space", "underwater") and rng.random() < 0.22:
        scene["place"] = rng.choice(["left", "right", "top", "bottom", "top left", "top right", "bottom left", "bottom right"])
        x = 0.5 + 0.25 * (("right" in scene["place"]) - ("left" in scene["place"]))
        y = 0.5 + 0.25 * (("bottom" in scene["place"]) - ("top" in scene["place"]))
        r = rng.uniform(0.15, 0.22)
        put(scene, 0, [(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.02, 0.02), r)], rng)
    else:
        put(scene, 0, spots(rng, count, box, scale), rng, rng.random() < 0.5 if count > 1 else None)


def pair(scene, rng, kinds):
    relation = choose(rng, RELATIONS)
    scene["relation"] = relation
    if relation in ("on", "front"):
        second = [c for c in CLASSES if c.support < 9] if relation == "on" else [c for c in kinds if c.where in ("ground", "any")]
        first = [c for c in kinds if c.where != "water" and c.name not in ("sun", "moon", "cloud", "planet")]
        scene["groups"] = [group(rng, choose(rng, {1: 0.75, 2: 0.25}), None, first), group(rng, 1, None, second)]
    else:
        scene["groups"] = [group(rng, choose(rng, {1: 0.6, 2: 0.25, 3: 0.15}), None, kinds), group(rng, choose(rng, {1: 0.8, 2: 0.2}), None, kinds)]
    a, b = scene["groups"]
    if a["class"] == b["class"] and a["colour"] == b["colour"]:
        b["colour"] = rng.choice([name for name in NAMED if name != a["colour"]])
    landscape(scene, rng, aloft=relation in ("above", "below"))
    left, top, right, bottom = ground_box(scene, (0.03, 0.05, 0.97, 0.95))
    scale = rng.uniform(0.8, 0.98)
    if relation in ("left", "right"):
        cut = 0.5 + (0.05 if a["count"] > b["count"] else 0) * (1 if relation == "left" else -1)
        boxes = [(left, top, cut - 0.01, bottom), (cut + 0.01, top, right, bottom)]
        first, second = boxes if relation == "left" else boxes[::-1]
        put(scene, 1, spots(rng, b["count"], second, scale), rng)
        put(scene, 0, spots(rng, a["count"], first, scale), rng)
    elif relation in ("above", "below"):
        boxes = [(0.1, 0.03, 0.9, 0.49), (0.1, 0.51, 0.9, 0.97)]
        first, second = boxes if relation == "above" else boxes[::-1]
        put(scene, 1, spots(rng, b["count"], second, scale), rng)
        put(scene, 0, spots(rng, a["count"], first, scale), rng)
    else:
        stack(scene, rng)


def stack(scene, rng):
    """On or in front of."""
    a, b = scene["groups"]
    x = 0.5 + rng.uniform(-0.08, 0.08)
    if scene["relation"] == "on":
        r = rng.uniform(0.29, 0.34)
        put(scene, 1, [(x, 0.97 - r, r)], rng)
        base = scene["items"][-1]
        base["turn"] = 0
        floor = base["y"] + base["r"] * BY_NAME[b["class"]].support
        small = min(rng.uniform(0.15, 0.2), floor / 2)
        at = [x] if a["count"] == 1 else [x - small * 0.95, x + small * 0.95]
        put(scene, 0, [(each, floor - small * 0.94, small * (1 if a["count"] == 1 else 0.85)) for each in at], rng)
    else:
        r = rng.uniform(0.33, 0.38)
        put(scene, 1, [(x, 0.84 - r, r)], rng)
        small = rng.uniform(0.15, 0.19)
        at = [x + rng.uniform(-0.1, 0.1)] if a["count"] == 1 else [x - 0.19, x + 0.19]
        put(scene, 0, [(each, 0.96 - small, small) for each in at], rng)


def several(scene, rng, kinds):
    """Three kinds of things side by side."""
    scene["groups"] = [group(rng, 1, None, [kind], plain=True) for kind in rng.sample(kinds, 3)]
    landscape(scene, rng)
    box = ground_box(scene, (0.02, 0.2, 0.98, 0.9))
    for number, place in enumerate(spots(rng, 3, (box[0], max(box[1], 0.45), box[2], box[3]), 0.97)):
        put(scene, number, [place], rng)


def signed(scene, rng):
    """A sign with a word."""
    word = rng.choice(WORDS) if rng.random() < 0.6 else "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789") for _ in range(rng.choice([1, 1, 2, 3])))
    scene["sign"] = word
    scene["groups"] = [{"class": "sign", "colour": rng.choice(list(NAMED)), "count": 1, "material": "plain", "size": None}]
    scene["background"] = rng.choice(["plain", "plain", *backgrounds.GROUND])
    if scene["background"] == "plain":
        fitting = [name for name in NAMED if distance(backgrounds.tint(name, NAMED), NAMED[scene["groups"][0]["colour"]]) > 0.42]
        scene["tint"] = rng.choice(fitting)
    r = rng.uniform(0.34, 0.44)
    scene["items"].append({"group": 0, "x": 0.5, "y": round(0.95 - r, 3), "r": round(r, 3), "turn": 0, "flip": False, "seed": rng.getrandbits(30)})


def artwork(scene, rng):
    """Somebody else's picture of a thing, once or several times."""
    count = choose(rng, {1: 0.7, 2: 0.15, 3: 0.15})
    scene["art"], scene["style"] = True, "flat"
    scene["groups"] = [{"class": "art", "name": rng.choice(art.usable()), "colour": None, "count": count, "material": "plain", "size": None}]
    scene["background"] = rng.choice(["plain"] * 5 + ["meadow", "beach", "snow", "sky", "room", "city"])
    scene["tint"] = rng.choice(["white", "white", *NAMED]) if scene["background"] == "plain" else None
    box = (0.03, 0.24, 0.97, 0.97) if scene["background"] in backgrounds.GROUND else (0.03, 0.03, 0.97, 0.97)
    for x, y, r in spots(rng, count, box, rng.uniform(0.7, 0.92)):
        scene["items"].append({"group": 0, "x": round(x, 4), "y": round(y, 4), "r": round(r, 4), "turn": 0, "flip": False, "seed": 0})


def invent(rng: random.Random, testing=False, kinds=None) -> dict:
    """A scene whose combination is kept for testing, or one that is not."""
    kinds = kinds or CLASSES
    while True:
        scene = {"style": choose(rng, STYLE_SHARES), "background": "plain", "tint": None, "time": "day", "weather": None, "relation": None, "place": None, "sign": None,
                 "horizon": round(rng.uniform(0.5, 0.62), 3), "seed": rng.getrandbits(30), "groups": [], "items": []}
        kind = rng.random()
        if kind < 0.50:
            single(scene, rng, kinds)
        elif kind < 0.86:
            pair(scene, rng, kinds)
        elif kind < 0.93:
            several(scene, rng, kinds)
        elif kind < 0.97 and not testing and len(kinds) == len(CLASSES) and art.usable():
            artwork(scene, rng)
            return scene
        else:
            signed(scene, rng)
        if scene["sign"] or is_held(scene) == testing:
            return scene
