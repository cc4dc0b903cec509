# SPDX-License-Identifier: Apache-2.0
"""The tokenizer: byte-level BPE that never joins two letters, and Whisper's special tokens in Whisper's order. And the
letters of the CTC head.

    python -m transcribe1.tokens small
"""

import collections
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from .config import CACHE, LANGUAGES, PRESETS
from .normal import spelled
from .texts import load

END, START = "<|endoftext|>", "<|startoftranscript|>"
TASKS = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
RARE = 50  # a letter that comes less often is no class of its own
TIMES = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]


def specials() -> list:
    return [END, START] + [f"<|{code}|>" for code in LANGUAGES] + TASKS + TIMES


def train(preset, folder) -> Tokenizer:
    """One token for each of the commonest letters of all languages, bytes for the others: what is said can then be copied
    letter by letter, and a decoder learns that in a tenth of the time that word pieces of 25 languages take. Each language
    gives the same number of sentences, so that rare scripts get merges too."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + preset.merges, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    lines = (" " + text for path in sorted(folder.glob("??.txt")) for text, _ in load(path)[:60000])
    tokenizer.train_from_iterator(lines, trainer)
    # No merge crosses a letter, so Whisper's own splitting into words gives the same tokens.
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in specials()[: -len(TIMES)]])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in TIMES])
    return tokenizer


class Vocabulary:
    """Ids of the special tokens, and text to ids and back."""

    def __init__(self, path, letters: str):
        """letters: the classes of the CTC head; the blank comes after them."""
        self.tokenizer = Tokenizer.from_file(str(path))
        find = self.tokenizer.token_to_id
        self.size = self.tokenizer.get_vocab_size()
        self.end, self.start = find(END), find(START)
        self.transcribe, self.plain, self.times = find("<|transcribe|>"), find("<|notimestamps|>"), find("<|0.00|>")
        self.silence, self.before = find("<|nospeech|>"), find("<|startofprev|>")
        self.languages = {code: find(f"<|{code}|>") for code in LANGUAGES}
        self.letters, self.blank = letters, len(letters)
        self.classes = {letter: i for i, letter in enumerate(letters)}

    def encode(self, text: str) -> list:
        """Text starts with a space, as in Whisper."""
        return self.tokenizer.encode(" " + text, add_special_tokens=False).ids if text else []

    def encode_places(self, text: str) -> tuple:
        """(ids, for each the first and last index into the text)"""
        found = self.tokenizer.encode(" " + text, add_special_tokens=False)
        return found.ids, [(max(0, first - 1), max(0, last - 1)) for first, last in found.offsets]

    def spell(self, text: str) -> list:
        """Spelled text as classes of the CTC head; rare letters are left out."""
        return [self.classes[letter] for letter in text if letter in self.classes]

    def decode(self, ids) -> str:
        return self.tokenizer.decode([i for i in ids if i < self.end]).strip()

    def prompt(self, language: str) -> list:
        return [self.start, self.languages[language], self.transcribe, self.plain]

    def time(self, seconds: float) -> int:
        return self.times + min(1500, max(0, round(seconds * 50)))


def letters(folder) -> str:
    """Every letter that comes often enough to be learnt."""
    counts = collections.Counter()
    for path in sorted(folder.glob("??.txt")):
        for _, reading in load(path):
            counts.update(spelled(reading))
    return "".join(sorted(letter for letter, count in counts.items() if count >= RARE))


def main():
    preset = PRESETS[sys.argv[1]]
    (CACHE / preset.name / "letters.txt").write_text(letters(CACHE / preset.name / "texts"))
    tokenizer = train(preset, CACHE / preset.name / "texts")
    start, end = tokenizer.token_to_id(START), tokenizer.token_to_id(END)
    plain = tokenizer.token_to_id("<|notimestamps|>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} <|notimestamps|> $A {END}", special_tokens=[(START, start), (END, end), ("<|notimestamps|>", plain)]
    )
    tokenizer.save(str(CACHE / preset.name / "tokenizer.json"))
    print(f"{tokenizer.get_vocab_size()} tokens, text below {end}")


if __name__ == "__main__":
    main()
