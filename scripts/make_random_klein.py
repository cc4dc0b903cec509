# SPDX-License-Identifier: Apache-2.0
"""A FLUX.2-klein-4B of the real size with random weights, for measurements of time and memory only.

    pip install torch diffusers transformers safetensors numpy
    python scripts/make_random_klein.py FOLDER int4|int8|bf16 [--holes]

Names and shapes are those that diffusers and transformers give for the published configurations; int4 and int8 are stored as `inhouse
models quantize` stores them. int4 takes 5 GB of disk, int8 8 GB, bf16 16 GB; with --holes next to nothing, since all weights are zero and
the files sparse, which costs as much time and memory to compute with. The tokenizer is that of tests/data/qwen3-tiny.
"""
import argparse
import json
import os
import shutil
import struct
from math import prod, sqrt
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLFlux2, Flux2Transformer2DModel
from transformers import Qwen3Config, Qwen3ForCausalLM

TINY = Path(__file__).resolve().parent.parent / "tests" / "data"
TRANSFORMER = {"in_channels": 128, "num_layers": 5, "num_single_layers": 20, "attention_head_dim": 128, "num_attention_heads": 24,
               "joint_attention_dim": 7680, "timestep_guidance_channels": 256, "mlp_ratio": 3.0, "axes_dims_rope": (32, 32, 32, 32),
               "rope_theta": 2000, "guidance_embeds": False}
TEXT = {"vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32,
        "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 40960, "rms_norm_eps": 1e-6, "rope_theta": 1e6,
        "tie_word_embeddings": True}
GROUP, CHUNK = 32, 1 << 24
random = np.random.default_rng(1)


def bf16(x):
    return (x.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)


def stored(name, shape, numbers):
    """What a tensor becomes: its type, shape and a maker of n of its values, and the same of its scale where it has one."""
    columns = shape[-1] if len(shape) == 2 else prod(shape[1:])
    wide = len(shape) == 2 and shape[0] >= 2 and columns >= 64
    if len(shape) == 1:
        value = 0.0 if name.endswith("bias") or "mean" in name else 1.0
        return [("BF16", shape, lambda n: np.full(n, bf16(np.array([value]))[0]))]
    size = 1 / sqrt(columns)
    if numbers == "bf16" or not wide:
        return [("BF16", shape, lambda n: bf16(size * random.standard_normal(n)))]
    if numbers == "int8":
        return [("I8", shape, lambda n: random.integers(-127, 128, n, dtype=np.int8)),
                ("F32", shape[:1], lambda n: np.full(n, size / 73, np.float32))]
    return [("U8", [shape[0], columns // 2], lambda n: random.integers(0, 256, n, dtype=np.uint8)),
            ("F32", [shape[0], columns // GROUP], lambda n: np.full(n, size / 4.6, np.float32))]


def write(path, model, numbers, holes):
    """Wide types first, so that all are aligned without gaps."""
    widths = {"F32": 4, "BF16": 2, "I8": 1, "U8": 1}
    tensors = [(name + ending, *t) for name, x in model.state_dict().items()
               if name != "lm_head.weight" and not name.endswith("num_batches_tracked")
               for ending, t in zip(("", ".scale"), stored(name, list(x.shape), numbers))]
    tensors.sort(key=lambda t: -widths[t[1]])
    header, at = {}, 0
    for name, kind, shape, _ in tensors:
        end = at + prod(shape) * widths[kind]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.truncate(f.tell() + at)
        for _, _, shape, make in [] if holes else tensors:
            block = make(min(prod(shape), CHUNK))
            for done in range(0, prod(shape), CHUNK):
                f.write(block[: prod(shape) - done].tobytes())
    print(f"{path}: {os.stat(path).st_size / 1e9:.2f} GB, {os.stat(path).st_blocks * 512 / 1e9:.2f} GB of disk")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("numbers", choices=("int4", "int8", "bf16"))
    parser.add_argument("--holes", action="store_true")
    a = parser.parse_args()
    with torch.device("meta"):
        transformer = Flux2Transformer2DModel(**TRANSFORMER)
        text, vae = Qwen3ForCausalLM(Qwen3Config(**TEXT)), AutoencoderKLFlux2()
    for part, model in (("transformer", transformer), ("text_encoder", text), ("vae", vae)):
        (a.folder / part).mkdir(parents=True)
        stem = "model" if part == "text_encoder" else "diffusion_pytorch_model"
        config = json.loads(model.config.to_json_string()) if part == "text_encoder" else dict(model.config)
        (a.folder / part / "config.json").write_text(json.dumps(config, indent=1, default=list))
        write(a.folder / part / f"{stem}.safetensors", model, "bf16" if part == "vae" else a.numbers, a.holes)
    for part in ("scheduler", "tokenizer"):
        shutil.copytree(TINY / "flux2-klein-tiny" / part, a.folder / part)
    index = json.loads((TINY / "flux2-klein-tiny" / "model_index.json").read_text())
    (a.folder / "model_index.json").write_text(json.dumps({**index, "is_distilled": True}, indent=1))


main()
