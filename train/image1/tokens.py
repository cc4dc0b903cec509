# SPDX-License-Identifier: Apache-2.0
"""The tokenizer: byte-level BPE, split as in GPT-2, learned from captions.

    python -m image1.tokens small
"""

import random
import sys

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from .captions import describe
from .classes import CLASSES, plural
from .config import LONGEST, PRESETS, SEED, folder
from .scene import invent

END = "<|endoftext|>"
CAPTIONS = 60000


def corpus(preset):
    rng = random.Random(SEED)
    for _ in range(CAPTIONS if preset.name != "smoke" else 4000):
        yield tidy(describe(invent(rng), rng))
    for thing in CLASSES:  # each name is known as one token if it can be
        for name in (thing.name, *thing.names):
            for _ in range(60):
                yield f" {name} {plural(name)}"


def tidy(text: str) -> str:
    """As prompts are written for the encoder: spaces made one, with one in front."""
    return " " + " ".join(text.split())


def train(preset) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=preset.vocabulary - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus(preset), trainer)
    tokenizer.add_special_tokens([AddedToken(END, normalized=False, special=True)])
    return tokenizer


class Prompts:
    """Prompts to ids."""

    def __init__(self, path):
        self.tokenizer = Tokenizer.from_file(str(path))
        self.end, self.size = self.tokenizer.token_to_id(END), self.tokenizer.get_vocab_size()

    def encode(self, text: str) -> list:
        """The first tokens of the text and the end token; the empty text is the end token alone."""
        text = tidy(text)
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids if text.strip() else []
        return [*ids[: LONGEST - 1], self.end]


def main():
    preset = PRESETS[sys.argv[1]]
    folder(preset).mkdir(parents=True, exist_ok=True)
    tokenizer = train(preset)
    tokenizer.save(str(folder(preset) / "tokenizer.json"))
    rng = random.Random(1)
    lengths = [len(tokenizer.encode(tidy(describe(invent(rng), rng))).ids) for _ in range(500)]
    print(f"{tokenizer.get_vocab_size()} tokens, a caption has {sum(lengths) / 500:.1f}, at most {max(lengths)}")


if __name__ == "__main__":
    main()
