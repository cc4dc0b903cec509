#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Spelling fixtures: a tiny random model in spell-1's layout and what PyTorch computes with it, stage by stage.

Needs torch, numpy, safetensors. The network is train/spell1/model.py.
"""
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "train"), str(ROOT / "scripts")]
from make_fixture_common import save_tensors  # noqa: E402
from spell1.export import config  # noqa: E402
from spell1.model import Speller, decode  # noqa: E402

OUT = ROOT / "tests" / "data" / "spell1"
WIDTH, HEADS, LAYERS, SLOTS, LONGEST = 32, 2, 2, 3, 9
LETTERS = "".join(sorted("'abcdefghijklmnopqrstuvwxyzáéñıクツヴー\u1102\u1161\u11ab\u110b"))
PHONES = "ˈːabdefiknostuzŋɛɡʃ"
LANGUAGES = ["de", "ja", "ko", "tr"]
EXCEPTIONS = {("de", "und"): "unt", ("ja", "クツ"): "kutsu"}
# Text, language, and the words that the model is to see; "+" joins what was cut.
CASES = [
    ("hallo welt", "de", ["hallo", "welt"]),
    ("E\u0301n\u0303e   ñé-Á!", "de", ["éñe", "ñé", "á"]),
    ("\u1e17 ő", "de", ["e", "o"]),
    ("ab und zu, und dann", "de", ["ab", "und", "zu", "und", "dann"]),
    ("'das' geht’s ''", "de", ["das", "geht's"]),
    ("くつ ヴーク", "ja", ["クツ", "ヴーク"]),
    ("안나", "ko", ["\u110b\u1161\u11ab\u1102\u1161"]),
    ("IŞIK İki", "tr", ["ısık", "iki"]),
    ("donaudampfschiff an", "de", ["donaudamp", "+fschiff", "an"]),
    ("日本 123 €", "de", []),
]


def random_model():
    torch.manual_seed(11)
    model = Speller(1 + len(LETTERS), len(LANGUAGES), 1 + len(PHONES), WIDTH, HEADS, LAYERS, SLOTS, LONGEST)
    for name, tensor in model.state_dict().items():
        if "norm" in name or name.endswith("bias"):
            tensor += 0.1 * torch.randn(tensor.shape)
    model.head.weight.data *= 3
    return model.eval()


def spell(model, words, language, watch=None):
    """Each word alone, as the engine computes them; the stages' rows one word after the other."""
    stages, found = {}, []
    for word in words:
        rows = torch.tensor([[1 + LETTERS.index(letter) for letter in word] + [0]])
        note = lambda name, x: stages.setdefault(name, []).append(x[0].numpy())
        with torch.no_grad():
            logits = model(rows, torch.tensor([LANGUAGES.index(language)]), note if watch is not None else None)
        if watch is not None:
            stages.setdefault("logits", []).append(logits[0].numpy().reshape(rows.shape[1], -1))
        found.append("".join(PHONES[c - 1] for c in decode(logits, torch.tensor([rows.shape[1]]))[0]))
    if watch is not None:
        watch.update({name: np.concatenate(parts) for name, parts in stages.items()})
    return found


def expected(model):
    cases = []
    for text, language, words in CASES:
        plain = [word.lstrip("+") for word in words]
        found = [EXCEPTIONS.get((language, word)) or sound for word, sound in zip(plain, spell(model, plain, language))]
        said = "".join(("" if word[0] == "+" or not place else " ") + sound for place, (word, sound) in enumerate(zip(words, found)))
        cases.append({"text": text, "language": language, "words": words, "phonemes": said})
    return cases


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    model, stages = random_model(), {}
    alphabet = SimpleNamespace(letters=LETTERS, phones=PHONES, languages=LANGUAGES)
    content = config(alphabet, WIDTH, HEADS, LAYERS, SLOTS, LONGEST, {}) | {"dtype": "float32"}
    (OUT / "config.json").write_text(json.dumps(content, ensure_ascii=False) + "\n")
    save_tensors(OUT / "model.safetensors", {name: t.numpy() for name, t in model.state_dict().items()})
    lines = sorted((f"{language}\t{word}", sound) for (language, word), sound in EXCEPTIONS.items())
    (OUT / "exceptions.txt").write_text("".join(f"{key}\t{sound}\n" for key, sound in lines))
    spell(model, ["hallo", "welt"], "de", stages)
    save_tensors(OUT / "stages.safetensors", stages)
    (OUT / "expected.json").write_text(json.dumps({"stage_text": "hallo welt", "cases": expected(model)}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
