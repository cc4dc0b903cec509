# SPDX-License-Identifier: Apache-2.0
"""Speaks the sentences into shards: raw int16 samples and one JSON line per utterance.

    python -m transcribe1.synth small [--first 0] [--count 40] [--workers 2] [--languages en] [--recorded]
Shard k depends only on the seed, k and the text files, so shards can be made anywhere, in any order, in parallel.
"""

import argparse
import json
import os
import random
import sys
from multiprocessing import Process

from .config import CACHE, ENGLISH_SHARES, PRESETS, RATE, SEED
from .normal import spelled
from .texts import load
from .voices import FESTIVAL, Espeak, Flite, Take, espeak_variants, festival_batch

UTTERANCES = 400  # per shard
SPREAD = 0.3  # octaves up and down that recorded voices are played at: new speakers of a kind
SLOWEST = 0.2  # seconds a letter; slower, espeak-ng 1.51 spelled something out ("Japanese letter ...")
ESPEAK_VOICES = {
    "en": ["en-us"] * 5 + ["en"] * 2 + ["en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc", "en-gb-x-gbcwmd"],
    "zh": ["cmn-latn-pinyin"], "no": ["nb"], "fr": ["fr"] * 3 + ["fr-be", "fr-ch"], "pt": ["pt-br", "pt"],
    "es": ["es", "es-419"], "vi": ["vi"] * 3 + ["vi-vn-x-central", "vi-vn-x-south"],
}
ENGLISH_ENGINES = {"espeak": 0.5, "kal": 0.04, "kal16": 0.1, "awb": 0.09, "slt": 0.09, "rms": 0.09,
                   "kal_diphone": 0.03, "ked_diphone": 0.04, "cmu_us_slt_arctic_hts": 0.02}


def engines(language: str, held_out: list, recorded_only: bool = False) -> dict:
    """Shares of the engines for a language, without the voices kept for testing."""
    if language == "en":
        shares = ENGLISH_ENGINES
    else:
        recorded = [voice for voice, spoken in FESTIVAL.items() if spoken == language]
        shares = {"espeak": 1.0 if not recorded else 0.6, **{voice: 0.4 / len(recorded) for voice in recorded}}
    unwanted = {*held_out, "espeak"} if recorded_only else held_out
    return {name: share for name, share in shares.items() if name not in unwanted}


def vary(take: Take, rng: random.Random, spread: float) -> Take:
    """One of the speakers that a recorded voice turns into at other playing speeds."""
    return take.played(2 ** rng.uniform(-spread, spread))


class Speaker:
    """All engines behind one call; the random choices are the shard's."""

    def __init__(self, rng: random.Random, held_out: list):
        self.rng, self.held_out = rng, held_out
        self.espeak, self.flite = Espeak(), None
        self.variants = [name for name in espeak_variants() if name not in held_out]

    def say_espeak(self, text: str, reading: str, language: str, variant=None):
        rng = self.rng
        voice = rng.choice(ESPEAK_VOICES.get(language, [language])) + "+" + (variant or rng.choice(self.variants))
        pace = min(320, max(95, rng.gauss(170, 35)))
        take = self.espeak.speak(reading, voice, pace, rng.uniform(15, 85), rng.uniform(20, 80), rng.choice([0, 0, 0, 1, 3]))
        if take and len(take.samples) > SLOWEST * RATE * max(8, len(spelled(reading))):
            return None
        if take and reading != text:
            take.words = []  # their places are those in the reading
        return take

    def say_flite(self, text: str, name: str):
        self.flite = self.flite or Flite()
        take = self.flite.speak(text, name, self.rng.uniform(0.8, 1.2))
        return take and vary(take, self.rng, SPREAD)

    def say_all(self, jobs: list) -> list:
        """jobs: (text, reading, language, engine) -> takes, None for failures; festival's in one process per voice."""
        takes = [None] * len(jobs)
        festival = {}
        for i, (text, reading, language, engine) in enumerate(jobs):
            if engine in FESTIVAL:
                festival.setdefault(engine, []).append(i)
            elif engine == "espeak":
                takes[i] = self.say_espeak(text, reading, language)
            else:
                takes[i] = self.say_flite(text, engine)
        for voice, places in festival.items():
            spoken = festival_batch([jobs[i][0] for i in places], voice, self.rng.uniform(0.85, 1.15))
            for i, take in zip(places, spoken):
                takes[i] = take and vary(take, self.rng, SPREAD)
        return takes


def write_shard(path, rows: list):
    """rows: (text, reading, language, take). The index comes last: a shard with an index is whole."""
    position = 0
    with open(path.with_suffix(".pcm"), "wb") as audio, open(path.with_suffix(".part"), "w") as index:
        for text, reading, language, take in rows:
            audio.write(take.samples.tobytes())
            line = {"at": position, "samples": len(take.samples), "text": text, "language": language, "voice": take.voice,
                    "words": take.words, "reading": reading if reading != text else "",
                    "phones": " ".join(f"{name}:{round(1000 * seconds)}" for name, seconds in take.phones)}
            index.write(json.dumps(line, ensure_ascii=False) + "\n")
            position += len(take.samples)
    os.replace(path.with_suffix(".part"), path.with_suffix(".jsonl"))


def make_shard(preset, texts: dict, number: int, path, recorded_only: bool):
    rng = random.Random(f"{SEED} shard {number}")
    speaker = Speaker(rng, preset.voices_held_out)
    jobs = []
    languages = sorted(texts) + ["en"] * (ENGLISH_SHARES - 1 if "en" in texts else 0)
    for _ in range(UTTERANCES):
        language = rng.choice(languages)
        shares = engines(language, preset.voices_held_out, recorded_only)
        jobs.append((*rng.choice(texts[language]), language, rng.choices(list(shares), list(shares.values()))[0]))
    rows = []
    for (text, reading, language, _), take in zip(jobs, speaker.say_all(jobs)):
        take = take and take.trimmed()
        if take and 0.15 * RATE < len(take.samples) < 24 * RATE:
            rows.append((text, reading, language, take))
    write_shard(path, rows)


def missing(preset, folder, languages: list, first: int, count: int, recorded_only: bool):
    """Makes the shards that are not there yet; safe to run beside others that make other numbers."""
    texts = {language: load(folder / "texts" / f"{language}.txt") for language in languages}
    for number in range(first, first + count):
        path = folder / "shards" / f"shard-{number:05d}"
        if not path.with_suffix(".jsonl").exists():
            # A process each: espeak-ng 1.51 crashes now and then, and that shard is left out.
            maker = Process(target=make_shard, args=(preset, texts, number, path, recorded_only))
            maker.start()
            maker.join()
            print(path.name, "left out" if maker.exitcode else "", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--languages", nargs="+", help="only these: to have more of one, under numbers that no other run makes")
    parser.add_argument("--recorded", action="store_true", help="only recorded voices, in the languages that have them")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    folder, count = CACHE / preset.name, args.count or preset.shards
    languages = args.languages or [language for language in preset.languages if (folder / "texts" / f"{language}.txt").exists()]
    if args.recorded:
        languages = [language for language in languages if language in {"en", *FESTIVAL.values()}]
    (folder / "shards").mkdir(parents=True, exist_ok=True)
    share = -(-count // args.workers)
    starts = range(args.first, args.first + count, share)
    makers = [Process(target=missing, args=(preset, folder, languages, start, min(share, args.first + count - start), args.recorded)) for start in starts]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    sys.exit(any(maker.exitcode for maker in makers))


if __name__ == "__main__":
    main()
