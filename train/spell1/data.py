# SPDX-License-Identifier: Apache-2.0
"""Words as classes, and batches of words of like length."""

import json
import random
import zlib
from collections import Counter
from dataclasses import dataclass

import torch

from .config import COMMONEST, LANGUAGES, SLOTS, TEST_SHARE, WORK
from .model import END

RARE = 5  # words that a letter or phone must stand in
COMMON, COMMON_SHARE = 3000, 0.35  # so many words of a language are drawn so often besides
POOL = 64  # batches whose words are drawn together and sorted by length


@dataclass
class Word:
    letters: str
    phones: str
    count: int  # in the texts; 0 for one from a dictionary


def load(language: str) -> list:
    """All words, the commonest first."""
    rows = (line.split("\t") for line in (WORK / f"{language}.tsv").read_text().splitlines())
    return [Word(letters, phones, int(count)) for letters, phones, count in rows]


def held_out(language: str, word: Word, rank: int) -> bool:
    return rank >= COMMONEST and zlib.crc32(f"{language} {word.letters}".encode()) % TEST_SHARE == 0


class Alphabet:
    """Letters, phones and languages as classes; made once from all words."""

    def __init__(self):
        path = WORK / "alphabet.json"
        if not path.exists():
            words = [word for language in LANGUAGES for word in load(language)]
            usual = lambda counts: sorted(sign for sign, count in counts.items() if count >= RARE)
            letters = usual(Counter(letter for word in words for letter in set(word.letters)))
            phones = usual(Counter(phone for word in words for phone in set(word.phones)))
            path.write_text(json.dumps({"letters": "".join(letters), "phones": "".join(phones), "languages": LANGUAGES}))
        content = json.loads(path.read_text())
        self.letters, self.phones, self.languages = content["letters"], content["phones"], content["languages"]
        self.letter_class = {letter: END + 1 + i for i, letter in enumerate(self.letters)}
        self.phone_class = {phone: 1 + i for i, phone in enumerate(self.phones)}

    def knows(self, word: Word) -> bool:
        """Whether the word can be learned: known signs, and as many frames as its phones need."""
        repeats = sum(a == b for a, b in zip(word.phones, word.phones[1:]))
        return (len(word.phones) + repeats <= SLOTS * (len(word.letters) + 1)
                and all(c in self.letter_class for c in word.letters) and all(c in self.phone_class for c in word.phones))

    def classes(self, letters: str) -> list:
        return [self.letter_class[c] for c in letters if c in self.letter_class] + [END]

    def spell(self, classes: list) -> str:
        return "".join(self.phones[c - 1] for c in classes)


def padded(rows: list) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=-1)


class Batches:
    """Endless batches of about `size` letters. A language comes the oftener, the more of it is still wrong."""

    def __init__(self, alphabet: Alphabet, size: int, seed):
        self.rng, self.alphabet, self.size = random.Random(seed), alphabet, size
        self.words, self.order, self.shares = [], [], [1.0] * len(alphabet.languages)
        for language in alphabet.languages:
            kept = [w for rank, w in enumerate(load(language)) if not held_out(language, w, rank) and alphabet.knows(w)]
            self.words.append([(alphabet.classes(w.letters), [alphabet.phone_class[c] for c in w.phones]) for w in kept])
            self.order.append([])

    def draw(self, language: int):
        if self.rng.random() < COMMON_SHARE:
            return self.rng.choice(self.words[language][:COMMON])
        if not self.order[language]:
            self.order[language] = self.rng.sample(range(len(self.words[language])), len(self.words[language]))
        return self.words[language][self.order[language].pop()]

    def heard(self, language: int, loss: float):
        """Takes note of the loss (nats a phone) of some words."""
        self.shares[language] += 0.05 * (loss - self.shares[language])

    def pool(self):
        weights = [(0.03 + share) * len(words) ** 0.4 for share, words in zip(self.shares, self.words)]
        drawn, letters = [], 0
        while letters < POOL * self.size:
            language = self.rng.choices(range(len(weights)), weights)[0]
            drawn.append((language, *self.draw(language)))
            letters += len(drawn[-1][1])
        drawn.sort(key=lambda row: len(row[1]))
        batches, batch = [], []
        for row in drawn:
            batch.append(row)
            if len(batch) * len(row[1]) >= self.size:
                batches.append(batch)
                batch = []
        self.rng.shuffle(batches)
        return batches

    def __iter__(self):
        while True:
            for batch in self.pool():
                languages, letters, phones = zip(*batch)
                lengths = torch.tensor([len(row) for row in letters])
                yield torch.tensor(languages), padded(letters), lengths, padded(phones).clamp(min=0), torch.tensor([len(p) for p in phones])
