# SPDX-License-Identifier: Apache-2.0
"""How far the model's speech is from its teacher's, saying the same sentences that were never trained on.

    python -m voice1.closeness small ../models/voice-1 [--clips 6] [--languages en de ...]

Both are analysed as for training and laid beside each other by dynamic time warping over mel cepstra. In a row for each language,
in its first voice: mel-cepstral distortion (dB, cepstra 1 to 24 of the envelope up to 7 kHz, the most that teachers at 16 kHz have;
it is the root mean square of the log spectra's difference), the error of F0 where both are voiced (cents, root mean square), and
frames of which one is voiced and the other not (%). Known as MCD-DTW, F0 RMSE and V/UV error. "Vocoder": the distortion of the
teacher's own sound taken apart and put together again, below which the model cannot come.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.fft

from .analysis import analyse, level, points_below, to_rate
from .config import BANDS, LONGEST, PRESETS, RATE
from .evaluate import sentences
from .head import synthesize
from .say import Model
from .speakers import everyone
from .synth import spoken
from .teachers import Pronouncer
from .voices import NAMED

HIGHEST, CEPSTRA = 7000, 24
SOFT = 4.0  # nepers below the loudest frame: a pause


def cepstra(envelope: np.ndarray) -> np.ndarray:
    """(T, CEPSTRA) such that ln(amplitude) is their sum of cosines, without the loudness."""
    points = points_below(HIGHEST, BANDS)
    return scipy.fft.dct(envelope[:, :points])[:, 1 : CEPSTRA + 1] / points


def inner(sound) -> slice:
    """From the first frame that is not a pause to the last."""
    loud = np.flatnonzero(sound.envelope.max(1) > sound.envelope.max() - SOFT)
    return slice(loud[0], loud[-1] + 1)


def warp(a: np.ndarray, b: np.ndarray) -> tuple:
    """The cheapest path through all frames of both: two lists of indices."""
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i, row in enumerate(cost):
        above, now = total[i], total[i + 1]
        best = np.minimum(above[1:], above[:-1]) + row
        for j, step in enumerate(row):
            now[j + 1] = min(best[j], now[j] + step)
    i, j, path = len(a), len(b), []
    while i and j:
        path.append((i - 1, j - 1))
        steps = (total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
        least = int(np.argmin(steps))
        i, j = i - (least != 2), j - (least != 1)
    return tuple(np.array(path[::-1]).T)


def again(x: np.ndarray) -> np.ndarray:
    """A sound through the vocoder alone."""
    sound = analyse(x)
    return x if sound is None else synthesize(sound.envelope, sound.share, np.exp(sound.pitch), sound.voiced)


def compare(x: np.ndarray, y: np.ndarray):
    """(dB, squared cents of frames voiced in both, share of frames voiced in one) of two sounds at RATE; None without a voice."""
    sounds = [analyse(one) for one in (x, y)]
    if None in sounds:
        return None
    first, second = sounds
    a, b = inner(first), inner(second)
    c, d = cepstra(first.envelope[a]), cepstra(second.envelope[b])
    i, j = warp(c, d)
    decibels = 10 / np.log(10) * np.sqrt(2 * ((c[i] - d[j]) ** 2).sum(1)).mean()
    voiced, other = first.voiced[a][i], second.voiced[b][j]
    cents = 1200 / np.log(2) * (first.pitch[a][i] - second.pitch[b][j])[voiced & other]
    return decibels, cents**2, (voiced != other).mean()


def row(language: str, voice: str, numbers, count) -> str:
    return f"| {language} | {voice} | {numbers[0]:.1f} | {numbers[1]:.1f} | {numbers[2]:.0f} | {numbers[3]:.0f} | {count} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("model", type=Path)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--languages", nargs="+")
    args = parser.parse_args()
    preset, model, pronouncer = PRESETS[args.preset], Model(args.model), Pronouncer()
    speakers, rows = {speaker.name: speaker for speaker in everyone(preset)}, []
    print("| language | voice | MCD, dB | vocoder | F0, cents | voiced or not, % | sentences |\n|---|---|---|---|---|---|---|")
    first = {named.language: named for named in reversed(NAMED)}
    for language in args.languages or preset.languages:
        named = first[language]
        speaker = speakers[named.speaker]
        said = [one for one in spoken(pronouncer, speaker, sentences(preset, language, args.clips)) if len(one[1]) < LONGEST]
        style, found = model.style(named.name, language), []
        for _, phonemes, take in said:
            teacher = to_rate(level(take.samples), take.rate * speaker.played)
            own = model.speak(phonemes, language, style)
            found.append((compare(own, teacher), compare(again(teacher), teacher)))
        copied = [copy[0] for _, copy in found if copy]
        found = [one for one, _ in found if one]
        if not found:
            continue
        cents = np.concatenate([one[1] for one in found])
        rows.append((np.mean([one[0] for one in found]), np.mean(copied), np.sqrt(cents.mean()) if len(cents) else np.nan,
                     100 * np.mean([one[2] for one in found])))
        print(row(language, named.name, rows[-1], len(found)), flush=True)
    if rows:
        print(row(f"mean of {len(rows)}", "", np.nanmean(rows, 0), ""))


if __name__ == "__main__":
    main()
