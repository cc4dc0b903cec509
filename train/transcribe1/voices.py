# SPDX-License-Identifier: Apache-2.0
"""Teachers: espeak-ng and flite through their libraries, festival as a process. All return takes at 16 kHz."""

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .config import RATE

LIST_END, WORD_START, PHONE_START = 0, 1, 7  # kinds of espeak-ng's events
PAUSE = "_"  # what espeak-ng reports without a name
ESPEAK_RATE_WPM, ESPEAK_PITCH, ESPEAK_RANGE, ESPEAK_GAP = 1, 3, 4, 7
FLITE = ("kal", "kal16", "awb", "rms", "slt")
FESTIVAL = {
    "kal_diphone": "en", "ked_diphone": "en", "cmu_us_slt_arctic_hts": "en", "lp_diphone": "it", "pc_diphone": "it",
    "suo_fi_lj_diphone": "fi", "hy_fi_mv_diphone": "fi", "czech_dita": "cs", "czech_krb": "cs",
    "czech_machac": "cs", "czech_ph": "cs", "msu_ru_nsh_clunits": "ru", "hindi_NSK_diphone": "hi",
}
# What festival's voices read, by language; else UTF-8. In another encoding they say the names of bytes.
ENCODINGS = {"cs": "iso-8859-2", "fi": "iso-8859-1", "it": "iso-8859-1"}
# espeak-ng 1.51 reads several hundred variants only in part: effects without a speaker are left out.
ODD_VARIANTS = {"whisper", "whisperf", "UniRobot", "Demonic", "croak", "fast", "anikaRobot", "Storm"}


@dataclass
class Take:
    """One spoken sentence."""

    voice: str
    samples: np.ndarray  # int16 at RATE
    words: list  # (index of the word's first character, seconds) where the engine tells; else empty
    phones: list = field(default_factory=list)  # (name, seconds at its start) where the engine tells

    def trimmed(self):
        """Without the near-silence that engines put around a sentence, but for a tenth of a second."""
        loud = np.flatnonzero(np.abs(self.samples.astype(np.int32)) > 200)
        if not len(loud):
            return Take(self.voice, self.samples[:0], [])
        first = max(0, loud[0] - RATE // 10)
        moved = lambda times: [(what, round(seconds - first / RATE, 3)) for what, seconds in times]
        return Take(self.voice, self.samples[first : loud[-1] + RATE // 10], moved(self.words), moved(self.phones))

    def played(self, factor: float):
        """Faster or slower: pitch and formants move together, as between speakers."""
        samples = soxr.resample(self.samples, RATE * factor, RATE).astype(np.int16)
        played = lambda times: [(what, seconds / factor) for what, seconds in times]
        return Take(self.voice, samples, played(self.words), played(self.phones))


def to_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    return samples.astype(np.int16)


class EspeakEvent(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("id", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
                ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("name", ctypes.c_ubyte * 8)]


class Espeak:
    """One per process: the library keeps one voice and one callback."""

    def __init__(self):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.lib.espeak_Initialize(2, 0, None, 3)  # 2: synchronous, samples to the callback; 3: phones, in IPA
        self.heard, self.words, self.phones = [], [], []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(EspeakEvent))
        self.callback = kind(self.collect)  # kept: the library holds only the pointer
        self.lib.espeak_SetSynthCallback(self.callback)

    def collect(self, samples, count, events):
        if count > 0:
            self.heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        place = 0
        while events and events[place].type != LIST_END:
            event = events[place]
            if event.type == WORD_START:
                self.words.append((event.text_position - 1, event.audio_position / 1000))
            elif event.type == PHONE_START:
                name = bytes(event.name).split(b"\0")[0].decode("utf-8", "ignore")
                self.phones.append((name or PAUSE, event.audio_position / 1000))
            place += 1
        return 0

    def speak(self, text: str, voice: str, words_per_minute=175, pitch=50, spread=50, gap=0):
        """A take with the times of words and phones; None where the library does not know the voice."""
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            return None
        for name, value in ((ESPEAK_RATE_WPM, words_per_minute), (ESPEAK_PITCH, pitch), (ESPEAK_RANGE, spread), (ESPEAK_GAP, gap)):
            self.lib.espeak_SetParameter(name, int(value), 0)
        self.heard, self.words, self.phones = [], [], []
        data = text.encode()
        self.lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, 1, None, None)  # 1: characters, UTF-8
        return Take(voice, to_rate(np.concatenate(self.heard), self.rate), self.words, self.phones) if self.heard else None


class FliteWave(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char_p), ("rate", ctypes.c_int), ("count", ctypes.c_int),
                ("channels", ctypes.c_int), ("samples", ctypes.POINTER(ctypes.c_short))]


class FliteVoice(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


class Flite:
    def __init__(self):
        load = lambda name: ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        self.lib = load("libflite.so.1")
        load("libflite_usenglish.so.1"), load("libflite_cmulex.so.1")
        self.lib.flite_init()
        self.lib.flite_text_to_wave.restype = ctypes.POINTER(FliteWave)
        self.voices = {}

    def voice(self, name: str):
        if name not in self.voices:
            register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL), f"register_cmu_us_{name}")
            register.restype = ctypes.POINTER(FliteVoice)
            self.voices[name] = register(None)
        return self.voices[name]

    def speak(self, text: str, voice: str, stretch=1.0):
        handle = self.voice(voice)
        features = ctypes.c_void_p(handle.contents.features)
        self.lib.flite_feat_set_float(features, b"duration_stretch", ctypes.c_float(stretch))
        wave = self.lib.flite_text_to_wave(text.encode("ascii", "ignore"), handle)
        content = wave.contents
        samples = np.ctypeslib.as_array(content.samples, (content.count,)).copy() if content.count > 0 else None
        self.lib.delete_wave(wave)
        return None if samples is None else Take(voice, to_rate(samples, content.rate), [])


def festival_batch(texts: list, voice: str, stretch=1.0) -> list:
    """Speaks many sentences in one process; None for those it failed on."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"(voice_{voice})", f"(Parameter.set 'Duration_Stretch {stretch:.2f})"]
        for i, text in enumerate(texts):
            quoted = text.replace("\\", "").replace('"', "")
            lines.append(f'(unwind-protect (utt.save.wave (utt.synth (Utterance Text "{quoted}")) "{folder}/{i}.wav" \'riff) nil)')
        script = Path(folder) / "say.scm"
        script.write_bytes("\n".join(lines).encode(ENCODINGS.get(FESTIVAL[voice], "utf-8"), "ignore"))
        try:
            subprocess.run(["festival", "-b", script], capture_output=True, timeout=1200)
        except (FileNotFoundError, subprocess.TimeoutExpired):
            pass
        heard = [read_wave(Path(folder) / f"{i}.wav") for i in range(len(texts))]
    return [None if samples is None else Take(voice, samples, []) for samples in heard]


def read_wave(path):
    """Any file soundfile reads, as one channel at 16 kHz; None if there is nothing in it."""
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, OSError):
        return None
    return to_rate(samples[:, 0], rate) if len(samples) > rate // 20 else None


def espeak_variants() -> list:
    """Names of the installed variants that sound like somebody."""
    listing = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True).stdout
    names = {line.split("!v/")[1].split()[0] for line in listing.splitlines() if "!v/" in line}
    return sorted(names - ODD_VARIANTS)
