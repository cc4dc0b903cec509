# SPDX-License-Identifier: Apache-2.0
"""The teachers' phones in the alphabet of espeak-ng: near enough that an alignment finds them again."""

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
    "c": "ts", "c~": "tʃ", "ch": "x", "s~": "ʃ", "z~": "ʒ", "r~": "r̝", "r~*": "r̝", "t~": "c", "d~": "ɟ", "n~": "ɲ", "n*": "ŋ", "dz~": "dʒ", "h": "ɦ",
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


def ipa(name: str, language: str) -> str:
    """A teacher's phone; empty for a pause."""
    if name in PAUSES:
        return ""
    table = TABLES.get(language, {})
    if name in table:
        return table[name]
    return name.replace(":", "ː").replace("g", "ɡ")
