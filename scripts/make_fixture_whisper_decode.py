# SPDX-License-Identifier: Apache-2.0
"""What the official decoders make of a tiny Whisper: tokens, scores, languages, rules, word times, long audio.

Not run by itself. Every OpenAI case is decoded again from audio features with Gaussian noise added; `stable_noise` is the
largest standard deviation (features have about 1) at which no trial changed a token. A test may demand equal tokens
from arithmetic that errs clearly less than that.
"""
import torch
import whisper
import whisper.decoding

from make_fixture_whisper_long import LIMIT, alignments, hub_long, hub_token_times, openai_long
from make_fixture_whisper_rules import rule_cases

NOISE_LEVELS = (1e-4, 1e-3, 1e-2)
NOISE_TRIALS = 4

PROMPT = " we've been there, you're here; der Hund"
LONG_PROMPT = PROMPT + " le renard brun saute par-dessus le chien, c'est la"


def openai_cases(vocab):
    """Name to DecodingOptions; every deterministic option of the published decoder appears."""
    base = {"fp16": False, "language": "en" if vocab.kind == "en" else "de", "sample_len": LIMIT}
    plain = {**base, "without_timestamps": True}
    cases = {
        "greedy": plain, "greedy_ts": base,
        "greedy_ts_full_length": {k: v for k, v in base.items() if k != "sample_len"},
        "ts_any_start": {**base, "max_initial_timestamp": None},
        "ts_start_0.3": {**base, "max_initial_timestamp": 0.3},
        "no_suppress": {**plain, "suppress_tokens": "", "suppress_blank": False},
        "prefix": {**base, "prefix": "the dog"}, "prompt": {**plain, "prompt": PROMPT.strip()},
        "prompt_ts": {**base, "prompt": PROMPT.strip()}, "prompt_cut": {**base, "prompt": LONG_PROMPT.strip()},
        "beam5": {**plain, "beam_size": 5}, "beam5_ts": {**base, "beam_size": 5},
        "beam2_ts": {**base, "beam_size": 2}, "beam5_patience2": {**plain, "beam_size": 5, "patience": 2.0},
        "beam5_ts_patience0.4": {**base, "beam_size": 5, "patience": 0.4},
        "beam4_penalty0.6_ts": {**base, "beam_size": 4, "length_penalty": 0.6},
        "beam5_penalty1": {**plain, "beam_size": 5, "length_penalty": 1.0},
    }
    if vocab.kind != "en":
        cases.update({"translate_ts": {**base, "task": "translate"}, "auto_language": {**base, "language": None}})
    return cases


class Recorder:
    """Log probability of each greedily chosen token, after suppression and rules, as the decoder itself sums it."""

    def __enter__(self):
        self.logprobs, self.original = [], whisper.decoding.GreedyDecoder.update
        recorder = self

        def update(decoder, tokens, logits, sums):
            before = sums.clone()
            result = recorder.original(decoder, tokens, logits, sums)
            recorder.logprobs.append((sums - before)[0].item())
            return result

        whisper.decoding.GreedyDecoder.update = update
        return self

    def __exit__(self, *_):
        whisper.decoding.GreedyDecoder.update = self.original


def as_list(result):
    return result if isinstance(result, list) else [result]


def stable_noise(model, features, options, tokens):
    gen = torch.Generator().manual_seed(7)
    stable = 0.0
    for level in NOISE_LEVELS:
        noisy = features + level * torch.randn(NOISE_TRIALS, *features.shape, generator=gen)
        trials = [noisy] if options.beam_size is None else noisy  # with beams the package takes one recording only
        if any(r.tokens != tokens for t in trials for r in as_list(model.decode(t, options))):
            break
        stable = level
    return stable


def decode_case(model, features, case):
    options = whisper.DecodingOptions(**case)
    with Recorder() as recorder:
        result = model.decode(features, options)
    shown = {k: v for k, v in case.items() if k not in ("fp16",)}
    out = {"options": shown, "tokens": result.tokens, "text": result.text, "avg_logprob": result.avg_logprob,
           "no_speech_prob": result.no_speech_prob, "compression_ratio": result.compression_ratio,
           "language": result.language, "stable_noise": stable_noise(model, features, options, result.tokens)}
    if recorder.logprobs:
        out["token_logprobs"] = recorder.logprobs
    return out


def openai_decoding(vocab, model, features):
    return {f"{name}.{key}": decode_case(model, feats, case)
            for name, case in openai_cases(vocab).items() for key, feats in features.items()}


def languages(vocab, model, features):
    if vocab.kind == "en":
        return {}
    found = {key: model.detect_language(feats)[1] for key, feats in features.items()}
    return {key: {c: probs[c] for c in vocab.languages} for key, probs in found.items()}


def hub_cases(vocab):
    beams = {"num_beams": 5}
    prompt = {"prompt_ids": True}
    cases = {"greedy": {}, "greedy_ts": {"return_timestamps": True}, "beam5": beams,
             "beam5_ts": {**beams, "return_timestamps": True}, "prompt": prompt,
             "prompt_ts": {**prompt, "return_timestamps": True},
             "no_suppress": {"suppress_tokens": None, "begin_suppress_tokens": None}}
    if vocab.kind != "en":
        cases["translate_ts"] = {"task": "translate", "return_timestamps": True}
    return cases


def hub_arguments(vocab, tokenizer, case):
    args = {"max_new_tokens": LIMIT, "force_unique_generate_call": True, "return_dict_in_generate": True,
            "output_scores": True, **case}
    if vocab.kind != "en":
        args = {"language": "de", "task": "transcribe", **args}
    if args.pop("prompt_ids", None):
        args["prompt_ids"] = torch.tensor([vocab.prev, *tokenizer.encode(PROMPT)])
    return args


def hub_decoding(vocab, model, tokenizer, mels):
    """transformers' generate on one window. Its output begins with the prompt; EOT ends it when it came."""
    out = {}
    for name, case in hub_cases(vocab).items():
        args = hub_arguments(vocab, tokenizer, case)
        for key, mel in mels.items():
            result = model.generate(mel, **args)
            entry = {"sequence": result.sequences[0].tolist()}
            if "sequences_scores" in result:
                entry["score"] = result.sequences_scores[0].item()
            out[f"{name}.{key}"] = entry
    return out


def everything(vocab, hub, ours, mels, audio, extractor, inputs, logits):
    """All tables for expected.json, and the tensors that go with them."""
    tokenizer = whisper.decoding.get_tokenizer(language="en")
    suppress = hub.generation_config.suppress_tokens
    with torch.no_grad():
        features = {k: ours.encoder(mel)[0] for k, mel in mels.items()}
    lengths = {k: last - first for k, (first, last) in inputs.items()}
    words, tensors = alignments(vocab, ours, mels, lengths)
    prompt = torch.tensor([vocab.prev, *tokenizer.encode(PROMPT)])
    expected = {
        "prompt_text": PROMPT, "languages": languages(vocab, ours, features),
        "openai": openai_decoding(vocab, ours, features), "hub": hub_decoding(vocab, hub, tokenizer, mels),
        "rules": rule_cases(vocab, tokenizer, suppress, logits), "align": words,
        "hub_token_times": hub_token_times(vocab, hub, extractor, audio, inputs),
        "openai_long": openai_long(vocab, ours, audio, extractor),
        "hub_long": hub_long(vocab, hub, audio, extractor, prompt),
    }
    return expected, tensors
