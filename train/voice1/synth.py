# SPDX-License-Identifier: Apache-2.0
"""Has the sentences spoken, and stores what the model must learn of them: shards of one speaker each.

    python -m voice1.synth small [--workers 2] [--languages en it]
A shard depends only on the seed, its name and the text files. SHARD.npz holds the arrays of all its clips, SHARD.jsonl a line
for each; a shard with an index is whole.
"""

import argparse
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process

import numpy as np
import torch

from transcribe1.features import log_mel
from transcribe1.speakable import japanese_reader
from transcribe1.texts import load

from .align import align
from .analysis import FLAT, analyse, level, points_below, to_rate
from .config import BANDS, CACHE, HOP, LONGEST, NOISE_BANDS, PRESETS, RATE, SEED, folder
from .speakers import everyone, parts
from .teachers import Pronouncer, Segments, festival

SHORTEST, LONGEST_SECONDS = 0.4, 9.0
EDGE = 0.08  # seconds of silence that stay before and behind a sentence
WORST = {"espeak": 0.12, "flite": 0.3, "festival": 0.3}  # cost of an alignment, per letter
HEARD = 300  # frames that the speaker encoder may listen to


def chosen(texts: list, speaker, part: int) -> list:
    """(text, reading) for a part of what the speaker shall say."""
    rng = random.Random(f"{SEED} {speaker.name} {part}")
    limit = 45 if speaker.language in ("zh", "ja", "ko") else 110
    picked, letters = [], 0
    while letters < speaker.minutes / parts(speaker) * 60 * (6 if limit == 45 else 14) * 1.1:
        text, reading = rng.choice(texts)
        if 3 < len(text) < limit:
            picked.append((text, reading if speaker.language != "ja" else kana_words(text)))
            letters += len(text)
    return picked


def kana_words(text: str) -> str:
    """How Japanese is said, with a space between words, as the program has it."""
    rows = (line.split("\t") for line in japanese_reader().parse(text).splitlines() if "\t" in line)
    parts = ((surface, features.split(",")) for surface, features in rows)
    return " ".join(fields[8] if len(fields) > 8 else surface for surface, fields in parts)


def spoken(pronouncer, speaker, sentences: list):
    """(text, phonemes, what was heard); phonemes are those of the language, whatever the engine."""
    language_voice = speaker.voice.split("+")[0] if speaker.engine == "espeak" else {"en": "en-us"}.get(speaker.language, speaker.language)
    phonemes = [pronouncer.phonemes(reading, language_voice, speaker.language) for _, reading in sentences]
    if speaker.engine == "festival":
        heard = festival([text for text, _ in sentences], speaker.voice, speaker.language, speaker.pace)
    elif speaker.engine == "flite":
        flite = Segments()
        heard = [flite.hear(text, speaker.voice, speaker.pace) for text, _ in sentences]
    else:
        heard = [said and pronouncer.hear(reading, speaker.voice, speaker.language, speaker.pace, speaker.pitch, speaker.spread)
                 for (_, reading), said in zip(sentences, phonemes)]
    return [(text, said, take) for (text, _), said, take in zip(sentences, phonemes, heard) if said and take]


def trimmed(take):
    """Samples from a little before the first phone to a little behind the last, and the phones in that time."""
    begin = max(0.0, take.spans[0][1] - EDGE)
    end = take.spans[-1][2] + EDGE
    samples = take.samples[int(begin * take.rate) : int(end * take.rate)]
    return samples, [(name, a - begin, b - begin) for name, a, b in take.spans]


def clip(speaker, text: str, phonemes: str, take):
    """The line and the arrays of a clip, or None for one that is not good enough."""
    if not take.spans or len(phonemes) > LONGEST:
        return None
    samples, spans = trimmed(take)
    seconds = len(samples) / take.rate
    if not SHORTEST < seconds < LONGEST_SECONDS:
        return None
    times, cost = align(phonemes, spans, seconds)
    if cost > WORST[speaker.engine] or min(b - a for a, b in zip(times, times[1:])) < -1e-6:
        return None
    rate = take.rate * speaker.played
    x = to_rate(level(samples), rate)
    sound = analyse(x)
    if sound is None:
        return None
    frames = len(sound.pitch)
    bounds = [round(time / speaker.played * RATE / HOP, 2) for time in times]
    bounds[-1] = frames
    hertz = min(FLAT * rate, RATE / 2)
    line = {"text": text, "phonemes": phonemes, "frames": frames, "bounds": bounds, "bands": points_below(hertz, BANDS),
            "noise_bands": points_below(hertz, NOISE_BANDS)}
    mel = log_mel(torch.from_numpy(to_rate(x, RATE, 16000)[None]).float())[0].T.numpy()[:HEARD]
    arrays = {"envelope": sound.envelope.astype(np.float16), "share": (255 * sound.share).round().astype(np.uint8),
              "pitch": sound.pitch.astype(np.float32), "voiced": sound.voiced, "mel": mel.astype(np.float16)}
    return line, arrays


def make(speaker, part: int, path, texts: list):
    torch.set_num_threads(1)
    pronouncer = Pronouncer()
    found = [clip(speaker, *one) for one in spoken(pronouncer, speaker, chosen(texts, speaker, part))]
    kept = [one for one in found if one]
    print(f"{path.name}: {len(kept)} of {len(found)} clips, {sum(line['frames'] for line, _ in kept) / 6000:.1f} minutes", flush=True)
    if not kept:
        return
    arrays = {name: np.concatenate([one[name] for _, one in kept]) for name in kept[0][1]}
    mels = [len(one["mel"]) for _, one in kept]
    np.savez(path.with_suffix(".npz"), **arrays)
    with open(path.with_suffix(".part"), "w") as index:
        for (line, _), mel in zip(kept, mels):
            about = {"speaker": speaker.name, "language": speaker.language, **line, "mel": mel}
            index.write(json.dumps(about, ensure_ascii=False) + "\n")
    os.replace(path.with_suffix(".part"), path.with_suffix(".jsonl"))


def make_apart(job):
    """A process each: espeak-ng 1.51 crashes now and then, and that shard is left out."""
    maker = Process(target=make, args=job)
    maker.start()
    maker.join()
    if not job[2].with_suffix(".jsonl").exists():
        print(job[2].name, "left out", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--languages", nargs="+")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    shards = folder(preset) / "shards"
    shards.mkdir(parents=True, exist_ok=True)
    texts = {language: load(CACHE / preset.texts / "texts" / f"{language}.txt") for language in args.languages or preset.languages}
    jobs = [(speaker, part, shards / f"{speaker.name}-{part:02d}", texts[speaker.language])
            for speaker in everyone(preset) if speaker.language in texts for part in range(parts(speaker))]
    jobs = [job for job in sorted(jobs, key=lambda job: job[1]) if not job[2].with_suffix(".jsonl").exists()]
    with ThreadPoolExecutor(args.workers) as pool:
        list(pool.map(make_apart, jobs))


if __name__ == "__main__":
    main()
