# SPDX-License-Identifier: Apache-2.0
"""Words of each language with their counts, and what the teacher makes of them.

    python -m spell1.words
writes WORK/LL.tsv: one word a line in the letters that the model sees, its phonemes, how often it comes. A common word has
the form that it takes most often inside sentences ("the" is not "the" alone); all others are said alone.
"""

import collections
import random
import re
import sys
import unicodedata
from multiprocessing import Pool
from pathlib import Path

from transcribe1.normal import bare
from transcribe1.texts import load

from .config import COMMONEST, LANGUAGES, LONGEST, READINGS, SEED, TEXTS, WORK
from .teacher import Teacher

SENTENCES = 4000  # of a language, in which common words are looked at
JOINED = {"ja": 20000, "th": 20000}  # stretches without spaces
TONES = "12345"
# Word lists of Debian packages for languages whose texts have few words: only to ask the teacher about.
LISTED = {"ar": "hunspell/ar.dic", "hi": "hunspell/hi_IN.dic", "id": "hunspell/id_ID.dic", "ro": "hunspell/ro_RO.dic",
          "th": "hunspell/th_TH.dic", "vi": "hunspell/vi_VN.dic", "no": "dict/bokmaal"}
MOST_LISTED = 25000


def letters(text: str) -> str:
    """What the model sees: lower case, Korean syllables in their letters, hiragana as katakana. C does the same."""
    text = unicodedata.normalize("NFC", text).replace("’", "'").lower()
    result = []
    for letter in text:
        if "\uac00" <= letter <= "\ud7a3":
            result.append(unicodedata.normalize("NFD", letter))
        elif "\u3041" <= letter <= "\u3096":
            result.append(chr(ord(letter) + 0x60))
        else:
            result.append(letter)
    return "".join(result)


def spoken(language: str) -> list:
    """Sentences as the teacher is to read them."""
    return [reading for _, reading in load(TEXTS / f"{language}.txt")]


def counted(language: str) -> collections.Counter:
    """Words of the texts; single letters too, which spell acronyms."""
    path = TEXTS / f"{language}.words.txt"
    counts = collections.Counter()
    if path.exists():
        for line in path.read_text().splitlines():
            word, count = line.split(" ")
            counts[unicodedata.normalize("NFC", word)] += int(count)
    else:
        for sentence in spoken(language):
            counts.update(bare(sentence).split())
    for letter in {letter for word in counts for letter in word if letter.isalpha()}:
        counts[letter] += 1
    return counts


def listed(language: str, rng: random.Random) -> list:
    """Words of the dictionaries of spelling checkers, without their affixes' flags and without names and acronyms."""
    path = Path("/usr/share") / LISTED.get(language, "none")
    if not path.is_file():
        return []
    data = path.read_bytes()
    text = data.decode("utf-8") if path.suffix == ".dic" else data.decode("latin-1")
    words = [re.split(r"[/\s]", line)[0] for line in text.splitlines()]
    words = sorted({word for word in words if bare(word) == word and not re.search(r"[\d ]", word) and len(word) > 1})
    return rng.sample(words, min(len(words), MOST_LISTED))


def syllables() -> list:
    """Every Chinese syllable with every tone, as espeak-ng's pinyin voice expects it."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_tone3

    found = {to_tone3(reading, neutral_tone_with_five=True) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    bases = {reading[:-1] for reading in found if re.fullmatch(r"[a-zü]+[1-5]", reading)}
    bases |= {base.replace("ü", "v") for base in bases}
    return sorted(base + tone for base in bases for tone in TONES)


def read_words() -> collections.Counter:
    """How Japanese words are said, by the table that the engine reads them with."""
    counts = collections.Counter()
    for line in (READINGS / "ja.txt").read_text().splitlines():
        _, reading, count = line.split("\t")
        counts[letters(reading)] += int(count)
    return counts


def stretches(language: str, count: int, rng: random.Random) -> list:
    """Pieces of sentences without spaces: what is left where nobody cuts words."""
    result = []
    sentences = spoken(language)
    for _ in range(count):
        if language == "ja":
            text = rng.choice(re.findall(r"[\u30a1-\u30fe]+", rng.choice(sentences)) or ["ア"])
            size = rng.choice([2, 3, 4, 6, 9, 14, 22, 32])
            start = rng.randrange(max(1, len(text) - size + 1))
            piece = text[start : start + size].lstrip("ァィゥェォッャュョヮンー")
        else:
            words = bare(rng.choice(sentences)).split() or ["ก"]
            start = rng.randrange(len(words))
            piece = "".join(words[start : start + rng.choice([2, 2, 3, 4])])
        if piece:
            result.append(piece)
    return result


def in_sentences(language: str, teacher: Teacher, wanted: set) -> dict:
    """The commonest form of each wanted word inside sentences."""
    forms = collections.defaultdict(collections.Counter)
    for sentence in spoken(language)[:SENTENCES]:
        words, sounds = bare(sentence).split(), teacher.phonemes(sentence).split()
        if len(words) == len(sounds):
            for word, sound in zip(words, sounds):
                forms[word][sound] += 1
    best = {word: forms[word].most_common(1)[0] for word in wanted if word in forms}
    return {word: form for word, (form, times) in best.items() if times >= 3 and 2 * times > sum(forms[word].values())}


def write(language: str):
    rng, teacher = random.Random(f"{SEED} words {language}"), Teacher(language)
    counts = counted(language)
    if language == "zh":
        counts = collections.Counter({word: counts[word] + 1 for word in syllables()})
    if language == "ja":
        counts = read_words()
    for piece in stretches(language, JOINED[language], rng) if language in JOINED else []:
        counts[piece] += 1
    for word in listed(language, rng):
        counts[word] += 0
    usual = {} if language in ("zh", "ja", "th") else in_sentences(language, teacher, {word for word, _ in counts.most_common(COMMONEST)})
    rows, dropped = {}, 0
    for word, count in counts.most_common():
        sound = usual.get(word) or (teacher.syllable(word) if language == "zh" else teacher.phonemes(word))
        seen, sound = letters(word), sound.replace(" ", "") if language == "th" else sound  # gaps of a teacher without vowels there
        if " " in sound or not sound or not 0 < len(seen) <= LONGEST:
            dropped += 1
        elif seen not in rows:
            rows[seen] = (sound, count)
    (WORK / f"{language}.tsv").write_text("".join(f"{word}\t{sound}\t{count}\n" for word, (sound, count) in rows.items()))
    print(f"{language}: {len(rows)} words, {dropped} left out, {len(usual)} as in sentences", flush=True)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    with Pool(maxtasksperchild=1) as workers:
        workers.map(write, sys.argv[1:] or LANGUAGES, chunksize=1)


if __name__ == "__main__":
    main()
