# SPDX-License-Identifier: Apache-2.0
"""Shared parts of the fixture scripts: the test recording, the tiny Whisper tokenizers, and file output.

Not run by itself. The tokenizer is a byte-level BPE with GPT-2's byte order (so " " is id 220, as in every real
Whisper), a few merges learned from the lines below, and Whisper's special tokens in their published order.
"""
import json
from pathlib import Path

import numpy as np
import regex
from safetensors.numpy import save_file

RATE = 16000
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LANGUAGES = {"en": "english", "zh": "chinese", "de": "german", "fr": "french", "ja": "japanese", "yue": "cantonese"}
TIMESTAMPS = 101  # <|0.00|> .. <|2.00|>: max_source_positions + 1, as 1501 = 1500 + 1 in the real files

# What the merges are learned from. The odd lines make the symbols of OpenAI's non_speech_tokens into single tokens.
TEXT = """
 the quick brown fox jumps over the lazy dog and then the dog sleeps in the sun, isn't it? I'm sure they'll say that
 she said that this is the thing, and that the other thing is not the same; we've been there, you're here, he'd know
 in 2024 there were 15 people and 100 things, 3.14 and 2,718 of them; the time was 10:30 on the 24th
 der schnelle braune Fuchs springt über den faulen Hund, und die Straße ist schön; ich weiß es nicht, aber für dich
 le renard brun saute par-dessus le chien paresseux, c'est déjà l'été, où êtes-vous allés, ça va très bien
 我们的世界是很大的，我不知道你在哪里。你好，你好，我们是朋友。我们的
 これは日本語の文です。今日はいい天気ですね。ありがとうございます。これは です です
 ♪ ♪ ♪ ♪♪ ♪♪♪ ♪ ♪♪ la la la ♪ ♪ ♫ ♫ ♬ ♩ ♭ ♮ ♯ ♪ ♪ 「あ」「い」「う」 『え』『お』 「か」 「き」
 - - - - ' ' ' ' -- -- -- (a) (b) ( ( ( [x] [y] [ [ << >> << >> "so" "he" " " " # # * * / / ( ( - - ' '
"""


def byte_alphabet():
    """GPT-2's map from byte to printable character, in token id order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


def learn_merges(text, count):
    """The `count` most frequent byte pairs, greedily; ties go to the smaller pair so that runs agree."""
    alphabet = byte_alphabet()
    words = {}
    for piece in regex.findall(PATTERN, text):
        key = tuple(alphabet[b] for b in piece.encode())
        words[key] = words.get(key, 0) + 1
    merges = []
    seen = set(alphabet.values())
    while len(merges) < count:
        pairs = {}
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                if pair[0] + pair[1] not in seen:
                    pairs[pair] = pairs.get(pair, 0) + n
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        seen.add(best[0] + best[1])
        words = merge_words(words, best)
    return merges


def merge_words(words, pair):
    merged = {}
    for word, n in words.items():
        out = []
        for piece in word:
            if out and (out[-1], piece) == pair:
                out[-1] += piece
            else:
                out.append(piece)
        merged[tuple(out)] = merged.get(tuple(out), 0) + n
    return merged


class TinyVocab:
    """Token strings and ids of a tiny Whisper, for kind "multi" (v1, v2), "v3" or "en"."""

    def __init__(self, kind, merge_count=150):
        self.kind = kind
        self.languages = [c for c in LANGUAGES if c != "yue" or kind == "v3"]
        self.merges = learn_merges(TEXT, merge_count)
        self.text_tokens = list(byte_alphabet().values()) + [a + b for a, b in self.merges]
        if kind != "en":
            self.text_tokens.append("")  # the real multilingual vocabularies end in an empty token (50256)
        nospeech = "<|nospeech|>" if kind == "v3" else "<|nocaptions|>"
        self.control = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{c}|>" for c in self.languages),
                        "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", nospeech,
                        "<|notimestamps|>"]
        self.stamps = [f"<|{i * 0.02:.2f}|>" for i in range(TIMESTAMPS)]
        self.ids = {t: i for i, t in enumerate(self.text_tokens + self.control + self.stamps)}
        self.size = len(self.ids)
        self.eot = self.ids["<|endoftext|>"]
        self.sot = self.ids["<|startoftranscript|>"]
        self.prev = self.ids["<|startofprev|>"]
        self.nospeech = self.ids[nospeech]
        self.notimestamps = self.ids["<|notimestamps|>"]
        self.stamp0 = self.ids["<|0.00|>"]

    def ranks(self):
        """Bytes to rank, as OpenAI's .tiktoken files hold them."""
        back = {c: b for b, c in byte_alphabet().items()}
        return {bytes(back[c] for c in t): i for i, t in enumerate(self.text_tokens)}

    def tokenizer_json(self, merges_as_lists):
        """The hub's tokenizer.json; older files write a merge as "a b", newer ones as ["a", "b"]."""
        vocab = {t: i for i, t in enumerate([*self.text_tokens, "<|endoftext|>"])}
        entry = lambda t, special: {"id": self.ids[t], "content": t, "single_word": False, "lstrip": False,
                                    "rstrip": False, "normalized": not special, "special": special}
        special = lambda t: {"SpecialToken": {"id": t, "type_id": 0}}
        text = lambda k: {"Sequence": {"id": k, "type_id": 0}}
        prefix = [special("<|startoftranscript|>"), special("<|notimestamps|>")]
        template = {t: {"id": t, "ids": [self.ids[t]], "tokens": [t]}
                    for t in ("<|endoftext|>", "<|notimestamps|>", "<|startoftranscript|>")}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [entry(t, True) for t in self.control] + [entry(t, False) for t in self.stamps],
            "normalizer": None,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "post_processor": {"type": "TemplateProcessing", "single": [*prefix, text("A"), special("<|endoftext|>")],
                               "pair": [*prefix, text("A"), text("B"), special("<|endoftext|>")],
                               "special_tokens": template},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                      "end_of_word_suffix": "", "fuse_unk": False, "vocab": vocab,
                      "merges": [list(m) if merges_as_lists else " ".join(m) for m in self.merges]},
        }


def recording():
    """5.2 s of 16-bit mono at 16 kHz: chirps of changing loudness, two near-silent gaps, noise throughout."""
    rng = np.random.default_rng(20240)
    n = int(5.2 * RATE)
    t = np.arange(n) / RATE
    phase = 2 * np.pi * np.cumsum(180 + 2600 * (0.5 + 0.5 * np.sin(2 * np.pi * 0.31 * t * (1 + 0.2 * t)))) / RATE
    loudness = 0.05 + 0.4 * np.abs(np.sin(2 * np.pi * 0.9 * t)) * (np.sin(2 * np.pi * 0.23 * t + 0.4) > -0.6)
    wave = loudness * (np.sin(phase) + 0.3 * np.sin(2.01 * phase)) + 0.01 * rng.standard_normal(n)
    wave[int(2.6 * RATE):int(3.0 * RATE)] *= 0.002
    return np.clip(np.round(wave * 32768 * 0.7), -32768, 32767).astype(np.int16)


def to_float(pcm):
    return pcm.astype(np.float32) / 32768


def write_json(path, value, indent=None):
    separators = None if indent else (",", ":")
    Path(path).write_text(json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n")


def rounded(value):
    """Floats to 7 significant digits, so that a rerun gives the same text."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


def write_table(path, value):
    """JSON with one line per entry of each second-level object: readable, and small in a diff."""
    compact = lambda v: json.dumps(rounded(v), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    rows = []
    for key, part in value.items():
        if isinstance(part, dict) and part:
            inner = ",\n".join(f"  {compact(k)}:{compact(v)}" for k, v in part.items())
            rows.append(f" {compact(key)}:{{\n{inner}\n }}")
        else:
            rows.append(f" {compact(key)}:{compact(part)}")
    Path(path).write_text("{\n" + ",\n".join(rows) + "\n}\n")


def save_tensors(path, tensors):
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, str(path), metadata={"format": "pt"})
