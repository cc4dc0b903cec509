# SPDX-License-Identifier: Apache-2.0
"""How much of the model's speech transcribe-1 understands, beside its teacher's, on sentences that were never trained on.

    python -m voice1.evaluate small ../models/voice-1 --program ../build/inhouse --ears ../models/transcribe-1 [--clips 30] [--to FOLDER]
Errors are of words; of characters in Chinese, Japanese and Thai. English is also heard by pocketsphinx, where it is installed.
--to keeps the sound.
"""

import argparse
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile

from transcribe1.evaluate import errors, pocketsphinx, transcribe
from transcribe1.texts import load

from .analysis import level, to_rate
from .config import CACHE, LONGEST, PRESETS, RATE
from .say import Model
from .speakers import everyone
from .synth import kana_words, spoken
from .teachers import Pronouncer
from .voices import NAMED

SHORT, LONG = 10, 110  # letters


def sentences(preset, language: str, count: int) -> list:
    found = [pair for pair in load(CACHE / preset.texts / "texts" / f"{language}.test.txt") if SHORT < len(pair[0]) < LONG]
    return [(text, kana_words(text)) for text, _ in found[:count]] if language == "ja" else found[:count]


def write(path: Path, samples: np.ndarray, rate: int):
    soundfile.write(path, to_rate(np.asarray(samples, np.float64), rate, 16000).clip(-1, 1), 16000, subtype="PCM_16")


def compare(args, preset, model, named, pronouncer, speakers: dict, folder: Path) -> dict:
    """Errors of the model and of the teacher in one voice."""
    speaker = speakers[named.speaker]
    said = [one for one in spoken(pronouncer, speaker, sentences(preset, named.language, args.clips)) if len(one[1]) < LONGEST]
    style = model.style(named.name, named.language)
    paths = {"voice-1": [], "teacher": []}
    for i, (_, phonemes, take) in enumerate(said):
        for who in paths:
            paths[who].append(folder / f"{named.language}-{named.name}-{i:02d}-{who}.wav")
        write(paths["voice-1"][-1], model.speak(phonemes, named.language, style), RATE)
        write(paths["teacher"][-1], level(take.samples), take.rate * speaker.played)
    clips = [SimpleNamespace(text=text, language=named.language) for text, _, _ in said]
    ears = SimpleNamespace(program=args.program, model=args.ears)
    found = {}
    for who, files in paths.items():
        found[who] = errors(clips, transcribe(ears, files, "--vad=off", "--language", named.language))
        if named.language == "en":
            found[who + ", pocketsphinx"] = errors(clips, [pocketsphinx(file) for file in files])
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("model", type=Path)
    parser.add_argument("--program", default="../build/inhouse")
    parser.add_argument("--ears", default="../models/transcribe-1")
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--voices", nargs="+", help="only these")
    args = parser.parse_args()
    preset, model, pronouncer = PRESETS[args.preset], Model(args.model), Pronouncer()
    speakers = {speaker.name: speaker for speaker in everyone(preset)}
    there = {info["name"] for info in model.config["voices"]}
    print("| language | voice | voice-1, % | teacher, % | pocketsphinx: voice-1 | teacher |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as other:
        folder = args.to or Path(other)
        folder.mkdir(parents=True, exist_ok=True)
        first = set()
        for named in NAMED:
            wanted = named.name in args.voices if args.voices else named.language not in first or named.language == "en"
            if named.name not in there or not wanted:
                continue
            first.add(named.language)
            found = compare(args, preset, model, named, pronouncer, speakers, folder)
            row = [f"{found[who]:.0f}" if who in found else "" for who in
                   ("voice-1", "teacher", "voice-1, pocketsphinx", "teacher, pocketsphinx")]
            print(f"| {named.language} | {named.name} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
