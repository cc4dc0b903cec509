# SPDX-License-Identifier: Apache-2.0
"""Errors on held-out words, and on the words of held-out sentences."""

import torch
from transcribe1.normal import distance

from .data import held_out, load, padded
from .model import decode

BATCH = 256  # words


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
