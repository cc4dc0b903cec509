# SPDX-License-Identifier: Apache-2.0
"""Word times by cross attention, and recordings longer than a window, from the official decoders.

Not run by itself; the tables land in each model's expected.json, the matrices in its stages.safetensors.
"""
import numpy as np
import torch
import whisper.timing

from make_fixture_whisper_openai import tokenizer, transcribe_module

LIMIT = 40  # new tokens per window, for both decoders
NOISE_LEVELS = (1e-4, 1e-3)
NOISE_TRIALS = 2
SENTENCE = " the quick fox, isn't it? (la la) 'Hund' 你好 10:30."


class Patch:
    """Replace module attributes for the length of a with statement."""

    def __init__(self, module, **changes):
        self.module, self.changes = module, changes

    def __enter__(self):
        self.kept = {k: getattr(self.module, k) for k in self.changes}
        for name, value in self.changes.items():
            setattr(self.module, name, value)

    def __exit__(self, *_):
        for name, value in self.kept.items():
            setattr(self.module, name, value)


def align(model, tok, tokens, mel, frames):
    """OpenAI's find_alignment, with the matrix it warps (heads averaged, one row for <|notimestamps|> first)."""
    seen = {}
    real_dtw = whisper.timing.dtw

    def keep_dtw(x):
        seen["matrix"] = -x.numpy()
        seen["path"] = real_dtw(x)
        return seen["path"]

    with Patch(whisper.timing, dtw=keep_dtw):
        words = whisper.timing.find_alignment(model, tok, tokens, mel, frames)
    table = {"tokens": tokens, "frames": frames, "language": tok.language, "path": seen["path"].tolist(),
             "words": [{"word": w.word, "tokens": list(w.tokens), "start": float(w.start), "end": float(w.end),
                        "probability": float(w.probability)} for w in words]}
    return table, seen["matrix"]


def merged_words(model, tok, tokens, mel, frames):
    """The same after OpenAI's joining of punctuation and cutting of long words."""
    segment = {"seek": 0, "start": 0.0, "end": frames / 100, "tokens": tokens}
    whisper.timing.add_word_timestamps(segments=[segment], model=model, tokenizer=tok, mel=mel, num_frames=frames,
                                       last_speech_timestamp=0.0)
    return {"start": float(segment["start"]), "end": float(segment["end"]),
            "words": [{**w, "start": float(w["start"]), "end": float(w["end"]),
                       "probability": float(w["probability"])} for w in segment["words"]]}


def stable_path(model, tok, tokens, mel, frames, path):
    """The largest noise on the mel that left the warping path as it is."""
    gen = torch.Generator().manual_seed(11)
    stable = 0.0
    for level in NOISE_LEVELS:
        for _ in range(NOISE_TRIALS):
            noisy = mel + level * torch.randn(mel.shape, generator=gen)
            if align(model, tok, tokens, noisy, frames)[0]["path"] != path:
                return stable
        stable = level
    return stable


def alignments(vocab, model, mels, lengths):
    """Cases by name; b is shorter than the window, zh splits words between characters."""
    cases = {"a": ("a", "de"), "b": ("b", "de")}
    if vocab.kind != "en":
        cases["zh"] = ("a", "zh")
    table, tensors = {}, {}
    for name, (key, language) in cases.items():
        tok = tokenizer(vocab, language, "transcribe")
        tokens = tok.encode(SENTENCE)
        frames = lengths[key] // 160
        table[name], matrix = align(model, tok, tokens, mels[key][0], frames)
        table[name]["stable_noise"] = stable_path(model, tok, tokens, mels[key][0], frames, table[name]["path"])
        table[name]["merged"] = merged_words(model, tok, tokens, mels[key][0], frames)
        if name != "zh":
            tensors[f"align.matrix.{name}"] = matrix
    return table, tensors


def hub_token_times(vocab, model, extractor, audio, inputs):
    """transformers' token times of a greedy decode with timestamps; frames limits them to the true length."""
    out = {}
    for key, (first, last) in inputs.items():
        made = extractor(audio[first:last], sampling_rate=16000, return_attention_mask=True)
        args = {} if vocab.kind == "en" else {"language": "de", "task": "transcribe"}
        mask = torch.tensor(np.asarray(made.attention_mask))
        result = model.generate(torch.tensor(np.asarray(made.input_features)), attention_mask=mask,
                                return_timestamps=True, return_token_timestamps=True, max_new_tokens=LIMIT,
                                force_unique_generate_call=True, return_dict_in_generate=True, **args)
        out[key] = {"sequence": result["sequences"][0].tolist(), "frames": int(mask.sum()),
                    "times": [round(t, 4) for t in result["token_timestamps"][0].tolist()]}
    return out


def long_cases(vocab):
    language = "en" if vocab.kind == "en" else "de"
    base = {"temperature": 0.0, "language": language, "sample_len": LIMIT, "condition_on_previous_text": False,
            "no_speech_threshold": None, "logprob_threshold": None, "compression_ratio_threshold": None}
    conditioned = {**base, "condition_on_previous_text": True}
    prompt = {"initial_prompt": "we've been there, you're here"}
    cases = {
        "plain": base, "conditioned": conditioned, "prompt": {**conditioned, **prompt},
        "prompt_once": {**base, **prompt},
        "prompt_carried": {**conditioned, **prompt, "carry_initial_prompt": True},
        "beam5": {**conditioned, "beam_size": 5}, "words": {**base, "word_timestamps": True},
        "words_silence": {**base, "word_timestamps": True, "hallucination_silence_threshold": 0.3},
        "clips": {**base, "clip_timestamps": [0.5, 2.0, 2.5, 4.8]},
    }
    if vocab.kind != "en":
        cases.update({"auto": {**base, "language": None}, "translate": {**base, "task": "translate"}})
    return cases


def plain_segment(segment):
    keep = {k: segment[k] for k in ("seek", "start", "end", "text", "tokens", "avg_logprob", "compression_ratio",
                                    "no_speech_prob")}
    if "words" in segment:
        keep["words"] = [{k: float(v) if k != "word" else v for k, v in w.items()} for w in segment["words"]]
    return {k: float(v) if isinstance(v, np.floating) else v for k, v in keep.items()}


def window_mel(audio, extractor):
    """A pad_or_trim that takes each window's mel from the window's own samples, zero padded, as a cut file would be."""
    def cut(mel, frames):
        first = mel.storage_offset() * 160
        samples = audio[first:first + mel.shape[1] * 160]
        return torch.from_numpy(np.asarray(extractor(samples, sampling_rate=16000).input_features))[0]
    return cut


def run_long(model, audio, case, noise=0.0, seed=0, cut=None):
    real = transcribe_module.log_mel_spectrogram
    gen = torch.Generator().manual_seed(seed)

    def noisy(*args, **kwargs):
        mel = real(*args, **kwargs)
        return mel + noise * torch.randn(mel.shape, generator=gen)

    changes = {"log_mel_spectrogram": noisy, **({"pad_or_trim": cut} if cut else {})}
    with Patch(transcribe_module, **changes):
        return model.transcribe(audio, fp16=False, **case)


def long_case(model, audio, case, cut=None):
    result = run_long(model, audio, case, cut=cut)
    shown = lambda r: [(s["tokens"], s["seek"], s["start"]) for s in r["segments"]]
    stable = 0.0
    for level in NOISE_LEVELS if not cut else ():
        if any(shown(run_long(model, audio, case, level, i)) != shown(result) for i in range(NOISE_TRIALS)):
            break
        stable = level
    entry = {"options": {k: v for k, v in case.items() if v is not None or k == "language"},
             "language": result["language"], "text": result["text"],
             "segments": [plain_segment(s) for s in result["segments"]]}
    return entry if cut else {**entry, "stable_noise": stable}


def skip_case(cases, plain):
    """A no-speech threshold between the windows' probabilities, so that some are skipped."""
    probs = sorted({s["no_speech_prob"] for s in plain["segments"]})
    middle = len(probs) // 2
    return {**cases["plain"], "no_speech_threshold": (probs[middle - 1] * probs[middle]) ** 0.5}


def openai_long(vocab, model, audio, extractor):
    """Mel over the whole recording, as published, and for two cases mel per window."""
    cases = long_cases(vocab)
    out = {name: long_case(model, audio, case) for name, case in cases.items()}
    out["skip"] = long_case(model, audio, skip_case(cases, out["plain"]))
    for name in ("plain", "conditioned"):
        out[f"{name}.window_mel"] = long_case(model, audio, cases[name], window_mel(audio, extractor))
    return out


def hub_long(vocab, model, audio, extractor, prompt):
    made = extractor(audio, sampling_rate=16000, truncation=False, padding="longest")
    mel = torch.from_numpy(np.asarray(made.input_features))
    base = {"return_timestamps": True, "return_segments": True, "max_new_tokens": LIMIT, "temperature": 0.0}
    if vocab.kind != "en":
        base.update(language="de", task="transcribe")
    cases = {"plain": {"condition_on_prev_tokens": False}, "conditioned": {"condition_on_prev_tokens": True},
             "prompt_first": {"condition_on_prev_tokens": True, "prompt_ids": prompt},
             "prompt_all": {"condition_on_prev_tokens": True, "prompt_ids": prompt,
                            "prompt_condition_type": "all-segments", "max_new_tokens": 24}}
    out = {}
    for name, case in cases.items():
        result = model.generate(mel, **{**base, **case})
        out[name] = [{"start": float(s["start"]), "end": float(s["end"]), "tokens": s["tokens"].tolist()}
                     for s in result["segments"][0]]
    return out
