# SPDX-License-Identifier: Apache-2.0
"""Batches of windows: several utterances with pauses in each, all windows of a batch of one length.

Few distinct lengths, because oneDNN compiles a kernel per shape. The curriculum goes from short windows to 30 s ones.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import IterableDataset

from .augment import augment
from .config import RATE, SEED
from .model import MAX_TEXT
from .normal import spelled
from .phones import UNKNOWN
from .shards import read_shard

SECONDS = [2, 3, 4, 6, 8, 12, 18, 30]
EARLY = [0.2, 0.3, 0.3, 0.2, 0, 0, 0, 0]
LATE = [0.1, 0.15, 0.2, 0.2, 0.13, 0.1, 0.06, 0.06]
POSITIONS = 50  # encoder positions a second
MARGIN = 0.1  # seconds of near-silence that trimming leaves at both ends of a clip
HUMAN_SHARE = 0.1
OWN_SHARE = 0.3  # of clips where there are any by voice-1: what must be read back in the round trip
TIMED_SHARE = 0.3  # windows whose target carries timestamps
CONTEXT_SHARE = 0.1  # batches whose windows are shown text before them, of which nothing is said in them
NOWHERE = (-1, -1)  # span of a token that comes from no place
EMPTY_SHARE = 0.02  # windows without speech
LONGEST = MAX_TEXT // 2 - 8  # tokens of a window


@dataclass
class Batch:
    audio: torch.Tensor  # (B, samples)
    tokens: torch.Tensor  # (B, S), padded with the end token
    starts: torch.Tensor  # (B,) where the start token is, behind the text before the window
    lengths: torch.Tensor  # (B,) tokens up to the end token
    spans: torch.Tensor  # (B, S, 2) first and last encoder position that a token may come from; -1 where it comes from none
    ctc: torch.Tensor  # all CTC targets, one after another
    ctc_lengths: torch.Tensor  # (B,)
    frames: torch.Tensor  # (B, T) which letter is spoken at each encoder position, for clips with word times
    phones: torch.Tensor  # (B, T) which phone, where the engine told


def around(first: float, last: float, slack: float) -> tuple:
    """Seconds, and how sure they are, as encoder positions."""
    return max(0, round((first - slack) * POSITIONS)), round((last + slack) * POSITIONS)


def token_spans(clip, begin: float, places: list) -> list:
    """Where each token is spoken: between the times of its word and the next, or by its share of the clip."""
    seconds = clip.samples / RATE
    anchors = [(0, MARGIN), *clip.words[1:], (len(clip.text), seconds - MARGIN)]
    slack = 0.12 if clip.words else 0.12 + 0.1 * seconds
    times = np.interp(places, *zip(*anchors)) + begin
    return [around(first, last, slack) for first, last in times]


class Windows(IterableDataset):
    """An endless stream of batches; `progress` (0 to 1, shared memory) drives curriculum and augmentation."""

    def __init__(self, preset, folder, vocabulary, phones, progress: torch.Tensor, start: int = 0):
        self.preset, self.folder, self.vocabulary, self.phones = preset, folder, vocabulary, phones
        self.progress, self.start = progress, start
        # Clips by language: synthesized ones, those of them whose words' times are known, voice-1's, and people's.
        self.pools = {name: defaultdict(list) for name in ("all", "timed", "own", "people")}
        self.seen = set()

    def refresh(self):
        """Takes in shards that were finished since the last look."""
        for index in sorted((self.folder / "shards").glob("*.jsonl")):
            if index not in self.seen:
                self.seen.add(index)
                self.add(index, "all", "timed")
        if not self.pools["people"]:
            for index in sorted((self.folder / "humans").glob("*.jsonl")):
                self.add(index, "people")

    def add(self, index, pool: str, timed: str = ""):
        for clip in read_shard(index):
            self.pools["own" if clip.voice.startswith("voice-1") else pool][clip.language].append(clip)
            if timed and clip.words:
                self.pools[timed][clip.language].append(clip)

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        torch.set_num_threads(1)
        count = self.start + number
        while True:
            if (count // workers) % 500 == (self.start // workers) % 500 or not self.seen:
                self.refresh()
            self.rng = np.random.default_rng([SEED, count])
            self.flat = count < self.preset.flat_start
            yield self.batch()
            count += workers

    def batch(self) -> Batch:
        ease = self.preset.long_share * min(1.0, float(self.progress) / 0.2)
        odds = (1 - ease) * np.array(EARLY) + ease * np.array(LATE)
        seconds = SECONDS[self.rng.choice(len(SECONDS), p=odds)]
        self.with_context = self.rng.random() < CONTEXT_SHARE
        windows = [self.window(seconds) for _ in range(max(1, int(self.preset.batch_seconds / seconds)))]
        return self.collate(windows)

    def language(self) -> str:
        """Languages come as often as they have clips."""
        pool = self.pools["timed" if self.flat else "all"]
        counts = np.array([len(clips) for clips in pool.values()])
        return list(pool)[self.rng.choice(len(counts), p=counts / counts.sum())]

    def pick(self, language: str):
        people, own, pool = self.pools["people"].get(language), self.pools["own"].get(language), self.pools["all"][language]
        if self.flat:
            pool = self.pools["timed"][language]
        elif people and self.rng.random() < HUMAN_SHARE:
            pool = people
        elif own and self.rng.random() < OWN_SHARE:
            pool = own
        return pool[self.rng.integers(len(pool))]

    def window(self, seconds: int):
        """(audio, tokens, their spans, CTC targets, letters and phones by position) of one window."""
        length, rng = seconds * RATE, self.rng
        audio, spoken, at = np.zeros(length, np.float32), [], 0
        empty, language = rng.random() < EMPTY_SHARE, self.language()
        for _ in range(0 if empty else 8 + 2 * seconds):
            clip = self.pick(language)
            begin = at + int(rng.uniform(0, 0.3) * RATE) + (int(rng.exponential(0.3) * RATE) if rng.random() < 0.3 else 0)
            if begin + clip.samples > length:
                continue
            piece = clip.audio().astype(np.float32)
            audio[begin : begin + clip.samples] = piece * (rng.uniform(0.5, 1) / max(1000.0, np.abs(piece).max()))
            spoken.append((clip, begin))
            at = begin + clip.samples
            if rng.random() < 0.04:  # a window need not be full
                break
        strength = min(1.0, self.preset.strength * rng.uniform(0.3, 2)) * min(1.0, 0.2 + float(self.progress) / 0.8)
        heard = augment(audio, rng, strength)
        return heard, *self.targets(spoken, empty), self.alignment(spoken, seconds), self.phonetics(spoken, seconds)

    def targets(self, spoken: list, empty: bool):
        vocabulary = self.vocabulary
        if not spoken:
            prompt = vocabulary.prompt(self.rng.choice(self.preset.languages))
            tokens = ([vocabulary.start, vocabulary.silence] if self.rng.random() < 0.5 else prompt) + [vocabulary.end]
            return tokens, [NOWHERE] * len(tokens), []
        prompt, timed = vocabulary.prompt(spoken[0][0].language), self.rng.random() < TIMED_SHARE
        tokens = prompt[:-1] if timed else prompt
        spans = [NOWHERE] * len(tokens)
        for clip, begin in spoken:
            ids, places = vocabulary.encode_places(clip.text)
            found = token_spans(clip, begin / RATE, places)
            if timed:
                ends = [begin / RATE, (begin + clip.samples) / RATE]
                ids = [vocabulary.time(ends[0]), *ids, vocabulary.time(ends[1])]
                found = [around(ends[0], ends[0], 0.2), *found, around(ends[1], ends[1], 0.2)]
            tokens, spans = tokens + ids, spans + found
        ctc = vocabulary.spell(" ".join(clip.spelled() for clip, _ in spoken))
        before = self.context(spoken[0][0].language)
        return before + tokens[:LONGEST] + [vocabulary.end], [NOWHERE] * len(before) + spans[:LONGEST] + [NOWHERE], ctc

    def context(self, language: str) -> list:
        """Tokens of another text."""
        if not self.with_context:
            return []
        return [self.vocabulary.before, *self.vocabulary.encode(self.pick(language).text)]

    def alignment(self, spoken: list, seconds: int) -> np.ndarray:
        """The letter spoken at each position, from the words' times; blank elsewhere."""
        frames = np.full(seconds * POSITIONS, self.vocabulary.blank)
        for clip, begin in spoken if self.flat else ():
            ids = self.vocabulary.spell(clip.spelled())
            # Letters against seconds, one anchor per word and one at each end.
            anchors = [(len(spelled(clip.text[:place])), time) for place, time in clip.words]
            anchors = [(0, MARGIN), *anchors[1:], (len(ids), clip.samples / RATE - MARGIN)]
            bounds = np.interp(np.arange(len(ids) + 1), *zip(*anchors)) + begin / RATE
            bounds = (bounds * POSITIONS).round().astype(int)
            for letter, low, high in zip(ids, bounds, bounds[1:]):
                frames[low:high] = letter
        return frames

    def phonetics(self, spoken: list, seconds: int) -> np.ndarray:
        """The phone at each position; silence between clips."""
        found = np.zeros(seconds * POSITIONS, dtype=np.int64)
        for clip, begin in spoken:
            first, end = (round(at / RATE * POSITIONS) for at in (begin, begin + clip.samples))
            times = clip.phone_times()
            if not times:
                found[first:end] = UNKNOWN
            bounds = [first + round(seconds * POSITIONS) for _, seconds in times] + [end]
            for (name, _), low, high in zip(times, bounds, bounds[1:]):
                found[max(0, low) : max(0, high)] = self.phones.find(name)
        return found

    def collate(self, windows: list) -> Batch:
        audios, ids, spans, ctc, frames, phones = zip(*windows)
        longest = -(-max(map(len, ids)) // 16) * 16
        tokens = torch.full((len(windows), longest), self.vocabulary.end)
        places = torch.full((len(windows), longest, 2), -1)
        for row, line, place, found in zip(tokens, ids, places, spans):
            row[: len(line)] = torch.tensor(line)
            place[: len(line)] = torch.tensor(found)
        return Batch(
            torch.from_numpy(np.stack(audios)),
            tokens,
            torch.tensor([line.index(self.vocabulary.start) for line in ids]),
            torch.tensor([len(line) for line in ids]),
            places,
            torch.tensor([t for line in ctc for t in line], dtype=torch.long),
            torch.tensor([len(line) for line in ctc]),
            torch.from_numpy(np.stack(frames)),
            torch.from_numpy(np.stack(phones)),
        )
