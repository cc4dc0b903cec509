# SPDX-License-Identifier: Apache-2.0
"""What espeak-ng must be given so that it reads the written sentence: pinyin for Chinese, kana for Japanese.

espeak-ng 1.51 reads Han characters wrongly in both languages, and does not see where Thai words end.
"""

import functools


@functools.lru_cache(None)
def japanese_reader():
    import MeCab

    return MeCab.Tagger("-r /dev/null -d /var/lib/mecab/dic/ipadic-utf8")


def pinyin(text: str) -> str:
    """Syllables with tone numbers, apart, or else tones get lost; the words settle most characters of several readings."""
    import jieba
    from pypinyin import Style, lazy_pinyin

    jieba.setLogLevel(60)
    words = (lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True) for word in jieba.cut(text))
    return " ".join(syllable for word in words for syllable in word)


def kana(text: str) -> str:
    """The dictionary's pronunciation, which knows that the particles ha and he are said wa and e."""
    spoken = []
    for line in japanese_reader().parse(text).splitlines():
        surface, _, features = line.partition("\t")
        fields = features.split(",")
        spoken.append(fields[8] if len(fields) > 8 else surface)
    return "".join(spoken).removesuffix("EOS")


def thai_words(text: str) -> str:
    from pythainlp.tokenize import word_tokenize

    return " ".join(word_tokenize(text, engine="newmm"))


READERS = {"zh": pinyin, "ja": kana, "th": thai_words}


def speakable(text: str, language: str) -> str:
    reader = READERS.get(language)
    return reader(text) if reader else text
