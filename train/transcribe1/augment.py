# SPDX-License-Identifier: Apache-2.0
"""Rooms, colours, bands, noise and level for one window of audio. `strength` 0 leaves it nearly alone, 1 is heavy.

Everything linear is one multiplication in the frequency domain.
"""

import numpy as np
from scipy.fft import irfft, rfft

from .config import RATE


def colour(bins: np.ndarray, rng, strength: float) -> np.ndarray:
    """A smooth random frequency response, as of microphones: a few decibels up and down along the log axis."""
    knots = rng.normal(0, 6 * strength, 6)
    return 10 ** (np.interp(np.log2(np.maximum(bins, 60)), np.linspace(5.9, 13, 6), knots) / 20).astype(np.float32)


def band(bins: np.ndarray, rng) -> np.ndarray:
    """A telephone or an old recorder: little outside a band."""
    low, high = rng.uniform(50, 350), rng.choice([3400, 3800, 4000, 5500, 7000])
    return 1 / (1 + (low / np.maximum(bins, 1)) ** 8) / (1 + (bins / high) ** 24)


def room(length: int, rng, strength: float) -> np.ndarray:
    """Spectrum of a made-up room: direct sound, then decaying noise."""
    decay = rng.uniform(0.05, 0.15 + 0.45 * strength)
    time = np.arange(int(RATE * decay)) / RATE
    tail = rng.standard_normal(len(time), np.float32) * np.exp(-6.9 * time / decay)
    tail *= rng.uniform(0.1, 0.3 + 0.7 * strength) / np.sqrt((tail**2).sum())
    tail[: int(0.002 * RATE)] = 0
    tail[0] = 1
    return rfft(tail.astype(np.float32), length)


def noise(length: int, rng) -> np.ndarray:
    """Noise of unit power whose spectrum falls by a random slope, swelling slowly."""
    spectrum = rfft(rng.standard_normal(length, np.float32))
    slope = np.float32(rng.uniform(0, 1.2))
    spectrum *= np.maximum(np.arange(len(spectrum), dtype=np.float32), length / RATE * 40) ** -slope
    made = irfft(spectrum, length)
    if rng.random() < 0.5:
        made *= np.interp(np.arange(length), np.linspace(0, length, 8), rng.uniform(0.3, 1, 8))
    return made / (made.std() + 1e-9)


def augment(audio: np.ndarray, rng, strength: float) -> np.ndarray:
    """float32 in and out; half of the windows at strength 0 stay as they are but for the level."""
    length = len(audio)
    bins = np.fft.rfftfreq(length, 1 / RATE).astype(np.float32)
    response = np.ones(len(bins), dtype=np.complex64)
    if rng.random() < 0.3 + 0.5 * strength:
        response *= colour(bins, rng, 0.3 + 0.7 * strength)
    if rng.random() < 0.1 + 0.2 * strength:
        response *= band(bins, rng)
    if rng.random() < 0.1 + 0.4 * strength:
        response *= room(length, rng, strength)
    audio = irfft(rfft(audio.astype(np.float32)) * response, length)
    loud = audio[np.abs(audio) > 0.01]
    power = loud.std() if len(loud) else 0.01
    if rng.random() < 0.3 + 0.5 * strength:
        ratio = rng.uniform(30 - 22 * strength, 45)
        audio = audio + noise(length, rng) * power * 10 ** (-ratio / 20)
    level = 10 ** (rng.uniform(-25, 0) / 20)
    return (audio / max(1e-4, np.abs(audio).max()) * level).astype(np.float32)
