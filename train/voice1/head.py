# SPDX-License-Identifier: Apache-2.0
"""The vocoder: pulses and noise through a filter, by overlapping Fourier transforms. What the engine's C code does.

Frame i stands for the moment i * HOP. Its spectrum (FFT points over samples i * HOP - HOP and on) is
    X = H * (sqrt(1 - a) * P + sqrt(a) * N)
where H is the minimum-phase filter with the envelope's amplitude, a the noise's share of the power, N the transform of white
noise under the frame's window (Hann, WINDOW samples, periodic: windows of neighbours add up to 1), and P that of a train of
ideal pulses under the same window, each with the power of one period:
    P[k] = sum over pulses at time t in the window of sqrt(RATE / F0) * window(t) * exp(-2 pi i k t / FFT)
The inverse transforms are added where they overlap. Envelope and share are given at points that are even in mel from 0 to
RATE / 2, both included, and run straight between them (the envelope's logarithm; the share after the sigmoid).
"""

import functools
import math

import numpy as np

from .config import BANDS, FFT, HOP, NOISE_BANDS, RATE, WINDOW

BINS = FFT // 2 + 1
LOWEST = math.log(1e-4)  # of ln(amplitude)
BLOCKER = 0.99  # pole of the filter that takes the constant part away: y[n] = x[n] - x[n - 1] + BLOCKER * y[n - 1]


def mel(hertz):
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


@functools.lru_cache(None)
def ramps(points: int) -> np.ndarray:
    """(BINS, points): what each point contributes to each bin; rows sum to 1."""
    place = mel(np.arange(BINS) * RATE / FFT) / mel(RATE / 2) * (points - 1)
    return np.maximum(0, 1 - np.abs(place[:, None] - np.arange(points)))


@functools.lru_cache(None)
def gather(points: int) -> np.ndarray:
    """(points, BINS): the way back by least squares, a little smoothed."""
    rows = ramps(points)
    smooth = np.diff(np.eye(points), 2, axis=0)
    return np.linalg.solve(rows.T @ rows + 0.003 * smooth.T @ smooth, rows.T)


def window(t):
    """Hann's window at sample t of WINDOW; t need not be whole."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * t / WINDOW)


def pulse_times(f0: np.ndarray) -> list:
    """(time in samples, period in samples) of each pulse. F0 (T) of frames runs straight between them; a pulse is where its
    integral passes a whole number, counted from 0 at the first frame."""
    at = np.arange(len(f0) * HOP)
    step = np.interp(at, np.arange(len(f0)) * HOP, f0) / RATE
    phase = np.cumsum(step)  # at the end of each sample
    whole = np.floor(phase)
    passes = np.flatnonzero(np.diff(whole, prepend=0) > 0)
    return [(n + 1 - (phase[n] - whole[n]) / step[n], 1 / step[n]) for n in passes]


def pulse_spectra(f0: np.ndarray) -> np.ndarray:
    """P (T, BINS)"""
    spectra = np.zeros((len(f0), BINS), np.complex128)
    turn = -2j * np.pi * np.arange(BINS) / FFT
    for t, period in pulse_times(f0):
        first = int(t // HOP)
        for frame in (first, first + 1):
            if frame < len(f0):
                place = t - (frame - 1) * HOP
                spectra[frame] += np.sqrt(period) * window(place) * np.exp(turn * place)
    return spectra


def minimum_phase(amplitude_log: np.ndarray) -> np.ndarray:
    """ln(amplitude) (T, BINS) -> H, through the cepstrum."""
    cepstrum = np.fft.irfft(amplitude_log, FFT)
    cepstrum[:, 1 : FFT // 2] *= 2
    cepstrum[:, FFT // 2 + 1 :] = 0
    return np.exp(np.fft.rfft(cepstrum))


def overlap_add(spectra: np.ndarray) -> np.ndarray:
    pieces = np.fft.irfft(spectra, FFT)
    sound = np.zeros(len(pieces) * HOP + FFT)
    for i, piece in enumerate(pieces):
        sound[i * HOP : i * HOP + FFT] += piece
    return sound[HOP : HOP + len(pieces) * HOP]


def block_constant(sound: np.ndarray) -> np.ndarray:
    from scipy.signal import lfilter

    return lfilter([1, -1], [1, -BLOCKER], sound)


def synthesize(envelope, share, f0, voiced, noise=None, seed=0) -> np.ndarray:
    """envelope (T, BANDS) ln(amplitude), share (T, NOISE_BANDS) of noise in [0, 1], f0 (T) in hertz (everywhere), voiced (T) bool
    -> T * HOP samples. Frames that are not voiced are noise alone. noise: (T + 1) * HOP samples, the first HOP of them before
    the first frame; else drawn."""
    count = len(f0)
    if noise is None:
        noise = np.random.default_rng(seed).standard_normal((count + 1) * HOP)
    spread = np.where(np.asarray(voiced)[:, None], share @ ramps(NOISE_BANDS).T, 1.0).clip(0, 1)
    places = (np.arange(count) * HOP)[:, None] + np.arange(WINDOW)
    noises = np.fft.rfft(noise[places] * window(np.arange(WINDOW)), FFT)
    excitation = np.sqrt(1 - spread) * pulse_spectra(f0) + np.sqrt(spread) * noises
    filters = minimum_phase(np.maximum(envelope, LOWEST) @ ramps(BANDS).T)
    return block_constant(overlap_add(filters * excitation))
