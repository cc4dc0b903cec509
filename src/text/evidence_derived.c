/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that a text has computed from two of a source: a difference, a sum, a share. */
#include "text/evidence.h"

#include <math.h>
#include <stdlib.h>

enum {
    NEIGHBOURS = 6,        /* numbers of a source that one may be computed with */
    NEIGHBOUR_BYTES = 600, /* and how far they may lie apart */
    DERIVED_MOST = 50000,  /* numbers of all sources; of more than these nothing is computed */
};

struct derived {
    double value;
    int dimension;
    bool years; /* a difference of two years */
    enum cue cue;
    const struct number *a, *b;
};

static int by_derived(const void *a, const void *b)
{
    const struct derived *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static bool has_bare_year(const struct number *n)
{
    return (n->kind == NUMBER_DATE && n->year) || is_bare_year(n);
}

static bool add_derived(struct ledger *l, const struct derived *d)
{
    if (!isfinite(d->value))
        return true;
    if (!grow((void **)&l->derived, &l->derived_room, l->deriveds, sizeof *l->derived))
        return false;
    l->derived[l->deriveds++] = *d;
    return true;
}

/* What can be computed from two numbers of a source. */
static bool derive(struct ledger *l, const struct number *a, const struct number *b)
{
    bool years = has_bare_year(a) && has_bare_year(b);
    if (years) {
        double x = a->kind == NUMBER_DATE ? a->year : a->value[0],
               y = b->kind == NUMBER_DATE ? b->year : b->value[0];
        return add_derived(
            l, &(struct derived){fabs(x - y) * 12, MONTHS, true, CUE_DIFFERENCE, a, b});
    }
    if (a->kind != NUMBER_VALUE || b->kind != NUMBER_VALUE)
        return true;
    int x = a->unit.dimension, y = b->unit.dimension, dimension = x ? x : y;
    if (x && y && x != y)
        return true;
    /* One that has no unit shares that of the other. */
    double u = a->value[0] * (x      ? a->unit.factor
                                 : y ? b->unit.factor
                                     : 1),
           v = b->value[0] * (y      ? b->unit.factor
                                 : x ? a->unit.factor
                                     : 1);
    bool ok =
        add_derived(l, &(struct derived){fabs(u - v), dimension == PERCENT ? POINTS : dimension,
                           false, CUE_DIFFERENCE, a, b}) &&
        add_derived(l, &(struct derived){u + v, dimension, false, CUE_SUM, a, b});
    if (dimension == PERCENT || u <= 0 || v <= 0 || u == v)
        return ok;
    return ok &&
           add_derived(l,
               &(struct derived){fmin(u, v) / fmax(u, v) * 100, PERCENT, false, CUE_RATIO, a, b}) &&
           add_derived(
               l, &(struct derived){fmax(u, v) / fmin(u, v), TIMES, false, CUE_RATIO, a, b}) &&
           add_derived(
               l, &(struct derived){fabs(u - v) / u * 100, PERCENT, false, CUE_DIFFERENCE, a, b});
}

static bool build_derived(struct ledger *l)
{
    size_t all = 0;
    for (int s = 0; s < l->corpus->sources; s++)
        all += l->corpus->source[s].numbers.count;
    for (int s = 0; s < l->corpus->sources && all <= DERIVED_MOST; s++) {
        const struct numbers *n = &l->corpus->source[s].numbers;
        for (size_t i = 0; i < n->count; i++)
            for (size_t k = i + 1; k < n->count && k <= i + NEIGHBOURS &&
                                   n->number[k].start - n->number[i].end < NEIGHBOUR_BYTES;
                 k++)
                if (!derive(l, &n->number[i], &n->number[k]))
                    return false;
    }
    if (!grow((void **)&l->derived, &l->derived_room, l->deriveds, sizeof *l->derived))
        return false;
    qsort(l->derived, l->deriveds, sizeof *l->derived, by_derived);
    return true;
}

static bool derived_fits(const struct number *d, const struct derived *v)
{
    int a = d->unit.dimension, b = v->dimension;
    if (v->years)
        return a == MONTHS;
    if (a == b || (!a && b != PERCENT && b != TIMES) || (!b && d->counted))
        return true;
    return (a == FRACTION && b == PERCENT) || (a == CENTS && b > CENTS);
}

struct place ledger_derived(
    struct ledger *l, const struct number *d, unsigned cue, const struct cited *cited, bool *failed)
{
    struct place none = {.source = -1};
    if (!cue || d->kind != NUMBER_VALUE || is_bare_year(d) ||
        (!l->derived && (*failed = !build_derived(l))))
        return none;
    double low, high;
    number_range(d, 0, &low, &high);
    double scale = d->unit.dimension == FRACTION ? 100 : d->unit.dimension ? d->unit.factor : 1;
    low *= scale;
    high *= scale;
    size_t from = 0, to = l->deriveds;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (l->derived[middle].value < low)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < l->deriveds && l->derived[from].value <= high; from++) {
        const struct derived *v = &l->derived[from];
        if (!(cue >> v->cue & 1) || !derived_fits(d, v) || !cited_holds(cited, v->a->source))
            continue;
        /* Sums and differences are exact unless the text says "about". */
        if (!d->hedge && v->dimension != PERCENT && v->dimension != TIMES &&
            fabs(v->value - d->value[0] * scale) > 1e-6 * v->value)
            continue;
        return (struct place){v->a->source, v->a->start, v->b->end - v->a->start};
    }
    return none;
}
