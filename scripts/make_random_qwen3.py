#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a GGUF file of one of Qwen3's real sizes with random weights and a vocabulary of bytes, to measure with: speed does not depend
on what weights say. Rows repeat after 512, which makes it quick.

Usage: make_random_qwen3.py 0.6b|4b bf16|q8_0|q4_0|q4_k FILE.gguf
Needs numpy and gguf.
"""
import sys

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter
from gguf.quants import quantize

#         width, layers, heads, heads of keys, feed-forward
SIZES = {"0.6b": (1024, 28, 16, 8, 3072), "4b": (2560, 36, 32, 8, 9728)}
TYPES = {"bf16": Type.BF16, "q8_0": Type.Q8_0, "q4_0": Type.Q4_0, "q4_k": Type.Q4_K}
HEAD, VOCAB, DISTINCT = 128, 151936, 512


def alphabet():
    """The characters that stand for bytes, as in every byte-level vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def blocks_q4_k(rng, rows, columns):
    """gguf cannot quantize to Q4_K: random blocks with scales of a weight's size."""
    raw = rng.integers(0, 256, (rows, columns // 256, 144), dtype=np.uint8)
    for at, scale in ((0, 2e-4), (2, 2e-3)):
        raw[:, :, at:at + 2] = np.full((rows, columns // 256, 1), scale, np.float16).view(np.uint8)
    return raw.reshape(rows, -1)


class Maker:
    def __init__(self, path, kind):
        self.w, self.kind, self.rng = GGUFWriter(path, "qwen3"), kind, np.random.default_rng(1)

    def matrix(self, name, rows, columns):
        few = min(rows, DISTINCT)
        if self.kind == Type.Q4_K:
            raw = blocks_q4_k(self.rng, few, columns)
        else:
            raw = quantize(self.rng.standard_normal((few, columns), dtype=np.float32) * np.float32(0.02), self.kind)
        raw = np.concatenate([raw] * ((rows + few - 1) // few))[:rows]
        self.w.add_tensor(name, raw, raw_dtype=self.kind)

    def vector(self, name, n):
        self.w.add_tensor(name, (1 + 0.1 * self.rng.standard_normal(n)).astype(np.float32))


def main():
    size, kind, path = sys.argv[1:]
    width, layers, heads, kv, ffn = SIZES[size]
    m = Maker(path, TYPES[kind])
    w, control = m.w, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    w.add_context_length(40960)
    w.add_embedding_length(width)
    w.add_block_count(layers)
    w.add_feed_forward_length(ffn)
    w.add_head_count(heads)
    w.add_head_count_kv(kv)
    w.add_key_length(HEAD)
    w.add_value_length(HEAD)
    w.add_layer_norm_rms_eps(1e-6)
    w.add_rope_freq_base(1e6)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    tokens = [*alphabet(), "ab"]
    tokens += [f"<w{i}>" for i in range(VOCAB - len(tokens) - len(control))] + control
    w.add_token_list(tokens)
    w.add_token_types([1] * (VOCAB - len(control)) + [3] * len(control))
    w.add_token_merges(["a b"])
    w.add_eos_token_id(VOCAB - 1)
    m.matrix("token_embd.weight", VOCAB, width)
    for i in range(layers):
        for name, rows, columns in (("attn_q", heads * HEAD, width), ("attn_k", kv * HEAD, width), ("attn_v", kv * HEAD, width),
                                    ("attn_output", width, heads * HEAD), ("ffn_gate", ffn, width), ("ffn_up", ffn, width),
                                    ("ffn_down", width, ffn)):
            m.matrix(f"blk.{i}.{name}.weight", rows, columns)
        for name, n in (("attn_norm", width), ("ffn_norm", width), ("attn_q_norm", HEAD), ("attn_k_norm", HEAD)):
            m.vector(f"blk.{i}.{name}.weight", n)
    m.vector("output_norm.weight", width)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


if __name__ == "__main__":
    main()
