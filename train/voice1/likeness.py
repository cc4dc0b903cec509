# SPDX-License-Identifier: Apache-2.0
"""How close an imitated voice comes to its person, by measures that need no weights but the model's own.

    python -m voice1.likeness ../models/voice-1 ../../shared/data/digits/digits_train.tar [--clips 8] [--sentences 3]

People: the six of the Free Spoken Digit Dataset, whom no part of the model has heard. Their digits (8 kHz) are joined to clips of
about 10 s that share no recording. Two measures tell who sounds like whom: the cosine of the speaker encoder's vectors, and
*statistics*, means and deviations of 12 MFCCs and of ln(F0), each divided by how much it varies between the natural clips.

(a) Pairs of natural clips, of one person or of two: the equal error rate of either measure.
(b) The model says held-out English sentences in the style it takes from a clip. Is that person nearest among all, judged by their
    other clips? "centred": what all imitations have in common, the vocoder's sound, is taken away first. The ceiling is the natural
    clip itself in place of its imitation; chance is one in the number of people.
"""

import argparse
import io
import tarfile
from pathlib import Path

import numpy as np
import scipy.fft
import soundfile
import torch

from transcribe1.features import log_mel
from transcribe1.texts import load

from .analysis import level, to_rate
from .config import CACHE, RATE, SEED
from .pitch import track
from .say import Model
from .teachers import Pronouncer

LOW = 8000  # Hz, the recordings' rate: nothing above it is compared
SECONDS, GAP = 10.0, 0.08
BANDS, CEPSTRA = 24, 12
LOUD = 0.01  # of the loudest frame's power: what is softer is a pause


def clips_of_people(archive: Path, count: int) -> dict:
    """name -> `count` clips (int16 at LOW) of SECONDS that share no recording, digits in random order."""
    rng, heard = np.random.default_rng(SEED), {}
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda one: one.name):
            if member.name.endswith(".wav"):
                samples, rate = soundfile.read(io.BytesIO(tar.extractfile(member).read()), dtype="int16")
                heard.setdefault(Path(member.name).stem.split("_")[1], []).append(to_rate(samples.astype(float), rate, LOW))
    gap, found = np.zeros(int(GAP * LOW)), {}
    for name, digits in heard.items():
        order, place, found[name] = rng.permutation(len(digits)), 0, []
        for _ in range(count):
            parts, length = [], 0
            while length < SECONDS * LOW and place < len(order):
                parts += [digits[order[place]], gap]
                length += len(parts[-2]) + len(gap)
                place += 1
            if length < SECONDS * LOW:
                raise SystemExit(f"{name} has spoken too little for {count} clips of {SECONDS:.0f} s")
            found[name].append(np.concatenate(parts).clip(-32768, 32767).astype(np.int16))
    return found


def mfcc(x: np.ndarray) -> np.ndarray:
    """(T, CEPSTRA) of what is not a pause; frames of 25 ms, every 10 ms."""
    frames = np.lib.stride_tricks.sliding_window_view(x, LOW // 40)[:: LOW // 100] * np.hamming(LOW // 40)
    power = np.abs(np.fft.rfft(frames, 512)) ** 2
    mel = lambda hertz: 2595 * np.log10(1 + hertz / 700)
    edges = np.linspace(mel(100), mel(LOW / 2 - 100), BANDS + 2)
    place = mel(np.arange(257) * LOW / 512)
    rise = (place[None] - edges[:-2, None]) / (edges[1] - edges[0])
    bank = np.clip(np.minimum(rise, 2 - rise), 0, None)
    loud = frames.var(1)
    logs = np.log(power[loud > LOUD * loud.max()] @ bank.T + 1e-10)
    return scipy.fft.dct(logs, norm="ortho")[:, 1 : CEPSTRA + 1]


def statistics(x: np.ndarray) -> np.ndarray:
    """Of a sound at LOW: 26 numbers; the last but one is the mean of ln(F0)."""
    cepstra = mfcc(x)
    pitch = track(x, LOW, len(x) // (LOW // 100))
    voiced = np.log(pitch[pitch > 0])
    return np.concatenate([cepstra.mean(0), cepstra.std(0), [voiced.mean(), voiced.std()]])


@torch.no_grad()
def listen(model, x: np.ndarray) -> tuple:
    """The speaker encoder's vector and mean ln(F0) for a sound at LOW."""
    vector, usual = model.net.speaker(log_mel(torch.from_numpy(to_rate(x, LOW, 16000)[None]).float()))
    return vector[0].numpy(), float(usual)


def equal_error(same: np.ndarray, other: np.ndarray) -> float:
    """Percent, where as many pairs of one person are refused as pairs of two are accepted; larger is more alike."""
    limits = np.sort(np.concatenate([same, other]))
    misses = np.searchsorted(np.sort(same), limits) / len(same)
    alarms = 1 - np.searchsorted(np.sort(other), limits) / len(other)
    best = np.abs(misses - alarms).argmin()
    return 50 * (misses[best] + alarms[best])


def pairs(likeness: np.ndarray, who: np.ndarray) -> float:
    upper = np.triu(np.ones_like(likeness, bool), 1)
    same = who[:, None] == who[None]
    return equal_error(likeness[upper & same], likeness[upper & ~same])


def nearest(probes: np.ndarray, clips: np.ndarray, who: np.ndarray, number: np.ndarray, cosine: bool, scale=1.0) -> float:
    """Percent of probes (one for each clip) whose own person is nearest. People are judged by the mean of their clips, without the
    one that the probe came from."""
    right = 0
    for i, probe in enumerate(probes):
        means = [clips[(who == person) & (number != number[i])].mean(0) for person in np.unique(who)]
        score = [m @ probe / np.linalg.norm(m) if cosine else -np.linalg.norm((m - probe) / scale) for m in means]
        right += np.unique(who)[int(np.argmax(score))] == who[i]
    return 100 * right / len(probes)


def imitate(model, phonemes: list, vector: np.ndarray, usual: float) -> np.ndarray:
    style = torch.tensor([*vector, usual], dtype=torch.float32)
    return to_rate(np.concatenate([model.speak(one, "en", style) for one in phonemes]), RATE, LOW)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=3)
    args = parser.parse_args()
    model, pronouncer = Model(args.model), Pronouncer()
    people = clips_of_people(args.archive, args.clips)
    who = np.repeat(list(people), args.clips)
    number = np.tile(np.arange(args.clips), len(people))
    clips = [level(clip) for name in people for clip in people[name]]
    texts = [text for text, _ in load(CACHE / "small" / "texts" / "en.test.txt") if 30 < len(text) < 90]
    phonemes = [said for text in texts[: 2 * args.sentences] if (said := pronouncer.phonemes(text, "en-us", "en"))][: args.sentences]

    heard = [listen(model, clip) for clip in clips]
    vectors, measured = np.stack([vector for vector, _ in heard]), np.stack([statistics(clip) for clip in clips])
    scale = measured.std(0)
    plain = measured / scale
    print(f"{len(people)} people, {len(clips)} clips; equal error rate of pairs, %:")
    print(f"  encoder {pairs(vectors @ vectors.T, who):.0f}, MFCCs alone {pairs(-distances(plain[:, :24]), who):.0f}, "
          f"with pitch {pairs(-distances(plain), who):.0f}")

    said = [imitate(model, phonemes, vector, usual) for vector, usual in heard]
    copies, sounds = np.stack([listen(model, one)[0] for one in said]), np.stack([statistics(one) for one in said])
    print(f"own person nearest, % (chance {100 / len(people):.0f}):")
    shifted = sounds - sounds.mean(0) + measured.mean(0)
    turned = copies - copies.mean(0) + vectors.mean(0)
    mfccs = slice(0, 24)
    for name, natural, made, centred, cosine, size in (
        ("encoder", vectors, copies, turned, True, 1.0),
        ("MFCCs and pitch", measured, sounds, shifted, False, scale),
        ("MFCCs alone", measured[:, mfccs], sounds[:, mfccs], shifted[:, mfccs], False, scale[mfccs]),
    ):
        of = lambda probes: nearest(probes, natural, who, number, cosine, size)
        print(f"  by {name}: imitation {of(made):.0f}, centred {of(centred):.0f}, a real clip {of(natural):.0f}")
    tones = lambda pitch, other: np.abs(pitch - other).mean() * 12 / np.log(2)
    rest = np.array([measured[(who == who[i]) & (number != number[i]), -2].mean() for i in range(len(who))])
    print(f"pitch beside the person's other clips, semitones: imitation {tones(sounds[:, -2], rest):.1f}, a real clip "
          f"{tones(measured[:, -2], rest):.1f}, another person {tones(np.roll(measured[:, -2], args.clips), rest):.1f}")


def distances(x: np.ndarray) -> np.ndarray:
    return np.linalg.norm(x[:, None] - x[None], axis=-1)


if __name__ == "__main__":
    main()
