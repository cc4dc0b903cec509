# SPDX-License-Identifier: Apache-2.0
"""Sentences to speak: prose, fragments of it, everyday templates, single words; a held-out part for testing.

    python -m transcribe1.texts small
writes CACHE/PRESET/texts/LL.txt and LL.test.txt: one sentence a line, as written and, after a tab, as given to espeak-ng; and
LL.words.txt: how often each word comes in all that was found and is not held out, in letters and marks apart.
"""

import collections
import functools
import random
import sys
import zlib
from multiprocessing import Pool

from . import everyday, sources
from .config import CACHE, ENGLISH_SHARES, PRESETS, SEED
from .normal import clean, spelled, split_sentences
from .speakable import speakable

LONGEST = {"zh": 50, "ja": 60, "th": 120, "ko": 90}
TESTS = 200  # sentences per language held out


def held_out(text: str) -> bool:
    """One prose sentence in a hundred, chosen by its own letters so that it stays the same in every run."""
    return zlib.crc32(text.encode()) % 100 == 0


def prose(language: str) -> list:
    """Distinct clean sentences in a fixed order."""
    found = {}
    for paragraph in sources.prose(language):
        for piece in split_sentences(paragraph):
            text = clean(piece, language) if 3 < len(piece) < 2 * LONGEST.get(language, 180) else None
            if text and 4 < len(text) <= LONGEST.get(language, 180):
                found[text] = None
    return list(found)


@functools.lru_cache(None)
def english() -> frozenset:
    return frozenset(prose("en"))


def fragment(text: str, rng: random.Random) -> str:
    """A few neighbouring words of a sentence: short commands and broken-off speech look like this."""
    words = text.rstrip(".!?").split()
    count = rng.randint(1, 6)
    start = rng.randrange(max(1, len(words) - count + 1))
    return " ".join(words[start : start + count]).strip(",;:")


def mixture(language: str, pool: list, count: int, rng: random.Random) -> list:
    """The training sentences: shares differ for English, which has templates."""
    shares = (0.45, 0.2, 0.35) if language == "en" else (0.75, 0.25, 0.0)
    kinds = rng.choices(("prose", "fragment", "everyday"), shares, k=count)
    makers = {
        "prose": lambda: rng.choice(pool),
        "fragment": lambda: fragment(rng.choice(pool), rng),
        "everyday": lambda: everyday.sentence(rng),
    }
    return [text for text in (makers[kind]() for kind in kinds) if text]


def save(path, texts: list, language: str):
    """The reading is made here because its dictionaries are not at hand where speech is made."""
    path.write_text("".join(f"{text}\t{speakable(text, language)}\n" for text in texts))


def save_words(path, texts: list):
    counts = collections.Counter(word for text in texts for word in spelled(text).split())
    path.write_text("".join(f"{word} {count}\n" for word, count in counts.most_common()))


def load(path) -> list:
    """(written, spoken) pairs."""
    return [tuple(line.split("\t")) for line in path.read_text().splitlines()]


def write(language: str, folder, count: int):
    rng = random.Random(f"{SEED} texts {language}")
    found = prose(language)
    if language != "en":  # what stands in the English texts too was left untranslated
        found = [text for text in found if text not in english()]
    tests = [text for text in found if held_out(text)]
    pool = [text for text in found if not held_out(text)]
    if not pool:
        print(f"{language}: no text found; install the packages named in the README", file=sys.stderr)
        return
    rng.shuffle(tests)
    save(folder / f"{language}.test.txt", tests[:TESTS], language)
    count *= ENGLISH_SHARES if language == "en" else 1
    chosen = mixture(language, pool, count, rng)
    save(folder / f"{language}.txt", chosen, language)
    save_words(folder / f"{language}.words.txt", pool + chosen)
    print(f"{language}: {len(pool)} distinct sentences, {len(tests)} held out")


def main():
    preset = PRESETS[sys.argv[1]]
    folder = CACHE / preset.name / "texts"
    folder.mkdir(parents=True, exist_ok=True)
    english()  # before the workers start, so that they share it
    with Pool() as workers:
        workers.starmap(write, [(language, folder, preset.sentences) for language in preset.languages], chunksize=1)


if __name__ == "__main__":
    main()
