# SPDX-License-Identifier: Apache-2.0
"""What the vocoder needs, measured in a teacher's sound by WORLD's algorithms (pyworld)."""

from dataclasses import dataclass

import numpy as np
import pyworld
import soxr

from .config import BANDS, FFT, HOP, NOISE_BANDS, RATE
from .head import LOWEST, gather, mel
from .pitch import track

LOUDNESS = 0.08  # root mean square of what is spoken: -22 dBFS
UNVOICED = 0.9  # a share of noise around 1 kHz above this is no voice
FLAT = 0.9 / 2  # a teacher's sound counts up to this times its rate; its filter is above


@dataclass
class Sound:
    envelope: np.ndarray  # (T, BANDS) ln(amplitude)
    share: np.ndarray  # (T, NOISE_BANDS)
    pitch: np.ndarray  # (T) ln(F0), everywhere
    voiced: np.ndarray  # (T) bool


def level(samples: np.ndarray) -> np.ndarray:
    """int16 -> the usual loudness, whatever the pauses."""
    x = samples.astype(np.float64) / 32768
    frames = x[: len(x) // 240 * 240].reshape(-1, 240)
    power = (frames**2).mean(1)
    spoken = power[power > 0.01 * power.max()].mean() if len(power) and power.max() > 0 else 1.0
    return x * (LOUDNESS / np.sqrt(spoken))


def points_below(hertz: float, points: int) -> int:
    """How many of the points lie below a frequency."""
    return int(min(points, np.floor(mel(hertz) / mel(RATE / 2) * (points - 1) + 1e-6) + 1))


def aperiodicity(x, f0, times) -> np.ndarray:
    """The noise's share of the power (T, NOISE_BANDS), measured at every second frame: it takes longer than all the rest. Between
    two of them stands their mean, or the one that is voiced."""
    some = pyworld.d4c(x, f0[::2].copy(), times[::2].copy(), RATE, fft_size=FFT) ** 2 @ gather(NOISE_BANDS).T
    before = np.arange(len(f0)) // 2
    behind = np.minimum((np.arange(len(f0)) + 1) // 2, len(some) - 1)
    weight = np.where(f0[::2] > 0, 1, 1e-3)[:, None]
    return ((some * weight)[before] + (some * weight)[behind]) / (weight[before] + weight[behind])


def analyse(x: np.ndarray):
    """x at RATE. None where there is no voice to be found."""
    x = np.ascontiguousarray(x + 1e-6 * np.random.default_rng(0).standard_normal(len(x)))
    times = np.arange(len(x) // HOP + 1) * HOP / RATE
    f0 = track(x, RATE, len(times))
    if (f0 > 0).sum() < 10:
        return None
    power = pyworld.cheaptrick(x, f0, times, RATE, fft_size=FFT)
    share = aperiodicity(x, f0, times).clip(0, 1)
    voiced = (f0 > 0) & (share[:, 4:7].mean(1) < UNVOICED)
    if voiced.sum() < 10:
        return None
    share[~voiced] = 1
    place = np.flatnonzero(voiced)
    pitch = np.interp(np.arange(len(f0)), place, np.log(f0[place]))
    envelope = np.maximum(0.5 * np.log(np.maximum(power, 1e-12)) @ gather(BANDS).T, LOWEST)
    return Sound(envelope, share, pitch, voiced)


def to_rate(x: np.ndarray, rate: float, wanted: int = RATE) -> np.ndarray:
    return x if rate == wanted else soxr.resample(x, rate, wanted)
