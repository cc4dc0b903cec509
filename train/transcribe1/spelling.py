# SPDX-License-Identifier: Apache-2.0
"""What each text token sounds like, in the letters of the CTC head: how the search compares what it writes with what was heard.

Most letters spell themselves; a mark or a space spells the space between words; a Chinese sign has the readings that it
takes in the training texts, Chinese ones in pinyin and Japanese ones in kana.
"""

import collections
import functools
import re

from .normal import spelled
from .speakable import japanese_reader
from .texts import load

UNSPACED = ["zh", "ja", "th"]  # their readings have spaces that their texts have not
MOST = 8  # readings of a sign, per language
RAREST = 0.03  # share of a reading that counts
ROUNDS = 4
LONGEST = 4  # kana that one sign stands for
LEXICON = 20000  # words per language
WORDS = 6000  # sentences that Japanese readings are counted in


def is_chinese(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def frequent(counts: collections.Counter) -> list:
    total = sum(counts.values())
    return [reading for reading, count in counts.most_common(MOST) if count >= RAREST * total]


def chinese(folder) -> dict:
    """Sign to its syllables."""
    found = collections.defaultdict(collections.Counter)
    for text, reading in load(folder / "zh.txt"):
        signs, syllables = list(filter(is_chinese, text)), re.findall(r"[a-zü]+[1-5]", reading)
        if len(signs) == len(syllables):
            for sign, syllable in zip(signs, syllables):
                found[sign][syllable] += 1
    return {sign: frequent(counts) for sign, counts in found.items()}


def as_katakana(letter: str) -> str:
    return chr(ord(letter) + 0x60) if "\u3041" <= letter <= "\u3096" else letter


def japanese_words(folder) -> collections.Counter:
    """How often each (written, pronounced) word comes."""
    words = collections.Counter()
    for text, _ in load(folder / "ja.txt")[:WORDS]:
        for line in japanese_reader().parse(text).splitlines():
            surface, _, features = line.partition("\t")
            fields = features.split(",")
            if len(fields) > 8 and len(surface) <= len(fields[8]):
                words[surface, fields[8]] += 1
    return words


def split(surface: str, sound: str, cost) -> list:
    """The cheapest way to share the sound among the letters."""

    @functools.lru_cache(None)
    def best(at, begin):
        if at == len(surface):
            return (0.0, ()) if begin == len(sound) else (float("inf"), ())
        ways = []
        for end in range(begin + 1, min(begin + LONGEST, len(sound)) + 1):
            rest, pieces = best(at + 1, end)
            ways.append((cost(surface[at], sound[begin:end]) + rest, (sound[begin:end], *pieces)))
        return min(ways, default=(float("inf"), ()))

    price, pieces = best(0, 0)
    return list(zip(surface, pieces)) if price < float("inf") else []


def japanese(folder) -> dict:
    """Letter to what it stands for, shared out by the counts of the round before."""
    words, counts = japanese_words(folder), collections.defaultdict(collections.Counter)

    def cost(letter, piece):
        seen, own = counts[letter], as_katakana(letter)
        if not is_chinese(letter) and not seen:
            return 0.0 if piece == own else 3.0 * len(piece)
        share = (seen[piece] + 0.1) / (sum(seen.values()) + 1)
        return (1 - share) * 4 + 0.5 * abs(len(piece) - (2 if is_chinese(letter) else 1))

    for _ in range(ROUNDS):
        found = collections.defaultdict(collections.Counter)
        for (surface, sound), times in words.items():
            for letter, piece in split(surface, sound, cost):
                found[letter][piece] += times
        counts = found
    return {letter: frequent(found) + [as_katakana(letter)] * (not is_chinese(letter)) for letter, found in counts.items()}


def lexicon(folder, language: str) -> str:
    """The commonest words of the texts, each with its count."""
    lines = (folder / f"{language}.words.txt").read_text().splitlines(keepends=True)
    return "".join(sorted(lines[:LEXICON]))


def spellings(vocabulary, folder) -> list:
    """For each text token its spellings, each a list of classes of the CTC head; none for a part of a letter."""
    tables = {"zh": chinese, "ja": japanese}
    readings = [table(folder) for language, table in tables.items() if (folder / f"{language}.txt").exists()]
    result = []
    space = vocabulary.classes[" "]
    for token in range(vocabulary.end):
        text = vocabulary.tokenizer.decode([token])
        text = "" if "\ufffd" in text else text
        sounds = [sound for table in readings for sound in table.get(text, [])] or [text]
        found = [vocabulary.spell(sound if sound == "'" else spelled(sound)) for sound in sounds]
        if text and not any(found) and not any(letter.isalnum() for letter in text):
            found = [[space]]
        result.append([list(one) for one in dict.fromkeys(map(tuple, found)) if one])
    return result
