# SPDX-License-Identifier: Apache-2.0
"""Writes the model's folder from a checkpoint, at any time, also while training runs.

    python -m spell1.export --to ../models/spell-1
"""

import argparse
import json
import sys
import unicodedata
from pathlib import Path

import torch
from safetensors.torch import save_file

from .config import HEADS, LAYERS, LONGEST, SLOTS, VERSION, WIDTH, WORK
from .data import Alphabet, load
from .evaluate import phonemes
from .model import Speller

LOOKED_AT = 3000  # commonest words of a language; those that the model reads wrongly become exceptions
MOST = 500  # exceptions of a language


def composed(letters: str) -> list:
    """Every letter that is one of these, or rests on one, as it is and in its two parts."""
    result, known = [], set(letters)
    for code in range(0xA0, 0x2000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            base, mark = (chr(int(part, 16)) for part in parts)
            if chr(code) in known or base in known:
                result.append(chr(code) + base + mark)
                known.add(chr(code))
    return result


def config(alphabet, width: int, heads: int, layers: int, slots: int, longest: int, made: dict) -> dict:
    return {
        "architectures": ["Speller"], "model_type": "spell1", "dtype": "bfloat16",
        "hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers, "intermediate_size": 4 * width,
        "max_position_embeddings": longest + 1, "slots": slots, "hidden_act": "gelu",
        "letters": alphabet.letters, "phones": alphabet.phones, "languages": alphabet.languages,
        "composed": composed(alphabet.letters), "inhouse": {"name": "spell-1", "version": VERSION, **made},
    }


def rounded(model) -> dict:
    """The weights as they are stored."""
    return {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in model.state_dict().items()}


def exceptions(model, alphabet) -> list:
    """Common words and single letters that the model reads otherwise than the teacher: lines in the order of their bytes."""
    lines = []
    for language in alphabet.languages:
        words = [w for rank, w in enumerate(load(language)) if w.count and (rank < LOOKED_AT or len(w.letters) == 1)]
        words = [w for w in words if all(c in alphabet.letter_class for c in w.letters) and all(c in alphabet.phone_class for c in w.phones)]
        found = phonemes(model, alphabet, [w.letters for w in words], language)
        wrong = [w for w, got in zip(words, found) if got != w.phones]
        lines += [f"{language}\t{w.letters}\t{w.phones}\n" for w in wrong[:MOST]]
        print(f"{language}: {len(wrong)} of {len(words)} wrong", file=sys.stderr)
    return sorted(lines, key=lambda line: line.rsplit("\t", 1)[0].encode())


def load_model(alphabet):
    """The averaged weights, rounded as they are stored, and the training's state."""
    state = torch.load(WORK / "checkpoint.pt", map_location="cpu")
    model = Speller(1 + len(alphabet.letters), len(alphabet.languages), 1 + len(alphabet.phones))
    model.load_state_dict(state["mean"])
    model.load_state_dict({name: tensor.float() for name, tensor in rounded(model).items()})
    return model.eval(), state


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path, required=True)
    args = parser.parse_args()
    args.to.mkdir(parents=True, exist_ok=True)
    alphabet = Alphabet()
    model, state = load_model(alphabet)
    made = {"steps": state["step"], "words_seen": state["words"]}
    content = config(alphabet, WIDTH, HEADS, LAYERS, SLOTS, LONGEST, made)
    (args.to / "config.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    save_file(rounded(model), args.to / "model.safetensors", metadata={"format": "pt"})
    (args.to / "model.safetensors").chmod(0o644)
    (args.to / "exceptions.txt").write_text("".join(exceptions(model, alphabet)))


if __name__ == "__main__":
    main()
