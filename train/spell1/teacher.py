# SPDX-License-Identifier: Apache-2.0
"""The teacher: espeak-ng through its library, words to the International Phonetic Alphabet."""

import ctypes
import re

from .config import VOICES

UTF8, IPA = 1, 2
SWITCH = re.compile(r"\([a-z][a-z0-9-]*\)")  # "(en)" before a word that espeak-ng reads in another language
# As src/speech/ipa.c cleans what espeak-ng writes; and "??", which stands in the place of a vowel in German "durch".
SPELLINGS = {"g": "ɡ", "ε": "ɛ", "ã": "a\u0303", "ä": "a\u0308", "ẽ": "e\u0303", "ĩ": "i\u0303", "õ": "o\u0303", "ũ": "u\u0303"}
PRIVATE = {"zh": {"ts.": "ʈʂ", "s.": "ʂ"}, "hi": {"r.": "ɽ"}, "vi": {"ɜ": "3"}, "th": {"ɜ": "3"}, "de": {"??": "ʊɾ"}}
SIGNS = re.compile("[^1-6a-zæçðøħŋœǀ-ǃɐ-ʯʰʱʲʷʼˈˌːˑ˞ˠˡˤ-˩\u0300-\u035bβθχᵊᵝᵻᵿⁿ↑-↓↗↘ ]")
TONE = re.compile("[125ɜ]")  # of a Chinese syllable: its contour's first height, which 1 and 4 have in common


def clean(text: str, language: str) -> str:
    """The signs of the project's alphabet."""
    for broken, sign in {**PRIVATE.get(language, {}), **SPELLINGS}.items():
        text = text.replace(broken, sign)
    return " ".join(SIGNS.sub("", text).split())


class Teacher:
    """One per process: the library keeps one voice."""

    def __init__(self, language: str):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.lib.espeak_Initialize(2, 0, None, 0)  # 2: no sound card
        self.lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.lib.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        self.language = language
        voice = VOICES.get(language, language)
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")

    def raw(self, text: str) -> str:
        """Words with a space between them, clause after clause."""
        rest, clauses = ctypes.c_char_p(text.encode()), []
        while rest.value:
            clauses.append(self.lib.espeak_TextToPhonemes(ctypes.byref(rest), UTF8, IPA).decode("utf-8", "ignore"))
        return SWITCH.sub("", " ".join(clauses))

    def phonemes(self, text: str) -> str:
        return clean(self.raw(text), self.language)

    def syllable(self, pinyin: str) -> str:
        """A Chinese syllable, whose tone is written as pinyin writes it."""
        return clean(TONE.sub(pinyin[-1], self.raw(pinyin)), self.language)
