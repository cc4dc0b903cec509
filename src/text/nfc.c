/* SPDX-License-Identifier: Apache-2.0 */
#include "text/nfc.h"

#include "text/unicode.h"

#include <string.h>

#include "text/nfc_tables.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Hangul syllables are computed (Unicode, chapter 3.12): S = base + (L * 21 + V) * 28 + T. */
enum {
    HANGUL = 0xac00,
    LEADS = 0x1100,
    VOWELS = 0x1161,
    TAILS = 0x11a7,
    LEAD_COUNT = 19,
    VOWEL_COUNT = 21,
    TAIL_COUNT = 28,
    SYLLABLES = LEAD_COUNT * VOWEL_COUNT * TAIL_COUNT,
};

/* Below FIRST_WHOLE nothing decomposes, below FIRST_MARK, whose UTF-8 begins with FIRST_BYTE,
 * nothing combines with what stands before it. PARTS: the longest full decomposition. */
enum { FIRST_WHOLE = 0xc0, FIRST_MARK = 0x300, FIRST_BYTE = 0xcc, RUN = 1024, PARTS = 4 };

struct mark {
    uint32_t c;
    int combining;
};

/* A starter and the marks behind it. */
struct run {
    struct mark mark[RUN + PARTS];
    size_t count;
};

bool nfc_needed(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= FIRST_BYTE)
            return true;
    return false;
}

static int combining_class(uint32_t c)
{
    if (c < FIRST_MARK)
        return 0;
    size_t low = 0, high = COUNT(combining_ranges);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > combining_ranges[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    bool inside = low < COUNT(combining_ranges) && c >= combining_ranges[low].first;
    return inside ? combining_ranges[low].combining : 0;
}

/* The place of a character in decompositions, or -1. */
static int find_decomposition(uint32_t c)
{
    size_t low = 0, high = COUNT(decompositions);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > decompositions[mid].whole)
            low = mid + 1;
        else
            high = mid;
    }
    return low < COUNT(decompositions) && decompositions[low].whole == c ? (int)low : -1;
}

/* Writes the full canonical decomposition; returns how many characters it has. */
static size_t decompose(uint32_t c, uint32_t out[PARTS])
{
    if (c < FIRST_WHOLE) {
        out[0] = c;
        return 1;
    }
    if (c - HANGUL < SYLLABLES) {
        uint32_t s = c - HANGUL, tail = s % TAIL_COUNT;
        out[0] = LEADS + s / (VOWEL_COUNT * TAIL_COUNT);
        out[1] = VOWELS + s / TAIL_COUNT % VOWEL_COUNT;
        out[2] = TAILS + tail;
        return tail ? 3 : 2;
    }
    /* Only the first part of a pair decomposes further: its seconds come out last to first. */
    uint32_t second[PARTS];
    size_t seconds = 0, n = 0;
    for (int i = find_decomposition(c); i >= 0 && seconds < PARTS - 1; i = find_decomposition(c)) {
        c = decompositions[i].first;
        if (decompositions[i].second)
            second[seconds++] = decompositions[i].second;
    }
    out[n++] = c;
    while (seconds)
        out[n++] = second[--seconds];
    return n;
}

/* What two characters compose to, or 0. */
static uint32_t compose(uint32_t a, uint32_t b)
{
    if (a - LEADS < LEAD_COUNT && b - VOWELS < VOWEL_COUNT)
        return HANGUL + ((a - LEADS) * VOWEL_COUNT + (b - VOWELS)) * TAIL_COUNT;
    if (a - HANGUL < SYLLABLES && (a - HANGUL) % TAIL_COUNT == 0 && b > TAILS &&
        b < TAILS + TAIL_COUNT)
        return a + (b - TAILS);
    size_t low = 0, high = COUNT(compositions);
    while (low < high) {
        size_t mid = (low + high) / 2;
        uint32_t first = decompositions[compositions[mid]].first;
        uint32_t second = decompositions[compositions[mid]].second;
        if (a > first || (a == first && b > second))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == COUNT(compositions))
        return 0;
    size_t i = compositions[low];
    bool found = decompositions[i].first == a && decompositions[i].second == b;
    return found ? decompositions[i].whole : 0;
}

/* A starter that may become one with what stands before it. */
static bool joins(uint32_t c)
{
    if (c < FIRST_MARK)
        return false;
    if (c - VOWELS < VOWEL_COUNT || (c > TAILS && c < TAILS + TAIL_COUNT))
        return true;
    for (size_t i = 0; i < COUNT(joining); i++)
        if (joining[i] == c)
            return true;
    return false;
}

/* Adds one character of the decomposed text: a mark goes in front of those of a higher class. */
static void run_add(struct run *r, uint32_t c)
{
    struct mark mark = {c, combining_class(c)};
    size_t at = r->count++;
    for (; mark.combining && at > 0 && r->mark[at - 1].combining > mark.combining; at--)
        r->mark[at] = r->mark[at - 1];
    r->mark[at] = mark;
}

/* Joins each character to the last starter unless one of its class or a higher one stands between
 * them. */
static void run_compose(struct run *r)
{
    size_t starter = 0, kept = 1;
    if (r->count < 2)
        return;
    bool have = r->mark[0].combining == 0;
    for (size_t i = 1; i < r->count; i++) {
        struct mark m = r->mark[i];
        bool adjacent = kept == starter + 1;
        bool blocked = !adjacent && r->mark[kept - 1].combining >= m.combining;
        uint32_t whole = have && !blocked ? compose(r->mark[starter].c, m.c) : 0;
        if (whole) {
            r->mark[starter].c = whole;
            continue;
        }
        if (m.combining == 0) {
            starter = kept;
            have = true;
        }
        r->mark[kept++] = m;
    }
    r->count = kept;
}

static void run_flush(struct run *r, struct str *out)
{
    run_compose(r);
    for (size_t i = 0; i < r->count; i++) {
        char bytes[UTF8_MAX];
        str_add(out, bytes, utf8_write(bytes, r->mark[i].c));
    }
    r->count = 0;
}

static void add_character(struct run *r, struct str *out, uint32_t c)
{
    uint32_t part[PARTS];
    size_t parts = decompose(c, part);
    bool begins = combining_class(part[0]) == 0 && !joins(part[0]);
    if (begins || r->count >= RUN)
        run_flush(r, out);
    for (size_t i = 0; i < parts; i++)
        run_add(r, part[i]);
}

enum ih_status nfc_add(struct str *out, const char *text, size_t length)
{
    struct run r;
    r.count = 0;
    for (size_t at = 0; at < length;) {
        uint32_t c;
        size_t n = utf8_read(text + at, length - at, &c);
        if (c == UTF8_INVALID) {
            run_flush(&r, out);
            str_add(out, text + at, n);
        } else {
            add_character(&r, out, c);
        }
        at += n;
    }
    run_flush(&r, out);
    return out->failed ? IH_NO_MEMORY : IH_OK;
}
