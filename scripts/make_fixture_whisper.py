# SPDX-License-Identifier: Apache-2.0
"""Parity fixtures for Whisper: three tiny models, every stage, and what two official decoders make of them.

    python3 scripts/make_fixture_whisper.py OUT_DIR [MODEL...]

writes OUT_DIR/recording.safetensors and, for each model, a folder as the hub publishes it with stages.safetensors
(tensors) and expected.json (everything else) beside the weights. tests/data/README.md documents the contents.
Made with torch 2.15, transformers 5.23 and openai-whisper 20250625; needs also tiktoken, regex and safetensors.
"""
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import WhisperFeatureExtractor

import make_fixture_whisper_decode as decode
import make_fixture_whisper_model as tiny
import make_fixture_whisper_openai as openai
from make_fixture_common import recording, save_tensors, to_float, write_table

INPUTS = {"a": (0, 32000), "b": (10000, 30837)}  # sample ranges of the recording; b is short and odd
EDGE = slice(125, 137)  # frames of input b where its 20837 samples end
STAGE_TEXT = " the quick fox, isn't it? Hund 你好"


def capture(modules, run):
    """The outputs of named modules during run(), and what run() returns."""
    seen = {}

    def keep(name):
        return lambda _, __, out: seen.__setitem__(name, (out[0] if isinstance(out, tuple) else out).detach()[0])

    hooks = [m.register_forward_hook(keep(n)) for n, m in modules.items()]
    with torch.no_grad():
        result = run()
    for hook in hooks:
        hook.remove()
    return seen, result


def encoder_stages(model, mel):
    """Convolutions after GELU, the sum with positions, each block, and the final norm."""
    enc = model.model.encoder
    modules = {f"enc.block{i}": layer for i, layer in enumerate(enc.layers)}
    modules.update({"conv1": enc.conv1, "conv2": enc.conv2, "enc.out": enc.layer_norm})
    seen, _ = capture(modules, lambda: enc(mel))
    seen["enc.conv1"] = torch.nn.functional.gelu(seen.pop("conv1"))
    seen["enc.conv2"] = torch.nn.functional.gelu(seen.pop("conv2"))
    seen["enc.pos"] = seen["enc.conv2"].T + enc.embed_positions.weight.detach()
    return seen


def decoder_stages(model, features, tokens):
    """Token plus position embedding, each block, the final norm, and the logits, for all prompt positions at once."""
    dec = model.model.decoder
    modules = {f"dec.block{i}": layer for i, layer in enumerate(dec.layers)}
    modules["dec.out"] = dec.layer_norm
    ids = torch.tensor([tokens])
    run = lambda: model(encoder_outputs=(features[None],), decoder_input_ids=ids).logits[0]
    seen, logits = capture(modules, run)
    seen["dec.embed"] = (dec.embed_tokens.weight[ids[0]] + dec.embed_positions.weight[:len(tokens)]).detach()
    return {**seen, "dec.logits": logits}


def stage_tensors(kind, model, mels, tokens):
    """All stages for the first model; for the others what tells them apart (the 80-bin mel is the same for all)."""
    full = kind.vocab == "multi"
    out = {"mel.a": mels["a"][0]} if full or kind.mels == 128 else {}
    out["mel.b.edge"] = mels["b"][0, :, EDGE]
    stages = encoder_stages(model, mels["a"])
    out.update({k: v for k, v in stages.items() if full or k in ("enc.out", "enc.block0")})
    if full:
        out["enc.out.b"] = encoder_stages(model, mels["b"])["enc.out"]
    out.update(decoder_stages(model, stages["enc.out"], tokens))
    return out


def stage_prompt(vocab, tokenizer):
    head = [vocab.prev, *tokenizer.encode(" la la")] if vocab.kind != "en" else []
    return [*head, *tokenizer.sot_sequence, vocab.notimestamps, *tokenizer.encode(STAGE_TEXT)]


def special_ids(vocab):
    return {"eot": vocab.eot, "sot": vocab.sot, "prev": vocab.prev, "nospeech": vocab.nospeech,
            "notimestamps": vocab.notimestamps, "timestamp_begin": vocab.stamp0, "vocab_size": vocab.size,
            "translate": vocab.ids["<|translate|>"], "transcribe": vocab.ids["<|transcribe|>"],
            "languages": {c: vocab.ids[f"<|{c}|>"] for c in vocab.languages}}


def make_model(kind, folder, audio):
    vocab, config, _, weights = tiny.write_folder(kind, folder)
    hub = tiny.load_hub_model(folder)
    ours = openai.load(vocab, config, weights, kind.alignment_heads)
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    mels = {k: torch.from_numpy(np.asarray(extractor(audio[a:b], sampling_rate=16000).input_features))
            for k, (a, b) in INPUTS.items()}
    prompt = stage_prompt(vocab, openai.tokenizer(vocab))
    tensors = stage_tensors(kind, hub, mels, prompt)
    with torch.no_grad():
        drift = (ours.encoder(mels["a"])[0] - tensors["enc.out"]).abs().max().item()
    assert drift < 2e-5, f"the two official encoders differ by {drift}"
    expected = {"inputs": {k: list(v) for k, v in INPUTS.items()}, "special": special_ids(vocab),
                "stage_prompt": prompt}
    last = tensors["dec.logits"][-1]
    tables, matrices = decode.everything(vocab, hub, ours, mels, audio, extractor, INPUTS, last)
    expected.update(tables)
    tensors.update(matrices)
    save_tensors(folder / "stages.safetensors", {k: np.asarray(v) for k, v in tensors.items()})
    write_table(folder / "expected.json", expected)


def main(out, *names):
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    pcm = recording()
    save_tensors(out / "recording.safetensors", {"pcm": pcm})
    for kind in (k for k in tiny.KINDS if not names or k.name in names):
        make_model(kind, out / kind.name, to_float(pcm))


if __name__ == "__main__":
    main(*sys.argv[1:])
