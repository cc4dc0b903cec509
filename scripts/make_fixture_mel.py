# SPDX-License-Identifier: Apache-2.0
"""Log-mel golden values for Whisper's front end, 80 and 128 bins.

    python3 scripts/make_fixture_mel.py OUT_DIR

writes OUT_DIR/mel.safetensors and OUT_DIR/mel.json. The spectra are WhisperFeatureExtractor's (transformers 5.23, its torch
path); openai-whisper 20250625 on the same samples and a float64 computation give the size of harmless differences. The
filter banks are the values of OpenAI's mel_filters.npz, without their zeros.
"""
import sys
from pathlib import Path

import numpy as np
import torch
import whisper.audio
from transformers import WhisperFeatureExtractor

from make_fixture_common import RATE, save_tensors, to_float, write_table


def signal():
    """1.3 s of chirp, 0.25 s of true silence, 37 samples of noise: 24837 samples, no multiple of anything."""
    rng = np.random.default_rng(1337)
    n = int(1.3 * RATE)
    t = np.arange(n) / RATE
    chirp = 0.6 * np.sin(2 * np.pi * (60 * t + 0.5 * (7900 - 60) / 1.3 * t * t)) * (0.2 + 0.8 * t / 1.3)
    wave = np.concatenate([chirp, np.zeros(RATE // 4), 0.05 * rng.standard_normal(37)])
    return np.round(wave * 32767).astype(np.int16)


def bank(bins):
    path = Path(whisper.audio.__file__).parent / "assets" / "mel_filters.npz"
    with np.load(path) as file:
        return file[f"mel_{bins}"]


def packed_bank(bins):
    """First nonzero column of each row, number of columns to the last nonzero one, and the values row after row."""
    rows = bank(bins)
    first = np.array([np.flatnonzero(r)[0] for r in rows], dtype=np.int32)
    count = np.array([np.flatnonzero(r)[-1] + 1 - f for r, f in zip(rows, first)], dtype=np.int32)
    values = np.concatenate([r[f:f + c] for r, f, c in zip(rows, first, count)])
    return {f"bank{bins}.first": first, f"bank{bins}.count": count, f"bank{bins}.values": values}


def exact_mel(wave, bins):
    """The definition in float64: centred reflect padding, periodic Hann, power, bank, log10, clamp at max - 8."""
    padded = np.pad(wave.astype(np.float64), 200, mode="reflect")
    frames = np.stack([padded[i:i + 400] for i in range(0, len(padded) - 399, 160)])[:-1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    log = np.log10(np.maximum(bank(bins).astype(np.float64) @ power.T, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


def biggest(a, b):
    return float(np.abs(np.asarray(a) - np.asarray(b)).max())


def padded_summary(extractor, wave):
    """The same sound in a 30 s window: where the constant tail begins, and what its value is."""
    mel = np.asarray(extractor(wave, sampling_rate=RATE).input_features)[0]
    tail = np.flatnonzero((mel != mel[:, -1:]).any(axis=0))[-1] + 1
    return mel, {"frames": mel.shape[1], "first_constant_frame": int(tail), "constant": float(mel[0, -1]),
                 "max": float(mel.max()), "mean": float(mel.astype(np.float64).mean())}


def one_size(bins, wave):
    extractor = WhisperFeatureExtractor(feature_size=bins)
    made = extractor(wave, sampling_rate=RATE, padding="do_not_pad", truncation=False)
    mel = np.asarray(made.input_features)[0]
    theirs = whisper.audio.log_mel_spectrogram(wave, bins).numpy()
    padded, summary = padded_summary(extractor, wave)
    info = {"shape": list(mel.shape), "openai_differs_by": biggest(mel, theirs),
            "float64_differs_by": biggest(mel, exact_mel(wave, bins)),
            "hub_bank_differs_by": biggest(extractor.mel_filters.T, bank(bins)), "window_30s": summary}
    edge = slice(mel.shape[1] - 3, mel.shape[1] + 5)
    return {f"mel{bins}": mel, f"mel{bins}.edge_30s": padded[:, edge], **packed_bank(bins)}, info


def main(out):
    torch.set_num_threads(1)
    pcm = signal()
    tensors, table = {"pcm": pcm}, {"samples": len(pcm)}
    for bins in (80, 128):
        made, info = one_size(bins, to_float(pcm))
        tensors.update(made)
        info["edge_first_frame"] = made[f"mel{bins}"].shape[1] - 3
        table[f"mel{bins}"] = info
    save_tensors(Path(out) / "mel.safetensors", tensors)
    write_table(Path(out) / "mel.json", table)


if __name__ == "__main__":
    main(sys.argv[1])
