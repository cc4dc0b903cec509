# SPDX-License-Identifier: Apache-2.0
"""Test sets: held-out sentences by voices heard in training, and by voices never heard.

    python -m transcribe1.testsets small
"""

import random
import sys

from . import everyday
from .config import CACHE, PRESETS, SEED
from .synth import Speaker, engines, write_shard
from .texts import load
from .voices import FESTIVAL, FLITE

SIZE = 60


def sentences(folder, language: str, rng: random.Random) -> list:
    """Pairs of held-out prose, and for English as many new everyday sentences."""
    texts = load(folder / "texts" / f"{language}.test.txt")[:SIZE]
    if language == "en":
        known = {text for text, _ in load(folder / "texts" / "en.txt")}
        fresh = (everyday.sentence(rng) for _ in range(100 * SIZE))
        texts = texts[: SIZE // 2] + [(text, text) for text in fresh if text not in known and len(text) > 12][: SIZE // 2]
    return texts


def save(folder, name: str, language: str, texts: list, spoken: list):
    rows = [(*pair, language, take.trimmed()) for pair, take in zip(texts, spoken) if take]
    write_shard(folder / "tests" / name, rows)
    print(f"{name}: {len(rows)}")


def main():
    preset = PRESETS[sys.argv[1]]
    folder = CACHE / preset.name
    (folder / "tests").mkdir(exist_ok=True)
    for language in preset.languages:
        rng = random.Random(f"{SEED} tests {language}")
        texts = sentences(folder, language, rng)
        speaker = Speaker(rng, preset.voices_held_out)
        for engine in engines(language, preset.voices_held_out):
            spoken = speaker.say_all([(*pair, language, engine) for pair in texts])
            save(folder, f"{language}-{engine}", language, texts, spoken)
        spoken = [speaker.say_espeak(*pair, language, rng.choice(["f3", "m7"])) for pair in texts]
        save(folder, f"{language}-unheard-espeak", language, texts, spoken)
        for voice in preset.voices_held_out:
            if FESTIVAL.get(voice) == language or (language == "en" and voice in FLITE):
                unheard = speaker.say_all([(*pair, language, voice) for pair in texts])
                save(folder, f"{language}-unheard-{voice}", language, texts, unheard)


if __name__ == "__main__":
    main()
