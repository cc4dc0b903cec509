#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/qwen2-tiny: a text model as Qwen2.5 is published (biases of q, k and v, an output matrix of its own), with a rotation
stretched by YaRN, narrow and random, and what transformers makes of it; and into tests/data/qwen3-tiny/expected.json the
conversations as the 2507 editions of Qwen3 write them.

Usage: make_fixture_qwen2.py QWEN2.5.JINJA INSTRUCT-2507.JINJA THINKING-2507.JINJA
Run it after make_fixture_qwen3.py, with what that needs but diffusers. The templates are those of Qwen/Qwen2.5-7B-Instruct,
Qwen/Qwen3-4B-Instruct-2507 and Qwen/Qwen3-4B-Thinking-2507.
"""
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, normalizers
from transformers import Qwen2Config, Qwen2ForCausalLM

from make_fixture_common import write_table
from make_fixture_qwen3 import DATA, QWEN2, QWEN3_CONTROL, SENTENCES, SPELLED, chats, greedy, hub_tokenizer, scatter, stages, train, write

# Not the published template, only what tells which one it is.
MARKS = "<|im_start|><tool_response>You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
# Qwen2.5 has no tokens for thoughts and for what tools gave back.
CONTROL = QWEN3_CONTROL[:5]


def make_qwen2(template):
    raw = train(QWEN2, CONTROL, normalizers.NFC(), False)
    tokenizer = hub_tokenizer(raw, template, "<|endoftext|>")
    ids = {text: raw.token_to_id(text) for text, _ in CONTROL}
    yarn = {"rope_type": "yarn", "rope_theta": 1e6, "factor": 4.0, "original_max_position_embeddings": 32}
    config = Qwen2Config(vocab_size=640, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-6, rope_parameters=yarn,
                         tie_word_embeddings=False, bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|im_end|>"])
    model = Qwen2ForCausalLM(config).eval()
    scatter(model, 5, 0.2)
    model.generation_config.eos_token_id = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    prompt = tokenizer(" ".join(SENTENCES[9:12]), add_special_tokens=False)["input_ids"][:60]
    chosen, gap = greedy(model, prompt, 24)
    write(DATA / "qwen2-tiny", model, raw, MARKS, stages(model.float(), prompt),
          {"chat": chats(tokenizer, False, objects=True, modes=(True,), spelled=()), "greedy": {"ids": chosen, "gap": gap}})


def add_editions(answer, think):
    path = DATA / "qwen3-tiny" / "expected.json"
    expected = json.loads(path.read_text())
    raw = Tokenizer.from_file(str(path.parent / "tokenizer.json"))
    # One that never thinks leaves thoughts in a text where they are: then they are text, too.
    for name, template, more in (("answer", answer, ["turns", "kept", "no_query", "tools_alone"]), ("think", think, [])):
        tokenizer = hub_tokenizer(raw, template, "<|endoftext|>")
        expected[f"chat_{name}"] = chats(tokenizer, False, modes=(True,), spelled=[*SPELLED, *more])
    write_table(path, expected)


def main():
    templates = [Path(p).read_text() for p in sys.argv[1:]]
    make_qwen2(templates[0])
    add_editions(*templates[1:])


if __name__ == "__main__":
    main()
