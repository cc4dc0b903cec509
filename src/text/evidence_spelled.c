/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in words and in Chinese and Japanese signs. */
#include "text/evidence.h"

#include <stdlib.h>
#include <string.h>

enum { COMPOUND_LIMIT = 64 };

struct sum {
    double total, current, place;
    bool any;
};

static bool at_word(const struct reader *r, size_t i, const char *word)
{
    return i < r->t->count && r->t->token[i].hash == token_hash(word, strlen(word));
}

/* Whether a number below 100 may follow what has been read: not "six two". */
static bool may_add(const struct reader *r, const struct sum *s, double v)
{
    long low = (long)s->current % 100;
    if (low == 0)
        return true;
    if (v < 10 && low >= 20 && low % 10 == 0)
        return true;
    return (r->t->language & FRENCH) && r->t->language != ANY && (low == 60 || low == 80) && v < 20;
}

static bool take_number(const struct reader *r, size_t i, struct sum *s)
{
    const struct word *w = reader_word(r, i, WORD_NUMBER);
    if (!w)
        return false;
    /* quatre-vingts */
    if (w->value == 20 && (long)s->current % 100 == 4 && (w->tongue & FRENCH)) {
        s->current += 76;
        return true;
    }
    if (s->any && !may_add(r, s, w->value))
        return false;
    s->current += w->value;
    s->place = 1;
    return s->any = true;
}

static bool take_scale(const struct reader *r, size_t i, struct sum *s)
{
    const struct word *w = reader_word(r, i, WORD_HUNDRED);
    /* A single letter is a scale behind digits only. */
    if (w && s->current < 100) {
        s->current = (s->any && s->current ? s->current : 1) * w->value;
        s->place = 1;
        return s->any = true;
    }
    w = r->t->token[i].bytes > 1 ? reader_word(r, i, WORD_SCALE) : NULL;
    if (!w)
        return false;
    if (s->any && !s->current && s->total)
        s->total *= w->value;
    else
        s->total += (s->current ? s->current : 1) * w->value;
    s->current = 0;
    s->place = w->value >= 1e6 ? w->value : 1;
    return s->any = true;
}

/* "and", "y", "et" between parts of a number. */
static bool is_link(const struct reader *r, size_t i, const struct sum *s)
{
    double low = (double)((long)s->current % 100);
    if (i + 1 >= r->t->count || !reader_close(r, i) ||
        !(reader_word(r, i + 1, WORD_NUMBER) || at_word(r, i + 1, "un")))
        return false;
    if (at_word(r, i, "and"))
        return s->current >= 100 ? low == 0 : s->total > 0 && s->current == 0;
    return (at_word(r, i, "y") || at_word(r, i, "et")) && low >= 20 && (long)low % 10 == 0;
}

static double word_value(const struct reader *r, const char *s, size_t n)
{
    const struct word *w = wordbook_find(r->book, token_hash(s, n), WORD_NUMBER, GERMAN);
    if (w)
        return w->value;
    return n >= 3 && n <= 4 && strncmp(s, "eine", n) == 0 ? 1 : -1;
}

/* A German number below 100 in one word, with "und" turned about. */
static double german_small(const struct reader *r, const char *s, size_t n)
{
    double v = n ? word_value(r, s, n) : -1;
    if (v >= 0)
        return v;
    for (size_t i = 2; i + 6 < n; i++)
        if (memcmp(s + i, "und", 3) == 0) {
            double unit = word_value(r, s, i), ten = word_value(r, s + i + 3, n - i - 3);
            if (unit > 0 && unit < 10 && ten >= 20)
                return ten + unit;
        }
    return -1;
}

static const char *find(const char *s, size_t n, const char *what)
{
    size_t m = strlen(what);
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(s + i, what, m) == 0)
            return s + i;
    return NULL;
}

static double german_hundreds(const struct reader *r, const char *s, size_t n)
{
    const char *cut = find(s, n, "hundert");
    if (!cut)
        return german_small(r, s, n);
    size_t front = (size_t)(cut - s), rest = n - front - 7;
    double many = front ? german_small(r, s, front) : 1,
           more = rest ? german_small(r, cut + 7, rest) : 0;
    return many < 1 || many > 99 || more < 0 ? -1 : many * 100 + more;
}

/* fünfundzwanzig, dreihundertzwölf, zweitausend, elfeinhalb; -1 for other words. */
static double german_word(const struct reader *r, size_t i)
{
    const struct token *t = &r->t->token[i];
    char s[COMPOUND_LIMIT];
    if (!(r->t->language & GERMAN) || t->bytes >= COMPOUND_LIMIT || t->bytes < 6)
        return -1;
    memcpy(s, r->t->text + t->at, t->bytes);
    s[0] = s[0] >= 'A' && s[0] <= 'Z' ? (char)(s[0] + 32) : s[0];
    size_t n = t->bytes;
    double half = 0;
    if (n > 7 && memcmp(s + n - 7, "einhalb", 7) == 0) {
        n -= 7;
        half = 0.5;
    }
    const char *cut = find(s, n, "tausend");
    if (!cut) {
        double v = german_hundreds(r, s, n);
        return v < 0 || (v < 13 && !half) ? -1 : v + half;
    }
    size_t front = (size_t)(cut - s), rest = n - front - 7;
    double many = front ? german_hundreds(r, s, front) : 1,
           more = rest ? german_hundreds(r, cut + 7, rest) : 0;
    return many < 1 || more < 0 ? -1 : many * 1000 + more + half;
}

/* 三百二十, 二〇二二, 五: tokens taken. */
static size_t signs_read(const struct reader *r, size_t i, double *value)
{
    double total = 0, current = 0, digit = 0;
    bool positional = true;
    size_t n = 0;
    for (; i + n < r->t->count && r->t->token[i + n].kind == TOKEN_SIGN && n < 16; n++) {
        const struct token *t = &r->t->token[i + n];
        double v = sign_digit(r->t->text + t->at, t->bytes);
        if (v < 0 || (n && !reader_gap_is(r, i + n - 1, "")))
            break;
        if (v < 10) {
            digit = positional ? digit * 10 + v : v;
        } else if (v < 1e4) {
            positional = false;
            current += (digit ? digit : 1) * v;
            digit = 0;
        } else {
            positional = false;
            if (n == 0)
                break;
            total += (current + digit) * v;
            current = digit = 0;
        }
    }
    *value = total + current + digit;
    return n;
}

static size_t words_sum(const struct reader *r, size_t i, struct sum *s)
{
    size_t n = 0;
    /* "a hundred", but not "a" alone. */
    if (reader_word(r, i, WORD_ONE) && i + 1 < r->t->count && reader_close(r, i)) {
        const struct word *w = reader_word(r, i + 1, WORD_SCALE);
        if ((reader_word(r, i + 1, WORD_HUNDRED) && !(r->t->language & FRENCH)) ||
            (w && r->t->token[i + 1].bytes > 1))
            n = 1;
    }
    for (; i + n < r->t->count; n++) {
        if (n && !reader_close(r, i + n - 1))
            break;
        if (s->any && is_link(r, i + n, s))
            n++;
        double compound = german_word(r, i + n);
        if (compound >= 0 && !s->any) {
            s->current = compound;
            s->place = compound == (double)(long)compound ? 1 : 0.5;
            s->any = true;
        } else if (!take_number(r, i + n, s) && !take_scale(r, i + n, s)) {
            break;
        }
    }
    /* un, une behind et */
    return s->any ? n : 0;
}

/* "and a half" behind a number. */
static size_t half_behind(const struct reader *r, size_t i)
{
    if (i >= r->t->count || !reader_close(r, i - 1))
        return 0;
    if (at_word(r, i, "and") && at_word(r, i + 1, "a") && at_word(r, i + 2, "half"))
        return 3;
    return (at_word(r, i, "et") && (at_word(r, i + 1, "demi") || at_word(r, i + 1, "demie"))) ||
                   (at_word(r, i, "y") &&
                       (at_word(r, i + 1, "medio") || at_word(r, i + 1, "media")))
               ? 2
               : 0;
}

/* "two thirds", "a quarter of", "half an hour": a share, or a number when a unit follows. */
static size_t fraction_read(const struct reader *r, size_t i, struct number *out)
{
    const struct word *many = reader_word(r, i, WORD_NUMBER), *one = reader_word(r, i, WORD_ONE);
    size_t n = many || one;
    const struct word *part = i + n < r->t->count && (n == 0 || reader_close(r, i))
                                  ? reader_word(r, i + n, WORD_FRACTION)
                                  : NULL;
    if (!part || (n == 0 && part->value != 2 && !(r->t->language & GERMAN)))
        return 0;
    double v = (many ? many->value : 1) / part->value;
    n++;
    bool article = at_word(r, i + n, "a") || at_word(r, i + n, "an");
    bool of = at_word(r, i + n, "of") || at_word(r, i + n, "de") || at_word(r, i + n, "des") ||
              at_word(r, i + n, "der") || at_word(r, i + n, "del");
    size_t behind =
        i + n + article +
        (at_word(r, i + n, "of") && (at_word(r, i + n + 1, "an") || at_word(r, i + n + 1, "a"))
                ? 2
                : 0);
    bool close = behind < r->t->count && reader_close(r, i + n - 1);
    out->value[0] = v;
    out->place[0] = v;
    out->readings = 1;
    if (close && behind > i + n) {
        const struct word *unit = reader_word(r, behind, WORD_UNIT),
                          *scale = reader_word(r, behind, WORD_SCALE);
        if (scale && r->t->token[behind].bytes > 1) {
            out->value[0] = v * scale->value;
            return behind + 1 - i;
        }
        if (unit && unit->dimension >= DURATION && unit->dimension <= MONTHS)
            return behind - i;
    }
    out->unit = (struct unit){.dimension = FRACTION, .factor = 1};
    out->weak = !many && !(of && part->value != 2);
    return n;
}

size_t words_read(const struct reader *r, size_t i, struct number *out)
{
    struct sum s = {.place = 1};
    double value;
    size_t n;
    out->words = true;
    out->kind = NUMBER_VALUE;
    if (r->t->token[i].kind == TOKEN_SIGN) {
        n = signs_read(r, i, &value);
        /* One sign, or a scale alone, is part of a word more often than a number. */
        const struct token *t = &r->t->token[i];
        out->weak = n == 1 || sign_digit(r->t->text + t->at, t->bytes) >= 100;
        out->place[0] = 1;
    } else {
        n = fraction_read(r, i, out);
        if (n)
            return n;
        n = words_sum(r, i, &s);
        value = s.total + s.current;
        out->place[0] = s.place;
        size_t half = n ? half_behind(r, i + n) : 0;
        if (half) {
            value += 0.5;
            out->place[0] = 0.5;
            n += half;
        }
    }
    out->value[0] = value;
    out->readings = 1;
    return n;
}
