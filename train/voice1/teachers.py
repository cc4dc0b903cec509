# SPDX-License-Identifier: Apache-2.0
"""The engines of transcribe1.voices, asked for more: sound at its own rate, and when each phone is spoken."""

import ctypes
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from transcribe1.voices import ENCODINGS, Espeak, Flite, FliteWave

from .phones import PAUSES, cleaned, ipa, pinyin_tones

CLAUSE = re.compile(r"[,.;:?!،؛؟。，、；：！？।…–—]+")
MARKS = str.maketrans("،؛؟。，、；：！？।…–", ",;?.,,;:!?..—")
SWITCH = re.compile(r"\([a-z-]+\)")  # espeak-ng's note that it goes on in another language

OWN_NAMES, IPA_NAMES = 0, 2  # of espeak_TextToPhonemes


@dataclass
class Heard:
    """A spoken sentence."""

    samples: np.ndarray  # int16
    rate: int
    spans: list  # (IPA, begin, end) of each phone, seconds; pauses are left out


class Pronouncer(Espeak):
    """espeak-ng, which also says what the program will be told about a text."""

    def __init__(self):
        super().__init__()
        self.lib.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def hear(self, text: str, voice: str, language: str, pace: int, pitch: int, spread: int):
        take = self.speak(text, voice, pace, pitch, spread)
        if take is None:
            return None
        samples = np.concatenate(self.heard)
        ends = [begin for _, begin in take.phones[1:]] + [len(samples) / self.rate]
        spans = [(cleaned(name, language), begin, end) for (name, begin), end in zip(take.phones, ends) if name not in PAUSES and end > begin]
        return Heard(samples, self.rate, spans)

    def clause(self, text: str, language: str) -> str:
        read = lambda mode: " ".join(" ".join(self.read(text, mode)).split())
        spoken = SWITCH.sub("(", read(IPA_NAMES))
        if language == "zh":
            spoken = pinyin_tones(spoken, read(OWN_NAMES))
        return spoken if "(" in spoken else " ".join(cleaned(spoken, language).split())

    def read(self, text: str, mode: int):
        data = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(data))
        while rest.value:
            yield (self.lib.espeak_TextToPhonemes(ctypes.byref(rest), 1, mode) or b"").decode()  # 1: UTF-8

    def phonemes(self, text: str, voice: str, language: str):
        """As src/speech/phonemizer.h says, between two spaces; None where the voice changes its language."""
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            return None
        found, place = "", 0
        for mark in [*CLAUSE.finditer(text), None]:
            words = self.clause(text[place : mark.start() if mark else None].strip(), language)
            if words:
                found += (" " if found else "") + words
            if mark and words:
                found += mark.group()[0].translate(MARKS)
            place = mark.end() if mark else place
        return None if "(" in found or not found else f" {found} "


class Segments(Flite):
    """flite with the times of its segments."""

    def __init__(self):
        super().__init__()
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        for name, result, arguments in (
            ("flite_synth_text", pointer, [text, pointer]), ("utt_relation", pointer, [pointer, text]), ("relation_head", pointer, [pointer]),
            ("item_next", pointer, [pointer]), ("item_feat_string", text, [pointer, text]), ("item_feat_float", ctypes.c_float, [pointer, text]),
            ("utt_wave", ctypes.POINTER(FliteWave), [pointer]), ("delete_utterance", None, [pointer]),
        ):
            function = getattr(self.lib, name)
            function.restype, function.argtypes = result, arguments

    def hear(self, text: str, voice: str, stretch: float):
        handle = self.voice(voice)
        self.lib.flite_feat_set_float(ctypes.c_void_p(handle.contents.features), b"duration_stretch", ctypes.c_float(stretch))
        utterance = self.lib.flite_synth_text(text.encode("ascii", "ignore"), handle)
        wave = self.lib.utt_wave(utterance).contents
        samples = np.ctypeslib.as_array(wave.samples, (wave.count,)).copy() if wave.count > 0 else None
        item, ends = self.lib.relation_head(self.lib.utt_relation(utterance, b"Segment")), []
        while item:
            ends.append((self.lib.item_feat_string(item, b"name").decode(), self.lib.item_feat_float(item, b"end")))
            item = self.lib.item_next(item)
        rate = wave.rate
        self.lib.delete_utterance(utterance)
        return None if samples is None else Heard(samples, rate, spans_of(ends, "en"))


def spans_of(ends: list, language: str) -> list:
    """(name, seconds at its end) -> (IPA, begin, end)"""
    begins = [0.0] + [end for _, end in ends[:-1]]
    spans = [(ipa(name, language), begin, end) for (name, end), begin in zip(ends, begins)]
    return [span for span in spans if span[0] and span[2] > span[1]]


DUMP = """(define (dump u name)
  (let ((file (fopen name "w")))
    (mapcar (lambda (s) (format file "%s %.4f\\n" (item.name s) (item.feat s "end"))) (utt.relation.items u 'Segment))
    (fclose file)))"""


def festival(texts: list, voice: str, language: str, stretch: float) -> list:
    """Speaks many sentences in one process; None for those it failed on."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"(voice_{voice})", f"(Parameter.set 'Duration_Stretch {stretch:.2f})", DUMP]
        for i, text in enumerate(texts):
            quoted = text.replace("\\", "").replace('"', "")
            lines.append(f'(unwind-protect (begin (set! u (utt.synth (Utterance Text "{quoted}")))'
                         f" (utt.save.wave u \"{folder}/{i}.wav\" 'riff) (dump u \"{folder}/{i}.txt\")) nil)")
        script = Path(folder) / "say.scm"
        script.write_bytes("\n".join(lines).encode(ENCODINGS.get(language, "utf-8"), "ignore"))
        try:
            subprocess.run(["festival", "-b", script], capture_output=True, timeout=1200)
        except (FileNotFoundError, subprocess.TimeoutExpired):
            pass
        return [read_festival(Path(folder) / str(i), language) for i in range(len(texts))]


def read_festival(path: Path, language: str):
    try:
        samples, rate = soundfile.read(path.with_suffix(".wav"), dtype="int16")
        rows = [line.rsplit(" ", 1) for line in path.with_suffix(".txt").read_text().splitlines()]
    except (soundfile.LibsndfileError, OSError):
        return None
    return Heard(samples, rate, spans_of([(name, float(end)) for name, end in rows], language)) if len(samples) > rate // 20 else None
