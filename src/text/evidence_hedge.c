/* SPDX-License-Identifier: Apache-2.0 */
/* What the words around a number do to it: "about", "more than", the other end of a range. */
#include "text/evidence.h"

#include <math.h>
#include <string.h>

enum hedge hedge_before(const struct reader *r, const struct number *n)
{
    size_t i = tokens_at(r->t, n->start);
    const char *text = r->t->text;
    static const char *const about[] = {"約", "约", "大约", "~", "≈"}, *const more[] = {
                                                                           "超过", "超"};
    for (size_t k = 0; k < sizeof about / sizeof *about; k++)
        if (n->start >= strlen(about[k]) &&
            memcmp(text + n->start - strlen(about[k]), about[k], strlen(about[k])) == 0)
            return HEDGE_ABOUT;
    for (size_t k = 0; k < sizeof more / sizeof *more; k++)
        if (n->start >= strlen(more[k]) &&
            memcmp(text + n->start - strlen(more[k]), more[k], strlen(more[k])) == 0)
            return HEDGE_MORE;
    if (!i)
        return HEDGE_NONE;
    /* Nothing but spaces in between. */
    for (size_t k = r->t->token[i - 1].at + r->t->token[i - 1].bytes; k < n->start; k++)
        if (!strchr(" \n~", text[k]))
            return HEDGE_NONE;
    const struct word *w = reader_word(r, i - 1, WORD_HEDGE),
                      *than = i > 1 ? reader_word(r, i - 2, WORD_THAN) : NULL;
    if (w)
        return (enum hedge)w->value;
    static const char *const between[] = {"than", "als", "de", "que"};
    for (size_t k = 0; than && k < 4; k++)
        if (r->t->token[i - 1].hash == token_hash(between[k], strlen(between[k])))
            return (enum hedge)than->value;
    static const char *const pairs[][2] = {{"at", "least"}, {"at", "most"}, {"up", "to"},
        {"close", "to"}, {"bis", "zu"}, {"au", "moins"}, {"al", "menos"}};
    static const enum hedge meaning[] = {
        HEDGE_MORE, HEDGE_LESS, HEDGE_LESS, HEDGE_ABOUT, HEDGE_LESS, HEDGE_MORE, HEDGE_MORE};
    for (size_t k = 0; i > 1 && k < sizeof pairs / sizeof *pairs; k++)
        if (r->t->token[i - 1].hash == token_hash(pairs[k][1], strlen(pairs[k][1])) &&
            r->t->token[i - 2].hash == token_hash(pairs[k][0], strlen(pairs[k][0])))
            return meaning[k];
    return HEDGE_NONE;
}

enum hedge hedge_behind(const struct reader *r, const struct number *n)
{
    static const char *const more[] = {"以上", "多", "余", "餘"}, *const less[] = {"以下", "弱"};
    const char *s = r->t->text + n->end;
    size_t bytes = r->t->bytes - n->end;
    for (size_t k = 0; k < 4; k++)
        if (sign_starts(s, bytes, more[k]))
            return HEDGE_MORE;
    for (size_t k = 0; k < 2; k++)
        if (sign_starts(s, bytes, less[k]))
            return HEDGE_LESS;
    if (reader_gap_is(r, n->last - 1, " ") && n->last + 1 < r->t->count &&
        r->t->token[n->last].hash == token_hash("or", 2) &&
        r->t->token[n->last + 1].hash == token_hash("more", 4))
        return HEDGE_MORE;
    return HEDGE_NONE;
}

/* Whether two numbers are the ends of a range: 10-15, 10 to 15. */
bool number_is_range(const struct reader *r, const struct number *a, const struct number *b)
{
    static const char *const words[] = {
        "to", "and", "bis", "und", "à", "et", "a", "y", "bis", "or"};
    const char *s = r->t->text + a->end;
    size_t n = b->start - a->end;
    if ((n == 1 && (*s == '-' || *s == '~')) ||
        (n == 3 && (sign_starts(s, n, "\xe2\x80\x93") || sign_starts(s, n, "\xe2\x80\x94") ||
                       sign_starts(s, n, "至") || sign_starts(s, n, "~"))))
        return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        size_t m = strlen(words[k]);
        if (n == m + 2 && *s == ' ' && memcmp(s + 1, words[k], m) == 0)
            return true;
    }
    return false;
}

/* What the first end of a range takes from the second: its unit and scale, the month, the century.
 */
void number_share(struct number *a, struct number *b)
{
    if (a->kind == NUMBER_VALUE && b->kind == NUMBER_DATE && b->day && a->readings == 1 &&
        !a->unit.dimension && a->value[0] >= 1 && a->value[0] <= 31) {
        a->kind = NUMBER_DATE;
        a->day = (int)a->value[0];
        a->month = b->month;
        a->year = b->year;
        a->day2 = 0;
    }
    if (a->kind == NUMBER_DATE && b->kind == NUMBER_DATE && !a->year)
        a->year = b->year;
    if (a->kind == NUMBER_VALUE && b->kind == NUMBER_TIME && a->readings == 1 &&
        !a->unit.dimension && !a->words && a->value[0] < 25 && a->place[0] == 1) {
        a->kind = NUMBER_TIME;
        a->seconds = (int)a->value[0] * 3600;
        a->half_day = a->value[0] <= 12;
    }
    if (a->kind != NUMBER_VALUE || b->kind != NUMBER_VALUE)
        return;
    if (!a->unit.dimension && b->unit.dimension && !a->counted)
        a->unit = b->unit;
    if (!b->unit.dimension && a->unit.dimension >= CENTS && !b->counted)
        b->unit = a->unit;
    if (b->place[0] >= 1e3 && a->value[0] < 1e3 && a->readings == 1 && a->value[0] < b->value[0]) {
        double scale = b->place[0] >= 1e9 ? 1e9 : b->place[0] >= 1e6 ? 1e6 : 1e3;
        number_read_also(a, a->value[0] * scale, a->place[0] * scale);
    }
    if (a->value[0] >= 1000 && a->value[0] < 2200 && b->value[0] < 100 && !a->unit.dimension &&
        b->readings == 1 && fmod(a->value[0], 100) < b->value[0])
        number_read_also(b, a->value[0] - fmod(a->value[0], 100) + b->value[0], 1);
}

/* "one tree in four", "one household in six": a share. */
bool number_share_of(
    const struct reader *r, const struct number *a, const struct number *b, struct number *out)
{
    bool plain = a->kind == NUMBER_VALUE && b->kind == NUMBER_VALUE && a->readings == 1 &&
                 b->readings == 1 && !a->unit.dimension && !b->unit.dimension && !a->computed;
    if (!plain || a->value[0] < 1 || a->value[0] >= b->value[0] || b->value[0] > 1000 ||
        b->first > a->last + 3 || b->first == 0)
        return false;
    uint64_t before = r->t->token[b->first - 1].hash;
    if (before != token_hash("in", 2) && before != token_hash("sur", 3) &&
        before != token_hash("de", 2) && before != token_hash("von", 3))
        return false;
    *out = (struct number){.start = a->start,
        .end = b->end,
        .first = a->first,
        .last = b->last,
        .kind = NUMBER_VALUE,
        .readings = 1,
        .value = {a->value[0] / b->value[0]},
        .place = {a->value[0] / b->value[0]},
        .unit = {.dimension = FRACTION, .factor = 1},
        .computed = true};
    return true;
}
