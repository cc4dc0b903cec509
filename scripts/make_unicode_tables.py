#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/unicode_tables.h (which code points are letters, numbers, marks and white space, and their lower case)
and src/text/nfc_tables.h (how they decompose and compose).

Usage: make_unicode_tables.py > src/text/unicode_tables.h
       make_unicode_tables.py nfc > src/text/nfc_tables.h
Needs the PyPI module unicodedata2, whose version is that of Unicode. 16.0.0 is what tiktoken 0.14 and tokenizers 0.23
know; the mappings to lower case are those of Python itself.
"""

import sys
import unicodedata as python_unicodedata

import unicodedata2 as unicodedata

# The White_Space property, which unicodedata does not know; unchanged since Unicode 6.3.
SPACES = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
CLASSES = {"L": "UNICODE_LETTER", "N": "UNICODE_NUMBER", "M": "UNICODE_MARK"}
POINTS = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]


def class_of(c):
    return "UNICODE_SPACE" if c in SPACES else CLASSES.get(unicodedata.category(chr(c))[0])


def class_ranges():
    ranges = []
    for c in POINTS:
        kind = class_of(c)
        if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == kind:
            ranges[-1][1] = c
        elif kind:
            ranges.append([c, c, kind])
    return ranges


def lower_of(c):
    """The simple mapping; str.lower() would turn U+0130 into two characters."""
    low = chr(c).lower()
    return ord("i") if c == 0x130 else ord(low) if len(low) == 1 else c


def lower_ranges():
    """[first, last, step, distance]: every step-th code point from first to last moves by distance."""
    ranges = []
    for c in POINTS:
        distance = lower_of(c) - c
        if not distance:
            continue
        r = ranges[-1] if ranges else None
        if r and r[3] == distance and c - r[1] in ((1, 2) if r[0] == r[1] else (r[2],)):
            r[1:3] = [c, c - r[1]]
        else:
            ranges.append([c, c, 1, distance])
    return ranges


def rows(cells):
    line = "   "
    for cell in cells:
        if len(line) + len(cell) + 2 > 100:
            print(line)
            line = "   "
        line += f" {cell},"
    print(line)


def write_classes():
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print(f"/* Unicode {unicodedata.unidata_version}, lower case from {python_unicodedata.unidata_version};"
          " written by scripts/make_unicode_tables.py. */")
    print("/* clang-format off */")
    print("static const struct { uint32_t first, last; enum unicode_class class; } class_ranges[] = {")
    rows(f"{{0x{a:x}, 0x{b:x}, {kind}}}" for a, b, kind in class_ranges())
    print("};\n")
    print("static const struct { uint32_t first, last; int32_t step, distance; } lower_ranges[] = {")
    rows(f"{{0x{a:x}, 0x{b:x}, {step}, {distance}}}" for a, b, step, distance in lower_ranges())
    print("};\n/* clang-format on */")


def decompositions():
    """(whole, first, second or 0) of every canonical mapping; Hangul is computed instead."""
    for c in POINTS:
        mapping = unicodedata.decomposition(chr(c))
        if mapping and not mapping.startswith("<"):
            parts = [int(p, 16) for p in mapping.split()]
            yield c, parts[0], parts[1] if len(parts) > 1 else 0


def combining_ranges():
    ranges = []
    for c in POINTS:
        kind = unicodedata.combining(chr(c))
        if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == kind:
            ranges[-1][1] = c
        elif kind:
            ranges.append([c, c, kind])
    return ranges


def write_nfc():
    pairs = list(decompositions())
    # What NFC leaves whole is what two parts compose to.
    composing = [i for i, (whole, first, second) in enumerate(pairs)
                 if second and unicodedata.normalize("NFC", chr(first) + chr(second)) == chr(whole)]
    composing.sort(key=lambda i: pairs[i][1:])
    joining = sorted({pairs[i][2] for i in composing if not unicodedata.combining(chr(pairs[i][2]))})
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print(f"/* Unicode {unicodedata.unidata_version}; written by scripts/make_unicode_tables.py. */")
    print("/* clang-format off */")
    print("/* In the order of `whole`; second is 0 where a character stands for one other. */")
    print("static const struct { uint32_t whole, first, second; } decompositions[] = {")
    rows(f"{{0x{a:x}, 0x{b:x}, {c and hex(c)}}}" for a, b, c in pairs)
    print("};\n")
    print("/* Places in decompositions of those that compose again, in the order of first and second. */")
    print("static const uint16_t compositions[] = {")
    rows(str(i) for i in composing)
    print("};\n")
    print("/* Starters that compose with what stands before them. */")
    print("static const uint32_t joining[] = {")
    rows(f"0x{c:x}" for c in joining)
    print("};\n")
    print("static const struct { uint32_t first, last; int combining; } combining_ranges[] = {")
    rows(f"{{0x{a:x}, 0x{b:x}, {kind}}}" for a, b, kind in combining_ranges())
    print("};\n/* clang-format on */")


write_nfc() if sys.argv[1:] == ["nfc"] else write_classes()
