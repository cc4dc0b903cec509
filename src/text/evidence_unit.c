/* SPDX-License-Identifier: Apache-2.0 */
/* Units behind numbers, and currencies in front of them. */
#include "text/evidence.h"

#include <string.h>

/* Units that are signs in every script; the longer ones first. */
static const struct {
    const char *text;
    int dimension;
    double factor;
} symbols[] = {{"°C", CELSIUS, 1}, {"℃", CELSIUS, 1}, {"°F", FAHRENHEIT, 1}, {"° C", CELSIUS, 1},
    {"°", DEGREES, 1}, {"%", PERCENT, 1}, {"％", PERCENT, 1}, {"‰", PERCENT, 0.1}, {"×", TIMES, 1},
    {"€", EUROS, 1}, {"$", DOLLARS, 1}, {"£", POUNDS, 1}, {"¥", YEN, 1}, {"￥", YEN, 1},
    {"¢", CENTS, 0.01}, {"₹", RUPEES, 1}, {"₽", ROUBLES, 1}, {"₩", WON, 1}};

static bool at_word(const struct reader *r, size_t i, const char *word)
{
    return i < r->t->count && r->t->token[i].hash == token_hash(word, strlen(word));
}

static size_t end_of(const struct reader *r, size_t i)
{
    return r->t->token[i].at + r->t->token[i].bytes;
}

/* A symbol directly behind `at`, or behind a space; where it ends, 0 for none. */
static size_t symbol_read(const struct reader *r, size_t at, struct unit *u)
{
    const char *s = r->t->text + at;
    size_t n = r->t->bytes - at, space = 0;
    if (sign_starts(s, n, " "))
        space = 1;
    else if (sign_starts(s, n, "\xc2\xa0"))
        space = 2;
    else if (sign_starts(s, n, "\xe2\x80\xaf") || sign_starts(s, n, "\xe2\x80\x89"))
        space = 3;
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        if (!sign_starts(s + space, n - space, symbols[i].text))
            continue;
        /* A currency behind a space may belong to the next number: 5 $3. */
        size_t end = space + strlen(symbols[i].text);
        if (space && symbols[i].dimension >= MONEY && end < n && s[end] >= '0' && s[end] <= '9')
            return 0;
        u->dimension = symbols[i].dimension;
        u->factor = symbols[i].factor;
        return at + end;
    }
    return 0;
}

static void raise_unit(struct unit *u, int power)
{
    if (u->dimension != LENGTH || power < 2)
        return;
    u->factor = power == 2 ? u->factor * u->factor : u->factor * u->factor * u->factor;
    u->dimension = power == 2 ? AREA : VOLUME;
}

/* Tokens that spell a percentage: per cent, pour cent, por ciento; percentage points. */
static size_t percent_read(const struct reader *r, size_t i, struct unit *u)
{
    size_t n = 0;
    *u = (struct unit){.dimension = PERCENT, .factor = 1};
    if ((at_word(r, i, "per") || at_word(r, i, "pour")) && at_word(r, i + 1, "cent"))
        n = 2;
    else if (at_word(r, i, "por") && at_word(r, i + 1, "ciento"))
        n = 2;
    else if (at_word(r, i, "per") && (at_word(r, i + 1, "mille") || at_word(r, i + 1, "mil"))) {
        u->factor = 0.1;
        return 2;
    }
    if ((at_word(r, i, "percentage") || at_word(r, i, "percent") || at_word(r, i, "basis")) &&
        (at_word(r, i + 1, "points") || at_word(r, i + 1, "point"))) {
        u->dimension = POINTS;
        u->factor = at_word(r, i, "basis") ? 0.01 : 1;
        return 2;
    }
    if (at_word(r, i, "points") && at_word(r, i + 1, "de") && at_word(r, i + 2, "pourcentage")) {
        u->dimension = POINTS;
        return 3;
    }
    if (at_word(r, i, "puntos") && at_word(r, i + 1, "porcentuales")) {
        u->dimension = POINTS;
        return 2;
    }
    return n;
}

/* One unit in words at token i, with its power; how many tokens. */
static size_t plain_read(const struct reader *r, size_t i, struct unit *u)
{
    if (i >= r->t->count)
        return 0;
    size_t n = percent_read(r, i, u);
    if (n)
        return n;
    int power = reader_word(r, i, WORD_SQUARE) ? 2 : reader_word(r, i, WORD_CUBIC) ? 3 : 1;
    n = power > 1;
    if (at_word(r, i, "nautical") && (at_word(r, i + 1, "miles") || at_word(r, i + 1, "mile"))) {
        *u = (struct unit){.dimension = LENGTH, .factor = 1852};
        return 2;
    }
    if (at_word(r, i, "mph") || at_word(r, i, "kmh") || at_word(r, i, "mw") ||
        at_word(r, i, "mg")) {
        /* MW and mW look alike in lower case. */
        if (at_word(r, i, "mph"))
            *u = (struct unit){LENGTH, 1609.344, DURATION, 3600};
        else if (at_word(r, i, "kmh"))
            *u = (struct unit){LENGTH, 1000, DURATION, 3600};
        if (u->per)
            return 1;
    }
    if ((at_word(r, i, "watt") || at_word(r, i, "kilowatt") || at_word(r, i, "megawatt") ||
            at_word(r, i, "gigawatt")) &&
        (at_word(r, i + 1, "hours") || at_word(r, i + 1, "hour"))) {
        const struct word *w = reader_word(r, i, WORD_UNIT);
        *u = (struct unit){.dimension = ENERGY, .factor = w->value * 3600};
        return 2;
    }
    const struct word *w = i + n < r->t->count ? reader_word(r, i + n, WORD_UNIT) : NULL;
    if (!w)
        return 0;
    *u = (struct unit){.dimension = w->dimension, .factor = w->value};
    if (w->dimension == POWER && w->value == 1e6 && r->t->text[r->t->token[i + n].at] == 'm' &&
        r->t->token[i + n].bytes == 2)
        u->factor = 1e-3;
    n++;
    if (w->dimension == DEGREES && i + n < r->t->count && reader_close(r, i + n - 1)) {
        const struct word *scale = reader_word(r, i + n, WORD_UNIT);
        if (scale && (scale->dimension == CELSIUS || scale->dimension == FAHRENHEIT)) {
            u->dimension = scale->dimension;
            return n + 1;
        }
    }
    if (power == 1 && i + n < r->t->count && w->dimension == LENGTH) {
        bool raised = reader_gap_is(r, i + n - 1, "") || reader_gap_is(r, i + n - 1, "^");
        int digit = raised ? reader_integer(r, i + n) : 0;
        if (digit == 2 || digit == 3 || reader_word(r, i + n, WORD_SQUARE) ||
            reader_word(r, i + n, WORD_CUBIC)) {
            power = digit == 3 || reader_word(r, i + n, WORD_CUBIC) ? 3 : 2;
            n++;
        }
    }
    raise_unit(u, power);
    return n;
}

/* "/kg", "per kilogram", "an hour": what lies below the line; how many tokens. */
static size_t below_read(const struct reader *r, size_t i, struct unit *u)
{
    struct unit below = {0};
    size_t word = 0;
    if (i >= r->t->count || i == 0)
        return 0;
    if (!reader_gap_is(r, i - 1, "/")) {
        word = at_word(r, i, "per") || at_word(r, i, "pro") || at_word(r, i, "par") ||
               at_word(r, i, "por") || at_word(r, i, "je") || at_word(r, i, "an") ||
               at_word(r, i, "a");
        if (!word || !reader_close(r, i - 1) || !reader_close(r, i))
            return 0;
    }
    size_t n = plain_read(r, i + word, &below);
    if (!n || below.dimension == PERCENT)
        return 0;
    u->per = below.dimension;
    u->per_factor = below.factor;
    return word + n;
}

size_t unit_read(const struct reader *r, size_t i, struct number *out)
{
    struct unit u = {0};
    size_t at = symbol_read(r, out->end, &u), n = 0;
    if (at) {
        out->end = at;
        while (i + n < r->t->count && r->t->token[i + n].at < at)
            n++;
    } else if (i < r->t->count && r->t->token[i].kind == TOKEN_SIGN) {
        const struct word *w =
            i && !reader_gap_is(r, i - 1, "") && !reader_gap_is(r, i - 1, " ")
                ? NULL
                : sign_unit(r->t->text + r->t->token[i].at, r->t->bytes - r->t->token[i].at);
        if (!w)
            return 0;
        u = (struct unit){.dimension = w->dimension, .factor = w->value};
        out->end = r->t->token[i].at + strlen(w->text);
        while (i + n < r->t->count && r->t->token[i + n].at < out->end)
            n++;
    } else if (i && reader_close(r, i - 1)) {
        /* 3 million of euros: d'euros, de litros. */
        size_t of = (at_word(r, i, "de") || at_word(r, i, "d") || at_word(r, i, "of")) &&
                    i + 1 < r->t->count;
        n = plain_read(r, i + of, &u);
        if (!n)
            return 0;
        n += of;
        out->end = end_of(r, i + n - 1);
    }
    if (!u.dimension)
        return 0;
    size_t below = u.per ? 0 : below_read(r, i + n, &u);
    if (below)
        out->end = end_of(r, i + n + below - 1);
    out->unit = u;
    return n + below;
}

void unit_before(const struct reader *r, size_t i, struct number *out)
{
    const char *text = r->t->text;
    size_t at = out->start;
    while (at && text[at - 1] == ' ' && out->start - at < 1)
        at--;
    for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++) {
        size_t n = strlen(symbols[k].text);
        if (symbols[k].dimension < CENTS || at < n ||
            memcmp(text + at - n, symbols[k].text, n) != 0)
            continue;
        out->unit = (struct unit){.dimension = symbols[k].dimension, .factor = symbols[k].factor};
        out->start = at - n;
        return;
    }
    /* EUR 12, CHF 5. */
    if (i && r->t->token[i - 1].bytes == 3 && r->t->token[i - 1].upper && reader_close(r, i - 1)) {
        const struct word *w = reader_word(r, i - 1, WORD_UNIT);
        if (w && w->dimension >= MONEY) {
            out->unit = (struct unit){.dimension = w->dimension, .factor = w->value};
            out->start = r->t->token[i - 1].at;
        }
    }
}
