# SPDX-License-Identifier: Apache-2.0
"""How texts are compared, and how well the CTC head spells while training runs."""

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
def score(model, vocabulary, clips: list, device="cpu") -> float:
    """Letters that the CTC head gets wrong in clips of one language: summed edits over summed lengths."""
    edits = total = 0
    clips = sorted(clips, key=lambda clip: clip.samples)
    model.eval()
    for at in range(0, len(clips), BATCH):
        batch = clips[at : at + BATCH]
        _, memory = model.model.encoder(log_mel(windows([clip.audio() for clip in batch]).to(device)))
        for clip, logits in zip(batch, model.ctc(memory)):
            edits += distance(clip.spelled(), ctc_text(logits, vocabulary))
            total += len(clip.spelled())
    model.train()
    return edits / max(1, total)
