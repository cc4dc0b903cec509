# SPDX-License-Identifier: Apache-2.0
"""What Whisper does with token ids beyond encoding: words, symbols it never speaks, special tokens, partial characters.

    python3 scripts/make_fixture_words.py OUT_DIR

writes OUT_DIR/words.json from openai-whisper 20250625, for the tiny vocabularies and for the real multilingual one (whose
ranks are not stored here: its ids mean something only beside multilingual.tiktoken), and for special tokens in text from Hugging
Face tokenizers 0.23.
"""
import json
import sys
from pathlib import Path

import whisper.tokenizer
from tokenizers import Tokenizer

import make_fixture_whisper_openai as openai
from make_fixture_common import TinyVocab, write_table

SPLIT = [
    ("en", " Hello, world! It's 10:30 (really)."), ("en", " \"Quoted\" words - and dashes..."), ("en", " "), ("en", "!"),
    ("fr", " C'est l'été 👍🏽 ici."), ("de", " Straße–Allee"), ("zh", "我们是朋友。你好，世界"), ("ja", " これは日本語です。OK?"),
    ("en", "no leading space 你好 x"), ("zh", " mixed 中文 and 👩‍👧 text"),
]
CUT = ["👍", " 안녕"]  # words whose last token is missing: the bytes end inside a character
SPECIAL = ["<|startoftranscript|><|en|><|transcribe|> hello<|endoftext|>", "a<|0.00|> b<|2.00|>", "<|nope|> <|en>",
           "<|notimestamps|>x <|fr|>"]
STREAM = " né 你好 👩‍👧 😀!"


def split_case(tok, language, ids):
    words, tokens = tok.split_to_word_tokens([*ids, tok.eot])
    return {"language": language, "ids": ids, "words": words, "tokens": tokens}


def split_cases(make):
    """OpenAI's split_to_word_tokens; the end-of-text token it needs is the last word of each result."""
    cases = [(c, make(c), text) for c, text in SPLIT if make(c)]
    out = [split_case(tok, c, tok.encode(text)) for c, tok, text in cases]
    for text in CUT:
        tok = make("en")
        ids = tok.encode(" a" + text)[:-1]
        out += [split_case(make(c), c, ids + tok.encode(" b")) for c in ("en", "zh") if make(c)]
    return out


def streaming(encoding):
    """After each token: how many bytes are whole characters (what a live display may show)."""
    ids, data, shown = encoding.encode(STREAM), b"", []
    for i in ids:
        data += encoding.decode_single_token_bytes(i)
        shown.append(len(data.decode(errors="ignore").encode()))
    return {"text": STREAM, "ids": ids, "whole_bytes": shown}


def table(make):
    tok = make("en")
    return {"split": split_cases(make), "non_speech": list(tok.non_speech_tokens), "streaming": streaming(tok.encoding)}


def tiny(kind):
    vocab = TinyVocab(kind)
    openai.shrink(vocab)
    hub = Tokenizer.from_str(json.dumps(vocab.tokenizer_json(merges_as_lists=kind == "v3")))
    special = [{"text": t, "ids": hub.encode(t, add_special_tokens=False).ids} for t in SPECIAL]
    make = lambda c: openai.tokenizer(vocab, c, "transcribe") if c in vocab.languages else None
    return {**table(make), "special": special}


def main(out):
    real = table(lambda c: whisper.tokenizer.get_tokenizer(True, num_languages=100, language=c, task="transcribe"))
    names = {"multi": "whisper-tiny-multi80", "v3": "whisper-tiny-v3-128", "en": "whisper-tiny-en80"}
    write_table(Path(out) / "words.json", {"multilingual": real, **{names[k]: tiny(k) for k in names}})


if __name__ == "__main__":
    main(sys.argv[1])
