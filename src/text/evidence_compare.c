/* SPDX-License-Identifier: Apache-2.0 */
/* When two ways to write a number mean the same. */
#include "text/evidence.h"

#include <math.h>

/* How far a number may be off, as a share of it. A careful writer who says "about" may round a
 * ninth away from 45, not from 90. */
static const double EXACT = 1e-9, ROUNDED = 0.03, ABOUT = 0.08, BEYOND = 0.25;

/* The step that a number seems to be counted in: 100 for 1,200; 5 for 45. */
static double step_of(double value, double place)
{
    double many = round(fabs(value) / place), step = place;
    if (many < 1 || many > 1e15)
        return place;
    while (fmod(many, 10) == 0) {
        many /= 10;
        step *= 10;
    }
    return fmod(many, 5) == 0 ? step * 5 : step;
}

void number_range(const struct number *d, int reading, double *low, double *high)
{
    double v = d->value[reading], place = d->place[reading], size = fabs(v);
    double step = step_of(v, place), exact = EXACT * (size > 1e-6 ? size : 1e-6);
    double half = fmin(place / 2, ROUNDED * size) + exact, less = half, more = half;
    if (d->hedge == HEDGE_ABOUT)
        less = more = fmax(half, fmin(step / 2, ABOUT * size) + exact);
    if (d->unit.dimension == FRACTION)
        less = more = d->hedge ? 0.03 : 0.01;
    if (d->hedge == HEDGE_MORE) {
        less = exact;
        more = fmin(step, BEYOND * size) + exact;
    }
    if (d->hedge == HEDGE_LESS) {
        less = fmin(step, BEYOND * size) + exact;
        more = exact;
    }
    *low = v - less;
    *high = v + more;
}

bool units_fit(const struct number *d, const struct number *s, bool *raw)
{
    int a = d->unit.dimension, b = s->unit.dimension;
    *raw = !a || !b;
    if (d->hedge != s->hedge && d->hedge >= HEDGE_MORE && s->hedge >= HEDGE_MORE)
        return false;
    if (!a)
        return b != FRACTION;
    if (!b)
        return !s->counted && a != FRACTION;
    if (d->unit.per && s->unit.per && d->unit.per != s->unit.per)
        return false;
    if (a == b)
        return true;
    if ((a == CENTS && b > CENTS) || (b == CENTS && a > CENTS))
        return true;
    if ((a == DEGREES && (b == CELSIUS || b == FAHRENHEIT)) ||
        (b == DEGREES && (a == CELSIUS || a == FAHRENHEIT)))
        return true;
    return (a == PERCENT && b == FRACTION) || (a == FRACTION && b == PERCENT);
}

double number_base(const struct number *n, int reading, bool per)
{
    /* Shares are compared in percent. */
    double factor = n->unit.dimension == FRACTION ? 100 : n->unit.dimension ? n->unit.factor : 1;
    return n->value[reading] * factor / (per && n->unit.per ? n->unit.per_factor : 1);
}

bool is_bare_year(const struct number *n)
{
    return n->kind == NUMBER_VALUE && !n->unit.dimension && !n->words && !n->counted &&
           n->readings == 1 && n->place[0] == 1 && n->value[0] >= 1000 && n->value[0] < 2200 &&
           n->last - n->first == 1;
}

static bool parts_fit(
    int month, int day, const struct number *d, int s_month, int s_day, const struct number *s)
{
    if (month != s_month || (day && day != s_day))
        return false;
    return !d->year || !s->year || d->year == s->year;
}

bool dates_fit(const struct number *d, const struct number *s)
{
    for (int k = 0; k < 4; k++) {
        bool turn = k & 1, turn_source = k & 2;
        if ((turn && !d->day2) || (turn_source && !s->day2))
            continue;
        if (parts_fit(turn ? d->day : d->month, turn ? d->month : d->day, d,
                turn_source ? s->day : s->month, turn_source ? s->month : s->day, s))
            return true;
    }
    return false;
}

bool times_fit(const struct number *d, const struct number *s)
{
    if (d->seconds == s->seconds)
        return true;
    return (d->half_day || s->half_day) && (d->seconds + 43200) % 86400 == s->seconds % 86400;
}
