"""Writes a Whisper model of a real size with random weights, for speed measurements only.

    make_random_whisper.py tiny|base|small|medium|large-v3-turbo|large-v3 FOLDER [--ggml FILE] [--says N]

FOLDER gets config.json, generation_config.json, tokenizer.json and model.safetensors (f16) as the hub lays them out; FILE
the same weights as a whisper.cpp ggml file (f16). The vocabulary is the 256 bytes plus filler tokens, so that text comes out
as nonsense of the real length. With --says, what is decoded greedily after a prompt of four tokens is the same N tokens of
nonsense for any sound and in any engine, then the end: programs can be compared that leave no say in how much they decode.
Needs numpy.
"""

import argparse
import json
import pathlib
import struct

import numpy as np

# width, heads, encoder layers, decoder layers, mels, vocabulary
SIZES = {
    "tiny": (384, 6, 4, 4, 80, 51865),
    "base": (512, 8, 6, 6, 80, 51865),
    "small": (768, 12, 12, 12, 80, 51865),
    "medium": (1024, 16, 24, 24, 80, 51865),
    "large-v3": (1280, 20, 32, 32, 128, 51866),
    "large-v3-turbo": (1280, 20, 32, 4, 128, 51866),
}
LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk"
    " te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo"
    " ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue"
).split()


def byte_characters():
    """GPT-2's printable stand-ins for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    table = {b: chr(b) for b in plain}
    table.update({b: chr(256 + i) for i, b in enumerate(rest)})
    return table


def tokens(vocab):
    """Text tokens and special tokens in Whisper's order; 50257 text tokens in all."""
    table = byte_characters()
    text = [table[b] for b in sorted(range(256), key=lambda b: table[b])]
    text += [table[97 + i % 26] + table[97 + i // 26 % 26] + f"{i}" for i in range(50257 - 256)]
    languages = LANGUAGES[: vocab - 51766]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages)]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    special += [f"<|{i / 50:.2f}|>" for i in range(vocab - 50257 - len(special))]
    return text, special


def shapes(size):
    """Name, shape and kind of each tensor, under the hub's names."""
    d, _, encoder, decoder, mels, vocab = SIZES[size]

    def norm(name):
        yield name + ".weight", (d,), "one"
        yield name + ".bias", (d,), "small"

    def attention(name):
        for part in "qkv":
            yield f"{name}.{part}_proj.weight", (d, d), "matrix"
            if part != "k":
                yield f"{name}.{part}_proj.bias", (d,), "small"
        yield f"{name}.out_proj.weight", (d, d), "matrix"
        yield f"{name}.out_proj.bias", (d,), "small"

    def block(name, cross):
        yield from attention(name + ".self_attn")
        yield from norm(name + ".self_attn_layer_norm")
        if cross:
            yield from attention(name + ".encoder_attn")
            yield from norm(name + ".encoder_attn_layer_norm")
        yield name + ".fc1.weight", (4 * d, d), "matrix"
        yield name + ".fc1.bias", (4 * d,), "small"
        yield name + ".fc2.weight", (d, 4 * d), "matrix"
        yield name + ".fc2.bias", (d,), "small"
        yield from norm(name + ".final_layer_norm")

    yield "model.encoder.conv1.weight", (d, mels, 3), "matrix"
    yield "model.encoder.conv1.bias", (d,), "small"
    yield "model.encoder.conv2.weight", (d, d, 3), "matrix"
    yield "model.encoder.conv2.bias", (d,), "small"
    yield "model.encoder.embed_positions.weight", (1500, d), "small"
    for i in range(encoder):
        yield from block(f"model.encoder.layers.{i}", False)
    yield from norm("model.encoder.layer_norm")
    yield "model.decoder.embed_tokens.weight", (vocab, d), "matrix"
    yield "model.decoder.embed_positions.weight", (448, d), "small"
    for i in range(decoder):
        yield from block(f"model.decoder.layers.{i}", True)
    yield from norm("model.decoder.layer_norm")


def values(rng, shape, kind):
    if kind == "one":
        return np.ones(shape, np.float32)
    x = rng.standard_normal(shape, dtype=np.float32)
    return x * (0.02 if kind == "small" else 0.7 / np.sqrt(np.prod(shape[1:])))


class Saying:
    """Decoder positions that lie along one direction each, far longer than what the layers add, and a token for each whose
    embedding lies along the same: the logits' peak, also in f16 and int8."""

    PROMPT = 4  # <|startoftranscript|><|en|><|transcribe|><|notimestamps|>
    FIRST, STEP, END = 1000, 37, 50257  # tokens of text; <|endoftext|>

    def __init__(self, count, width):
        directions = np.random.default_rng(7).standard_normal((count + 1, width)).astype(np.float32)
        self.directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        self.count = count

    def change(self, name, data):
        at = self.PROMPT - 1  # the position that gives the first token of text
        if name == "model.decoder.embed_positions.weight":
            data[at:at + self.count] += 100 * self.directions[:-1]
            data[at + self.count:] += 100 * self.directions[-1]
        elif name == "model.decoder.embed_tokens.weight":
            data[self.FIRST:self.FIRST + self.STEP * self.count:self.STEP] += 2 * self.directions[:-1]
            data[self.END] += 2 * self.directions[-1]
        return data


def tensor(name, shape, kind, rng, saying):
    data = values(rng, shape, kind)
    return (saying.change(name, data) if saying else data).astype(np.float16)


def write_hub(folder, size, rng, saying):
    folder.mkdir(parents=True, exist_ok=True)
    d, heads, encoder, decoder, mels, vocab = SIZES[size]
    config = dict(model_type="whisper", architectures=["WhisperForConditionalGeneration"], d_model=d, num_mel_bins=mels,
                  encoder_layers=encoder, decoder_layers=decoder, encoder_attention_heads=heads, decoder_attention_heads=heads,
                  encoder_ffn_dim=4 * d, decoder_ffn_dim=4 * d, max_source_positions=1500, max_target_positions=448,
                  vocab_size=vocab)
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "generation_config.json").write_text(json.dumps({"max_initial_timestamp_index": 50, "suppress_tokens": [1]}))
    text, special = tokens(vocab)
    added = [dict(id=len(text) + i, content=t, special=True) for i, t in enumerate(special)]
    model = dict(type="BPE", vocab={t: i for i, t in enumerate(text)}, merges=[])
    (folder / "tokenizer.json").write_text(json.dumps(dict(version="1.0", added_tokens=added, model=model)))
    header, offset = {}, 0
    for name, shape, _ in shapes(size):
        bytes_ = 2 * int(np.prod(shape))
        header[name] = dict(dtype="F16", shape=list(shape), data_offsets=[offset, offset + bytes_])
        offset += bytes_
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(folder / "model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head)
        for name, shape, kind in shapes(size):
            f.write(tensor(name, shape, kind, rng, saying).tobytes())


def ggml_name(name):
    for hub, ggml in ((".self_attn.", ".attn."), (".encoder_attn.", ".cross_attn."), ("self_attn_layer_norm", "attn_ln"),
                      ("encoder_attn_layer_norm", "cross_attn_ln"), ("final_layer_norm", "mlp_ln"), (".layers.", ".blocks."),
                      ("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"), ("fc1", "mlp.0"),
                      ("fc2", "mlp.2"), ("encoder.layer_norm", "encoder.ln_post"), ("decoder.layer_norm", "decoder.ln"),
                      ("embed_positions.weight", "positional_embedding"), ("embed_tokens", "token_embedding"), ("model.", "")):
        name = name.replace(hub, ggml)
    return name


def write_ggml(path, size, rng, saying, filters):
    d, heads, encoder, decoder, mels, vocab = SIZES[size]
    text, _ = tokens(vocab)
    inverse = {c: b for b, c in byte_characters().items()}
    with open(path, "wb") as f:
        f.write(struct.pack("<12i", 0x67676D6C, vocab, 1500, d, heads, encoder, 448, d, heads, decoder, mels, 1))
        f.write(struct.pack("<2i", *filters.shape) + filters.astype(np.float32).tobytes())
        f.write(struct.pack("<i", len(text)))
        for token in text:
            raw = bytes(inverse[c] for c in token)
            f.write(struct.pack("<I", len(raw)) + raw)
        for name, shape, kind in shapes(size):
            half = kind == "matrix" and "conv" not in name or name.endswith(("conv1.weight", "conv2.weight"))
            data = tensor(name, shape, kind, rng, saying)
            if name.endswith(("conv1.bias", "conv2.bias")):
                shape = (*shape, 1)
            encoded = ggml_name(name).encode()
            f.write(struct.pack("<3i", len(shape), len(encoded), int(half)))
            f.write(struct.pack(f"<{len(shape)}i", *shape[::-1]) + encoded)
            f.write((data if half else data.astype(np.float32)).tobytes())


def slaney_filters(mels):
    """The filter bank of librosa.filters.mel(sr=16000, n_fft=400)."""
    def to_hz(m):
        return np.where(m < 15, 200 / 3 * m, 1000 * np.exp((m - 15) * np.log(6.4) / 27))
    top = 15 + 27 * np.log(8000 / 1000) / np.log(6.4)
    edges = to_hz(np.linspace(0, top, mels + 2))
    bins = np.linspace(0, 8000, 201)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ggml", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--says", type=int, metavar="N")
    args = parser.parse_args()
    saying = Saying(args.says, SIZES[args.size][0]) if args.says else None
    write_hub(args.folder, args.size, np.random.default_rng(args.seed), saying)
    if args.ggml:
        write_ggml(args.ggml, args.size, np.random.default_rng(args.seed), saying, slaney_filters(SIZES[args.size][4]))


if __name__ == "__main__":
    main()
