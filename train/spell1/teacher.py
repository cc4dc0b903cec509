# SPDX-License-Identifier: Apache-2.0
"""The teacher: espeak-ng through its library, words to the International Phonetic Alphabet."""

import ctypes
import re

from .config import VOICES

UTF8, IPA = 1, 2
SWITCH = re.compile(r"\([a-z][a-z0-9-]*\)")  # "(en)" before a word that espeak-ng reads in another language
# What espeak-ng 1.51 writes that is no sound, and the places where its tables have a mnemonic or a broken character in
# place of a letter of the alphabet: German "durch" is "d??ç". A point stays where it tells Chinese sh from s.
SILENT = str.maketrans("", "", "-_|\"^\u200d")
MENDED = {"??": "ʊɾ", "?": "ʔ"}


class Teacher:
    """One per process: the library keeps one voice."""

    def __init__(self, language: str):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.lib.espeak_Initialize(2, 0, None, 0)  # 2: no sound card
        self.lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.lib.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        voice = VOICES.get(language, language)
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")

    def phonemes(self, text: str) -> str:
        """Words with a space between them, clause after clause."""
        rest, clauses = ctypes.c_char_p(text.encode()), []
        while rest.value:
            clauses.append(self.lib.espeak_TextToPhonemes(ctypes.byref(rest), UTF8, IPA).decode("utf-8", "ignore"))
        text = SWITCH.sub("", " ".join(clauses)).translate(SILENT)
        for broken, letter in MENDED.items():
            text = text.replace(broken, letter)
        return " ".join(word.rstrip(".") for word in text.split())
