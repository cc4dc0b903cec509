# SPDX-License-Identifier: Apache-2.0
"""A text model that always says the same: a Qwen3 whose layers add nothing, so that each token alone decides which comes
next. It thinks where it may, says a few words and asks for a function."""

import array
import json
import random
import shutil
import struct

WIDTH, VOCABULARY, HEAD = 256, 640, 32
THOUGHT, SAID, CALL = "The clock knows.", "Let me look.", {"name": "clock", "arguments": {"zone": "UTC"}}
# In the tokenizer of tests/data/qwen3-tiny.
LINE, IM_END, CALLS, CALLED, THINKS, THOUGHTS = 198, 602, 603, 604, 607, 608
LINES, THOUGHT_ID, SAID_ID, CALL_ID = 609, 610, 611, 612
# A prompt ends in a line end where the model may think, and in two behind thoughts that are empty.
NEXT = {LINE: THINKS, THINKS: THOUGHT_ID, THOUGHT_ID: THOUGHTS, THOUGHTS: SAID_ID, LINES: SAID_ID, SAID_ID: CALLS,
        CALLS: CALL_ID, CALL_ID: CALLED, CALLED: IM_END}


def tokenizer(path):
    value = json.loads(path.read_text())
    value["model"]["vocab"]["ĊĊ"] = LINES
    first = value["model"]["merges"][0]
    value["model"]["merges"].append("Ċ Ċ" if isinstance(first, str) else ["Ċ", "Ċ"])
    for token, text in (THOUGHT_ID, f"\n{THOUGHT}\n"), (SAID_ID, f"\n\n{SAID}"), (CALL_ID, f"\n{json.dumps(CALL)}\n"):
        value["added_tokens"].append({"id": token, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                                      "normalized": False, "special": False})
    path.write_text(json.dumps(value))


def weights(path):
    chance = random.Random(1)
    embedding = [[chance.choice((-1.0, 1.0)) for _ in range(WIDTH)] for _ in range(VOCABULARY)]
    head = [[0.0] * WIDTH for _ in range(VOCABULARY)]
    for token, following in NEXT.items():
        head[following] = [a + b for a, b in zip(head[following], embedding[token])]
    layer = "model.layers.0."
    tensors = {"model.embed_tokens.weight": embedding, "lm_head.weight": head, "model.norm.weight": [1.0] * WIDTH,
               layer + "input_layernorm.weight": [1.0] * WIDTH, layer + "post_attention_layernorm.weight": [1.0] * WIDTH,
               layer + "self_attn.q_norm.weight": [1.0] * HEAD, layer + "self_attn.k_norm.weight": [1.0] * HEAD}
    for name, rows, columns in (("self_attn.q_proj", 128, WIDTH), ("self_attn.k_proj", 64, WIDTH), ("self_attn.v_proj", 64, WIDTH),
                                ("self_attn.o_proj", WIDTH, 128), ("mlp.gate_proj", 64, WIDTH), ("mlp.up_proj", 64, WIDTH),
                                ("mlp.down_proj", WIDTH, 64)):
        tensors[f"{layer}{name}.weight"] = [[0.0] * columns] * rows
    head, data = {}, b""
    for name, rows in tensors.items():
        shape = [len(rows)] + ([len(rows[0])] if isinstance(rows[0], list) else [])
        flat = array.array("f", [x for row in rows for x in row] if len(shape) == 2 else rows).tobytes()
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(flat)]}
        data += flat
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write(tiny, folder):
    """From the folder tests/data/qwen3-tiny, which is left as it is."""
    shutil.copytree(tiny, folder)
    config = json.loads((folder / "config.json").read_text())
    config.update(hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=1, layer_types=["full_attention"],
                  max_position_embeddings=4096, tie_word_embeddings=False, dtype="float32")
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer(folder / "tokenizer.json")
    weights(folder / "model.safetensors")


def set_up(source, models):
    """Models "tiny", of random weights and with room for tools, and "script"."""
    tiny = source / "tests" / "data" / "qwen3-tiny"
    if (models / "tiny").exists():
        return
    shutil.copytree(tiny, models / "tiny")
    config = json.loads((models / "tiny" / "config.json").read_text())
    (models / "tiny" / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 4096}))
    write(tiny, models / "script")
