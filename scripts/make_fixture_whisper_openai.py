# SPDX-License-Identifier: Apache-2.0
"""OpenAI's own Whisper (PyPI openai-whisper 20250625) at the size of the tiny fixtures.

The package fixes 30 s windows and the real vocabularies in module constants. `shrink` replaces those constants, and
nothing else: the model, decoding rules, long-form loop and word timing run as published. Not run by itself.
"""
import importlib
import re

import tiktoken
import torch
import whisper.decoding
import whisper.timing
import whisper.tokenizer
from whisper.model import ModelDimensions, Whisper

from make_fixture_common import LANGUAGES, PATTERN, RATE

WINDOW_SECONDS = 2
transcribe_module = importlib.import_module("whisper.transcribe")  # the package hides it behind its function

BLOCK_NAMES = {
    "self_attn.q_proj": "attn.query", "self_attn.k_proj": "attn.key", "self_attn.v_proj": "attn.value",
    "self_attn.out_proj": "attn.out", "self_attn_layer_norm": "attn_ln", "encoder_attn.q_proj": "cross_attn.query",
    "encoder_attn.k_proj": "cross_attn.key", "encoder_attn.v_proj": "cross_attn.value",
    "encoder_attn.out_proj": "cross_attn.out", "encoder_attn_layer_norm": "cross_attn_ln", "fc1": "mlp.0",
    "fc2": "mlp.2", "final_layer_norm": "mlp_ln",
}
OTHER_NAMES = {
    "encoder.embed_positions.weight": "encoder.positional_embedding",
    "decoder.embed_positions.weight": "decoder.positional_embedding",
    "decoder.embed_tokens.weight": "decoder.token_embedding.weight",
    "encoder.layer_norm.weight": "encoder.ln_post.weight", "encoder.layer_norm.bias": "encoder.ln_post.bias",
    "decoder.layer_norm.weight": "decoder.ln.weight", "decoder.layer_norm.bias": "decoder.ln.bias",
}


def openai_name(hub_name):
    """The name of a hub tensor in OpenAI's (and whisper.cpp's) files."""
    name = hub_name.removeprefix("model.")
    block = re.fullmatch(r"(encoder|decoder)\.layers\.(\d+)\.(.+)\.(weight|bias)", name)
    if block:
        side, layer, part, kind = block.groups()
        return f"{side}.blocks.{layer}.{BLOCK_NAMES[part]}.{kind}"
    return OTHER_NAMES.get(name, name)


class TinyWhisper(Whisper):
    """Whisper guesses its kind from the vocabulary size; the tiny ones have to be told."""

    is_multilingual = property(lambda self: self.vocab.kind != "en")
    num_languages = property(lambda self: len(self.vocab.languages))


def tokenizer(vocab, language=None, task=None):
    specials = {t: vocab.ids[t] for t in vocab.control + vocab.stamps}
    specials["<|nospeech|>"] = specials.pop("<|nocaptions|>", vocab.nospeech)  # OpenAI's name for the same id
    encoding = tiktoken.Encoding("tiny", pat_str=PATTERN, mergeable_ranks=vocab.ranks(), special_tokens=specials)
    if vocab.kind == "en":
        language = task = None
    else:
        language, task = language or "en", task or "transcribe"
    return whisper.tokenizer.Tokenizer(encoding, len(vocab.languages), language=language, task=task)


def shrink(vocab):
    """Point the package at 2 s windows and the tiny vocabulary."""
    languages = {c: LANGUAGES[c] for c in vocab.languages}
    make = lambda *_, language=None, task=None, **__: tokenizer(vocab, language, task)
    whisper.decoding.CHUNK_LENGTH = WINDOW_SECONDS
    transcribe_module.N_SAMPLES = WINDOW_SECONDS * RATE
    transcribe_module.N_FRAMES = WINDOW_SECONDS * 100
    for module in (whisper.tokenizer, transcribe_module):
        module.LANGUAGES = languages
    for module in (whisper.decoding, transcribe_module):
        module.get_tokenizer = make


def load(vocab, config, hub_tensors, alignment_heads):
    """The model from hub tensors (name to float32 tensor)."""
    shrink(vocab)
    dims = ModelDimensions(
        n_mels=config["num_mel_bins"], n_audio_ctx=config["max_source_positions"], n_audio_state=config["d_model"],
        n_audio_head=config["encoder_attention_heads"], n_audio_layer=config["encoder_layers"],
        n_vocab=config["vocab_size"], n_text_ctx=config["max_target_positions"], n_text_state=config["d_model"],
        n_text_head=config["decoder_attention_heads"], n_text_layer=config["decoder_layers"])
    model = TinyWhisper(dims)
    model.vocab = vocab
    model.load_state_dict({openai_name(k): v for k, v in hub_tensors.items()}, strict=True)
    heads = torch.zeros(dims.n_text_layer, dims.n_text_head, dtype=torch.bool)
    for layer, head in alignment_heads:
        heads[layer, head] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return model.eval()
