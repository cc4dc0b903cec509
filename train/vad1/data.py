# SPDX-License-Identifier: Apache-2.0
"""Scenes for vad-1: speech with pauses over noise, music, hum, beeps and clicks, labelled from the clean speech."""

import numpy as np
import torch
from torch.utils.data import IterableDataset
from transcribe1.augment import augment, noise
from transcribe1.config import RATE, SEED
from transcribe1.shards import read_folder
from transcribe1.voices import read_wave

from .model import CHUNK

CHUNKS = 256  # about 8 s a scene
# Speech is what lies above this, measured from the loud parts of its utterance. People's recordings carry noise of
# their own; with the floor of synthesized speech it would be labelled speech, and noisy pauses with it.
FLOOR_DB, HUMAN_FLOOR_DB = -36, -22
FILL = 5  # pauses of up to as many chunks (a sixth of a second) inside an utterance count as speech
HUMAN_SHARE = 0.4
BACKDROPS = 150


def speech_chunks(clean: np.ndarray, floor: float) -> np.ndarray:
    """One truth value per chunk of a clean utterance that starts on a chunk's edge."""
    padded = np.pad(clean, (0, -len(clean) % CHUNK)).reshape(-1, CHUNK).astype(np.float64)
    power = 10 * np.log10((padded**2).mean(1) + 1e-3)
    spoken = power > np.percentile(power, 95) + floor
    places = np.flatnonzero(spoken)
    for low, high in zip(places, places[1:]):
        if high - low <= FILL:
            spoken[low:high] = True
    return spoken


def is_human(clip) -> bool:
    return clip.voice.startswith(("person", "prompts", "captions"))


def beeps(length: int, rng) -> np.ndarray:
    """Tones, chords and sweeps: telephones, alarms, simple music."""
    time, sound = np.arange(length) / RATE, np.zeros(length)
    for _ in range(rng.integers(1, 12)):
        begin, lasts = rng.uniform(0, length / RATE), rng.uniform(0.05, 1.5)
        span = (time >= begin) & (time < begin + lasts)
        pitch = rng.uniform(80, 3000) * (1 + rng.uniform(-0.3, 0.3) * rng.integers(0, 2) * (time[span] - begin))
        overtones = sum(np.sin(2 * np.pi * pitch * k * time[span]) / k**rng.uniform(0.5, 2) for k in range(1, rng.integers(2, 7)))
        sound[span] += overtones * np.exp(-rng.uniform(0, 5) * (time[span] - begin))
    return sound


def clicks(length: int, rng) -> np.ndarray:
    """Knocks, keys and breaths: short bursts of coloured noise."""
    sound = np.zeros(length)
    for _ in range(rng.integers(2, 30)):
        size = int(rng.exponential(0.04) * RATE) + 40
        burst = noise(size, rng) * np.exp(-np.arange(size) / size * rng.uniform(1, 6))
        begin = rng.integers(0, length)
        sound[begin : begin + size] += burst[: max(0, length - begin)] * rng.uniform(0.1, 1)
    return sound


def hum(length: int, rng) -> np.ndarray:
    time = np.arange(length) / RATE
    base = rng.choice([50, 60, 100, 120]) * rng.uniform(0.98, 1.02)
    return sum(np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6)) * rng.uniform(0, 1) / k for k in range(1, 12))


class Scenes(IterableDataset):
    """Endless batches of (audio, labels); `folders` hold shards, `sounds` are files without speech."""

    def __init__(self, folders: list, sounds: list, batch: int):
        self.clips = [clip for folder in folders for clip in read_folder(folder)]
        self.humans = [clip for clip in self.clips if is_human(clip)]
        self.sounds = [s for s in map(read_wave, sounds) if s is not None]
        self.batch = batch
        self.fill_bank()

    def __iter__(self):
        torch.set_num_threads(1)
        number = 0
        while True:
            self.rng = np.random.default_rng([SEED, 1, number])
            audio, labels = zip(*(self.scene() for _ in range(self.batch)))
            yield torch.from_numpy(np.stack(audio)), torch.from_numpy(np.stack(labels))
            number += 1

    def speech(self, length: int):
        """Utterances with pauses between them, and which chunks hold them."""
        rng, clean, labels, at = self.rng, np.zeros(length, np.float32), np.zeros(CHUNKS, np.float32), 0
        while rng.random() > 0.07:
            pool = self.humans if self.humans and rng.random() < HUMAN_SHARE else self.clips
            clip = pool[rng.integers(len(pool))]
            at += int(rng.exponential(0.7) * RATE / CHUNK)
            samples = clip.audio()[: max(0, CHUNKS - at) * CHUNK].astype(np.float32)
            if not len(samples):
                break
            begin = at * CHUNK
            clean[begin : begin + len(samples)] = samples / max(1000, np.abs(samples).max()) * rng.uniform(0.3, 1)
            spoken = speech_chunks(samples, HUMAN_FLOOR_DB if is_human(clip) else FLOOR_DB)
            labels[at : at + len(spoken)] = spoken
            at += len(spoken)
        return clean, labels

    def backdrop(self, length: int) -> np.ndarray:
        """One or two kinds of sound that are not speech."""
        rng, sound = self.rng, np.zeros(length)
        for kind in rng.choice(5, rng.integers(1, 3), p=[0.35, 0.15, 0.2, 0.15, 0.15]):
            if kind == 4 and self.sounds:
                piece = self.sounds[rng.integers(len(self.sounds))].astype(np.float64)
                made = np.resize(piece, length) if len(piece) < length else piece[rng.integers(len(piece) - length + 1) :][:length]
            else:
                made = (noise, beeps, clicks, hum, noise)[kind](length, rng)
            sound += made / (made.std() + 1e-9) * rng.uniform(0.2, 1)
        return (sound / (sound.std() + 1e-9)).astype(np.float32)

    def fill_bank(self):
        """Backdrops cost more than a training step: they are made once and reused, turned around in time."""
        self.rng = np.random.default_rng([SEED, 3])
        self.bank = [self.backdrop(CHUNKS * CHUNK) for _ in range(BACKDROPS)]

    def turned(self, length: int) -> np.ndarray:
        """A backdrop of the bank, started anywhere."""
        return np.roll(self.bank[self.rng.integers(len(self.bank))], self.rng.integers(length))

    def events(self, length: int) -> np.ndarray:
        """Backdrops that come and go as loudly as speech does: rising above the noise must not be what makes speech."""
        rng, gate = self.rng, np.zeros(CHUNKS)
        for _ in range(rng.integers(1, 6)):
            begin = rng.integers(CHUNKS)
            gate[begin : begin + rng.integers(3, 60)] = rng.uniform(0.2, 1.5)
        return self.turned(length) * np.repeat(gate, CHUNK)

    def scene(self):
        rng, length = self.rng, CHUNKS * CHUNK
        clean, labels = self.speech(length)
        clean = augment(clean, rng, rng.uniform(0, 0.5)) if labels.any() else clean
        power = clean[np.abs(clean) > 0.05 * np.abs(clean).max()].std() if labels.any() else 0.05
        audio = clean + self.turned(length) * power * 10 ** (-rng.uniform(0, 45) / 20)
        if rng.random() < 0.6:
            audio += self.events(length) * power
        level = 10 ** (rng.uniform(-35, 0) / 20)
        return (audio / np.abs(audio).max() * level).astype(np.float32), labels
