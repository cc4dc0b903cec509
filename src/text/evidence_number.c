/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a text: values with their units, dates, times, and names with digits such as A320.
 */
#include "text/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 12 };

const struct word *reader_word(const struct reader *r, size_t i, enum word_kind kind)
{
    if (i >= r->t->count || r->t->token[i].kind != TOKEN_WORD)
        return NULL;
    return wordbook_find(r->book, r->t->token[i].hash, kind, r->t->language);
}

size_t reader_gap(const struct reader *r, size_t i, const char **gap)
{
    size_t from, to;
    *gap = "";
    if (i >= r->t->count)
        return 0;
    from = r->t->token[i].at + r->t->token[i].bytes;
    to = i + 1 < r->t->count ? r->t->token[i + 1].at : r->t->bytes;
    *gap = r->t->text + from;
    return to - from;
}

bool reader_gap_is(const struct reader *r, size_t i, const char *text)
{
    const char *gap;
    size_t n = reader_gap(r, i, &gap);
    return i + 1 < r->t->count && n == strlen(text) && memcmp(gap, text, n) == 0;
}

bool reader_close(const struct reader *r, size_t i)
{
    static const char *const gaps[] = {
        " ", "-", "", "\n", "\xc2\xa0", "'", "\xe2\x80\x99", "\xe2\x80\xaf", "\xe2\x80\x91", ". "};
    for (size_t k = 0; k < sizeof gaps / sizeof *gaps - 1; k++)
        if (reader_gap_is(r, i, gaps[k]))
            return true;
    /* 12. März, 5 Mio. Euro */
    return reader_gap_is(r, i, ". ") && (r->t->language & GERMAN);
}

int reader_integer(const struct reader *r, size_t i)
{
    int v = 0;
    if (i >= r->t->count || r->t->token[i].kind != TOKEN_DIGITS || r->t->token[i].bytes > 9)
        return -1;
    const char *s = r->t->text + r->t->token[i].at;
    if (r->t->token[i].bytes == 2 && (sign_starts(s, 2, "²") || sign_starts(s, 2, "³")))
        return (unsigned char)s[1] - 0xb2 + 2;
    for (size_t k = 0; k < r->t->token[i].bytes; k++) {
        char c = s[k];
        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + c - '0';
    }
    return v;
}

/* What one character between digits is: . , ' or a space; 0 for anything else. */
static char separator(const struct reader *r, size_t i)
{
    const char *gap;
    size_t n = reader_gap(r, i, &gap);
    if (i + 1 >= r->t->count)
        return 0;
    if (n == 1 && strchr(".,' ", *gap))
        return *gap;
    if (n == 3 && sign_starts(gap, n, "\xe2\x80\x99"))
        return '\'';
    return sign_starts(gap, n, "\xc2\xa0") && n == 2 ? '_'
           : n == 3 && (sign_starts(gap, n, "\xe2\x80\xaf") || sign_starts(gap, n, "\xe2\x80\x89"))
               ? '_'
               : 0;
}

static double digits_value(const struct reader *r, size_t i)
{
    double v = 0;
    const struct token *t = &r->t->token[i];
    for (size_t k = 0; k < t->bytes; k++) {
        unsigned char c = (unsigned char)r->t->text[t->at + k];
        if (c >= '0' && c <= '9')
            v = v * 10 + c - '0';
        else if (c == 0xef && k + 2 < t->bytes) /* ０ */
            v = v * 10 + ((unsigned char)r->t->text[t->at + k + 2] - 0x90), k += 2;
    }
    return v;
}

/* Digits and the separators between them. */
struct run {
    size_t tokens;
    char separator[GROUPS];
};

static bool is_group(const struct reader *r, size_t i)
{
    return r->t->token[i].bytes == 3;
}

/* How far separators and digits go on from token i. */
static struct run run_of(const struct reader *r, size_t i)
{
    struct run run = {.tokens = 1};
    while (run.tokens < GROUPS) {
        size_t next = i + run.tokens;
        char c = next < r->t->count && r->t->token[next].kind == TOKEN_DIGITS
                     ? separator(r, next - 1)
                     : 0;
        bool spaced = c == ' ' || c == '_' || c == '\'';
        if (!c || (spaced && (!is_group(r, next) || r->t->token[i].bytes > 3)) ||
            (c == ' ' && r->t->language == ENGLISH))
            break;
        run.separator[run.tokens - 1] = c;
        run.tokens++;
    }
    return run;
}

void number_read_also(struct number *n, double value, double place)
{
    if (n->readings < READINGS) {
        n->value[n->readings] = value;
        n->place[n->readings++] = place;
    }
}

static double grouped(const struct reader *r, size_t i, size_t tokens)
{
    double v = 0;
    for (size_t k = 0; k < tokens; k++)
        v = v * (k ? pow(10, r->t->token[i + k].bytes) : 1) + digits_value(r, i + k);
    return v;
}

static void add_decimal(const struct reader *r, size_t i, size_t whole, struct number *n)
{
    double place = pow(10, -(double)r->t->token[i + whole].bytes);
    number_read_also(n, grouped(r, i, whole) + digits_value(r, i + whole) * place, place);
}

/* How many tokens from i on are thousands, parted by one separator: 1 when there are none. */
static size_t thousands(const struct reader *r, size_t i, const struct run *run)
{
    size_t n = 1;
    if (r->t->token[i].bytes > 3 || r->t->text[r->t->token[i].at] == '0')
        return 1;
    while (n < run->tokens && run->separator[n - 1] == run->separator[0] && is_group(r, i + n))
        n++;
    /* 12,34,567 */
    if (n == 1 && run->separator[0] == ',' && run->tokens > 2 && r->t->token[i].bytes <= 2) {
        size_t k = 1;
        while (k < run->tokens && run->separator[k - 1] == ',' && r->t->token[i + k].bytes == 2)
            k++;
        if (k > 1 && k < run->tokens && run->separator[k - 1] == ',' && is_group(r, i + k))
            return k + 1;
    }
    return n;
}

static bool is_decimal_sign(char c)
{
    return c == '.' || c == ',';
}

/* Reads digits at token i in one or two ways; the tokens taken, 0 for what is no number: 3.11.4. */
static size_t digits_read(const struct reader *r, size_t i, struct number *n)
{
    struct run run = run_of(r, i);
    size_t many = thousands(r, i, &run);
    char first = run.separator[0];
    n->readings = 0;
    if (run.tokens == 1) {
        number_read_also(n, digits_value(r, i), 1);
        return 1;
    }
    if (many > 1) {
        bool more = many < run.tokens && is_decimal_sign(run.separator[many - 1]) &&
                    run.separator[many - 1] != first;
        if (more) {
            add_decimal(r, i, many, n);
            return many + 1;
        }
        unsigned l = r->t->language;
        /* 1.234 and 1,234 are thousands in some languages and decimals in others. */
        bool plain = many == 2 && is_decimal_sign(first);
        bool decimal = plain && (l == ANY || (l == ENGLISH) == (first == '.'));
        bool thousand = !plain || !(l == ENGLISH && first == '.');
        if (thousand)
            number_read_also(n, grouped(r, i, many), 1);
        if (decimal)
            add_decimal(r, i, 1, n);
        if (n->readings)
            return many;
    }
    if (first == '.' && run.tokens > 2 && run.separator[1] == '.')
        return 0;
    if (!is_decimal_sign(first)) {
        number_read_also(n, digits_value(r, i), 1);
        return 1;
    }
    /* 12,15,18 is a list. */
    if (first == ',' && run.tokens > 2 && run.separator[1] == ',') {
        number_read_also(n, digits_value(r, i), 1);
        return 1;
    }
    add_decimal(r, i, 1, n);
    return 2;
}

static void set_span(const struct reader *r, size_t i, size_t tokens, struct number *n)
{
    const struct token *last = &r->t->token[i + tokens - 1];
    n->first = i;
    n->last = i + tokens;
    n->start = r->t->token[i].at;
    n->end = last->at + last->bytes;
}

static bool has_letter_before(const struct reader *r, size_t i)
{
    if (i == 0 || r->t->token[i - 1].kind != TOKEN_WORD)
        return false;
    const struct token *t = &r->t->token[i - 1];
    if (reader_gap_is(r, i - 1, ""))
        return !reader_word(r, i - 1, WORD_UNIT) ||
               reader_word(r, i - 1, WORD_UNIT)->dimension < CENTS;
    return reader_gap_is(r, i - 1, "-") && t->upper && !reader_word(r, i - 1, WORD_MONTH) &&
           !reader_word(r, i - 1, WORD_UNIT);
}

/* Letters and digits that are a name together: A320, GPT-4, 3D, 3.11.4. Takes the word in front. */
static size_t name_read(const struct reader *r, size_t i, struct number *n)
{
    size_t end = i + 1;
    bool front = has_letter_before(r, i);
    const char *gap;
    while (end < r->t->count && end - i < GROUPS &&
           (reader_gap_is(r, end - 1, "") ||
               (reader_gap(r, end - 1, &gap) == 1 && strchr(".-", *gap) &&
                   r->t->token[end].kind == TOKEN_DIGITS)))
        end++;
    if (end == i + 1 && !front)
        return 0;
    size_t first = front ? i - 1 : i;
    set_span(r, first, end - first, n);
    n->kind = NUMBER_NAME;
    /* CO2, G7 and 3D are words. */
    n->weak = end - first == 2 && (front ? r->t->token[i].bytes == 1 : r->t->token[i].bytes == 1);
    return end - i;
}

/* A word directly behind digits that belongs to them: 88th, 1990s. */
static size_t suffix_read(const struct reader *r, size_t i, struct number *n)
{
    static const char *const ordinal[] = {"st", "nd", "rd", "th", "e", "º"};
    if (i >= r->t->count || !reader_gap_is(r, i - 1, ""))
        return 0;
    for (size_t k = 0; k < sizeof ordinal / sizeof *ordinal; k++)
        if (r->t->token[i].hash == token_hash(ordinal[k], strlen(ordinal[k]))) {
            n->ordinal = true;
            return 1;
        }
    return r->t->token[i].hash == token_hash("s", 1) && n->readings == 1 &&
           fmod(n->value[0], 10) == 0;
}

/* thousand, million, k, 万 behind digits; the tokens taken. */
static size_t scale_read(const struct reader *r, size_t i, struct number *n)
{
    double factor = 1;
    size_t taken = 0;
    while (i + taken < r->t->count) {
        const struct token *t = &r->t->token[i + taken];
        double v = 0;
        if (t->kind == TOKEN_SIGN && reader_gap_is(r, i + taken - 1, "")) {
            v = sign_digit(r->t->text + t->at, t->bytes);
            v = v >= 100 ? v : 0;
        } else if (t->kind == TOKEN_WORD && reader_close(r, i + taken - 1)) {
            const struct word *w = reader_word(r, i + taken, WORD_SCALE);
            bool attached = reader_gap_is(r, i + taken - 1, "");
            if (w && (t->bytes > 1 || attached))
                v = w->value;
            else if (!taken && n->unit.dimension >= MONEY && t->bytes == 1 &&
                     (attached || t->upper) && strchr("mMbB", r->t->text[t->at]))
                v = (r->t->text[t->at] | 32) == 'm' ? 1e6 : 1e9;
            else if ((w = reader_word(r, i + taken, WORD_HUNDRED)) && w->value == 100 &&
                     !(r->t->language & FRENCH))
                v = 100;
        }
        if (!v)
            break;
        factor *= v;
        taken++;
    }
    for (int k = 0; k < n->readings; k++) {
        n->value[k] *= factor;
        n->place[k] *= factor;
    }
    return taken;
}

/* 1億2000万: another number of a lower scale that belongs to it. */
static size_t scale_more(const struct reader *r, size_t i, struct number *n)
{
    struct number more = {0};
    if (i >= r->t->count || i == 0 || r->t->token[i].kind != TOKEN_DIGITS ||
        r->t->token[i - 1].kind != TOKEN_SIGN || !reader_gap_is(r, i - 1, ""))
        return 0;
    size_t digits = digits_read(r, i, &more);
    if (!digits)
        return 0;
    size_t scale = scale_read(r, i + digits, &more);
    if (more.value[0] >= n->place[0])
        return 0;
    n->value[0] += more.value[0];
    n->place[0] = more.place[0];
    n->readings = 1;
    return digits + scale;
}

static bool is_minus(const struct reader *r, size_t start, size_t *sign)
{
    const char *s = r->t->text;
    size_t n = start >= 3 && sign_starts(s + start - 3, 3, "\xe2\x88\x92") ? 3
               : start && s[start - 1] == '-'                              ? 1
                                                                           : 0;
    *sign = n;
    return n && (start == n || strchr(" \n(\t", s[start - n - 1]));
}

static void negate(const struct reader *r, size_t i, struct number *n)
{
    size_t sign = 0;
    bool minus = is_minus(r, n->start, &sign);
    if (!minus && i &&
        (r->t->token[i - 1].hash == token_hash("minus", 5) ||
            r->t->token[i - 1].hash == token_hash("menos", 5)) &&
        n->unit.dimension >= CELSIUS && n->unit.dimension <= DEGREES)
        minus = true;
    if (!minus)
        return;
    n->start -= sign;
    for (int k = 0; k < n->readings; k++)
        n->value[k] = -n->value[k];
}

/* Whether a counted thing follows, which is no unit that is known. */
static bool is_counted(const struct reader *r, size_t i, const struct number *n)
{
    const char *gap = r->t->text + n->end;
    if (n->unit.dimension || i >= r->t->count || r->t->token[i].kind == TOKEN_DIGITS)
        return false;
    size_t bytes = r->t->token[i].at - n->end;
    if (r->t->token[i].kind == TOKEN_SIGN)
        return bytes == 0 && r->t->text[r->t->token[i].at] != '\xe3'; /* kana ends a phrase */
    return bytes == 1 && (*gap == ' ' || *gap == '-') && !reader_word(r, i, WORD_STOP) &&
           r->t->token[i].bytes > 2 && !reader_word(r, i, WORD_CUE) &&
           r->t->token[i].hash != token_hash("or", 2);
}

static size_t value_read(const struct reader *r, size_t i, struct number *n)
{
    size_t taken = 0;
    n->kind = NUMBER_VALUE;
    if (r->t->token[i].kind == TOKEN_DIGITS) {
        taken = digits_read(r, i, n);
        if (!taken)
            return 0;
        set_span(r, i, taken, n);
        unit_before(r, i, n);
        size_t before = n->start;
        taken += scale_read(r, i + taken, n);
        taken += scale_more(r, i + taken, n);
        taken += suffix_read(r, i + taken, n);
        set_span(r, i, taken, n);
        n->start = before;
    } else {
        taken = words_read(r, i, n);
        if (!taken)
            return 0;
        set_span(r, i, taken, n);
    }
    if (!n->ordinal && n->unit.dimension == 0) {
        taken += unit_read(r, i + taken, n);
    } else if (n->unit.dimension >= CENTS) {
        struct unit money = n->unit;
        size_t more = unit_read(r, i + taken, n);
        taken += more;
        if (n->unit.dimension != money.dimension)
            n->unit = money;
    }
    /* 2008年 is the year, not so many of them. */
    if (n->unit.dimension == MONTHS && n->unit.factor == 12 &&
        r->t->token[i + taken - 1].kind == TOKEN_SIGN && n->value[0] >= 1000 && n->value[0] < 2200)
        n->unit = (struct unit){0};
    n->last = i + taken;
    negate(r, i, n);
    n->counted = is_counted(r, i + taken, n);
    return taken;
}

static bool add(struct numbers *list, const struct number *n)
{
    if (!grow((void **)&list->number, &list->room, list->count, sizeof *list->number))
        return false;
    list->number[list->count++] = *n;
    return true;
}

/* A number at token i, of whatever kind; the tokens taken. */
static size_t any_read(const struct reader *r, size_t i, struct number *n)
{
    size_t taken = date_read(r, i, n);
    *n = taken ? *n : (struct number){0};
    if (!taken && (taken = time_read(r, i, n)) == 0)
        *n = (struct number){0};
    if (taken) {
        set_span(r, i, taken, n);
        return taken;
    }
    bool digits = r->t->token[i].kind == TOKEN_DIGITS;
    if (digits && has_letter_before(r, i))
        return name_read(r, i, n);
    taken = value_read(r, i, n);
    bool glued = taken && digits && n->last < r->t->count && !n->unit.dimension &&
                 reader_gap_is(r, n->last - 1, "") && r->t->token[n->last].kind == TOKEN_WORD;
    if (digits && (!taken || glued)) {
        *n = (struct number){0};
        return name_read(r, i, n);
    }
    return taken;
}

bool numbers_read(struct numbers *list, const struct tokens *t, const struct wordbook *book)
{
    struct reader r = {t, book};
    *list = (struct numbers){0};
    for (size_t i = 0; i < t->count;) {
        struct number n = {0};
        size_t taken = any_read(&r, i, &n);
        if (!taken) {
            i++;
            continue;
        }
        if (n.kind == NUMBER_VALUE) {
            n.hedge = hedge_before(&r, &n);
            n.hedge = n.hedge ? n.hedge : hedge_behind(&r, &n);
        }
        /* "one" and "a" count nothing that can be looked up. */
        if (n.words && n.kind == NUMBER_VALUE && n.value[0] == 1)
            n.weak = true;
        struct number share, *before = list->count ? &list->number[list->count - 1] : NULL;
        bool range = before && !before->computed && number_is_range(&r, before, &n);
        if (range)
            number_share(before, &n);
        if (before && !range && number_share_of(&r, before, &n, &share) && !add(list, &share))
            return false;
        if (!add(list, &n))
            return false;
        i += taken;
    }
    return true;
}

void numbers_free(struct numbers *n)
{
    free(n->number);
    *n = (struct numbers){0};
}
