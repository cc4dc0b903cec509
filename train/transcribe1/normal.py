# SPDX-License-Identifier: Apache-2.0
"""From found text to sentences that are spoken as they are written, and back to bare words for scoring."""

import re
import unicodedata

try:
    from num2words import num2words
except ImportError:  # sentences with digits are then left out
    num2words = None

NUMBER_CODES = {"zh": None, "hi": None, "en": "en", "pt": "pt_BR", "no": "no"}
# Scripts a sentence of the language may use; everything else in it means a foreign clause or a symbol.
LATIN = r"A-Za-z\u00C0-\u024F\u1E00-\u1EFF"
SCRIPTS = {
    "ar": r"\u0620-\u064A",
    "zh": r"\u4E00-\u9FFF",
    "hi": r"\u0900-\u0963\u200c\u200d",
    "ja": r"\u3040-\u30FF\u4E00-\u9FFF\u3005",
    "ko": r"\uAC00-\uD7AF",
    "ru": r"\u0400-\u04FF",
    "th": r"\u0E01-\u0E4E",
    "en": "A-Za-z",
}
MARKS = r" ,.;:!?'’\-،؛؟。，、；：！？।"
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", '"': "", "«": "", "»": "", "„": "", "…": ".",
                        "–": ",", "—": ",", "\u00a0": " ", "\u202f": " ", "\u00ad": "", "\u200b": "",
                        "「": "", "」": "", "『": "", "』": "", "《": "", "》": ""})
ABBREVIATION = re.compile(r"\b(e\.g|i\.e|etc|vs|Mr|Mrs|Dr|St|Fig|No)\.", re.I)
ENGLISH = re.compile(r"\b(the|this|with|which|you|when|are|will|your)\b", re.I)  # parts of help texts are untranslated
CAMEL = re.compile(r"\b[A-Z]{2,}|[a-z][A-Z]")  # acronyms and names of program parts
CONSONANTS = re.compile(r"\b[^aeiouyAEIOUY\W]{3,}\b")


def spell_numbers(text: str, language: str):
    """Digits as words, or None where no speller knows the language."""
    if not re.search(r"\d", text):
        return text
    code = NUMBER_CODES.get(language, language)
    if num2words is None or code is None:
        return None
    try:
        return re.sub(r"\d+", lambda m: num2words(int(m.group()), lang=code), text)
    except (NotImplementedError, OverflowError, ValueError):
        return None


def clean(text: str, language: str):
    """One sentence in speakable form, or None if it holds what a voice would read in its own way."""
    text = unicodedata.normalize("NFC", text).translate(QUOTES)
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = text.strip(" -,;:.。，、；：！？।!?؟") + (text[-1:] if text[-1:] in "!?！？؟" else "")
    text = re.sub(r"\s*,\s*(,\s*)*", ", ", text) if language not in ("zh", "ja") else text
    if re.search(r"\d[.,:/-]\d|\d[^\W\d]|[^\W\d]\d|\d{7}", text) or ABBREVIATION.search(text):
        return None
    text = spell_numbers(text, language)
    if not text or re.search(f"[^{SCRIPTS.get(language, LATIN)}{MARKS}]", text):
        return None
    if language not in SCRIPTS or language == "en":
        if CAMEL.search(text) or (language == "en" and CONSONANTS.search(text)):
            return None
        if language != "en" and ENGLISH.search(text):
            return None
    return finish(text, language)


def finish(text: str, language: str) -> str:
    """Capital at the start, a full stop at the end."""
    text = text[0].upper() + text[1:]
    if text[-1] in ".!?。！？।؟":
        return text
    return text + {"zh": "。", "ja": "。", "hi": "।", "th": ""}.get(language, ".")


def bare(text: str) -> str:
    """Lower-case words without marks: the target of the CTC head and the form scores are taken in."""
    text = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    kept = (c if c == "'" or unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return re.sub(r"(?<!\w)'|'(?!\w)", "", " ".join("".join(kept).split()))


def spelled(text: str) -> str:
    """Bare words in letters and marks apart: what the CTC head writes. Korean syllables become their sounds."""
    return unicodedata.normalize("NFD", bare(text))


def distance(reference, hypothesis) -> int:
    """Edits between two sequences."""
    row = list(range(len(hypothesis) + 1))
    for i, wanted in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, got in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (wanted != got))
    return row[-1]


def split_sentences(text: str) -> list:
    return re.split(r"(?<=[.!?;:؟])\s+|(?<=[。！？；।])", text)
