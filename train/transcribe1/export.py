# SPDX-License-Identifier: Apache-2.0
"""Writes a checkpoint in Hugging Face's file layout, at any time, also while training runs.

    python -m transcribe1.export small --to models/transcribe-1
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from .config import CACHE, LANGUAGES, PRESETS, VERSION
from .model import MAX_TEXT
from .phones import Phones
from .spelling import UNSPACED, lexicon, spellings
from .tokens import TASKS, Vocabulary

# Signs nobody speaks; Whisper's list, as far as they are single tokens here.
NON_SPEECH = list('"#()*+/:;<=>@[\\]^_`{|}~') + ["「", "」", "『", "』", "♪", "♩", "♫"]


CTC_SHARE, LEXICON_SHARE = 0.5, 0.6  # of what the CTC head and the words say, beside the decoder, in the search


def ctc(vocabulary, texts) -> dict:
    """What a search needs to hear the CTC head."""
    return {"classes": vocabulary.blank + 1, "blank": vocabulary.blank, "space": vocabulary.classes[" "], "weight": CTC_SHARE,
            "lexicon_weight": LEXICON_SHARE, "letters": vocabulary.letters,
            "languages": [code for code in LANGUAGES if code not in UNSPACED], "unspaced": UNSPACED,
            "spelling": spellings(vocabulary, texts)}


def suppressed(vocabulary) -> list:
    """Ids that greedy and beam search must not choose."""
    find = vocabulary.tokenizer.encode
    signs = {ids[0] for sign in NON_SPEECH for text in (sign, " " + sign)
             if len(ids := find(text, add_special_tokens=False).ids) == 1}
    never = {vocabulary.tokenizer.token_to_id(task) for task in TASKS if task != "<|notimestamps|>"}
    return sorted(signs | never | {vocabulary.start})


def config(preset, vocabulary, phones: list, steps: int, hours: float) -> dict:
    """Whisper's configuration; what training needs to go on from the exported weights stands under "inhouse"."""
    return {
        "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "dtype": "bfloat16",
        "vocab_size": vocabulary.size, "num_mel_bins": 80, "d_model": preset.width,
        "encoder_layers": preset.encoder_layers, "encoder_attention_heads": preset.heads, "encoder_ffn_dim": 4 * preset.width,
        "decoder_layers": preset.decoder_layers, "decoder_attention_heads": preset.heads, "decoder_ffn_dim": 4 * preset.width,
        "max_source_positions": 1500, "max_target_positions": MAX_TEXT, "activation_function": "gelu",
        "dropout": 0.0, "attention_dropout": 0.0, "activation_dropout": 0.0, "encoder_layerdrop": 0.0, "decoder_layerdrop": 0.0,
        "scale_embedding": False, "is_encoder_decoder": True, "tie_word_embeddings": True, "use_cache": True,
        "bos_token_id": vocabulary.end, "eos_token_id": vocabulary.end, "pad_token_id": vocabulary.end,
        "decoder_start_token_id": vocabulary.start,
        "inhouse": {"name": "transcribe-1", "version": VERSION, "variable_window": True, "preset": preset.name,
                    "languages": preset.languages, "ctc_letters": vocabulary.letters, "phones": phones, "steps": steps, "hours_heard": round(hours)},
    }


def generation(preset, vocabulary) -> dict:
    """The first head of every decoder layer was taught where words are. Every text begins with the token of a space."""
    return {
        "alignment_heads": [[layer, 0] for layer in range(preset.decoder_layers)],
        "begin_suppress_tokens": [vocabulary.end], "suppress_tokens": suppressed(vocabulary),
        "bos_token_id": vocabulary.end, "eos_token_id": vocabulary.end, "pad_token_id": vocabulary.end,
        "decoder_start_token_id": vocabulary.start, "is_multilingual": True,
        "lang_to_id": {f"<|{code}|>": vocabulary.languages[code] for code in LANGUAGES},
        "task_to_id": {"transcribe": vocabulary.transcribe, "translate": vocabulary.tokenizer.token_to_id("<|translate|>")},
        "no_timestamps_token_id": vocabulary.plain, "prev_sot_token_id": vocabulary.tokenizer.token_to_id("<|startofprev|>"),
        "num_beams": 12, "max_initial_timestamp_index": 50, "max_length": MAX_TEXT, "return_timestamps": False,
    }


PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "WhisperProcessor", "feature_size": 80,
    "sampling_rate": 16000, "hop_length": 160, "n_fft": 400, "chunk_length": 30, "n_samples": 480000,
    "nb_max_frames": 3000, "padding_side": "right", "padding_value": 0.0, "return_attention_mask": False,
}


def write_json(path: Path, content: dict):
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--to", type=Path, required=True)
    args = parser.parse_args()
    preset, folder = PRESETS[args.preset], CACHE / args.preset
    state = torch.load(folder / "checkpoint.pt", map_location="cpu")
    vocabulary = Vocabulary(folder / "tokenizer.json", (folder / "letters.txt").read_text())
    args.to.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state["mean"].items()}
    save_file(tensors, args.to / "model.safetensors", metadata={"format": "pt"})
    phones = list(Phones(folder / "phones.json").classes)
    write_json(args.to / "config.json", config(preset, vocabulary, phones, state["step"], state["audio_seconds"] / 3600))
    write_json(args.to / "generation_config.json", generation(preset, vocabulary))
    write_json(args.to / "preprocessor_config.json", PREPROCESSOR)
    (args.to / "ctc.json").write_text(json.dumps(ctc(vocabulary, folder / "texts"), ensure_ascii=False) + "\n")
    (args.to / "lexicon").mkdir(exist_ok=True)
    for language in preset.languages:
        if language not in UNSPACED:
            (args.to / "lexicon" / f"{language}.txt").write_text(lexicon(folder / "texts", language))
    shutil.copyfile(folder / "tokenizer.json", args.to / "tokenizer.json")
    (args.to / "model.safetensors").chmod(0o644)
    size = (args.to / "model.safetensors").stat().st_size
    print(f"step {state['step']}, {state['audio_seconds'] / 3600:.0f} audio-hours, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
