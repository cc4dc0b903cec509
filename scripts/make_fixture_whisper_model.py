# SPDX-License-Identifier: Apache-2.0
"""Tiny Whisper models with random weights, written as the hub lays a checkpoint out. Not run by itself.

Config, generation config and preprocessor config have the fields of the published files of their kind (openai/whisper-tiny,
-tiny.en, -large-v3-turbo). Norms and biases are random too, or a forgotten one would not show. The output embedding is
nudged so that end-of-text and timestamps win now and then.
"""
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import WhisperConfig, WhisperForConditionalGeneration

import make_fixture_whisper_openai as openai
from make_fixture_common import TinyVocab, write_json


@dataclass(frozen=True)
class Kind:
    name: str
    vocab: str
    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    dtype: torch.dtype
    shards: int
    seed: int
    alignment_heads: tuple
    eot_bias: float
    stamp_bias: float = 2.5


# Seeds chosen among a hundred for output that is varied, differs between inputs, ends, and uses timestamps.
KINDS = [
    Kind("whisper-tiny-multi80", "multi", 80, 64, 2, 2, 2, torch.float32, 1, 55, ((0, 1), (1, 0), (1, 1)), 2.0),
    Kind("whisper-tiny-v3-128", "v3", 128, 64, 2, 2, 1, torch.float16, 2, 68, ((0, 0), (0, 1)), 3.0),
    Kind("whisper-tiny-en80", "en", 80, 32, 1, 2, 2, torch.bfloat16, 1, 6, ((1, 0),), 2.0),
]


def suppress_tokens(vocab):
    plain = openai.tokenizer(vocab).non_speech_tokens
    control = ["<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    return sorted({*plain, *(vocab.ids[t] for t in control), vocab.nospeech})


def config_json(kind, vocab):
    prompt = [vocab.ids["<|en|>"], vocab.ids["<|transcribe|>"], vocab.notimestamps]
    forced = [[i + 1, t] for i, t in enumerate(prompt if kind.vocab != "en" else prompt[-1:])]
    return {
        "_name_or_path": kind.name, "activation_dropout": 0.0, "activation_function": "gelu",
        "architectures": ["WhisperForConditionalGeneration"], "attention_dropout": 0.0,
        "begin_suppress_tokens": [220, vocab.eot], "bos_token_id": vocab.eot, "d_model": kind.width,
        "decoder_attention_heads": kind.heads, "decoder_ffn_dim": 4 * kind.width, "decoder_layerdrop": 0.0,
        "decoder_layers": kind.decoder_layers, "decoder_start_token_id": vocab.sot, "dropout": 0.0,
        "encoder_attention_heads": kind.heads, "encoder_ffn_dim": 4 * kind.width, "encoder_layerdrop": 0.0,
        "encoder_layers": kind.encoder_layers, "eos_token_id": vocab.eot, "forced_decoder_ids": forced,
        "init_std": 0.02, "is_encoder_decoder": True, "max_length": 96, "max_source_positions": 100,
        "max_target_positions": 96, "median_filter_width": 7, "model_type": "whisper",
        "num_hidden_layers": kind.encoder_layers, "num_mel_bins": kind.mels,
        "pad_token_id": vocab.eot - (kind.vocab == "v3"),  # large-v3's config.json has 50256 here, one below its EOT
        "scale_embedding": False, "suppress_tokens": suppress_tokens(vocab),
        "torch_dtype": str(kind.dtype).removeprefix("torch."), "transformers_version": "4.27.0.dev0",
        "use_cache": True, "vocab_size": vocab.size,
    }


def generation_json(kind, vocab):
    out = {
        "alignment_heads": [list(h) for h in kind.alignment_heads], "begin_suppress_tokens": [220, vocab.eot],
        "bos_token_id": vocab.eot, "decoder_start_token_id": vocab.sot, "eos_token_id": vocab.eot,
        "forced_decoder_ids": [[1, None], [2, vocab.ids["<|transcribe|>"]]], "is_multilingual": True,
        "lang_to_id": {t: vocab.ids[t] for t in sorted(f"<|{c}|>" for c in vocab.languages)},
        "max_initial_timestamp_index": 50, "max_length": 96, "no_timestamps_token_id": vocab.notimestamps,
        "pad_token_id": vocab.eot, "prev_sot_token_id": vocab.prev, "return_timestamps": False,
        "suppress_tokens": suppress_tokens(vocab),
        "task_to_id": {t: vocab.ids[f"<|{t}|>"] for t in ("transcribe", "translate")},
        "transformers_version": "4.31.0.dev0",
    }
    if kind.vocab == "en":
        out.update(is_multilingual=False, forced_decoder_ids=[[1, vocab.notimestamps]])
        del out["lang_to_id"], out["task_to_id"]
    return out


def preprocessor_json(kind):
    return {
        "chunk_length": openai.WINDOW_SECONDS, "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": kind.mels, "hop_length": 160, "n_fft": 400, "n_samples": 32000, "nb_max_frames": 200,
        "padding_side": "right", "padding_value": 0.0, "processor_class": "WhisperProcessor",
        "return_attention_mask": False, "sampling_rate": 16000,
    }


def random_tensor(name, tensor, gen):
    """A random value of a scale that keeps stages in range, audio and position felt, and logits well apart."""
    noise = torch.randn(tensor.shape, generator=gen)
    if name == "model.decoder.layer_norm.weight":
        return 2.2 + 0.3 * noise
    if name == "model.decoder.layer_norm.bias":
        return 0.5 * noise
    if name.endswith("layer_norm.weight"):
        return 1 + 0.2 * noise
    if name.endswith(".bias"):
        return 0.15 * noise
    if "embed_positions" in name:
        return 0.9 * noise
    if "embed_tokens" in name:
        return 0.18 * noise
    gain = {"q_proj": 2.2, "k_proj": 2.2, "out_proj": 1.6, "fc1": 1.6, "fc2": 3.0}.get(name.split(".")[-2], 1.2)
    gain *= 1.8 if "encoder_attn.out_proj" in name else 1
    return gain * noise / tensor[0].numel() ** 0.5


def random_weights(kind, vocab, config):
    """Hub tensors by name, at the storage type. Tied proj_out is left out, as in the published files."""
    gen = torch.Generator().manual_seed(kind.seed)
    shape = WhisperForConditionalGeneration(WhisperConfig(**{k: v for k, v in config.items() if k != "max_length"}))
    out = {}
    for name, tensor in shape.state_dict().items():
        if name == "proj_out.weight":
            continue
        fixed = name == "model.encoder.embed_positions.weight"  # sinusoids, stored and rounded like everything else
        out[name] = tensor.clone() if fixed else random_tensor(name, tensor, gen)
    direction = out["model.decoder.layer_norm.bias"]
    direction = direction / direction.square().sum()
    table = out["model.decoder.embed_tokens.weight"]
    table[vocab.eot] += kind.eot_bias * direction
    table[vocab.stamp0:] = 0.5 * table[vocab.stamp0:] + kind.stamp_bias * direction
    return {k: v.to(kind.dtype).contiguous() for k, v in out.items()}


def write_weights(folder, tensors, shards):
    meta = {"format": "pt"}
    if shards == 1:
        save_file(tensors, str(folder / "model.safetensors"), metadata=meta)
        return
    names = sorted(tensors)
    step = -(-len(names) // shards)
    where = {}
    for i in range(shards):
        part = names[i * step:(i + 1) * step]
        file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        save_file({n: tensors[n] for n in part}, str(folder / file), metadata=meta)
        where.update({n: file for n in part})
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    write_json(folder / "model.safetensors.index.json",
               {"metadata": {"total_size": total}, "weight_map": where}, indent=2)


def write_folder(kind, folder):
    """Write one model folder; returns (vocab, config, generation config, float32 tensors)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    vocab = TinyVocab(kind.vocab)
    config, generation = config_json(kind, vocab), generation_json(kind, vocab)
    tensors = random_weights(kind, vocab, config)
    write_json(folder / "config.json", config, indent=2)
    write_json(folder / "generation_config.json", generation, indent=2)
    write_json(folder / "preprocessor_config.json", preprocessor_json(kind), indent=2)
    write_json(folder / "tokenizer.json", vocab.tokenizer_json(merges_as_lists=kind.vocab == "v3"))
    write_weights(folder, tensors, kind.shards)
    return vocab, config, generation, {k: v.float() for k, v in tensors.items()}


def load_hub_model(folder):
    """The official class, reading the folder as a user would, computing in float32."""
    return WhisperForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()
