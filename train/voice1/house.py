# SPDX-License-Identifier: Apache-2.0
"""espeak-ng's IPA as src/speech/phonemizer.h has it: what the program will hand to the model, and so what the model must learn.

src/speech/ipa.c is the other half: what changes there changes here.
"""

import re

SWITCH = re.compile(r"\([a-z][a-z0-9-]*\)")  # "(en)": espeak-ng goes on in another language
SPELLINGS = {
    "zh": [("ts.", "ʈʂ"), ("s.", "ʂ"), ("i.", "ɨ")],
    "hi": [("r.", "ɽ")],
    "vi": [("ɜ", "3")],  # a tone
    "th": [("ɜ", "3")],
    "": [("??", "ʊɾ"), ("?", "ʔ"), ("g", "ɡ"), ("ε", "ɛ"), ("ã", "a\u0303"), ("ä", "a\u0308"), ("ẽ", "e\u0303"), ("ĩ", "i\u0303"),
         ("õ", "o\u0303"), ("ũ", "u\u0303")],
}
NO_SIGNS = re.compile(r"[-.\"^_|;,:!'\u035c\u0361\u200b-\u200d\u2060\ufeff]")
TONE = re.compile("[1-5ɜ]")


def house(ipa: str, reading: str, language: str) -> str:
    """ipa: what espeak-ng wrote for `reading` (pinyin with tone digits in Chinese), without punctuation."""
    ipa = SWITCH.sub("", ipa)
    for theirs, ours in SPELLINGS.get(language, []) + SPELLINGS[""]:
        ipa = ipa.replace(theirs, ours)
    ipa = " ".join(NO_SIGNS.sub("", ipa).split())
    if language == "zh":
        tones = re.findall("[1-5]", reading)
        if len(tones) == len(TONE.findall(ipa)):
            left = iter(tones)
            ipa = TONE.sub(lambda _: next(left), ipa)
    return ipa
