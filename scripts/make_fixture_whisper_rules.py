# SPDX-License-Identifier: Apache-2.0
"""Which tokens the decoding rules allow after given histories; checked to be the same in both official decoders.

Not run by itself. The logits are the last row of the stage `dec.logits`, with `stamp_shift` added to every timestamp:
rule "timestamps together outweigh the best text token" needs values on both sides of the balance.
"""
import torch
import whisper.decoding as decoding
from transformers import GenerationConfig
from transformers.generation.logits_process import (
    SuppressTokensAtBeginLogitsProcessor, SuppressTokensLogitsProcessor, WhisperTimeStampLogitsProcessor)


def histories(vocab):
    """New tokens so far, by name; t is any text token."""
    t, at = 262, lambda i: vocab.stamp0 + i
    return {
        "start": [], "text": [t], "stamp": [at(5)], "stamp0": [at(0)], "stamp_text": [at(5), t],
        "closed": [at(5), t, at(20)], "pair": [at(5), t, at(20), at(20)], "wide_pair": [at(5), t, at(20), at(30)],
        "pair_text": [at(5), t, at(20), at(30), t], "last": [at(5), t, at(100)],
        "last_pair": [at(5), t, at(100), at(100)], "two_stamps": [at(5), at(5)], "text_stamp": [t, at(7)],
    }


def openai_mask(vocab, tokenizer, suppress, logits, history, timestamps, first_limit):
    prompt = [*tokenizer.sot_sequence] if timestamps else [*tokenizer.sot_sequence, vocab.notimestamps]
    filters = [decoding.SuppressBlank(tokenizer, len(prompt)), decoding.SuppressTokens(suppress)]
    if timestamps:
        filters.append(decoding.ApplyTimestampRules(tokenizer, len(prompt), first_limit))
    out = logits.clone()[None]
    for rule in filters:
        rule.apply(out, torch.tensor([prompt + history]))
    return torch.isfinite(out[0])


def hub_mask(vocab, tokenizer, suppress, logits, history, timestamps, first_limit):
    prompt = [*tokenizer.sot_sequence] if timestamps else [*tokenizer.sot_sequence, vocab.notimestamps]
    config = GenerationConfig(eos_token_id=vocab.eot)
    config.no_timestamps_token_id, config.max_initial_timestamp_index = vocab.notimestamps, first_limit
    rules = [SuppressTokensAtBeginLogitsProcessor([220, vocab.eot], len(prompt)),
             SuppressTokensLogitsProcessor(suppress)]
    if timestamps:
        rules.append(WhisperTimeStampLogitsProcessor(config, len(prompt)))
    out = logits.clone()[None]
    for rule in rules:
        out = rule(torch.tensor([prompt + history]), out)
    return torch.isfinite(out[0])


def ranges(mask):
    """[first, last + 1] of each run of allowed ids."""
    out = []
    for i, ok in enumerate(mask.tolist()):
        if ok and out and out[-1][1] == i:
            out[-1][1] = i + 1
        elif ok:
            out.append([i, i + 1])
    return out


def rule_cases(vocab, tokenizer, suppress, row):
    out = {}
    for name, history in histories(vocab).items():
        for timestamps in (True, False) if name in ("start", "text") else (True,):
            for shift in (-6.0, 0.0, 6.0) if timestamps else (0.0,):
                for limit in (50, 10, None) if timestamps and name == "start" else (50,):
                    logits = row.clone()
                    logits[vocab.stamp0:] += shift
                    args = (vocab, tokenizer, suppress, logits, history, timestamps, limit)
                    mask = openai_mask(*args)
                    assert torch.equal(mask, hub_mask(*args)), f"the decoders differ after {name}"
                    key = f"{name}.{'ts' if timestamps else 'plain'}.{shift:g}.{limit}"
                    out[key] = {"history": history, "timestamps": timestamps, "stamp_shift": shift,
                                "max_initial_timestamp_index": limit, "allowed": ranges(mask)}
    return out
