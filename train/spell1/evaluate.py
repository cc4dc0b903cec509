# SPDX-License-Identifier: Apache-2.0
"""Errors on held-out words, and on the words of held-out sentences.

    python -m spell1.evaluate
"""

import torch
from transcribe1 import texts
from transcribe1.normal import bare, distance

from .config import REPOSITORY, TEXTS
from .data import Alphabet, held_out, load, padded
from .model import decode
from .teacher import Teacher
from .words import letters

BATCH = 256  # words
MOST = 1500  # held-out words of a language


def tests(alphabet, most: int) -> dict:
    """Held-out words by language, at most so many."""
    result = {}
    for language in alphabet.languages:
        words = [w for rank, w in enumerate(load(language)) if held_out(language, w, rank)]
        result[language] = words[:: max(1, len(words) // most)][:most]
    return result


@torch.no_grad()
def phonemes(model, alphabet, words: list, language: str) -> list:
    """What the model alone makes of words in its letters."""
    result = []
    code = alphabet.languages.index(language)
    for first in range(0, len(words), BATCH):
        rows = [alphabet.classes(word) for word in words[first : first + BATCH]]
        lengths = torch.tensor([len(row) for row in rows])
        logits = model(padded(rows), torch.full((len(rows),), code))
        result.extend(alphabet.spell(found) for found in decode(logits, lengths))
    return result


def wrong(model, alphabet, words: dict) -> dict:
    """By language: percent of the phones and of the words that are wrong."""
    result = {}
    model.eval()
    for language, rows in words.items():
        found = phonemes(model, alphabet, [word.letters for word in rows], language)
        edits = sum(distance(word.phones, got) for word, got in zip(rows, found))
        missed = sum(word.phones != got for word, got in zip(rows, found))
        phones = sum(len(word.phones) for word in rows)
        result[language] = (round(100 * edits / phones, 1), round(100 * missed / len(rows), 1))
    model.train()
    return result


def in_sentences(model, alphabet, language: str, exceptions: dict) -> tuple:
    """Words of held-out sentences that are as espeak-ng says them there, those that it says alone so, and all: the second
    is the most that a model of single words could reach. Sentences in which espeak-ng joins words are left out."""
    teacher, words, sounds = Teacher(language), [], []
    for _, reading in texts.load(TEXTS / f"{language}.test.txt"):
        heard, seen = teacher.phonemes(reading).split(), bare(reading).split()
        if len(seen) == len(heard):
            words, sounds = words + seen, sounds + heard
    unknown = sorted({word for word in words})
    said = dict(zip(unknown, phonemes(model, alphabet, [letters(word) for word in unknown], language)))
    said |= {word: exceptions[language, letters(word)] for word in unknown if (language, letters(word)) in exceptions}
    alone = {word: teacher.phonemes(word) for word in unknown}
    return (sum(said[word] == sound for word, sound in zip(words, sounds)),
            sum(alone[word] == sound for word, sound in zip(words, sounds)), len(words))


def main():
    """Prints a table for the card: of the folder that spell1.export wrote."""
    from .export import load_model

    folder = REPOSITORY / "models" / "spell-1"
    alphabet = Alphabet()
    model, _ = load_model(alphabet)
    rows = (line.split("\t") for line in (folder / "exceptions.txt").read_text().splitlines())
    exceptions = {(language, word): sound for language, word, sound in rows}
    for language, (phones, whole) in wrong(model, alphabet, tests(alphabet, MOST)).items():
        line = f"| {language} | {phones:.1f} | {100 - whole:.1f} |"
        if language not in ("zh", "ja", "th"):
            said, alone, all_words = in_sentences(model, alphabet, language, exceptions)
            line += f" {100 * said / all_words:.1f} | {100 * alone / all_words:.1f} |"
        print(line, flush=True)


if __name__ == "__main__":
    main()
