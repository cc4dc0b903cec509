# SPDX-License-Identifier: Apache-2.0
"""Who speaks: espeak-ng's variants at several pitches in every language, recorded voices at several playing speeds."""

import random
import re
from dataclasses import dataclass

from transcribe1.voices import espeak_variants

from .config import SEED

ODD = re.compile("announcer|robosoft|Ricishay|Tweaky|serious|aunty|grand|iven.|edward2|AnxiousAndy|kaukovalta|travis|[0-9]?\\)")  # echoes, effects
HELD_OUT = {"f3", "m7"}  # never heard in training: to try imitation on
PART_MINUTES = 2.5  # of a shard
ESPEAK_VOICES = {"en": ["en-us", "en-us", "en-us", "en", "en-us", "en-gb-scotland"], "zh": ["cmn-latn-pinyin"], "no": ["nb"], "fr": ["fr"],
                 "pt": ["pt-br"]}
ESPEAK_SPEAKERS, ENGLISH_SPEAKERS = 6, 12
FLITE = {"slt": "female", "rms": "male", "awb": "male", "kal16": "male"}
FESTIVAL = {
    "cmu_us_slt_arctic_hts": ("en", "female"), "ked_diphone": ("en", "male"), "lp_diphone": ("it", "female"), "pc_diphone": ("it", "male"),
    "suo_fi_lj_diphone": ("fi", "female"), "hy_fi_mv_diphone": ("fi", "male"), "czech_dita": ("cs", "female"), "czech_krb": ("cs", "female"),
    "czech_machac": ("cs", "male"), "czech_ph": ("cs", "male"), "msu_ru_nsh_clunits": ("ru", "male"), "hindi_NSK_diphone": ("hi", "male"),
}
SPEEDS = ((1.0, 0.6), (0.89, 0.2), (1.13, 0.2))  # playing speed, share of a recorded voice's minutes


@dataclass(frozen=True)
class Speaker:
    name: str  # of the shards
    language: str
    engine: str  # espeak, flite or festival
    voice: str
    minutes: float
    gender: str = ""
    played: float = 1.0
    pace: float = 1.0  # words a minute for espeak-ng, stretch for the others
    pitch: int = 50  # of espeak-ng, 0 to 99
    spread: int = 50


def of_espeak(language: str, minutes: float) -> list:
    """The first speaks more than the others: it becomes the language's voice where no recorded one does."""
    rng = random.Random(f"{SEED} speakers {language}")
    voices = ESPEAK_VOICES.get(language, [language])
    variants = [name for name in espeak_variants() if name not in HELD_OUT and not ODD.match(name)]
    rng.shuffle(variants)
    count = ENGLISH_SPEAKERS if language == "en" else ESPEAK_SPEAKERS
    found = []
    for i in range(count):
        variant = ("f2", "m3")[i] if i < 2 else variants[i]
        pitch, spread = (50, 50) if i < 2 else (rng.randint(25, 75), rng.randint(35, 65))
        share = 2 if i < 2 else 1
        found.append(Speaker(f"{language}-espeak{i}", language, "espeak", f"{voices[i % len(voices)]}+{variant}",
                             minutes * share / (count + 2), ("female", "male")[i] if i < 2 else "", pace=165 if i < 2 else rng.randint(150, 190),
                             pitch=pitch, spread=spread))
    return found


def of_recorded(languages: list, minutes: float) -> list:
    people = [(voice, "en", gender, "flite") for voice, gender in FLITE.items()]
    people += [(voice, language, gender, "festival") for voice, (language, gender) in FESTIVAL.items()]
    return [Speaker(f"{language}-{voice}-{round(100 * played)}", language, engine, voice, minutes * share, gender, played)
            for voice, language, gender, engine in people if language in languages for played, share in SPEEDS]


def everyone(preset) -> list:
    found = of_recorded(preset.languages, preset.minutes_recorded)
    for language in preset.languages:
        found += of_espeak(language, preset.minutes_each * (2 if language == "en" else 1))
    return found


def parts(speaker: Speaker) -> int:
    return max(1, round(speaker.minutes / PART_MINUTES))
