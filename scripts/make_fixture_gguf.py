#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/gguf: a file with a field of every type and a tensor of every type that is read, in random blocks, and the
values that llama.cpp's own Python package takes them for.

Usage: make_fixture_gguf.py
Needs gguf and safetensors. Made with gguf 0.19.0.
"""
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize
from safetensors.numpy import save_file

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "gguf"
# Where the f16 numbers of a block stand: they are set to sizes that do not overflow.
SCALES = {Type.Q8_0: [0], Type.Q5_0: [0], Type.Q4_0: [0], Type.Q4_K: [0, 2], Type.Q6_K: [208]}


def blocks(rng, kind, rows, columns):
    elements, size = GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (rows, columns // elements, size), dtype=np.uint8)
    for at in SCALES[kind]:
        scale = rng.normal(0, 0.1, raw.shape[:2]).astype(np.float16)
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


def main():
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
