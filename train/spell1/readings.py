# SPDX-License-Identifier: Apache-2.0
"""How Chinese and Japanese words are read: tables for machines without espeak-ng, jieba or mecab.

    python -m spell1.readings --to ../models/spell-1/readings
Each line of zh.txt and ja.txt is "written<TAB>reading<TAB>count", sorted by the bytes of what is written. A text is cut into
the words whose counts, as shares of the sum of all, have the largest product; see cut().
"""

import argparse
import collections
import csv
import itertools
import math
import random
import re
from pathlib import Path

from transcribe1.normal import distance
from transcribe1.speakable import japanese_reader, kana, pinyin
from transcribe1.texts import load

from .config import SEED, TEXTS

LARGEST = {"zh": 420_000, "ja": 560_000}  # bytes of a table
UNKNOWN = 0.05  # the count of a character that is not in the table: it stands for itself
MOST = 1_000_000  # the largest count
IPADIC = Path("/usr/share/mecab/dic/ipadic")
COST_FACTOR = 800  # of ipadic's costs per nat
COUNTED = 1e7  # words that wordfreq's shares are counts of
OFTEN = 3  # times that a pair of words must come in the texts
PAIRS = 1500  # pairs of words that are not said as the words are
KANA = 3000  # words without kanji, those said as written and the others
WRITTEN, SPOKEN = re.compile(r"[\u3005\u3041-\u30ff\u4e00-\u9fff]+"), re.compile(r"[\u30a1-\u30fa\u30fc]+")
HAN = re.compile(r"[\u3005\u4e00-\u9fff]")
# What pypinyin reads otherwise than people: a long one is chang2, and what follows a verb is de5.
CHINESE = {word: (reading, 500) for word, reading in (
    ("很长", "hen3 chang2"), ("太长", "tai4 chang2"), ("更长", "geng4 chang2"), ("最长", "zui4 chang2"), ("不长", "bu4 chang2"), ("多长", "duo1 chang2"),
    ("较长", "jiao4 chang2"), ("长时间", "chang2 shi2 jian1"), ("长得", "zhang3 de5"), ("得很", "de5 hen3"), ("得太", "de5 tai4"), ("得更", "de5 geng4"),
    ("得多", "de5 duo1"), ("得好", "de5 hao3"), ("得非常", "de5 fei1 chang2"), ("说得", "shuo1 de5"), ("做得", "zuo4 de5"), ("跑得", "pao3 de5"))}
HOURS = zip("一二三四五六七八九十", "イチ ニ サン ヨ ゴ ロク シチ ハチ ク ジュー".split())
# Common ones that ipadic's words give otherwise: "hitori" is one and person there, and the going of "itte" a doing.
OWN = {"一人": ("ヒトリ", 4000), "二人": ("フタリ", 2500), "行っ": ("イッ", 9000), "の中": ("ノナカ", 3000), "た後": ("タアト", 1000),
       **{f"{hour}時": (f"{sound}ジ", 300) for hour, sound in HOURS}}


def cut(text: str, table: dict) -> list:
    """The likeliest words: (written, reading) pairs. table: written -> (reading, count)."""
    total = sum(count for _, count in table.values())
    longest = max(map(len, table))
    best = [(0.0, 0)] + [(-math.inf, 0)] * len(text)
    for end in range(1, len(text) + 1):
        for begin in range(max(0, end - longest), end):
            word = table.get(text[begin:end])
            count = word[1] if word else UNKNOWN if begin == end - 1 else 0
            if count and best[begin][0] + math.log(count / total) > best[end][0]:
                best[end] = best[begin][0] + math.log(count / total), begin
    words, end = [], len(text)
    while end:
        begin = best[end][1]
        piece = text[begin:end]
        words.append((piece, table[piece][0] if piece in table else piece))
        end = begin
    return words[::-1]


def save(path: Path, table: dict):
    rows = sorted(table.items(), key=lambda row: row[0].encode())
    path.write_text("".join(f"{word}\t{reading}\t{count}\n" for word, (reading, count) in rows))


def size(word: str, reading: str, count: int) -> int:
    return len(f"{word}\t{reading}\t{count}\n".encode())


def fill(table: dict, ranked: list, limit: int):
    """Adds (written, reading, count) rows until the table is full."""
    used = sum(size(word, *row) for word, row in table.items())
    for word, reading, count in ranked:
        used += size(word, reading, count) if word not in table else 0
        if used > limit:
            return
        table.setdefault(word, (reading, count))


def encodable(sign: str) -> bool:
    """Whether GB 2312, or the commoner half of Big5, has it."""
    try:
        sign.encode("gb2312")
        return True
    except UnicodeEncodeError:
        pass
    try:
        return sign.encode("big5") < b"\xc9\x40"
    except UnicodeEncodeError:
        return False


def chinese() -> dict:
    """Single signs, words that are read otherwise than their signs, and the words that compete with these.

    Counts are jieba's, readings pypinyin's.
    """
    import jieba
    from pypinyin.constants import PINYIN_DICT

    with open(Path(jieba.__file__).parent / "dict.txt") as lines:
        counts = {word: int(count) for word, count, _ in (line.split(" ") for line in lines)}
    signs = [chr(code) for code in PINYIN_DICT if "\u4e00" <= chr(code) <= "\u9fff" and encodable(chr(code))]
    table = {sign: (reading, min(MOST, counts.get(sign, 0) + 1)) for sign in signs if re.fullmatch(r"[a-zü]+[1-5]", reading := pinyin(sign))}
    words = sorted((word for word in counts if 2 <= len(word) <= 5 and all(sign in table for sign in word)), key=counts.get, reverse=True)
    own, plain = [], []
    for word in words:
        reading = whole(word)
        if len(reading.split()) == len(word):
            usual = " ".join(table[sign][0] for sign in word)
            (plain if reading == usual else own).append((word, reading, min(MOST, counts[word])))
    table.update(CHINESE)
    fill(table, plain[:4000], LARGEST["zh"])
    fill(table, own, LARGEST["zh"])
    return table


def whole(word: str) -> str:
    """The reading of a word that nobody cuts again."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))


def as_katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in text)


def dictionary() -> dict:
    """ipadic's words: written -> how likely ipadic holds each pronunciation."""
    sounds = collections.defaultdict(collections.Counter)
    for path in sorted(IPADIC.glob("*.csv")):
        with open(path, encoding="euc-jp") as rows:
            for row in csv.reader(rows):
                if len(row) > 12 and WRITTEN.fullmatch(row[0]) and SPOKEN.fullmatch(row[12]):
                    sounds[row[0]][row[12]] += math.exp(-int(row[3]) / COST_FACTOR)
    return sounds


def parsed(sentences: list) -> list:
    """Each sentence as mecab's (written, pronounced) words."""
    result = []
    for text in sentences:
        rows = (line.partition("\t") for line in japanese_reader().parse(text).splitlines())
        fields = ((surface, features.split(",")) for surface, _, features in rows)
        result.append([(surface, found[8]) for surface, found in fields if len(found) > 8])
    return result


def pairs(sentences: list, table: dict) -> list:
    """Neighbours that are pronounced otherwise than the table would have it: ("の中", "ノナカ", count), the commonest first."""
    found = collections.defaultdict(collections.Counter)
    for words in sentences:
        for (a, sound_a), (b, sound_b) in zip(words, words[1:]):
            if WRITTEN.fullmatch(a + b) and SPOKEN.fullmatch(sound_a + sound_b):
                found[a + b][sound_a + sound_b] += 1
    rows = []
    for word, sounds in found.items():
        sound, times = sounds.most_common(1)[0]
        if times >= OFTEN and read(word, table, "ja") != sound:
            rows.append((word, sound, times))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def japanese() -> dict:
    """ipadic's words, their pronunciation, and how often they come by wordfreq's count of mecab's words and in the texts.

    Of several pronunciations it is the one that ipadic prefers and mecab chooses most often in the texts.
    """
    from wordfreq import get_frequency_dict

    sentences = parsed([text for text, _ in load(TEXTS / "ja.txt")])
    sounds, seen = dictionary(), collections.defaultdict(collections.Counter)
    for word, sound in itertools.chain(*sentences):
        seen[word][sound] += 1

    def said(word: str) -> str:
        share = lambda counts, sound: counts[sound] / (1 + sum(counts.values()))
        likely = {sound: sounds[word][sound] / sum(sounds[word].values()) + share(seen[word], sound) for sound in sounds[word]}
        return max(likely, key=likely.get)

    counts = collections.Counter({word: COUNTED * share for word, share in get_frequency_dict("ja", wordlist="large").items()})
    for word, found in seen.items():
        counts[word] += sum(found.values())
    counts.update(word for word in sounds if len(word) == 1)
    rows = [(word, said(word), min(MOST, max(1, round(count)))) for word, count in counts.most_common() if word in sounds]
    table = dict(OWN)
    fill(table, [row for row in rows if len(row[0]) == 1], LARGEST["ja"])
    fill(table, [row for row in rows if not HAN.search(row[0]) and row[1] != as_katakana(row[0])][:KANA], LARGEST["ja"])
    fill(table, [row for row in rows if re.search("[\u3041-\u309f]", row[0]) and row[1] == as_katakana(row[0])][:KANA], LARGEST["ja"])
    whole = dict(table)
    fill(whole, rows, LARGEST["ja"])
    fill(table, pairs(sentences, whole)[:PAIRS], LARGEST["ja"])
    fill(table, [row for row in rows if HAN.search(row[0])], LARGEST["ja"])
    return table


def read(text: str, table: dict, language: str) -> str:
    words = [reading for _, reading in cut(text, table)]
    return " ".join(words) if language == "zh" else as_katakana("".join(words))


def measure(language: str, table: dict, sentences: list):
    """Sentences read as the dictionaries' programs read them, and the errors in what is left."""
    reader, sound = {"zh": (pinyin, r"[a-zü]+[1-5]"), "ja": (kana, r"[\u30a1-\u30fc]")}[language]
    same = edits = total = 0
    for text in sentences:
        wanted, got = re.findall(sound, reader(text)), re.findall(sound, read(text, table, language))
        same, total = same + (wanted == got), total + len(wanted)
        edits += distance(wanted, got)
    print(f"{language}: {len(table)} words; {len(sentences)} sentences, {100 * same / len(sentences):.1f}% read alike, {100 * edits / total:.2f}% of the sounds wrong")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("languages", nargs="*", default=["zh", "ja"])
    args = parser.parse_args()
    args.to.mkdir(parents=True, exist_ok=True)
    for language in args.languages:
        table = {"zh": chinese, "ja": japanese}[language]()
        save(args.to / f"{language}.txt", table)
        for name in (f"{language}.txt", f"{language}.test.txt"):
            sentences = [text for text, _ in load(TEXTS / name)]
            measure(language, table, random.Random(SEED).sample(sentences, min(1000, len(sentences))))


if __name__ == "__main__":
    main()
