# SPDX-License-Identifier: Apache-2.0
"""Shards spoken by voice-1 through the program: what transcribe-1 reads back in the round trip.

    python -m transcribe1.ownvoice small [--program ../build/inhouse] [--first 6000] [--sentences 300]
One shard a language. Sentences that are held out stay so.
"""

import argparse
import json
import random
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import soundfile

from .config import CACHE, ENGLISH_SHARES, PRESETS, RATE, REPOSITORY, SEED
from .synth import vary, write_shard
from .texts import load
from .voices import Take, to_rate

MODEL = REPOSITORY / "models" / "voice-1"
SPREAD = 0.1  # octaves that takes are played up and down


def paragraphs(pairs: list) -> tuple:
    """One text of all, and where each begins in bytes."""
    starts, text = [], b""
    for written, _ in pairs:
        starts.append(len(text))
        text += written.encode() + b"\n\n"
    return text, starts


def spoken(program: str, text: bytes, language: str, voice: str, speed: float) -> tuple:
    """(samples at RATE, sentences with their times and places)"""
    with tempfile.TemporaryDirectory() as folder:
        source, sound, words = Path(folder) / "in.txt", Path(folder) / "out.wav", Path(folder) / "out.json"
        source.write_bytes(text)
        subprocess.run([program, "speak", "-q", "-f", source, "-l", language, "-v", voice, "-s", f"{speed:.2f}", "-o", sound,
                        "--words", words, "--threads", "1"], check=True, capture_output=True, timeout=1200)
        samples, rate = soundfile.read(sound, dtype="int16")
        return to_rate(samples, rate), json.loads(words.read_text())["sentences"]


def clips(pairs: list, starts: list, samples, sentences: list) -> list:
    """(written, spoken, samples) of each paragraph that was said."""
    times = defaultdict(list)
    for sentence in sentences:
        if sentence["words"]:
            at = sentence["words"][0]["source"]
            times[max(i for i, start in enumerate(starts) if start <= at)] += [sentence["begin"], sentence["end"]]
    return [(*pairs[i], samples[int(min(found) * RATE) : int(max(found) * RATE)]) for i, found in sorted(times.items())]


def make(program: str, preset, language: str, count: int, path):
    rng = random.Random(f"{SEED} own voice {language}")
    pairs = [pair for pair in load(CACHE / preset.name / "texts" / f"{language}.txt") if 8 < len(pair[0]) < 120]
    voices = [voice["name"] for voice in json.loads((MODEL / "config.json").read_text())["voices"] if voice["language"] == language]
    rng.shuffle(pairs)
    rows = []
    for i, voice in enumerate(voices):
        mine = pairs[i * count // len(voices) : (i + 1) * count // len(voices)]
        text, starts = paragraphs(mine)
        for written, reading, samples in clips(mine, starts, *spoken(program, text, language, voice, rng.uniform(0.85, 1.2))):
            take = vary(Take(f"voice-1-{voice}", samples, []), rng, SPREAD).trimmed()
            if 0.15 * RATE < len(take.samples) < 24 * RATE:
                rows.append((written, reading, language, take))
    rng.shuffle(rows)
    write_shard(path, rows)
    print(f"{path.name} {language}: {len(rows)} sentences, {sum(len(row[3].samples) for row in rows) / RATE / 60:.0f} minutes", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--program", default=str(REPOSITORY / "build" / "inhouse"))
    parser.add_argument("--first", type=int, default=6000)
    parser.add_argument("--sentences", type=int, default=300)
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    for i, language in enumerate(preset.languages):
        path = CACHE / preset.name / "shards" / f"shard-{args.first + i:05d}"
        if not path.with_suffix(".jsonl").exists():
            make(args.program, preset, language, args.sentences * (ENGLISH_SHARES if language == "en" else 1), path)


if __name__ == "__main__":
    main()
