# SPDX-License-Identifier: Apache-2.0
"""The voices that come with the model: invented names for the speakers of the teachers. The first of a language is its default."""

from dataclasses import dataclass


@dataclass
class Named:
    name: str
    language: str
    gender: str
    about: str
    speaker: str  # in speakers.py


def recorded(name, language, gender, about, voice, played=100):
    return Named(name, language, gender, about, f"{language}-{voice}-{played}")


def made(name, language, gender, number):
    return Named(name, language, gender, "clear, synthetic", f"{language}-espeak{number}")


NAMED = [
    recorded("clara", "en", "female", "warm, American", "cmu_us_slt_arctic_hts"),
    recorded("james", "en", "male", "calm, American", "rms"),
    recorded("emma", "en", "female", "bright, American", "slt"),
    recorded("callum", "en", "male", "Scottish", "awb"),
    recorded("victor", "en", "male", "firm, American", "kal16"),
    recorded("edgar", "en", "male", "plain, American", "ked_diphone"),
    recorded("grace", "en", "female", "young, American", "cmu_us_slt_arctic_hts", 113),
    recorded("walter", "en", "male", "deep, American", "rms", 89),
    recorded("giulia", "it", "female", "clear", "lp_diphone"),
    recorded("marco", "it", "male", "clear", "pc_diphone"),
    recorded("aino", "fi", "female", "clear", "suo_fi_lj_diphone"),
    recorded("eero", "fi", "male", "clear", "hy_fi_mv_diphone"),
    recorded("tereza", "cs", "female", "clear", "czech_dita"),
    recorded("jana", "cs", "female", "soft", "czech_krb"),
    recorded("tomas", "cs", "male", "clear", "czech_machac"),
    recorded("pavel", "cs", "male", "deep", "czech_ph"),
    recorded("oleg", "ru", "male", "calm", "msu_ru_nsh_clunits"),
    made("priya", "hi", "female", 0),
    recorded("arjun", "hi", "male", "clear", "hindi_NSK_diphone"),
    *(made(*row) for row in (
        ("layla", "ar", "female", 0), ("sami", "ar", "male", 1), ("mei", "zh", "female", 0), ("jun", "zh", "male", 1), ("freja", "da", "female", 0),
        ("emil", "da", "male", 1), ("sanne", "nl", "female", 0), ("daan", "nl", "male", 1), ("camille", "fr", "female", 0),
        ("hugo", "fr", "male", 1), ("lena", "de", "female", 0), ("felix", "de", "male", 1), ("reka", "hu", "female", 0),
        ("bence", "hu", "male", 1), ("dewi", "id", "female", 0), ("budi", "id", "male", 1),
        ("yuki", "ja", "female", 0), ("kenji", "ja", "male", 1), ("jiwoo", "ko", "female", 0), ("minho", "ko", "male", 1),
        ("ingrid", "no", "female", 0), ("lars", "no", "male", 1), ("zofia", "pl", "female", 0), ("jakub", "pl", "male", 1),
        ("beatriz", "pt", "female", 0), ("rafael", "pt", "male", 1), ("ioana", "ro", "female", 0), ("andrei", "ro", "male", 1),
        ("vera", "ru", "female", 0), ("lucia", "es", "female", 0), ("mateo", "es", "male", 1), ("astrid", "sv", "female", 0),
        ("nils", "sv", "male", 1), ("malee", "th", "female", 0), ("somchai", "th", "male", 1), ("elif", "tr", "female", 0),
        ("emre", "tr", "male", 1), ("linh", "vi", "female", 0), ("minh", "vi", "male", 1),
    )),
]
