# SPDX-License-Identifier: Apache-2.0
"""The alphabet: every code point that espeak-ng writes for the training texts.

    python -m voice1.tokens small
writes CACHE/voice1-PRESET/tokens.json: a list of strings of one code point, the space first.
"""

import collections
import json
import random
import sys

from transcribe1.texts import load

from .config import CACHE, PRESETS, SEED, folder
from .speakers import ESPEAK_VOICES
from .teachers import Pronouncer

SAMPLE, RARE = 1500, 3  # sentences of a language; what comes less often is a slip
ALWAYS = " .,;:?!—ˈˌː"


def main():
    preset = PRESETS[sys.argv[1]]
    pronouncer, counts = Pronouncer(), collections.Counter()
    for language in preset.languages:
        texts = load(CACHE / preset.texts / "texts" / f"{language}.txt")
        for _, reading in random.Random(SEED).sample(texts, min(SAMPLE, len(texts))):
            for voice in dict.fromkeys(ESPEAK_VOICES.get(language, [language])):
                counts.update(pronouncer.phonemes(reading, voice, language) or "")
    known = [sign for sign in ALWAYS] + sorted(sign for sign, count in counts.items() if count >= RARE and sign not in ALWAYS)
    folder(preset).mkdir(parents=True, exist_ok=True)
    (folder(preset) / "tokens.json").write_text(json.dumps(known, ensure_ascii=False) + "\n")
    print(len(known), "".join(known), "left out:", "".join(sign for sign, count in counts.items() if count < RARE))


if __name__ == "__main__":
    main()
