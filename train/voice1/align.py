# SPDX-License-Identifier: Apache-2.0
"""Which code point of the phonemes is heard when: the teacher's phones, whose times are known, laid beside the phonemes that the
program would get for the text."""

from .phones import MARKS, difference, is_letter

LEFT_OUT = 0.7  # cost of a letter that only one side has


def letters(spans: list) -> list:
    """(IPA, begin, end) of the teacher's phones -> (letter, begin, end); marks lengthen their letter; pauses are left out."""
    found = []
    for name, begin, end in spans:
        signs = [sign for sign in name if is_letter(sign)]
        for i, sign in enumerate(signs):
            length = (end - begin) / len(signs)
            found.append((sign, begin + i * length, begin + (i + 1) * length))
    return found


def match(wanted: str, heard: list) -> tuple:
    """The cheapest way to lay `heard` beside `wanted`: (for each letter the place in `heard` or -1, cost per letter)."""
    rows, columns = len(wanted) + 1, len(heard) + 1
    cost = [[LEFT_OUT * (i + j) if not i or not j else 0.0 for j in range(columns)] for i in range(rows)]
    for i in range(1, rows):
        above, row, sign = cost[i - 1], cost[i], wanted[i - 1]
        for j in range(1, columns):
            row[j] = min(above[j - 1] + difference(sign, heard[j - 1][0]), above[j] + LEFT_OUT, row[j - 1] + LEFT_OUT)
    chosen, i, j = [-1] * len(wanted), rows - 1, columns - 1
    while i and j:
        if cost[i][j] == cost[i - 1][j - 1] + difference(wanted[i - 1], heard[j - 1][0]):
            chosen[i - 1] = j - 1
            i, j = i - 1, j - 1
        elif cost[i][j] == cost[i - 1][j] + LEFT_OUT:
            i -= 1
        else:
            j -= 1
    return chosen, cost[-1][-1] / max(1, len(wanted))


def groups(phonemes: str) -> list:
    """(first, behind the last) of each letter with the marks that follow it."""
    found = []
    for i, sign in enumerate(phonemes):
        if is_letter(sign):
            found.append([i, i + 1])
        elif sign in MARKS and found and found[-1][1] == i:
            found[-1][1] = i + 1
    return found


def align(phonemes: str, spans: list, length: float) -> tuple:
    """phonemes begin and end with a space. -> (times at which each code point begins, and the end; cost per letter). What is between
    two letters goes to the punctuation there, else to the space, else to the letter before."""
    heard = letters(spans)
    parts = groups(phonemes)
    chosen, cost = match("".join(phonemes[first] for first, _ in parts), heard)
    seconds = [0.0] * len(phonemes)
    now, last = 0.0, None
    for (first, behind), place in zip(parts, chosen):
        if place < 0:
            continue
        _, begin, end = heard[place]
        seconds[silent(phonemes, last, first)] += begin - now
        for i in range(first, behind):
            seconds[i] += (end - begin) / (behind - first)
        now, last = end, behind - 1
    seconds[-1] += length - now
    times = [0.0]
    for part in seconds:
        times.append(times[-1] + part)
    return times, cost


def silent(phonemes: str, last, first: int) -> int:
    """Who is silent between two letters; last None: before the first one."""
    if last is None:
        return 0
    between = range(last + 1, first)
    marks = [i for i in between if phonemes[i] in ",.;:?!—"]
    spaces = [i for i in between if phonemes[i] == " "]
    return (marks or spaces or [last])[0]
