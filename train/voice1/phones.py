# SPDX-License-Identifier: Apache-2.0
"""The teachers' phones in the alphabet of espeak-ng: near enough that an alignment finds them again."""

import re

PAUSES = {"pau", "#", "_", "ssil", "sil", "h#", ""}
ENGLISH = {
    "aa": "ɑː", "ae": "æ", "ah": "ʌ", "ao": "ɔː", "aw": "aʊ", "ax": "ə", "ay": "aɪ", "b": "b", "ch": "tʃ", "d": "d", "dh": "ð", "eh": "ɛ",
    "er": "ɚ", "ey": "eɪ", "f": "f", "g": "ɡ", "hh": "h", "ih": "ɪ", "iy": "iː", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ", "uh": "ʊ", "uw": "uː", "v": "v",
    "w": "w", "y": "j", "z": "z", "zh": "ʒ", "el": "əl", "em": "əm", "en": "ən",
}
ITALIAN = {
    "tS": "tʃ", "dZ": "dʒ", "J": "ɲ", "L": "ʎ", "S": "ʃ", "Z": "ʒ", "ng": "ŋ", "nf": "ɱ", "E": "ɛ", "E1": "ɛ", "O": "ɔ", "O1": "ɔ", "a1": "a",
    "e1": "e", "i1": "i", "o1": "o", "u1": "u",
}
FINNISH = {"N": "ŋ", "N:": "ŋː", "@": "æ", "@:": "æː", "7": "ø", "7:": "øː", "{": "æ", "{:": "æː", "2": "ø", "2:": "øː", "v": "ʋ", "S": "ʃ"}
CZECH = {
    "c": "ts", "c~": "tʃ", "ch": "x", "s~": "ʃ", "z~": "ʒ", "r~": "r̝", "r~*": "r̝", "t~": "c", "d~": "ɟ", "n~": "ɲ", "n*": "ŋ", "dz~": "dʒ",
    "h": "ɦ",
    "e": "ɛ", "e:": "ɛː", "m*": "ɱ",
}
RUSSIAN = {
    "aa": "a", "ae": "ə", "ay": "ɪ", "ee": "e", "e": "ɪ", "ii": "i", "oo": "o", "uu": "u", "ur": "u", "y": "ɨ", "yy": "ɨ", "c": "ts", "ch": "tɕ",
    "sch": "ɕ", "zh": "ʒ", "sh": "ʃ", "h": "x", "hh": "x", "g": "ɡ", "gg": "ɡʲ",
    **{2 * letter: letter + "ʲ" for letter in "bdfklmnprstvz"},
}
HINDI = {
    "a": "ə", "aa": "aː", "ih": "ɪ", "iy": "iː", "uh": "ʊ", "uw": "uː", "eh": "eː", "ee": "eː", "ay": "ɛː", "oh": "oː", "oo": "oː", "aw": "ɔː",
    "T": "ʈ", "D": "ɖ", "N": "ɳ", "th": "t", "td": "t", "tth": "tʰ", "dh": "d", "ddh": "dʰ", "ch": "c", "j": "ɟ", "sh": "ʃ", "zh": "ʒ", "y": "j",
    "v": "ʋ", "r": "ɾ", "L": "l", "R": "ɽ", "kh": "kʰ", "gh": "ɡʰ", "bh": "bʰ", "ksh": "kʃ", "sri": "ʃɾiː", "@": "ə",
}
TABLES = {"en": ENGLISH, "it": ITALIAN, "fi": FINNISH, "cs": CZECH, "ru": RUSSIAN, "hi": HINDI}

# What espeak-ng writes in its own way, as src/speech/ipa.c makes it IPA; then for all languages.
PRIVATE = {"zh": {"ts.": "ʈʂ", "s.": "ʂ"}, "hi": {"r.": "ɽ"}, "vi": {"ɜ": "3"}, "th": {"ɜ": "3"}}
SPELLINGS = {"g": "ɡ", "ε": "ɛ", "\u00e3": "a\u0303", "\u00e4": "a\u0308", "\u1ebd": "e\u0303", "\u0129": "i\u0303", "\u00f5": "o\u0303",
    "\u0169": "u\u0303"}
RANGES = [(0x31, 0x36), (0x61, 0x7A), (0xE6, 0xE7), (0xF0, 0xF0), (0xF8, 0xF8), (0x127, 0x127), (0x14B, 0x14B), (0x153, 0x153), (0x1C0, 0x1C3),
          (0x250, 0x2AF), (0x2B0, 0x2B2), (0x2B7, 0x2B7), (0x2BC, 0x2BC), (0x2C8, 0x2C8), (0x2CC, 0x2CC), (0x2D0, 0x2D1), (0x2DE, 0x2DE),
          (0x2E0, 0x2E1), (0x2E4, 0x2E9), (0x300, 0x35B), (0x3B2, 0x3B2), (0x3B8, 0x3B8), (0x3C7, 0x3C7), (0x1D4A, 0x1D4A), (0x1D5D, 0x1D5D),
          (0x1D7B, 0x1D7B), (0x1D7F, 0x1D7F), (0x207F, 0x207F), (0x2191, 0x2193), (0x2197, 0x2198), (0x20, 0x20)]
TONES = {"55": "1", "35": "2", "214": "3", "21": "3", "51": "4", "11": "5"}  # of Chinese, by the contour in espeak-ng's names

VOWELS = set("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵʉʊʌʏᵻɶ")
MARKS = set("ːˑʰʲʷˠˤ̩̯̪̝̃̊̈")  # they belong to the letter before them
STRESS = set("ˈˌ")
KINDS = ["pbtdkɡcɟqʔʈɖgɾɽ", "mnŋɲɱɳɴ", "szʃʒɕʑʂʐfvθðxɣχʁhɦçʝɸβʋ", "lrɹɾʎɫɭʀɻɬ", "jwɥʋɰ"]


def is_letter(sign: str) -> bool:
    return sign.isalpha() and sign not in STRESS and sign not in MARKS


def difference(one: str, other: str) -> float:
    """How unlike two letters are, 0 to 1.5."""
    if one == other:
        return 0.0
    vowels = (one in VOWELS) + (other in VOWELS)
    if vowels == 2:
        return 0.3
    if vowels == 1:
        return 1.5
    return 0.3 if any(one in kind and other in kind for kind in KINDS) else 0.8


def pieces(text: str, language: str):
    """(what espeak-ng wrote, what the alphabet has for it) piece by piece."""
    private = PRIVATE.get(language, {})
    while text:
        piece = next((written for written in (*private, *SPELLINGS) if text.startswith(written)), text[0])
        kept = piece if any(first <= ord(piece[0]) <= last for first, last in RANGES) else ""
        yield piece, private.get(piece, SPELLINGS.get(piece, kept))
        text = text[len(piece) :]


def cleaned(text: str, language: str) -> str:
    return "".join(better for _, better in pieces(text, language))


def pinyin_tones(text: str, names: str) -> str:
    """Tone digits of pinyin in place of the contours' first digits, which are the same for the first and the fourth tone."""
    contours = iter(re.findall("[0-9]+", names))
    return re.sub("[125ɜ]", lambda _: TONES.get(next(contours, ""), "5"), text)


def ipa(name: str, language: str) -> str:
    """A teacher's phone; empty for a pause."""
    if name in PAUSES:
        return ""
    table = TABLES.get(language, {})
    if name in table:
        return table[name]
    return name.replace(":", "ː").replace("g", "ɡ")
