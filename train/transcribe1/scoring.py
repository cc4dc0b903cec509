# SPDX-License-Identifier: Apache-2.0
"""Error rates of a model on clips: greedy decoder words, greedy CTC characters."""

import itertools

import numpy as np
import torch

from .config import RATE
from .features import log_mel
from .normal import bare, distance

SPACELESS = {"zh", "ja", "th"}  # scored by characters
BATCH = 8  # recordings of like length, padded to the longest
LEAD = RATE // 5  # silence before a recording
WINDOW_STEP = 2  # seconds; windows are rounded up to it so that kernels are reused


def units(text: str, language: str) -> list:
    text = bare(text)
    return list(text.replace(" ", "")) if language in SPACELESS else text.split()


def ctc_text(logits: torch.Tensor, vocabulary) -> str:
    best = [token for token, _ in itertools.groupby(logits.argmax(-1).tolist())]
    return "".join(vocabulary.letters[letter] for letter in best if letter != vocabulary.blank)


def windows(audios: list) -> torch.Tensor:
    """int16 recordings as windows of one length, silence around each: (B, samples)."""
    longest = max(map(len, audios)) / RATE
    seconds = min(30, -(-(longest + 0.4) // WINDOW_STEP) * WINDOW_STEP)
    padded = np.zeros((len(audios), int(seconds * RATE)), np.float32)
    for row, audio in zip(padded, audios):
        piece = audio[: len(row) - LEAD] / 32768
        row[LEAD : LEAD + len(piece)] = piece
    return torch.from_numpy(padded)


@torch.no_grad()
def transcribe(model, vocabulary, audios: list, language: str, device="cpu") -> list:
    """(decoder's text, CTC's text) of each recording."""
    _, memory = model.model.encoder(log_mel(windows(audios).to(device)))
    rows = model.greedy(memory, vocabulary.prompt(language), vocabulary.end)
    return [(vocabulary.decode(row), ctc_text(logits, vocabulary)) for row, logits in zip(rows, model.ctc(memory))]


def score(model, vocabulary, clips: list, device="cpu") -> dict:
    """Clips of one language. Summed edits over summed lengths: words (characters where a script has no spaces), and CTC characters."""
    edits = total = ctc_edits = ctc_total = 0
    clips = sorted(clips, key=lambda clip: clip.samples)
    model.eval()
    for at in range(0, len(clips), BATCH):
        batch = clips[at : at + BATCH]
        heard = transcribe(model, vocabulary, [clip.audio() for clip in batch], batch[0].language, device)
        for clip, (text, ctc) in zip(batch, heard):
            wanted = units(clip.text, clip.language)
            edits, total = edits + distance(wanted, units(text, clip.language)), total + len(wanted)
            ctc_edits, ctc_total = ctc_edits + distance(clip.spelled(), ctc), ctc_total + len(clip.spelled())
    model.train()
    return {"wer": edits / max(1, total), "ctc_cer": ctc_edits / max(1, ctc_total), "words": total}
