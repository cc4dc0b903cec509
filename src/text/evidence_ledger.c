/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the sources, in orders in which one of the text is found without looking at all.
 */
#include "text/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOUN_REACH = 2 }; /* words behind a number that may say what it counts */

static int compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

/* What tells two entries of one value apart: the ones that agree in it are the same to whoever
 * looks them up. */
static int compare_rest(const struct entry *a, const struct entry *b)
{
    const struct number *x = a->number, *y = b->number;
    int order = x->source - y->source;
    order = order ? order : (int)x->kind - (int)y->kind;
    order = order ? order : a->dimension - b->dimension;
    order = order ? order : x->unit.per - y->unit.per;
    order = order ? order : compare_doubles(x->unit.factor, y->unit.factor);
    order = order ? order : compare_doubles(x->unit.per_factor, y->unit.per_factor);
    order = order ? order : (int)x->hedge - (int)y->hedge;
    return order ? order : (int)x->counted - (int)y->counted;
}

static int by_raw(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_doubles(x->key, y->key);
    order = order ? order : compare_rest(x, y);
    return order ? order : compare_doubles((double)x->number->start, (double)y->number->start);
}

static int by_base(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->dimension != y->dimension ? x->dimension - y->dimension : by_raw(a, b);
}

static int by_date(const void *a, const void *b)
{
    const struct number *x = *(const struct number *const *)a,
                        *y = *(const struct number *const *)b;
    int order = x->month - y->month;
    order = order ? order : x->day - y->day;
    order = order ? order : x->year - y->year;
    order = order ? order : x->day2 - y->day2;
    return order ? order : x->source - y->source;
}

static int by_time(const void *a, const void *b)
{
    const struct number *x = *(const struct number *const *)a,
                        *y = *(const struct number *const *)b;
    int order = x->seconds - y->seconds;
    order = order ? order : (int)x->half_day - (int)y->half_day;
    return order ? order : x->source - y->source;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t unique(struct entry *e, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || e[kept - 1].key != e[i].key || compare_rest(&e[kept - 1], &e[i]) != 0)
            e[kept++] = e[i];
    return kept;
}

static size_t unique_numbers(
    const struct number **n, size_t count, int (*compare)(const void *, const void *))
{
    size_t kept = 0;
    if (count)
        qsort(n, count, sizeof *n, compare);
    for (size_t i = 0; i < count; i++)
        if (!kept || compare(&n[kept - 1], &n[i]) != 0)
            n[kept++] = n[i];
    return kept;
}

/* The words behind a number that may say what it counts; how many. */
static size_t nouns_of(const struct number *n, const struct tokens *t, uint64_t hash[NOUN_REACH])
{
    size_t found = 0;
    for (size_t i = n->last; i < t->count && i < n->last + NOUN_REACH; i++) {
        if (t->token[i].kind != TOKEN_WORD || t->token[i].bytes < 4)
            break;
        hash[found++] = token_stem(t, i);
    }
    return found;
}

static void enter(struct ledger *l, const struct number *n)
{
    if (n->kind == NUMBER_DATE) {
        l->date[l->dates++] = n;
        if (n->year)
            l->raw[l->raws++] = (struct entry){n->year, NO_UNIT, n, 0};
    } else if (n->kind == NUMBER_TIME) {
        l->time[l->times++] = n;
    } else if (n->kind == NUMBER_VALUE) {
        for (int k = 0; k < n->readings; k++) {
            l->raw[l->raws++] = (struct entry){n->value[k], n->unit.dimension, n, k};
            if (n->unit.dimension)
                l->base[l->bases++] =
                    (struct entry){number_base(n, k, false), n->unit.dimension, n, k};
        }
    }
}

bool ledger_build(struct ledger *l, const struct corpus *c)
{
    size_t all = 0;
    *l = (struct ledger){.corpus = c};
    for (int s = 0; s < c->sources; s++)
        all += c->source[s].numbers.count;
    l->raw = calloc(READINGS * all + 1, sizeof *l->raw);
    l->base = calloc(READINGS * all + 1, sizeof *l->base);
    l->date = calloc(all + 1, sizeof *l->date);
    l->time = calloc(all + 1, sizeof *l->time);
    l->noun = calloc(NOUN_REACH * all + 1, sizeof *l->noun);
    if (!l->raw || !l->base || !l->date || !l->time || !l->noun)
        return false;
    for (int s = 0; s < c->sources; s++)
        for (size_t i = 0; i < c->source[s].numbers.count; i++) {
            struct number *n = &c->source[s].numbers.number[i];
            n->source = s;
            enter(l, n);
            if (n->kind == NUMBER_VALUE)
                l->nouns += nouns_of(n, &c->source[s].tokens, l->noun + l->nouns);
        }
    qsort(l->raw, l->raws, sizeof *l->raw, by_raw);
    qsort(l->base, l->bases, sizeof *l->base, by_base);
    qsort(l->noun, l->nouns, sizeof *l->noun, by_hash);
    l->raws = unique(l->raw, l->raws);
    l->bases = unique(l->base, l->bases);
    l->dates = unique_numbers(l->date, l->dates, by_date);
    l->times = unique_numbers(l->time, l->times, by_time);
    return true;
}

void ledger_free(struct ledger *l)
{
    free(l->raw);
    free(l->base);
    free(l->date);
    free(l->time);
    free(l->noun);
    free(l->derived);
    *l = (struct ledger){0};
}

/* The first entry of a dimension, -1 for all, with a key of at least `key`. */
static size_t entry_at(const struct entry *e, size_t n, int dimension, double key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = dimension >= 0 && e[middle].dimension != dimension
                          ? e[middle].dimension < dimension
                          : e[middle].key < key;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps the place of a number when it is better than the one there; true when it is cited. */
static bool take(struct place *p, const struct number *n, const struct cited *cited)
{
    bool holds = cited_holds(cited, n->source);
    if (holds || p->source < 0)
        *p = (struct place){n->source, n->start, n->end - n->start};
    return holds;
}

static bool find_raw(const struct ledger *l, const struct number *d, double low, double high,
    const struct cited *cited, struct place *p)
{
    for (size_t i = entry_at(l->raw, l->raws, -1, low); i < l->raws && l->raw[i].key <= high; i++) {
        const struct number *s = l->raw[i].number;
        bool raw, date = s->kind == NUMBER_DATE;
        if (date ? (d->unit.dimension || d->hedge || d->place[0] != 1)
                 : !units_fit(d, s, &raw) || !raw)
            continue;
        /* A year is not about anything, nor rounded. */
        if (is_bare_year(s) && (d->hedge || d->unit.dimension) && l->raw[i].key != d->value[0])
            continue;
        if (take(p, s, cited))
            return true;
    }
    return false;
}

static bool find_base(const struct ledger *l, const struct number *d, int reading, double low,
    double high, int dimension, const struct cited *cited, struct place *p)
{
    /* The two ends as values of this number. */
    double scale = d->value[reading] ? number_base(d, reading, false) / d->value[reading]
                   : d->unit.dimension == FRACTION ? 100
                                                   : d->unit.factor;
    for (size_t i = entry_at(l->base, l->bases, dimension, low * scale);
         i < l->bases && l->base[i].dimension == dimension && l->base[i].key <= high * scale; i++) {
        const struct number *s = l->base[i].number;
        bool raw;
        if (!units_fit(d, s, &raw))
            continue;
        if (d->unit.per && s->unit.per && d->unit.per_factor != s->unit.per_factor)
            continue;
        if (take(p, s, cited))
            return true;
    }
    return false;
}

static bool find_value(
    const struct ledger *l, const struct number *d, const struct cited *cited, struct place *p)
{
    int dimension = d->unit.dimension;
    for (int k = 0; k < d->readings; k++) {
        double low, high;
        number_range(d, k, &low, &high);
        if (find_raw(l, d, low, high, cited, p))
            return true;
        /* "A loss of 3 million" for a result of -3 million. */
        if (low > 0 && dimension != CELSIUS && dimension != DEGREES &&
            find_raw(l, d, -high, -low, cited, p))
            return true;
        if (!dimension)
            continue;
        if (find_base(l, d, k, low, high, dimension, cited, p))
            return true;
        if (low > 0 && dimension != CELSIUS && dimension != DEGREES &&
            find_base(l, d, k, -high, -low, dimension, cited, p))
            return true;
        for (int other = 0; other <= LIRAS; other++) {
            bool related =
                (dimension == CENTS && other > CENTS) || (dimension > CENTS && other == CENTS) ||
                (dimension == DEGREES && (other == CELSIUS || other == FAHRENHEIT)) ||
                (other == DEGREES && (dimension == CELSIUS || dimension == FAHRENHEIT)) ||
                (dimension == PERCENT && other == FRACTION) ||
                (dimension == FRACTION && other == PERCENT);
            /* A fraction in words is a round one. */
            double slack = other == FRACTION && dimension == PERCENT ? 1.5 : 0;
            if (related && find_base(l, d, k, low - slack, high + slack, other, cited, p))
                return true;
        }
    }
    return false;
}

/* Whether a source names a year anywhere. */
static bool has_year(const struct ledger *l, int source, int year)
{
    for (size_t i = entry_at(l->raw, l->raws, -1, year); i < l->raws && l->raw[i].key == year; i++)
        if (l->raw[i].number->source == source && !l->raw[i].dimension)
            return true;
    return false;
}

static bool find_date(
    const struct ledger *l, const struct number *d, const struct cited *cited, struct place *p)
{
    for (size_t i = 0; i < l->dates; i++) {
        const struct number *s = l->date[i];
        if (!dates_fit(d, s) || (d->year && !s->year && !has_year(l, s->source, d->year)))
            continue;
        if (take(p, s, cited))
            return true;
    }
    return false;
}

static bool find_time(
    const struct ledger *l, const struct number *d, const struct cited *cited, struct place *p)
{
    for (size_t i = 0; i < l->times; i++)
        if (times_fit(d, l->time[i]) && take(p, l->time[i], cited))
            return true;
    /* 7.20 may be a time where a source writes so. */
    struct number value = {.kind = NUMBER_VALUE,
        .readings = 1,
        .value = {d->seconds / 3600 + d->seconds / 60 % 60 / 100.0},
        .place = {0.01}};
    return d->seconds % 60 == 0 &&
           find_raw(l, &value, value.value[0] - 1e-6, value.value[0] + 1e-6, cited, p);
}

/* A value that is written like a time, or like the day of a date. */
static bool find_like(
    const struct ledger *l, const struct number *d, const struct cited *cited, struct place *p)
{
    if (d->unit.dimension || d->readings != 1)
        return false;
    if (d->ordinal)
        for (size_t i = 0; i < l->dates; i++)
            if (l->date[i]->day == d->value[0] && take(p, l->date[i], cited))
                return true;
    double hours = floor(d->value[0]), minutes = round((d->value[0] - hours) * 100);
    if (d->place[0] != 0.01 || minutes > 59 || hours < 0 || hours > 24)
        return false;
    struct number time = {
        .seconds = (int)hours * 3600 + (int)minutes * 60, .half_day = hours <= 12};
    for (size_t i = 0; i < l->times; i++)
        if (times_fit(&time, l->time[i]) && take(p, l->time[i], cited))
            return true;
    return false;
}

struct place ledger_find(const struct ledger *l, const struct number *d, const struct cited *cited)
{
    struct place p = {.source = -1};
    if (d->kind == NUMBER_DATE)
        find_date(l, d, cited, &p);
    else if (d->kind == NUMBER_TIME)
        find_time(l, d, cited, &p);
    else if (!find_value(l, d, cited, &p))
        find_like(l, d, cited, &p);
    return p;
}

/* The entry with the key next to a value, when it is not too far from it. */
static const struct number *next_to(const struct entry *e, size_t n, int dimension, double key)
{
    size_t at = entry_at(e, n, dimension, key);
    const struct number *best = NULL;
    double least = fabs(key);
    for (size_t i = at ? at - 1 : 0; i < n && i <= at; i++)
        if ((dimension < 0 || e[i].dimension == dimension) && fabs(e[i].key - key) < least) {
            least = fabs(e[i].key - key);
            best = e[i].number;
        }
    return best;
}

struct place ledger_nearest(const struct ledger *l, const struct number *d)
{
    const struct number *best = NULL;
    if (d->kind == NUMBER_DATE) {
        for (size_t i = 0; i < l->dates && !best; i++) {
            const struct number *s = l->date[i];
            if ((s->month == d->month) + (s->day == d->day) + (s->year == d->year) >= 2)
                best = s;
        }
    } else if (d->kind == NUMBER_TIME) {
        for (size_t i = 0; i < l->times; i++)
            if (!best || abs(l->time[i]->seconds - d->seconds) < abs(best->seconds - d->seconds))
                best = l->time[i];
    } else if (d->readings) {
        if (d->unit.dimension)
            best = next_to(l->base, l->bases, d->unit.dimension, number_base(d, 0, false));
        best = best ? best : next_to(l->raw, l->raws, -1, d->value[0]);
    }
    if (!best)
        return (struct place){.source = -1};
    return (struct place){best->source, best->start, best->end - best->start};
}

bool ledger_counts(const struct ledger *l, const struct number *d, const struct tokens *t)
{
    uint64_t hash[NOUN_REACH];
    size_t n = nouns_of(d, t, hash);
    for (size_t i = 0; i < n; i++)
        if (bsearch(&hash[i], l->noun, l->nouns, sizeof *l->noun, by_hash))
            return true;
    return false;
}
