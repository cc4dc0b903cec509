#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/gguf: a file with a field of every type and a tensor of every type that is read, in random blocks, and the
values that llama.cpp's own Python package takes them for; and qwen3-tiny, qwen2-tiny and llama3-tiny as llama.cpp's converter writes
them.

Usage: make_fixture_gguf.py
Run it after make_fixture_qwen3.py and make_fixture_qwen2.py. Needs gguf and safetensors. Made with gguf 0.19.0.
"""
import json
import math
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter, RopeScalingType
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize
from safetensors.numpy import save_file

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "gguf"
NAMES = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_norm": "attn_q_norm",
         "self_attn.k_norm": "attn_k_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
         "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
# Where the f16 numbers of a block stand: they are set to sizes that do not overflow.
SCALES = {Type.Q8_0: [0], Type.Q5_0: [0], Type.Q4_0: [0], Type.Q4_K: [0, 2], Type.Q6_K: [208]}


def blocks(rng, kind, rows, columns, size_of_scales=0.1):
    elements, size = GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (rows, columns // elements, size), dtype=np.uint8)
    for at in SCALES[kind]:
        scale = rng.normal(0, size_of_scales, raw.shape[:2]).astype(np.float16)
        raw[:, :, at:at + 2] = scale[..., None].view(np.uint8)
    return raw.reshape(rows, -1)


def add_fields(w):
    w.add_uint8("a.u8", 200)
    w.add_int8("a.i8", -100)
    w.add_uint16("a.u16", 60000)
    w.add_int16("a.i16", -30000)
    w.add_uint32("a.u32", 4000000000)
    w.add_int32("a.i32", -2000000000)
    w.add_float32("a.f32", 0.25)
    w.add_bool("a.bool", True)
    w.add_string("a.string", "gr\u00fc\u00dfe")
    w.add_array("a.strings", ["one", "", "drei"])
    w.add_array("a.ints", [3, -4, 5])
    w.add_uint64("a.u64", 1 << 40)
    w.add_int64("a.i64", -(1 << 40))
    w.add_float64("a.f64", 1e300)


def read_bf16(path):
    """Name to bf16 values as u16."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    for name, t in json.loads(raw[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = t["data_offsets"]
            yield name, np.frombuffer(raw[8 + size + begin:8 + size + end], np.uint16).reshape(t["shape"])


def gguf_name(name):
    name, kind = name.rsplit(".", 1)
    if name.startswith("model.layers."):
        layer, rest = name.removeprefix("model.layers.").split(".", 1)
        return f"blk.{layer}.{NAMES[rest]}.{kind}"
    return f"{NAMES[name]}.{kind}"


def permuted(w, heads):
    """Rows of q or k in the order that llama.cpp's rotation of neighbours wants (LlamaModel.permute of its converter)."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def rope_factors(c):
    rope, dim = c["rope_parameters"], c["head_dim"]
    low, high = (rope["original_max_position_embeddings"] / rope[k] for k in ("low_freq_factor", "high_freq_factor"))
    for i in range(0, dim, 2):
        length = 2 * math.pi * rope["rope_theta"] ** (i / dim)
        smooth = (rope["original_max_position_embeddings"] / length - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
        yield 1.0 if length < high else rope["factor"] if length > low else 1 / ((1 - smooth) / rope["factor"] + smooth)


def add_tokenizer(w, folder, c, pre):
    t = json.loads((folder / "tokenizer.json").read_text())
    tokens = {i: (text, 1) for text, i in t["model"]["vocab"].items()}
    tokens.update({a["id"]: (a["content"], 3 if a["special"] else 4) for a in t["added_tokens"]})
    listed = [tokens.get(i, (f"[PAD{i}]", 5)) for i in range(c["vocab_size"])]
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre(pre)
    w.add_token_list([text for text, _ in listed])
    w.add_token_types([kind for _, kind in listed])
    w.add_token_merges([" ".join(m) for m in t["model"]["merges"]])
    w.add_eos_token_id(c["eos_token_id"])
    w.add_chat_template(json.loads((folder / "tokenizer_config.json").read_text())["chat_template"])


def write_model(arch, folder, pre, rng=None):
    """With rng, matrices are random blocks of Q4_0 instead of the folder's."""
    c = json.loads((folder / "config.json").read_text())
    w = GGUFWriter(DATA / f"{folder.name.removesuffix('-tiny')}{'-q4_0' if rng else ''}.gguf", arch)
    w.add_context_length(c["max_position_embeddings"])
    w.add_embedding_length(c["hidden_size"])
    w.add_block_count(c["num_hidden_layers"])
    w.add_feed_forward_length(c["intermediate_size"])
    w.add_head_count(c["num_attention_heads"])
    w.add_head_count_kv(c["num_key_value_heads"])
    if "head_dim" in c:
        w.add_key_length(c["head_dim"])
    w.add_layer_norm_rms_eps(c["rms_norm_eps"])
    w.add_rope_freq_base(c["rope_parameters"]["rope_theta"])
    if c["rope_parameters"]["rope_type"] == "yarn":
        w.add_rope_scaling_type(RopeScalingType.YARN)
        w.add_rope_scaling_factor(c["rope_parameters"]["factor"])
        w.add_rope_scaling_orig_ctx_len(c["rope_parameters"]["original_max_position_embeddings"])
    add_tokenizer(w, folder, c, pre)
    heads = {"q_proj": c["num_attention_heads"], "k_proj": c["num_key_value_heads"]}
    for path in sorted(folder.glob("model*.safetensors")):
        for name, value in read_bf16(path):
            kind = name.split(".")[-2]
            if arch == "llama" and kind in heads:
                value = permuted(value, heads[kind])
            if value.ndim == 1:
                w.add_tensor(gguf_name(name), (value.astype(np.uint32) << 16).view(np.float32))
            elif rng:
                w.add_tensor(gguf_name(name), blocks(rng, Type.Q4_0, *value.shape, 0.04), raw_dtype=Type.Q4_0)
            else:
                w.add_tensor(gguf_name(name), np.ascontiguousarray(value).view(np.uint8), raw_dtype=Type.BF16)
    if c["rope_parameters"]["rope_type"] == "llama3":
        w.add_tensor("rope_freqs.weight", np.array(list(rope_factors(c)), np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def main():
    write_model("qwen3", DATA.parent / "qwen3-tiny", "qwen2")
    write_model("qwen3", DATA.parent / "qwen3-tiny", "qwen2", np.random.default_rng(7))
    write_model("qwen2", DATA.parent / "qwen2-tiny", "qwen2")
    write_model("llama", DATA.parent / "llama3-tiny", "llama-bpe")
    rng = np.random.default_rng(6)
    DATA.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(DATA / "types.gguf", "test")
    add_fields(writer)
    plain = rng.normal(0, 1, (3, 5)).astype(np.float32)
    expected = {"f32": plain, "f16": plain.astype(np.float16).astype(np.float32)}
    writer.add_tensor("f32", plain)
    writer.add_tensor("f16", plain.astype(np.float16))
    brain = (plain.view(np.uint32) >> 16).astype(np.uint16)
    writer.add_tensor("bf16", brain.view(np.uint8).reshape(3, 10), raw_dtype=Type.BF16)
    expected["bf16"] = (brain.astype(np.uint32) << 16).view(np.float32)
    for kind in SCALES:
        raw = blocks(rng, kind, 2, 512)
        writer.add_tensor(kind.name, raw, raw_dtype=kind)
        expected[kind.name] = dequantize(raw, kind).astype(np.float32)
    writer.add_tensor("unread", rng.integers(0, 256, (1, 84), dtype=np.uint8), raw_dtype=Type.Q2_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, DATA / "expected.safetensors")


if __name__ == "__main__":
    main()
