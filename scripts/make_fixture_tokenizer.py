#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizer.json: texts with the words, ids and decoded forms that the reference tokenizers give.

Usage: make_fixture_tokenizer.py MULTILINGUAL.TIKTOKEN
Needs tiktoken, tokenizers and openai-whisper; MULTILINGUAL.TIKTOKEN is whisper/assets/multilingual.tiktoken of
openai/whisper. Run it after make_fixture_whisper.py, whose tiny tokenizers it reads, and make_fixture_words.py, whose words
it joins to punctuation. Made with tiktoken 0.14.0, tokenizers 0.23.3 and openai-whisper 20250625.
"""

import base64
import json
import random
import sys
from pathlib import Path

import tiktoken
from tokenizers import Regex, Tokenizer, pre_tokenizers
from whisper.timing import WordTiming, merge_punctuations

from make_fixture_common import write_table

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")
TINY = ["whisper-tiny-multi80", "whisper-tiny-v3-128"]  # one writes merges as strings, one as pairs
SENTENCES = [
    "And so my fellow Americans, ask not what your country can do for you.",
    " it's I'm they'll we've you're he'd don't IT'S I'M THEY'LL o'clock 'tis ''s 're'",
    "In 2024, 3.14 and 2,718 of 100% \u00bd \u00b2\u00b3 \u2167 \u0661\u0662\u0663 10:30",
    "Stra\u00dfe sch\u00f6n \u00fcber na\u00efve caf\u00e9 cafe\u0301 \u0130stanbul \u0141\u00f3d\u017a",
    "\u6211\u4eec\u7684\u4e16\u754c\u5f88\u5927\uff0c\u6211\u4e0d\u77e5\u9053\u4f60\u5728\u54ea\u91cc\u3002",
    "\u3053\u308c\u306f\u65e5\u672c\u8a9e\u306e\u6587\u3067\u3059\u3002\u300c\u3042\u308a\u304c\u3068\u3046\u300d",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a \u0e27\u0e31\u0e19\u0e19\u0e35\u0e49\u0e2d\u0e32\u0e01\u0e32\u0e28\u0e14\u0e35",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e, \u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\uc548\ub155\ud558\uc138\uc694 \u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u0393\u03b5\u03b9\u03ac \u05e9\u05dc\u05d5\u05dd",
    "a  b   c\n\n  d\r\n\t e \u00a0f\u2003\u2003g \u3000 h\u0085\u0085i\x1c\x1cj  ",
    "x\n \n y  \r\n\r\nz \n", "!!!\n\n?? \r\n... \n--\n", "   ", "\n", " ", "'", " '", "it'\u017f", "'\u017fx 'Re 'LLama",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u266a\u266b \U00020000\U00031350 \ufeff\ufffd\x7f",
    "<|endoftext|><|en|><|0.00|> <|notimestamps|>", "def f(x):\n    return x**2  # comment\n\n\n\tpass",
]
LONG = ["ab" * 70, "\u0e27\u0e31\u0e19\u0e19\u0e35\u0e49\u0e2d\u0e32\u0e01\u0e32\u0e28\u0e14\u0e35\u0e21\u0e32\u0e01" * 12,
        "\u4eca\u5929\u5929\u6c14\u5f88\u597d\u6211\u4eec\u53bb\u516c\u56ed\u5427" * 14, " " * 200 + "x" + "=" * 150,
        "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbauunterbeamtengesellschaft" * 3]
PARTS = ["a", "B", "the", "'", "s", "S", "ll", " ", "  ", "\n", "\r\n", "\t", "1", "23", ".", "--", "\u00e9", "\u0301", "\u00a0",
         "\u4e2d", "\u0e35", "\u0663", "\U0001f600", "\u2028", "ing", " of", "\u017f", "\u3000", "!?"]


def texts():
    rng = random.Random(7)
    mixed = ["".join(rng.choice(PARTS) for _ in range(rng.randint(2, 16))) for _ in range(60)]
    return SENTENCES + LONG + mixed


def words(pattern, text):
    if not text:
        return []
    pieces = pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str(text)
    return [len(text[a:b].encode()) for _, (a, b) in pieces]


def ranks(path):
    lines = [line.split() for line in Path(path).read_bytes().splitlines()]
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def broken():
    """Bytes that are partly not UTF-8, and what Python makes of them."""
    rng = random.Random(8)
    good = "a\u00e9\u4e2d\U0001f600\u0e35\ud7ff\ue000\U0010ffff".encode()
    cases = ["ed a0 80", "f4 90 80 80", "f5 80", "c0 80 c1 bf", "e0 80 80", "f0 80 80 80", "f0 9f 98", "e4 b8", "c3", "80 bf",
             "f1 80 80 41", "e2 82 e2 82 ac", "f0 9f e4 b8 ad", "fe ff 41"]
    made = [bytes.fromhex(c) for c in cases]
    for _ in range(80):
        cut = [good[(k := rng.randrange(len(good))):k + rng.randint(1, 4)] for _ in range(rng.randint(1, 5))]
        made.append(b"".join(c if rng.random() < 0.8 else bytes([rng.randrange(256)]) for c in cut))
    return [{"bytes": list(b), "text": b.decode("utf-8", "replace")} for b in made if 0 not in b]


def joined(case):
    """Tokens of each word once punctuation has joined its neighbours, as add_word_timestamps does by default."""
    words = [WordTiming(w, t, 0, 0, 0) for w, t in zip(case["words"][:-1], case["tokens"][:-1])]
    merge_punctuations(words, "\"'\u201c\u00bf([{-", "\"'.\u3002,\uff0c!\uff01?\uff1f:\uff1a\u201d)]}\u3001")
    return [len(w.tokens) for w in words if w.tokens]


def groups():
    """Without the cases in which OpenAI's splitter, stuck inside a character, gives words that lack some tokens."""
    words = json.loads((DATA / "words.json").read_text())
    rows = [{"vocabulary": name, "language": "en" if name.endswith("en80") else c["language"], "ids": c["ids"],
             "lengths": joined(c)} for name, part in words.items() for c in part["split"]]
    return [row for row in rows if sum(row["lengths"]) == len(row["ids"])]


def main():
    multilingual = tiktoken.Encoding("multilingual", pat_str=GPT2, mergeable_ranks=ranks(sys.argv[1]), special_tokens={})
    tiny = {name: Tokenizer.from_file(str(DATA / name / "tokenizer.json")) for name in TINY}
    cases = {}
    for i, text in enumerate(texts()):
        case = {"text": text, "gpt2": words(GPT2, text), "qwen2": words(QWEN2, text),
                "multilingual": multilingual.encode_ordinary(text)}
        if "<|" not in text:  # these libraries would take what looks like a special token for one
            case |= {name: t.encode(text, add_special_tokens=False).ids for name, t in tiny.items()}
        cases[str(i)] = case
    write_table(DATA / "tokenizer.json", {"encode": cases, "decode": {str(i): c for i, c in enumerate(broken())},
                                        "group": {str(i): c for i, c in enumerate(groups())}})


if __name__ == "__main__":
    main()
