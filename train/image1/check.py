# SPDX-License-Identifier: Apache-2.0
"""How often are pictures of held-out prompts right? Prompts whose combination of class, colour and count (or relation) was never trained
on; the checker looks at pixels alone (judge.py). The same scenes drawn by the recipe are the ceiling.

    python -m image1.check small [--prompts 128] [--size 256] [--steps 24] [--guidance 4] [--sheet sheet.png]
    python -m image1.check ../models/image-1 --program ../build/inhouse      what the program draws with a model's folder
"""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from . import judge
from .captions import describe
from .config import PRESETS, SEED, SIZE
from .draw import draw as drawn
from .draw import sheet
from .sample import GUIDANCE, STEPS, bytes_of, load
from .sample import draw as painted
from .scene import invent


def tests(count: int, kinds=None) -> list:
    """(scene, prompt): things in daylight and flat style, whose words are not trained on in this combination"""
    rng, out = random.Random(f"{SEED} test"), []
    while len(out) < count:
        scene = invent(rng, testing=True, kinds=kinds)
        if scene["sign"] or scene["style"] != "flat" or scene["time"] != "day" or scene["weather"] or len(scene["groups"]) > 2:
            continue
        if any(g["material"] != "plain" for g in scene["groups"]):
            continue
        if len(scene["groups"]) == 2 and scene["groups"][0]["class"] == scene["groups"][1]["class"]:
            continue
        out.append((scene, full(scene, rng)))
    return out


def full(scene, rng) -> str:
    """A caption that says every colour, for it is asked for."""
    while True:
        text = describe(scene, rng)
        if all(g["colour"] in text for g in scene["groups"]) and '"' not in text:
            return text


def related(relation, a, b) -> bool:
    """Middles of two groups of things, (x, y)"""
    dx, dy = a[0] - b[0], a[1] - b[1]
    return {"left": dx < -0.08, "right": dx > 0.08, "above": dy < -0.08, "below": dy > 0.08, "on": dy < -0.08 and abs(dx) < 0.25, "front": dy > 0.0 and abs(dx) < 0.3}[relation]


def middle(things):
    return float(np.mean([t[1] for t in things])), float(np.mean([t[2] for t in things]))


def verdict(scene, things, picture, palette) -> dict:
    """{what: right?} of one picture; each: the share of its kinds of things that are there"""
    groups, out = scene["groups"], {}
    mine = [[t for t in things if t[0] == g["class"]] for g in groups]
    out["each"] = sum(map(bool, mine)) / len(mine)
    out["class"] = all(mine)
    out["count"] = len(things) == sum(g["count"] for g in groups)
    colours = []
    for g, some in zip(groups, mine):
        some = some or things  # something else, but is it red?
        told = [palette.colour(picture, g["class"], t[3]) for t in some]
        colours.append(bool(told) and told.count(g["colour"]) * 2 > len(told))
    out["colour"] = all(colours)
    if scene["relation"]:
        out["relation"] = all(mine) and related(scene["relation"], middle(mine[0]), middle(mine[1]))
    return out


def score(scenes, pictures, eye, palette):
    verdicts = []
    for start in range(0, len(pictures), 32):
        part = pictures[start : start + 32]
        for scene, picture, things in zip(scenes[start : start + 32], part, judge.find(eye, part)):
            verdicts.append(verdict(scene, things, picture, palette))
    rates = {}
    for what in ("class", "each", "colour", "count", "relation"):
        asked = [v[what] for v in verdicts if what in v]
        rates[what] = round(100 * sum(asked) / max(1, len(asked)), 1)
    return rates, verdicts


def drawn_by(program: str, model: str, prompts, size: int, steps: int, guidance: float) -> list:
    """The pictures, as bytes, that the program makes of a file of prompts."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "prompts.txt").write_text("".join(f"{prompt}\n" for prompt in prompts))
        subprocess.run([program, "draw", "--quiet", "--model", model, "--file", f"{folder}/prompts.txt", "--output", f"{folder}/a.png", "--size", f"{size}x{size}", "--seed", "1000",
                        "--steps", str(steps), "--guidance", str(guidance), "--preview", "off"], check=True)
        return [np.asarray(Image.open(path).convert("RGB")) for path in sorted(Path(folder).glob("a-*.png"))]


def main():
    from PIL import Image

    parser = argparse.ArgumentParser()
    parser.add_argument("preset", help="or a model's folder, with --program")
    parser.add_argument("--program", help="inhouse, which is to draw in PyTorch's place")
    parser.add_argument("--prompts", type=int, default=128)
    parser.add_argument("--size", type=int)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--guidance", type=float, default=GUIDANCE)
    parser.add_argument("--sheet")
    parser.add_argument("--drawings", action="store_true", help="only the ceiling")
    args = parser.parse_args()
    eye, palette = judge.load(), judge.Palette()
    scenes, prompts = zip(*tests(args.prompts))
    size = args.size or SIZE
    ceiling, _ = score(scenes, [drawn(scene, size)[0] for scene in scenes], eye, palette)
    print(json.dumps({"drawings": ceiling}))
    if args.drawings:
        return
    if args.program:
        pictures = drawn_by(args.program, args.preset, prompts, size, args.steps, args.guidance)
        who = {"model": args.preset}
    else:
        model, decoder, encoder, state = load(PRESETS[args.preset])
        pictures = bytes_of(painted(model, decoder, encoder, prompts, size, size, args.steps, args.guidance, seed=1000))
        who = {"step": state["step"], "seen": state["seen"]}
    rates, verdicts = score(scenes, pictures, eye, palette)
    print(json.dumps({**who, "steps": args.steps, "guidance": args.guidance, "right": rates}))
    if args.sheet:
        Image.fromarray(sheet(pictures[:64], 8)).save(args.sheet)
        for prompt, v in zip(prompts[:64], verdicts):
            print(prompt, "|", " ".join(name for name, right in v.items() if right != 1))


if __name__ == "__main__":
    main()
