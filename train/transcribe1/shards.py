# SPDX-License-Identifier: Apache-2.0
"""Reading shards: one JSON line per utterance beside raw int16 samples at 16 kHz."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .normal import spelled


@dataclass
class Clip:
    path: Path
    at: int
    samples: int
    text: str
    language: str
    voice: str
    words: list = field(default_factory=list)  # (index of a word's first character, seconds), where the engine told
    reading: str = ""  # what espeak-ng was given, where that is not the text
    phones: str = ""  # "name:milliseconds" of each phone's start, where the engine told

    def spelled(self) -> str:
        """The letters of what is heard: pinyin for Chinese, kana for Japanese."""
        return spelled(self.reading or self.text)

    def phone_times(self) -> list:
        """(name, seconds)"""
        pairs = (phone.rsplit(":", 1) for phone in self.phones.split())
        return [(name, int(milliseconds) / 1000) for name, milliseconds in pairs]

    def audio(self) -> np.ndarray:
        return np.fromfile(self.path, dtype=np.int16, count=self.samples, offset=self.at * 2)


def read_shard(index: Path) -> list:
    """Clips that hold sound."""
    audio = index.with_suffix(".pcm")
    clips = [Clip(audio, **json.loads(line)) for line in index.read_text().splitlines()]
    return [clip for clip in clips if clip.samples]


def read_folder(folder: Path) -> list:
    """Clips of every finished shard."""
    return [clip for index in sorted(folder.glob("*.jsonl")) for clip in read_shard(index)]
