/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and times of the day. */
#include "text/evidence.h"

#include <string.h>

static bool is_year(int v)
{
    return v >= 1000 && v < 2200;
}

static bool is_day(int v)
{
    return v >= 1 && v <= 31;
}

static size_t digits_of(const struct reader *r, size_t i)
{
    return i < r->t->count ? r->t->token[i].bytes : 0;
}

static bool at_word(const struct reader *r, size_t i, const char *word)
{
    return i < r->t->count && r->t->token[i].hash == token_hash(word, strlen(word));
}

static bool at_sign(const struct reader *r, size_t i, const char *sign)
{
    return i < r->t->count && r->t->token[i].kind == TOKEN_SIGN &&
           sign_starts(r->t->text + r->t->token[i].at, r->t->token[i].bytes, sign);
}

/* 2019-03-12, 12.03.2019, 12/3/2019. */
static size_t all_digits(const struct reader *r, size_t i, struct number *out)
{
    int a = reader_integer(r, i), b = reader_integer(r, i + 1), c = reader_integer(r, i + 2);
    const char *gap;
    if (a < 0 || b < 0 || c < 0 || reader_gap(r, i, &gap) != 1 || !strchr("-./", *gap))
        return 0;
    char between = *gap;
    if (reader_gap(r, i + 1, &gap) != 1 || *gap != between)
        return 0;
    if (digits_of(r, i) == 4 && is_year(a) && b >= 1 && b <= 12 && is_day(c)) {
        out->year = a;
        out->month = b;
        out->day = c;
        return 3;
    }
    if (digits_of(r, i + 2) != 4 || !is_year(c) || !is_day(a) || !is_day(b) || between == '-')
        return 0;
    bool day_first = b <= 12, month_first = between == '/' && a <= 12;
    if (!day_first && !month_first)
        return 0;
    out->year = c;
    out->day = day_first ? a : b;
    out->month = day_first ? b : a;
    /* The other reading has day and month changed about. */
    out->day2 = day_first && month_first && a != b ? b : 0;
    return 3;
}

/* st, nd, rd, th, er directly behind digits. */
static bool is_ordinal_end(const struct reader *r, size_t i)
{
    static const char *const ends[] = {"st", "nd", "rd", "th", "er", "º", "ª"};
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
        if (reader_gap_is(r, i - 1, "") && at_word(r, i, ends[k]))
            return true;
    return false;
}

static int year_at(const struct reader *r, size_t i)
{
    int year = digits_of(r, i) == 4 ? reader_integer(r, i) : -1;
    return is_year(year) ? year : 0;
}

/* Whether what lies in front of token i joins it to a date: a space, a comma, a full stop. */
static bool joins(const struct reader *r, size_t i)
{
    const char *gap;
    size_t n = i ? reader_gap(r, i - 1, &gap) : 0;
    return reader_close(r, i - 1) || (n == 2 && (gap[0] == ',' || gap[0] == '.') && gap[1] == ' ');
}

/* 12 March 2019, the 12th of March, 12. März, 12 de marzo de 2019; the month and the year may be
 * alone. */
static size_t day_first(const struct reader *r, size_t i, struct number *out)
{
    int day = digits_of(r, i) <= 2 ? reader_integer(r, i) : -1;
    if (!is_day(day))
        return 0;
    size_t at = i + 1;
    at += is_ordinal_end(r, at);
    at += at < r->t->count && (at_word(r, at, "of") || at_word(r, at, "de")) &&
          reader_close(r, at - 1);
    const struct word *month =
        at < r->t->count && joins(r, at) ? reader_word(r, at, WORD_MONTH) : NULL;
    if (!month)
        return 0;
    out->day = day;
    out->month = (int)month->value;
    at++;
    size_t year = at;
    year += (at_word(r, at, "de") || at_word(r, at, "del")) && reader_close(r, at - 1);
    if (year < r->t->count && joins(r, year) && (out->year = year_at(r, year)))
        at = year + 1;
    return at - i;
}

/* March 12, 2019; March 12; March 2019. */
static size_t month_first(const struct reader *r, size_t i, struct number *out)
{
    const struct word *month = reader_word(r, i, WORD_MONTH);
    size_t at = i + 1;
    if (!month || at >= r->t->count)
        return 0;
    if (at_word(r, at, "de") && reader_close(r, i))
        at++;
    if (at >= r->t->count || !joins(r, at))
        return 0;
    out->month = (int)month->value;
    if ((out->year = year_at(r, at)))
        return at + 1 - i;
    int day = digits_of(r, at) <= 2 ? reader_integer(r, at) : -1;
    if (!is_day(day) || !reader_close(r, at - 1))
        return 0;
    out->day = day;
    at++;
    at += at < r->t->count && is_ordinal_end(r, at);
    if (at < r->t->count && joins(r, at) && (out->year = year_at(r, at)))
        at++;
    return at - i;
}

/* A number in digits or signs at token i; the tokens it takes. */
static size_t sign_number(const struct reader *r, size_t i, int *value)
{
    if ((*value = reader_integer(r, i)) >= 0)
        return 1;
    size_t n = 0;
    int v = 0;
    for (; i + n < r->t->count && r->t->token[i + n].kind == TOKEN_SIGN; n++) {
        const struct token *t = &r->t->token[i + n];
        double d = sign_digit(r->t->text + t->at, t->bytes);
        if (d < 0 || d > 10 || (n && !reader_gap_is(r, i + n - 1, "")) || v > 1000)
            break;
        v = d == 10                                      ? (v ? v * 10 : 10)
            : v >= 10 && v % 10 == 0 && n < 4 && v < 100 ? v + (int)d
                                                         : v * 10 + (int)d;
    }
    *value = v;
    return n;
}

/* 2019年3月12日, 3月12日; the year alone. */
static size_t signs(const struct reader *r, size_t i, struct number *out)
{
    static const char *const after[] = {"年", "月", "日"};
    int part[3] = {0};
    size_t at = i, k = 0, any = 0;
    for (; k < 3; k++) {
        int v;
        size_t n = sign_number(r, at, &v);
        if (!n || !(at_sign(r, at + n, after[k]) || (k == 2 && at_sign(r, at + n, "号"))))
            continue;
        if ((k == 0 && !is_year(v)) || (k == 1 && (v < 1 || v > 12)) || (k == 2 && !is_day(v)))
            return 0;
        part[k] = v;
        any++;
        at += n + 1;
    }
    if (!any || !part[1])
        return 0;
    out->year = part[0];
    out->month = part[1];
    out->day = part[2];
    return at - i;
}

size_t date_read(const struct reader *r, size_t i, struct number *out)
{
    size_t n = 0;
    out->year = out->month = out->day = out->day2 = 0;
    if (r->t->token[i].kind == TOKEN_WORD)
        n = month_first(r, i, out);
    else if (!(n = signs(r, i, out)) && !(n = all_digits(r, i, out)))
        n = day_first(r, i, out);
    if (n)
        out->kind = NUMBER_DATE;
    return n;
}

/* am, a.m.: how many tokens, and whether it is the afternoon. */
static size_t half_of_day(const struct reader *r, size_t i, bool *afternoon)
{
    if (i >= r->t->count || !reader_close(r, i - 1))
        return 0;
    bool am = reader_word(r, i, WORD_AM), pm = reader_word(r, i, WORD_PM);
    *afternoon = pm;
    if (am || pm)
        return 1;
    *afternoon = at_word(r, i, "p");
    return (at_word(r, i, "a") || *afternoon) && reader_gap_is(r, i, ".") && at_word(r, i + 1, "m")
               ? 2
               : 0;
}

/* "in the morning" and the like behind an hour. */
static size_t part_of_day(const struct reader *r, size_t i, bool *afternoon)
{
    *afternoon = at_word(r, i + 2, "afternoon") || at_word(r, i + 2, "evening");
    return reader_close(r, i - 1) && at_word(r, i, "in") && at_word(r, i + 1, "the") &&
                   (*afternoon || at_word(r, i + 2, "morning"))
               ? 3
               : 0;
}

/* The Chinese and Japanese words for morning and afternoon in front of token i. */
static int sign_half(const struct reader *r, size_t i)
{
    static const char *const pm[] = {"午後", "下午", "晚上"}, *const am[] = {
                                                                  "午前", "上午", "早上"};
    size_t at = r->t->token[i].at;
    for (size_t k = 0; k < 3; k++) {
        if (at >= 6 && sign_starts(r->t->text + at - 6, 6, pm[k]))
            return 2;
        if (at >= 6 && sign_starts(r->t->text + at - 6, 6, am[k]))
            return 1;
    }
    return 0;
}

static void set_time(struct number *out, int h, int m, int s, bool known, bool afternoon)
{
    if (known && afternoon && h < 12)
        h += 12;
    if (known && !afternoon && h == 12)
        h = 0;
    out->kind = NUMBER_TIME;
    out->seconds = h * 3600 + m * 60 + s;
    out->half_day = !known && h >= 1 && h <= 12;
}

/* 6時12分, 6点半, 六点. */
static size_t sign_time(const struct reader *r, size_t i, struct number *out)
{
    int h, m = 0;
    size_t n = sign_number(r, i, &h), more;
    if (!n || h > 24 ||
        !(at_sign(r, i + n, "時") || at_sign(r, i + n, "时") || at_sign(r, i + n, "点") ||
            at_sign(r, i + n, "點")))
        return 0;
    if (at_sign(r, i + n + 1, "間") || at_sign(r, i + n + 1, "间"))
        return 0;
    int half = sign_half(r, i);
    n++;
    if (at_sign(r, i + n, "半")) {
        m = 30;
        n++;
    } else if ((more = sign_number(r, i + n, &m)) && at_sign(r, i + n + more, "分") && m < 60) {
        n += more + 1;
    } else {
        m = 0;
    }
    set_time(out, h, m, 0, half > 0, half == 2);
    return n;
}

/* h, Uhr, o'clock behind an hour or a time; how many tokens. */
static size_t clock_word(const struct reader *r, size_t i)
{
    if (i >= r->t->count || !reader_close(r, i - 1))
        return 0;
    if (at_word(r, i, "o") && at_word(r, i + 1, "clock"))
        return 2;
    return reader_word(r, i, WORD_CLOCK) ? 1 : 0;
}

/* 14h30, 14 h 30, 19 Uhr 30. */
static size_t hour_word_minutes(const struct reader *r, size_t i, int h, struct number *out)
{
    size_t word = at_word(r, i + 1, "h") && reader_close(r, i) ? 1 : clock_word(r, i + 1);
    int m = reader_integer(r, i + 1 + word);
    if (!word || !reader_close(r, i + word) || digits_of(r, i + 1 + word) != 2 || m < 0 || m > 59)
        return 0;
    set_time(out, h, m, 0, true, h >= 12);
    return word + 2;
}

static size_t written_hour(const struct reader *r, size_t i, int *h)
{
    const struct word *w = reader_word(r, i, WORD_NUMBER);
    *h = w ? (int)w->value : -1;
    return w && w->value >= 1 && w->value <= 12;
}

/* "ten past five", "a quarter to nine", "three in the morning", "nine o'clock". */
static size_t spoken_time(const struct reader *r, size_t i, struct number *out)
{
    int m = -1, h;
    bool afternoon = false;
    const struct word *part = reader_word(r, i, WORD_FRACTION),
                      *number = reader_word(r, i, WORD_NUMBER);
    if (part && (part->value == 2 || part->value == 4))
        m = 60 / (int)part->value;
    else if (number)
        m = (int)number->value;
    bool past = at_word(r, i + 1, "past"), to = at_word(r, i + 1, "to");
    if (m > 0 && m < 60 && (past || (to && part)) &&
        (written_hour(r, i + 2, &h) || (h = reader_integer(r, i + 2)) >= 1) && h <= 12) {
        size_t day = part_of_day(r, i + 3, &afternoon);
        set_time(out, past ? h : (h + 10) % 12 + 1, past ? m : 60 - m, 0, day > 0, afternoon);
        return 3 + day;
    }
    if (!written_hour(r, i, &h))
        return 0;
    size_t day = part_of_day(r, i + 1, &afternoon), clock = clock_word(r, i + 1);
    if (!day && clock)
        day = part_of_day(r, i + 1 + clock, &afternoon);
    if (!day && !clock)
        return 0;
    set_time(out, h, 0, 0, day > 0, afternoon);
    return 1 + clock + day;
}

size_t time_read(const struct reader *r, size_t i, struct number *out)
{
    size_t n = 1, more;
    int h = reader_integer(r, i), m = reader_integer(r, i + 1), s = 0;
    bool afternoon = false, colon = reader_gap_is(r, i, ":");
    if ((more = sign_time(r, i, out)))
        return more;
    if (h < 0)
        return spoken_time(r, i, out);
    if (h > 24 || digits_of(r, i) > 2)
        return 0;
    if ((more = hour_word_minutes(r, i, h, out)))
        return more;
    bool minutes =
        (colon || reader_gap_is(r, i, ".")) && digits_of(r, i + 1) == 2 && m >= 0 && m < 60;
    if (minutes) {
        n = 2;
        s = reader_integer(r, i + 2);
        if (colon && reader_gap_is(r, i + 1, ":") && digits_of(r, i + 2) == 2 && s >= 0 && s < 60)
            n = 3;
        else
            s = 0;
    }
    size_t half = half_of_day(r, i + n, &afternoon), clock = half ? 0 : clock_word(r, i + n);
    if (!half && i + n < r->t->count)
        half = part_of_day(r, i + n + clock, &afternoon);
    if (!(minutes && colon) && !half && !clock)
        return 0;
    /* 06:47 is a time of the day of 24 hours. */
    bool whole_day = n == 3 || (minutes && r->t->text[r->t->token[i].at] == '0');
    set_time(out, h, minutes ? m : 0, s, half > 0 || whole_day, afternoon || (!half && h >= 12));
    return n + half + clock;
}
