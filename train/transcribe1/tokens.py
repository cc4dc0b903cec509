# SPDX-License-Identifier: Apache-2.0
"""The tokenizer: byte-level BPE and Whisper's special tokens, in Whisper's order.

    python -m transcribe1.tokens small-en
"""

import sys

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from .config import CACHE, LANGUAGES, PRESETS
from .texts import load

END, START = "<|endoftext|>", "<|startoftranscript|>"
TASKS = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIMES = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]


def specials() -> list:
    return [END, START] + [f"<|{code}|>" for code in LANGUAGES] + TASKS + TIMES


def train(preset, folder) -> Tokenizer:
    """Each language gives the same number of sentences, so that rare scripts get merges too."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + preset.merges, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    lines = (" " + text for path in sorted(folder.glob("??.txt")) for text, _ in load(path)[:60000])
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in specials()[: -len(TIMES)]])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in TIMES])
    return tokenizer


class Vocabulary:
    """Ids of the special tokens, and text to ids and back."""

    def __init__(self, path, ctc: str):
        """ctc: what the classes of the CTC head are, "bytes" (the first 256 tokens) or "tokens" (all text); then the blank."""
        self.tokenizer = Tokenizer.from_file(str(path))
        find = self.tokenizer.token_to_id
        self.size = self.tokenizer.get_vocab_size()
        self.end, self.start = find(END), find(START)
        self.transcribe, self.plain, self.times = find("<|transcribe|>"), find("<|notimestamps|>"), find("<|0.00|>")
        self.silence = find("<|nospeech|>")
        self.languages = {code: find(f"<|{code}|>") for code in LANGUAGES}
        self.ctc, self.blank = ctc, 256 if ctc == "bytes" else self.end
        self.spelling = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)

    def encode(self, text: str) -> list:
        """Text starts with a space, as in Whisper."""
        return self.tokenizer.encode(" " + text, add_special_tokens=False).ids if text else []

    def spell(self, text: str) -> list:
        """Text as classes of the CTC head."""
        if self.ctc == "tokens":
            return self.encode(text)
        pieces = self.spelling.pre_tokenize_str(text) if text else []
        return [self.tokenizer.token_to_id(letter) for piece, _ in pieces for letter in piece]

    def decode(self, ids) -> str:
        return self.tokenizer.decode([i for i in ids if i < self.end]).strip()

    def prompt(self, language: str) -> list:
        return [self.start, self.languages[language], self.transcribe, self.plain]

    def time(self, seconds: float) -> int:
        return self.times + min(1500, max(0, round(seconds * 50)))


def main():
    preset = PRESETS[sys.argv[1]]
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
