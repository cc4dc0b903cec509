# SPDX-License-Identifier: Apache-2.0
"""A tiny Whisper in whisper.cpp's ggml .bin format: f32, f16, q8_0 and q5_0.

    python3 scripts/make_fixture_ggml.py OUT_DIR

writes OUT_DIR/ggml-tiny with one file per type, stages.safetensors and expected.json. The layout follows whisper.cpp 1.9's
models/convert-pt-to-ggml.py (tensor names and order of an OpenAI checkpoint, vocabulary without special tokens) and its
quantize program; all four files were found equal, byte for byte, to what that program makes of the f32 and f16 ones. What the
engine should compute from each file comes from openai-whisper 20250625 with that file's weights expanded to float32.
"""
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
import whisper
from transformers import WhisperFeatureExtractor

import make_fixture_whisper_model as tiny
import make_fixture_whisper_openai as openai
from make_fixture_common import TinyVocab, recording, save_tensors, to_float, write_table
from make_fixture_mel import bank
from make_fixture_whisper import special_ids

KIND = tiny.Kind("ggml-tiny", "multi", 80, 32, 1, 1, 1, torch.float32, 1, 43, ((0, 0),), 3.0)
MAGIC = 0x67676D6C
BLOCK = 32
# name: number of the file type, tensor type of large matrices, tensor type of convolutions
TYPES = {"f32": (0, 0, 0), "f16": (1, 1, 1), "q8_0": (2007, 8, 1), "q5_0": (2008, 6, 1)}
ALWAYS_F32 = ("encoder.conv1.bias", "encoder.conv2.bias", "encoder.positional_embedding",
              "decoder.positional_embedding")
SHOWN = "decoder.blocks.0.attn.query.weight"
TEXT_CONTEXT, MERGES = 48, 20  # smaller than the other tiny models': four files of this one are kept


def q8_0(rows):
    """Blocks of 32: a half scale, then signed bytes; ties round away from zero as C's roundf does."""
    x = rows.reshape(-1, BLOCK)
    scale = np.abs(x).max(axis=1, keepdims=True) / np.float32(127)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale != 0)
    y = x * inverse
    q = (np.sign(y) * np.floor(np.abs(y) + np.float32(0.5))).astype(np.int8)
    half = scale.astype(np.float16)
    data = np.concatenate([half.view(np.uint8), q.view(np.uint8)], axis=1)
    return data.tobytes(), (half.astype(np.float32) * q).reshape(rows.shape)


def q5_0(rows):
    """Blocks of 32: a half scale, 32 high bits, 16 bytes with values i and i + 16 in low and high nibble; offset 16."""
    x = rows.reshape(-1, BLOCK)
    extreme = np.take_along_axis(x, np.abs(x).argmax(axis=1)[:, None], axis=1)
    scale = extreme / np.float32(-16)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale != 0)
    q = np.minimum(31, np.trunc(x * inverse + np.float32(16.5)).astype(np.int8)).astype(np.uint8)
    high = ((q >> 4).astype(np.uint32) << np.arange(BLOCK, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    nibbles = (q[:, :16] & 15) | ((q[:, 16:] & 15) << 4)
    half = scale.astype(np.float16)
    data = np.concatenate([half.view(np.uint8), high[:, None].view(np.uint8), nibbles], axis=1)
    return data.tobytes(), (half.astype(np.float32) * (q.astype(np.float32) - 16)).reshape(rows.shape)


def stored(name, value, big, conv):
    """(type number, bytes, the float32 values a reader gets) of one tensor."""
    kind = conv if value.ndim == 3 else big
    if value.ndim < 2 or name in ALWAYS_F32 or kind == 0:
        return 0, value.tobytes(), value
    half = value.astype(np.float16)
    if kind == 1:
        return 1, half.tobytes(), half.astype(np.float32)
    data, back = (q8_0 if kind == 8 else q5_0)(half.astype(np.float32))  # quantized from the f16 file, as users do
    return kind, data, back


def write_file(path, config, vocab, weights, numbers):
    """One .bin; returns the weights as a reader should see them."""
    file_type, big, conv = numbers
    ints = lambda *values: struct.pack(f"<{len(values)}i", *values)
    seen = {}
    with open(path, "wb") as out:
        heads, width = config["encoder_attention_heads"], config["d_model"]
        out.write(ints(MAGIC, config["vocab_size"], config["max_source_positions"], width, heads,
                       config["encoder_layers"], config["max_target_positions"], width, heads,
                       config["decoder_layers"], config["num_mel_bins"], file_type))
        filters = bank(config["num_mel_bins"]).astype("<f4")
        out.write(ints(*filters.shape) + filters.tobytes())
        words = sorted(vocab.ranks(), key=vocab.ranks().get)
        out.write(ints(len(words)) + b"".join(ints(len(w)) + w for w in words))
        for name, value in weights.items():
            value = value[:, None] if name in ALWAYS_F32[:2] else value  # a convolution's bias is stored as [n, 1]
            number, data, back = stored(name, value, big, conv)
            label = name.encode()
            out.write(ints(value.ndim, len(label), number, *reversed(value.shape)) + label + data)
            seen[name] = back.reshape(-1) if name in ALWAYS_F32[:2] else back
    return seen


def openai_order(model):
    """Weights in the order of an OpenAI checkpoint's state_dict."""
    return {k: v.detach().numpy().astype(np.float32) for k, v in model.state_dict().items()}


def results(model, weights, mel, prompt):
    model.load_state_dict({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in weights.items()}, strict=True)
    with torch.no_grad():
        features = model.encoder(mel)
        logits = model.decoder(torch.tensor([prompt]), features)[0]
    options = dict(fp16=False, language="de", sample_len=40)
    decoded = model.decode(features[0], whisper.DecodingOptions(**options))
    return {"enc.out": features[0].numpy(), "dec.logits": logits[-1].numpy()}, decoded


def main(out):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    folder = Path(out) / KIND.name
    folder.mkdir(parents=True, exist_ok=True)
    vocab = TinyVocab(KIND.vocab, MERGES)
    config = {**tiny.config_json(KIND, vocab), "max_target_positions": TEXT_CONTEXT}
    model = openai.load(vocab, config, tiny.random_weights(KIND, vocab, config), KIND.alignment_heads)
    extractor = WhisperFeatureExtractor(feature_size=KIND.mels, chunk_length=openai.WINDOW_SECONDS)
    mel = torch.tensor(np.asarray(extractor(to_float(recording())[:32000], sampling_rate=16000).input_features))
    prompt = [vocab.sot, vocab.ids["<|de|>"], vocab.ids["<|transcribe|>"], vocab.notimestamps, 262, 84, 220, 256]
    weights, tensors, table = openai_order(model), {}, {"special": special_ids(vocab), "stage_prompt": prompt}
    for name, numbers in TYPES.items():
        seen = write_file(folder / f"ggml-tiny-{name}.bin", config, vocab, weights, numbers)
        stages, decoded = results(model, seen, mel, prompt)
        tensors.update({f"{name}.{k}": v for k, v in stages.items() if name != "f16" or k == "dec.logits"})
        tensors[f"{name}.{SHOWN}"] = seen[SHOWN]
        table[name] = {"greedy_ts": decoded.tokens, "avg_logprob": decoded.avg_logprob,
                       "no_speech_prob": decoded.no_speech_prob}
    save_tensors(folder / "stages.safetensors", tensors)
    write_table(folder / "expected.json", table)


if __name__ == "__main__":
    main(sys.argv[1])
