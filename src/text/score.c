/* SPDX-License-Identifier: Apache-2.0 */
#include "text/score.h"

#include "text/unicode.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RIGHT_QUOTE = 0x2019 };

/* A normalised text: its characters, words separated by one space. */
struct line {
    uint32_t *c;
    size_t count;
};

/* A text as what is compared: a number for each word or character. */
struct units {
    uint64_t *unit;
    size_t count;
};

static bool is_kept(uint32_t c)
{
    enum unicode_class class = c == UTF8_INVALID ? UNICODE_OTHER : unicode_class(c);
    return class != UNICODE_OTHER && class != UNICODE_SPACE;
}

static void push(struct line *l, uint32_t c)
{
    if (c != ' ' || (l->count && l->c[l->count - 1] != ' '))
        l->c[l->count++] = c;
}

/* An apostrophe is kept between two characters of a word. */
static enum ih_status normalize(struct line *l, const char *text, struct ih_error *e)
{
    size_t length = strlen(text);
    l->count = 0;
    l->c = malloc((length + 1) * sizeof *l->c);
    if (!l->c)
        return err_memory(e, "scoring");
    for (size_t at = 0; at < length;) {
        uint32_t c, next = ' ';
        at += utf8_read(text + at, length - at, &c);
        if (at < length)
            utf8_read(text + at, length - at, &next);
        bool apostrophe = c == '\'' || c == RIGHT_QUOTE;
        if (apostrophe) {
            if (l->count && l->c[l->count - 1] != ' ' && is_kept(next))
                push(l, '\'');
        } else {
            push(l, is_kept(c) ? unicode_lower(c) : ' ');
        }
    }
    while (l->count && l->c[l->count - 1] == ' ')
        l->count--;
    return IH_OK;
}

/* Words by a 64-bit hash: two different words are one with a chance of some 10^-19. */
static enum ih_status take_words(struct units *u, const struct line *l, struct ih_error *e)
{
    u->count = 0;
    u->unit = malloc((l->count / 2 + 1) * sizeof *u->unit);
    if (!u->unit)
        return err_memory(e, "scoring");
    uint64_t hash = 0;
    for (size_t i = 0; i <= l->count; i++) {
        if (i < l->count && l->c[i] != ' ') {
            hash = (hash ^ l->c[i]) * 0x9e3779b97f4a7c15u;
            hash ^= hash >> 29;
        } else if (l->count) {
            u->unit[u->count++] = hash;
            hash = 0;
        }
    }
    return IH_OK;
}

static enum ih_status take_characters(struct units *u, const struct line *l, struct ih_error *e)
{
    u->count = 0;
    u->unit = malloc((l->count + 1) * sizeof *u->unit);
    if (!u->unit)
        return err_memory(e, "scoring");
    for (size_t i = 0; i < l->count; i++)
        if (l->c[i] != ' ')
            u->unit[u->count++] = l->c[i];
    return IH_OK;
}

/* Levenshtein's distance, one row at a time: row[j] is that of what was read of a to b[0..j). */
static enum ih_status distance(
    int64_t *out, const struct units *a, const struct units *b, struct ih_error *e)
{
    int64_t *row = malloc((b->count + 1) * sizeof *row);
    if (!row)
        return err_memory(e, "scoring");
    for (size_t j = 0; j <= b->count; j++)
        row[j] = (int64_t)j;
    for (size_t i = 0; i < a->count; i++) {
        int64_t diagonal = row[0]++;
        for (size_t j = 0; j < b->count; j++) {
            int64_t best = diagonal + (a->unit[i] != b->unit[j]);
            diagonal = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (diagonal + 1 < best)
                best = diagonal + 1;
            row[j + 1] = best;
        }
    }
    *out = row[b->count];
    free(row);
    return IH_OK;
}

typedef enum ih_status (*take_fn)(struct units *u, const struct line *l, struct ih_error *e);

static enum ih_status score(struct score *out, const char *reference, const char *hypothesis,
    take_fn take, struct ih_error *e)
{
    const char *text[2] = {reference, hypothesis};
    struct units units[2] = {{0}};
    enum ih_status status = IH_OK;
    for (int i = 0; i < 2 && !status; i++) {
        struct line line;
        status = normalize(&line, text[i], e);
        if (!status)
            status = take(&units[i], &line, e);
        free(line.c);
    }
    *out = (struct score){.length = (int64_t)units[0].count};
    if (!status)
        status = distance(&out->edits, &units[0], &units[1], e);
    free(units[0].unit);
    free(units[1].unit);
    return status;
}

enum ih_status score_words(
    struct score *out, const char *reference, const char *hypothesis, struct ih_error *e)
{
    return score(out, reference, hypothesis, take_words, e);
}

enum ih_status score_characters(
    struct score *out, const char *reference, const char *hypothesis, struct ih_error *e)
{
    return score(out, reference, hypothesis, take_characters, e);
}

double score_rate(struct score s)
{
    if (s.length)
        return (double)s.edits / (double)s.length;
    return s.edits ? 1 : 0;
}
