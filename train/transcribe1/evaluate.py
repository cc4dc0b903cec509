# SPDX-License-Identifier: Apache-2.0
"""Error rates of a model folder as the program reads it: what users get.

    python -m transcribe1.evaluate small ../models/transcribe-1 --program ../build/inhouse [--clips 60]
Prints one row per test set; then people's recordings of the shared data folder, beside pocketsphinx where it is installed.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import soundfile

from .config import CACHE, RATE, SHARED_DATA
from .everyday import known_words
from .normal import bare, distance
from .scoring import units
from .shards import read_shard
from .voices import read_wave


def transcribe(args, paths: list, *options) -> list:
    """The program's text for each recording."""
    command = [args.program, "transcribe", "--model", args.model, "--json", "--quiet", *options, *paths]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    answers = {answer["file"]: answer for answer in map(json.loads, lines)}
    return [answers[str(path)]["transcript"]["text"] for path in paths]


def transcribe_clips(args, clips: list) -> list:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.wav" for i in range(len(clips))]
        for path, clip in zip(paths, clips):
            soundfile.write(path, clip.audio(), RATE, subtype="PCM_16")
        return transcribe(args, paths, "--vad=off", "--language", clips[0].language)


def kinds(clips: list) -> dict:
    """English sets hold prose and everyday sentences; they are scored apart."""
    if clips[0].language != "en":
        return {"": clips}
    known, parts = known_words(), {}
    for clip in clips:
        everyday = set(bare(clip.text).split()) <= known
        parts.setdefault(", everyday" if everyday else ", prose", []).append(clip)
    return parts


def errors(clips: list, texts: list) -> float:
    """Edits over units: words, or characters where a script has no spaces; percent."""
    edits = total = 0
    for clip, text in zip(clips, texts):
        wanted = units(clip.text, clip.language)
        edits, total = edits + distance(wanted, units(text, clip.language)), total + len(wanted)
    return 100 * edits / max(1, total)


def pocketsphinx(path: Path) -> str:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, read_wave(path), RATE, subtype="PCM_16")
        command = ["pocketsphinx_continuous", "-infile", file.name, "-logfn", "/dev/null"]
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=600).stdout
        except FileNotFoundError:
            return ""


def people(args):
    """Recordings of people: word errors of this model and of pocketsphinx."""
    paths = sorted(path for kind in ("*.flac", "*.wav") for path in (SHARED_DATA / "audio").glob(kind))
    ours = transcribe(args, paths, "--language", "en")
    sums, total = {"transcribe-1": 0, "pocketsphinx": 0}, 0
    for path, text in zip(paths, ours):
        wanted = units(path.with_suffix(".txt").read_text(), "en")
        for name, heard in (("transcribe-1", text), ("pocketsphinx", pocketsphinx(path))):
            sums[name] += distance(wanted, units(heard, "en"))
        total += len(wanted)
        print(f"  {path.name}: {text}")
    for name, edits in sums.items():
        print(f"| people's recordings, {name} | {100 * edits / max(1, total):.0f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("model", type=Path)
    parser.add_argument("--program", default="../build/inhouse")
    parser.add_argument("--clips", type=int, default=60)
    args = parser.parse_args()
    print("| test set | errors, % | clips |\n|---|---|---|")
    for index in sorted((CACHE / args.preset / "tests").glob("*.jsonl")):
        clips = read_shard(index)
        for kind, chosen in kinds(clips).items() if clips else ():
            chosen = chosen if index.stem == "digits-person" else chosen[: args.clips]
            print(f"| {index.stem}{kind} | {errors(chosen, transcribe_clips(args, chosen)):.0f} | {len(chosen)} |", flush=True)
    people(args)


if __name__ == "__main__":
    main()
