# SPDX-License-Identifier: Apache-2.0
"""Sizes of the model and the folders the recipe works in."""

from transcribe1.config import CACHE, LANGUAGES, REPOSITORY

VERSION = "0.1"
SEED = 20261125
TEXTS = CACHE / "small" / "texts"  # transcribe1.texts makes them
WORK = CACHE / "spell1"
READINGS = REPOSITORY / "models" / "spell-1" / "readings"  # spell1.readings makes them

WIDTH, HEADS, LAYERS = 128, 2, 4
SLOTS = 4  # phones that one letter may become: frames of the CTC for each letter
LONGEST = 48  # letters of a word; longer ones are cut

TEST_SHARE = 50  # one word in so many is held out for testing
COMMONEST = 500  # words of a language that are not held out: the exceptions may hold them

# Where the language has several voices, the one that is imitated.
VOICES = {"en": "en-us", "zh": "cmn-latn-pinyin", "no": "nb", "pt": "pt-br"}

__all__ = ["CACHE", "LANGUAGES"]
