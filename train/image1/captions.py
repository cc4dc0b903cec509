# SPDX-License-Identifier: Apache-2.0
"""Says what a scene shows, in one of many ways. What is not said is usual: a plain sheet, daylight, flat style."""

from .classes import BY_NAME, plural

NUMBERS = {1: ["one", "a single"], 2: ["two", "2", "a pair of"], 3: ["three", "3"], 4: ["four", "4"], 5: ["five", "5"]}
STYLES = {
    "flat": ["flat style", "flat illustration", "flat design", "vector style"], "cartoon": ["cartoon", "cartoon style", "comic style", "with black outlines"],
    "line": ["line drawing", "line art", "outline drawing", "outline style"], "watercolour": ["watercolour", "watercolor", "watercolour painting", "painted in watercolours"],
    "pixel": ["pixel art", "pixel style", "8-bit pixel art", "in pixels"],
}
PRELUDES = {
    "flat": ["a flat illustration of", "a vector illustration of"], "cartoon": ["a cartoon of", "a cartoon drawing of"], "line": ["a line drawing of", "an outline drawing of", "line art of"],
    "watercolour": ["a watercolour of", "a watercolour painting of", "a watercolor of"], "pixel": ["pixel art of", "a pixel art picture of"],
}
NEUTRAL = ["a picture of", "an illustration of", "a drawing of"]
PLACES = {
    "meadow": ["in a meadow", "on the grass", "in a green field", "on a meadow"], "beach": ["on the beach", "at the beach", "on the sand by the sea"], "sea": ["on the sea", "in the sea", "on the water"],
    "snow": ["in the snow", "in a snowy landscape", "on the snow"], "city": ["in the city", "in a city street", "in front of a city"], "desert": ["in the desert", "in a sandy desert"],
    "forest": ["in the forest", "in the woods", "in a forest"], "mountains": ["in the mountains", "in front of mountains"], "room": ["in a room", "indoors", "inside a house"],
    "road": ["on the road", "on a street", "on a road"], "space": ["in space", "in outer space", "among the stars"], "sky": ["in the sky", "in the clouds", "high in the sky"],
    "underwater": ["underwater", "under water", "at the bottom of the sea"],
}
TIMES = {"day": ["in daylight", "during the day", "by day"], "sunset": ["at sunset", "in the evening", "at dusk"], "night": ["at night", "by night", "in the night"]}
WEATHERS = {"rain": ["in the rain", "on a rainy day", "while it rains"], "snowfall": ["while it snows", "in falling snow", "with snow falling"], "fog": ["in the fog", "on a foggy day"],
            "rainbow": ["with a rainbow", "under a rainbow"]}
RELATIONS = {"left": ["to the left of", "left of", "on the left of"], "right": ["to the right of", "right of", "on the right of"], "above": ["above", "over"], "below": ["below", "under", "beneath"],
             "on": ["on", "on top of"], "front": ["in front of"]}
SIZES = {"small": ["small", "tiny", "little"], "big": ["big", "large", "huge"]}
MATERIALS = {"wooden": ["wooden"], "metal": ["metal", "shiny metal"], "glass": ["glass"], "striped": ["striped"], "dotted": ["dotted", "spotted", "polka dot"], "checked": ["checked", "chequered"]}
SPELLINGS = {"grey": "gray", "turquoise": "teal"}


def article(words: str) -> str:
    return ("an " if words[0] in "aeiou8" and not words.startswith("one") else "a ") + words


def colour_word(colour, rng):
    return SPELLINGS[colour] if colour in SPELLINGS and rng.random() < 0.2 else colour


def say_group(g, rng, definite=False) -> str:
    if g["class"] == "sign":
        return article(colour_word(g["colour"], rng) + " sign")
    if g["class"] == "art":
        name = g["name"] + (" emoji" if rng.random() < 0.5 else "")
        return article(name) if g["count"] == 1 else f"{rng.choice(NUMBERS[g['count']][:2])} {plural(name)}"
    thing = BY_NAME[g["class"]]
    name = rng.choice(thing.names) if thing.names and rng.random() < 0.25 else thing.name
    if g["count"] > 1:
        name = plural(name)
    words = []
    if g["size"]:
        words.append(rng.choice(SIZES[g["size"]]))
    if not (g["colour"] in thing.usual and rng.random() < 0.12):
        words.append(colour_word(g["colour"], rng))
    if g["material"] != "plain":
        words.insert(len(words) if rng.random() < 0.7 else max(0, len(words) - 1), rng.choice(MATERIALS[g["material"]]))
    if thing.name in ("boy", "girl") and words and rng.random() < 0.5:
        clothes = "dress" if thing.name == "girl" else "shirt"
        words, name = words[:-1], name + (f" in {article(words[-1] + ' ' + clothes)}" if g["count"] == 1 else f" in {words[-1]} {plural(clothes) if clothes != 'dress' else 'dresses'}")
    text = " ".join([*words, name])
    if g["count"] == 1:
        return rng.choice(NUMBERS[1]) + " " + text if rng.random() < 0.05 else article(text)
    return rng.choice(NUMBERS[g["count"]][:2] if rng.random() < 0.9 else NUMBERS[g["count"]]) + " " + text


def swapped(word, mirrored):
    """Left and right in a mirrored picture."""
    if not mirrored or not word:
        return word
    return word.replace("left", "\0").replace("right", "left").replace("\0", "right")


def say_things(scene, rng, mirrored) -> str:
    parts = [say_group(g, rng) for g in scene["groups"]]
    if scene["sign"]:
        word = scene["sign"] if rng.random() < 0.8 else f'"{scene["sign"]}"'
        return parts[0] + rng.choice([" that says ", " saying ", " with the word ", " reading "]) + word
    if scene["relation"]:
        relation = swapped(scene["relation"], mirrored)
        if relation in ("left", "right", "above", "below") and rng.random() < 0.2:  # the other way round
            back = {"left": "right", "right": "left", "above": "below", "below": "above"}[relation]
            return f"{parts[1]} {rng.choice(RELATIONS[back])} {parts[0]}"
        if relation in ("left", "right") and rng.random() < 0.12:
            return f"{parts[0]} on the {relation} and {parts[1]} on the {swapped(relation, True)}"
        return f"{parts[0]} {rng.choice(RELATIONS[relation])} {parts[1]}"
    if len(parts) == 3:
        order = parts[::-1] if mirrored else parts
        return f"{order[0]}, {order[1]} and {order[2]}"
    if scene["place"]:
        place = swapped(scene["place"], mirrored)
        corner = " " in place
        return parts[0] + (rng.choice([f" in the {place} corner", f" at the {place}", f" in the {place}"]) if corner else rng.choice([f" on the {place}", f" at the {place}"] if place in ("left", "right") else [f" at the {place}"]))
    return parts[0]


def circumstances(scene, rng) -> list:
    out = []
    if scene["background"] == "plain":
        if rng.random() < (0.8 if scene["tint"] != "white" else 0.35):
            out.append(rng.choice(["on {} background", "against {} background", "with {} background"]).format(article((rng.choice(["", "plain "]) + colour_word(scene["tint"], rng)).strip())))
        return out
    if rng.random() < 0.95:
        out.append(rng.choice(PLACES[scene["background"]]))
    if scene["time"] != "day" and rng.random() < 0.97 or rng.random() < 0.1 and scene["background"] not in ("space", "underwater"):
        out.append(rng.choice(TIMES[scene["time"]]))
    if scene["weather"] and rng.random() < 0.97:
        out.append(rng.choice(WEATHERS[scene["weather"]]))
    return out


def describe(scene, rng, mirrored=False) -> str:
    """mirrored: the picture is shown with left and right exchanged."""
    text = say_things(scene, rng, mirrored)
    around = circumstances(scene, rng)
    if around and rng.random() < 0.06:
        text = f"{around[0]}, {text}"
        around = around[1:]
    for each in around:
        text += (", " if rng.random() < 0.15 else " ") + each
    style = scene["style"]
    if style != "flat" or rng.random() < 0.22:
        text = f"{rng.choice(PRELUDES[style])} {text}" if rng.random() < 0.4 else f"{text}, {rng.choice(STYLES[style])}"
    elif rng.random() < 0.12:
        text = f"{rng.choice(NEUTRAL)} {text}"
    return finish(text, rng)


def finish(text, rng) -> str:
    """People begin with a capital or not, end with a full stop or not."""
    kind = rng.random()
    if kind < 0.25:
        text = text[0].upper() + text[1:]
    return text + "." if rng.random() < 0.08 else text
