# SPDX-License-Identifier: Apache-2.0
"""Shards to batches: utterances of like length together, each beside another clip of its speaker."""

import json
import random
import zlib
from dataclasses import dataclass

import numpy as np
import torch

from .config import BANDS, NOISE_BANDS
from .head import LOWEST
from .model import places

FRAME_STEP, TOKEN_STEP = 64, 32  # lengths are multiples of these, so that there are few shapes
LISTEN = 200  # frames that the speaker encoder hears
TESTS = 50  # one sentence in so many is never trained on
NAMES = ("envelope", "share", "pitch", "voiced")


@dataclass
class Clip:
    about: dict  # a line of the shard's index
    arrays: dict  # of the whole shard
    frame: int  # first of its frames in there
    mel_frame: int

    def sound(self, name: str) -> np.ndarray:
        return self.arrays[name][self.frame : self.frame + self.about["frames"]]

    def mel(self) -> np.ndarray:
        return self.arrays["mel"][self.mel_frame : self.mel_frame + self.about["mel"]]

    def test(self) -> bool:
        return zlib.crc32(self.about["text"].encode()) % TESTS == 0


def read_shard(index) -> list:
    with np.load(index.with_suffix(".npz")) as file:
        arrays = {name: file[name] for name in file.files}
    clips, frame, mel_frame = [], 0, 0
    for line in index.read_text().splitlines():
        about = json.loads(line)
        clips.append(Clip(about, arrays, frame, mel_frame))
        frame, mel_frame = frame + about["frames"], mel_frame + about["mel"]
    return clips


@dataclass
class Batch:
    tokens: torch.Tensor  # (B, S), -1 behind the end
    language: torch.Tensor  # (B)
    mel: torch.Tensor  # (B, MELS, LISTEN) of another clip
    mean: torch.Tensor  # (B) ln(F0) of the speaker
    durations: torch.Tensor  # (B, S) frames, not rounded
    index: torch.Tensor  # (B, T) the code point of a frame, -1 behind the end
    place: torch.Tensor  # (B, T, 3)
    envelope: torch.Tensor  # (B, T, BANDS)
    share: torch.Tensor  # (B, T, NOISE_BANDS)
    pitch: torch.Tensor  # (B, T)
    voiced: torch.Tensor  # (B, T)
    bands: torch.Tensor  # (B, BANDS): 1 where the teacher's sound counts
    noise_bands: torch.Tensor  # (B, NOISE_BANDS)


class Speech:
    """All clips of a folder, by speaker."""

    def __init__(self, shards, tokens: list, languages: list, batch_frames: int):
        self.ids = {sign: i for i, sign in enumerate(tokens)}
        self.languages = {code: i for i, code in enumerate(languages)}
        self.batch_frames = batch_frames
        clips = [clip for index in sorted(shards.glob("*.jsonl")) for clip in read_shard(index) if clip.about["language"] in self.languages]
        self.train = [clip for clip in clips if not clip.test()]
        self.test = [clip for clip in clips if clip.test()]
        self.speakers = {}
        for clip in self.train:
            self.speakers.setdefault(clip.about["speaker"], []).append(clip)
        self.test = [clip for clip in self.test if clip.about["speaker"] in self.speakers]
        self.means = {name: self.mean_pitch(found) for name, found in self.speakers.items()}

    @staticmethod
    def mean_pitch(clips: list) -> float:
        return float(np.mean(np.concatenate([clip.sound("pitch")[clip.sound("voiced")] for clip in clips])))

    def hours(self) -> float:
        return sum(clip.about["frames"] for clip in self.train) / 360000

    def batches(self, clips: list, rng: random.Random):
        """Lists of clips, of like length, in random order."""
        order = sorted(clips, key=lambda clip: clip.about["frames"] * rng.uniform(0.93, 1.07))
        found, some = [], []
        for clip in order:
            longest = padded(max(one.about["frames"] for one in [*some[-1:], clip]), FRAME_STEP)
            if some and longest * (len(some) + 1) > self.batch_frames:
                found.append(some)
                some = []
            some.append(clip)
        found.append(some)
        rng.shuffle(found)
        return found

    def batch(self, clips: list, rng: random.Random) -> Batch:
        count = len(clips)
        frames = padded(max(clip.about["frames"] for clip in clips), FRAME_STEP)
        signs = padded(max(len(clip.about["phonemes"]) for clip in clips), TOKEN_STEP)
        tokens, durations = np.full((count, signs), -1), np.zeros((count, signs), np.float32)
        index, place = torch.full((count, frames), -1), torch.zeros(count, frames, 3)
        arrays = {"envelope": np.full((count, frames, BANDS), LOWEST, np.float32), "share": np.full((count, frames, NOISE_BANDS), 255, np.float32),
                  "pitch": np.zeros((count, frames), np.float32), "voiced": np.zeros((count, frames), np.float32)}
        for i, clip in enumerate(clips):
            kept, bounds = self.known(clip.about)
            tokens[i, : len(kept)] = kept
            durations[i, : len(kept)] = np.diff(bounds)
            index[i, : clip.about["frames"]], place[i, : clip.about["frames"]] = places(torch.from_numpy(np.diff(np.round(bounds)).astype(np.int64)))
            for name, array in arrays.items():
                array[i, : clip.about["frames"]] = clip.sound(name)
        arrays["share"] /= 255
        limit = lambda name, points: torch.tensor([[float(i < clip.about[name]) for i in range(points)] for clip in clips])
        return Batch(torch.from_numpy(tokens), torch.tensor([self.languages[clip.about["language"]] for clip in clips]),
                     torch.stack([self.other(clip, rng) for clip in clips]), torch.tensor([self.means[clip.about["speaker"]] for clip in clips]),
                     torch.from_numpy(durations), index, place, *(torch.from_numpy(arrays[name]) for name in NAMES),
                     limit("bands", BANDS), limit("noise_bands", NOISE_BANDS))

    def known(self, about: dict) -> tuple:
        """Ids of the code points there are signs for, and their bounds; what has none gives its time to the one before."""
        kept, bounds = [], []
        for sign, begin in zip(about["phonemes"], about["bounds"]):
            if sign in self.ids:
                kept.append(self.ids[sign])
                bounds.append(begin)
        return kept, [*bounds, about["frames"]]

    def other(self, clip: Clip, rng: random.Random) -> torch.Tensor:
        return listen(rng.choice(self.speakers[clip.about["speaker"]]).mel(), rng)


def listen(mel: np.ndarray, rng: random.Random) -> torch.Tensor:
    """LISTEN frames of a spectrum (T, MELS), repeated where it is shorter -> (MELS, LISTEN)"""
    mel = np.tile(mel, (-(-LISTEN // len(mel)), 1))
    first = rng.randint(0, len(mel) - LISTEN)
    return torch.from_numpy(mel[first : first + LISTEN].astype(np.float32)).T


def padded(length: int, step: int) -> int:
    return -(-length // step) * step
