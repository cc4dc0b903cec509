# SPDX-License-Identifier: Apache-2.0
"""Recordings of people, as shards: digits strung together, telephone prompts, captions.

    python -m transcribe1.humans small
One digit speaker is held out for testing.
"""

import io
import random
import re
import sys
import tarfile
from pathlib import Path

import numpy as np

from .config import CACHE, PRESETS, RATE, SEED, SHARED_DATA
from .everyday import SLOTS
from .normal import clean
from .synth import vary, write_shard
from .voices import Take, read_wave

HELD_OUT_SPEAKER = "theo"
STRINGS = 4000  # strings of digits for training
PROMPT_COPIES = 3  # each prompt at as many speeds
STAMPS = Path("/usr/share/tuxpaint/stamps")
SOUNDS = Path("/usr/share/asterisk/sounds")


def digits() -> dict:
    """speaker -> list of (digit, samples)."""
    found = {}
    path = SHARED_DATA / "digits" / "digits_train.tar"
    if not path.exists():
        print(f"no {path}: training without people's digits", file=sys.stderr)
        return found
    with tarfile.open(path) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            if member.name.endswith((".wav", ".opus")):
                digit, speaker, _ = member.name.rsplit("/", 1)[-1].split("_")
                samples = read_wave(io.BytesIO(tar.extractfile(member).read()))
                found.setdefault(speaker, []).append((int(digit), samples))
    return found


def string(takes: list, rng: random.Random) -> tuple:
    """A few digits of one speaker in a row, with pauses: (text, samples)."""
    chosen = [rng.choice(takes) for _ in range(rng.choice([1, 1, 1, 2, 3, 4, 5, 6]))]
    pieces = []
    for _, samples in chosen:
        pieces += [samples, np.zeros(int(rng.uniform(0.03, 0.3) * RATE), np.int16)]
    text = " ".join(SLOTS["digit"][digit] for digit, _ in chosen)
    return text.capitalize() + ".", np.concatenate(pieces)


def digit_rows(found: dict, rng: random.Random) -> list:
    rows = []
    speakers = sorted(set(found) - {HELD_OUT_SPEAKER})
    for _ in range(STRINGS if speakers else 0):
        speaker = rng.choice(speakers)
        text, samples = string(found[speaker], rng)
        rows.append((text, text, "en", vary(Take(f"person-{speaker}", samples, []), rng, 0.2)))
    return rows


def prompt_rows(language: str, rng: random.Random) -> list:
    """Telephone prompts of Debian's asterisk-core-sounds packages; the list of their words is published beside them."""
    listing = CACHE / "prompts" / f"core-sounds-{language}.txt"
    folder = next(iter(SOUNDS.glob(f"{language}_*")), None)
    if folder is None or not listing.exists():
        return []
    rows = []
    for line in listing.read_text(errors="ignore").splitlines():
        name, _, text = line.partition(":")
        path = folder / (name.strip().removesuffix(".wav") + ".wav")
        text = clean(text.replace("...", " ").replace("#", "pound").replace(" *", " star"), language) if text else None
        samples = read_wave(path) if text and path.exists() else None
        if samples is not None and len(samples) < 24 * RATE:
            take = Take(f"prompts-{language}", samples, []).trimmed()
            rows += [(text, text, language, vary(take, rng, 0.2)) for _ in range(PROMPT_COPIES)]
    return rows


def caption_rows(language: str) -> list:
    """Tux Paint's picture captions read aloud: NAME_desc_LL.ogg beside NAME.txt with a line LL.utf8=."""
    rows = []
    for path in sorted(STAMPS.rglob(f"*_desc_{language}.ogg")):
        listing = path.with_name(path.name.replace(f"_desc_{language}.ogg", ".txt"))
        found = re.search(rf"^{language}\.utf8=(.+)$", listing.read_text(errors="ignore"), re.M) if listing.exists() else None
        text = clean(found[1], language) if found else None
        samples = read_wave(path) if text else None
        if samples is not None:
            rows.append((text, text, language, Take(f"captions-{language}", samples, []).trimmed()))
    return rows


def save_captions(preset, folder, tests):
    """One caption in twenty is for testing: the reader is known, the sentence is not."""
    for language in preset.languages:
        rows = caption_rows(language)
        write_shard(folder / f"captions-{language}", [row for i, row in enumerate(rows) if i % 20])
        if rows:
            write_shard(tests / f"{language}-captions-person", rows[::20])
            print(f"{language}: {len(rows)} captions")


def main():
    preset = PRESETS[sys.argv[1]]
    folder, tests = CACHE / preset.name / "humans", CACHE / preset.name / "tests"
    for place in (folder, tests):
        place.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"{SEED} humans")
    found = digits()
    prompts = [row for language in preset.languages for row in prompt_rows(language, rng)]
    write_shard(folder / "digits", digit_rows(found, rng))
    write_shard(folder / "prompts", prompts)
    save_captions(preset, folder, tests)
    said = [SLOTS["digit"][digit].capitalize() + "." for digit, _ in found.get(HELD_OUT_SPEAKER, [])]
    held = [(text, text, "en", Take(HELD_OUT_SPEAKER, samples, [])) for text, (_, samples) in zip(said, found.get(HELD_OUT_SPEAKER, []))]
    write_shard(tests / "digits-person", held)
    print(f"{sum(map(len, found.values()))} digits, {len(held)} held out; {len(prompts)} prompts")


if __name__ == "__main__":
    main()
