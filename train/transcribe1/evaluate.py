# SPDX-License-Identifier: Apache-2.0
"""Error rates of an exported model.

    python -m transcribe1.evaluate small models/transcribe-1 [--clips 60]
Prints one row per test set; then people's recordings of the shared data folder, beside pocketsphinx where it is installed.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import soundfile
import torch
from safetensors.torch import load_file

from .config import CACHE, PRESETS, RATE, SHARED_DATA
from .everyday import SLOTS, known_words
from .model import Transcriber
from .normal import bare, distance
from .scoring import BATCH, score, transcribe, units
from .shards import read_shard
from .tokens import Vocabulary
from .voices import read_wave


def load(folder: Path):
    """(model, vocabulary) of an exported folder."""
    content = json.loads((folder / "config.json").read_text())
    preset = PRESETS[content["inhouse"]["preset"]]
    vocabulary = Vocabulary(folder / "tokenizer.json", content["inhouse"]["ctc_letters"])
    model = Transcriber(preset, vocabulary.size, vocabulary.blank + 1)
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
    return model.eval(), vocabulary


def digits_right(model, vocabulary, clips: list) -> float:
    """Share of single spoken digits that come out right when only digits are possible: of all ten, the one nearest to the CTC head's letters."""
    words = SLOTS["digit"]
    right = 0
    for at in range(0, len(clips), BATCH):
        batch = clips[at : at + BATCH]
        for clip, (_, ctc) in zip(batch, transcribe(model, vocabulary, [clip.audio() for clip in batch], "en")):
            right += bare(clip.text) == min(words, key=lambda word: distance(word, ctc))
    return right / max(1, len(clips))


def kinds(clips: list) -> dict:
    """English sets hold prose and everyday sentences; they are scored apart."""
    if clips[0].language != "en":
        return {"": clips}
    known, parts = known_words(), {}
    for clip in clips:
        everyday = set(bare(clip.text).split()) <= known
        parts.setdefault(", everyday" if everyday else ", prose", []).append(clip)
    return parts


def pocketsphinx(path: Path) -> str:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, read_wave(path), RATE, subtype="PCM_16")
        command = ["pocketsphinx_continuous", "-infile", file.name, "-logfn", "/dev/null"]
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=600).stdout
        except FileNotFoundError:
            return ""


def pieces(samples) -> list:
    """Stretches of at most 28 s: enough for the few long recordings measured here."""
    return [samples[at : at + 28 * RATE] for at in range(0, len(samples), 28 * RATE)]


def people(model, vocabulary):
    """Recordings of people: word errors of this model and of pocketsphinx."""
    sums = {"transcribe-1": 0, "pocketsphinx": 0}
    total = 0
    for path in sorted(path for kind in ("*.flac", "*.wav") for path in (SHARED_DATA / "audio").glob(kind)):
        wanted = units(path.with_suffix(".txt").read_text(), "en")
        ours = " ".join(transcribe(model, vocabulary, [piece], "en")[0][0] for piece in pieces(read_wave(path)))
        for name, text in (("transcribe-1", ours), ("pocketsphinx", pocketsphinx(path))):
            sums[name] += distance(wanted, units(text, "en"))
        total += len(wanted)
        print(f"  {path.name}: {ours}")
    for name, edits in sums.items():
        print(f"| people's recordings, {name} | {100 * edits / max(1, total):.0f} | |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("model", type=Path)
    parser.add_argument("--clips", type=int, default=60)
    args = parser.parse_args()
    model, vocabulary = load(args.model)
    print("| test set | WER | CTC CER |\n|---|---|---|")
    for index in sorted((CACHE / args.preset / "tests").glob("*.jsonl")):
        clips = read_shard(index)
        for kind, chosen in kinds(clips).items():
            found = score(model, vocabulary, chosen[: args.clips])
            print(f"| {index.stem}{kind} | {100 * found['wer']:.0f} | {100 * found['ctc_cer']:.0f} |", flush=True)
        if index.stem == "digits-person":
            print(f"| {index.stem}, grammar of ten words | {100 - 100 * digits_right(model, vocabulary, clips):.0f} | |")
    people(model, vocabulary)


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
