/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/readings.h"

#include "base/mapfile.h"
#include "base/number.h"
#include "speech/tones.h"
#include "text/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES = 1 << 20,
    WRITTEN = 96, /* bytes */
    SAID = 240,
    TEXT = 1 << 16, /* bytes of one text */
};

/* The count of a character that no word covers. */
static const double unknown_count = 0.05;

struct entry {
    const char *written, *said; /* in the file */
    uint16_t written_bytes, said_bytes;
    float cost; /* the negative logarithm of its share */
};

struct readings {
    struct mapfile file;
    struct entry *entry; /* by written form, the commonest reading first */
    int count;
    float unknown_cost;
    bool chinese;
};

struct line {
    const char *text;
    size_t n;
    int number;
};

static int compare_bytes(const char *a, size_t an, const char *b, size_t bn)
{
    int order = memcmp(a, b, an < bn ? an : bn);
    return order ? order : (an > bn) - (an < bn);
}

static int compare_entries(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;
    int order = compare_bytes(a->written, a->written_bytes, b->written, b->written_bytes);
    return order ? order : (a->cost > b->cost) - (a->cost < b->cost);
}

/* Syllables of letters and a tone digit, with a space between them. */
static bool is_pinyin(const char *text, size_t n)
{
    bool letters = false, tone = false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == ' ') {
            if (!tone)
                return false;
            tone = letters = false;
        } else if (c >= '1' && c <= '5') {
            if (!letters || tone)
                return false;
            tone = true;
        } else if ((c >= 'a' && c <= 'z') || c >= 0x80) {
            if (tone)
                return false;
            letters = true;
        } else {
            return false;
        }
    }
    return tone;
}

static bool is_kana(uint32_t c)
{
    return c >= 0x3041 && c <= 0x30ff && c != 0x30fb;
}

static bool is_kana_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += utf8_read(text + i, n - i, &c);
        if (!is_kana(c) && c != ' ')
            return false;
    }
    return n > 0;
}

static enum ih_status read_line(
    struct readings *r, struct line l, const char *path, struct ih_error *e)
{
    const char *tab = memchr(l.text, '\t', l.n);
    size_t rest = tab ? l.n - (size_t)(tab + 1 - l.text) : 0;
    const char *second = tab ? memchr(tab + 1, '\t', rest) : NULL;
    size_t written = tab ? (size_t)(tab - l.text) : 0,
           said = second ? (size_t)(second - tab - 1) : 0;
    double count = second ? number_count(second + 1, rest - said - 1) : 0;
    if (count < 1)
        return err_set(
            e, IH_BAD_DATA, "%s, line %d: not a word, its reading and a count", path, l.number);
    if (!written || written > WRITTEN || said > SAID || !utf8_valid(l.text, written) ||
        !utf8_valid(tab + 1, said) ||
        !(r->chinese ? is_pinyin(tab + 1, said) : is_kana_text(tab + 1, said)))
        return err_set(e, IH_BAD_DATA, "%s, line %d: the reading is not %s", path, l.number,
            r->chinese ? "pinyin with tone digits" : "kana");
    r->entry[r->count++] =
        (struct entry){l.text, tab + 1, (uint16_t)written, (uint16_t)said, (float)count};
    return IH_OK;
}

static enum ih_status read_file(struct readings *r, const char *path, struct ih_error *e)
{
    if (!r->file.size)
        return err_set(e, IH_BAD_DATA, "%s is empty", path);
    const char *text = (const char *)r->file.data, *end = text + r->file.size;
    size_t lines = 1;
    for (const char *c = text; c < end; c++)
        lines += *c == '\n';
    if (lines > ENTRIES)
        return err_set(e, IH_BAD_DATA, "%s: more than %d lines", path, (int)ENTRIES);
    r->entry = malloc(lines * sizeof *r->entry);
    if (!r->entry)
        return err_memory(e, "readings");
    enum ih_status status = IH_OK;
    struct line l = {.number = 1};
    for (; !status && text < end; text += l.n + 1, l.number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        l.text = text;
        l.n = (size_t)((stop ? stop : end) - text);
        if (l.n)
            status = read_line(r, l, path, e);
    }
    if (!status && !r->count)
        status = err_set(e, IH_BAD_DATA, "%s is empty", path);
    return status;
}

enum ih_status readings_open(
    struct readings **out, const char *path, const char *language, struct ih_error *e)
{
    *out = NULL;
    struct readings *r = calloc(1, sizeof *r);
    if (!r)
        return err_memory(e, "readings");
    r->chinese = !strcmp(language, "zh");
    enum ih_status status = mapfile_open(&r->file, path, e);
    if (!status)
        status = read_file(r, path, e);
    if (status) {
        readings_close(&r);
        return status;
    }
    double total = 0;
    for (int i = 0; i < r->count; i++)
        total += (double)r->entry[i].cost;
    for (int i = 0; i < r->count; i++)
        r->entry[i].cost = (float)log(total / (double)r->entry[i].cost);
    r->unknown_cost = (float)log(total / unknown_count);
    qsort(r->entry, (size_t)r->count, sizeof *r->entry, compare_entries);
    *out = r;
    return IH_OK;
}

void readings_close(struct readings **pr)
{
    struct readings *r = *pr;
    if (!r)
        return;
    mapfile_close(&r->file);
    free(r->entry);
    free(r);
    *pr = NULL;
}

/* The first entry in [low, high) that is not less than a key, or, behind those that begin with it,
 * the first that is more. */
static int bound(
    const struct readings *r, int low, int high, const char *key, size_t n, bool behind)
{
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct entry *e = &r->entry[middle];
        int order = compare_bytes(e->written, e->written_bytes < n ? e->written_bytes : n, key, n);
        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The best way to a place in the text, and its last word: an entry, or one unknown character. */
struct place {
    float cost;
    size_t from; /* SIZE_MAX: not reached */
    const struct entry *entry;
};

static void reach(struct place *p, float cost, size_t from, const struct entry *entry)
{
    if (p->from == SIZE_MAX || cost < p->cost)
        *p = (struct place){cost, from, entry};
}

/* Goes on from a place that is reached, by every word that stands there. */
static void extend(
    const struct readings *r, const char *text, size_t bytes, size_t at, struct place *place)
{
    int low = 0, high = r->count;
    float cost = place[at].cost;
    uint32_t c;
    size_t n = utf8_read(text + at, bytes - at, &c);
    reach(&place[at + n], cost + r->unknown_cost, at, NULL);
    while (true) {
        low = bound(r, low, high, text + at, n, false);
        high = bound(r, low, high, text + at, n, true);
        if (low == high)
            return;
        const struct entry *e = &r->entry[low];
        if (e->written_bytes == n)
            reach(&place[at + n], cost + e->cost, at, e);
        if (at + n == bytes)
            return;
        n += utf8_read(text + at + n, bytes - at - n, &c);
    }
}

/* Kana that no word covers and that stand side by side are one word. */
static bool goes_on(
    const struct readings *r, const char *text, const struct place *place, size_t at)
{
    size_t from = place[at].from, before = from ? place[from].from : 0;
    return !r->chinese && from && !place[at].entry && !place[from].entry &&
           is_kana_text(text + before, at - before);
}

/* Words in order, from the places that the best way goes through. */
static enum ih_status collect(const struct readings *r, const char *text, size_t bytes,
    const struct place *place, struct arena *a, struct reading **out, int *count)
{
    int n = 0;
    for (size_t at = bytes; at; at = place[at].from)
        n += !goes_on(r, text, place, at);
    *count = n;
    *out = arena_alloc(a, (size_t)n * sizeof **out);
    if (!*out)
        return IH_NO_MEMORY;
    for (size_t at = bytes, end = bytes; at; at = place[at].from) {
        if (goes_on(r, text, place, at))
            continue;
        size_t from = place[at].from, length = end - from;
        const struct entry *e = place[at].entry;
        end = from;
        struct reading *word = &(*out)[--n];
        *word = (struct reading){from, length, NULL};
        if (e)
            word->said = arena_strndup(a, e->said, e->said_bytes);
        else if (!r->chinese && is_kana_text(text + from, length))
            word->said = arena_strndup(a, text + from, length);
        else
            continue;
        if (!word->said)
            return IH_NO_MEMORY;
    }
    return IH_OK;
}

enum ih_status readings_find(const struct readings *r, const char *text, size_t bytes,
    struct arena *a, struct reading **out, int *count, struct ih_error *e)
{
    *out = NULL;
    *count = 0;
    if (bytes > TEXT)
        return err_set(e, IH_INVALID, "a text of %zu bytes without spaces is too long", bytes);
    struct place *place = arena_alloc(a, (bytes + 1) * sizeof *place);
    if (!place)
        return err_memory(e, "readings");
    for (size_t i = 0; i <= bytes; i++)
        place[i].from = SIZE_MAX;
    place[0] = (struct place){0, 0, NULL};
    for (size_t i = 0; i < bytes; i++)
        if (place[i].from != SIZE_MAX)
            extend(r, text, bytes, i, place);
    if (bytes && collect(r, text, bytes, place, a, out, count))
        return err_memory(e, "readings");
    if (r->chinese)
        tones_change(text, *out, *count);
    return IH_OK;
}
