/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

/* The month whose name stands at i, with the period of a short one. */
int month_at(const struct reading *r, int i, int *end)
{
    char word[LONGEST_WORD];
    int last = end_of_word(r, i);
    small(r, i, last, word);
    int month = wordbook_month(r->book, word, strlen(word));
    /* "may" and "march" are words that months are not */
    if (month == 0 || (strcmp(r->tongue->code, "en") == 0 && !is_upper(look(r, i))))
        return 0;
    bool whole = strlen(word) == strlen(wordbook_month_name(r->book, month, false)) ||
                 strlen(word) == strlen(wordbook_month_name(r->book, month, true));
    *end = last + (!whole && look(r, last) == '.');
    return month;
}

/* The month that the word before i is. */
int month_before(const struct reading *r, int i)
{
    int begin = is_space(look(r, i - 1)) ? i - 1 : i, end;
    begin -= look(r, begin - 1) == '.';
    while (begin > 0 && i - begin < LONGEST_WORD && is_letter(look(r, begin - 1)))
        begin--;
    return begin < i ? month_at(r, begin, &end) : 0;
}

/* "Nov" and "Nov." become the month beside a number, "Nov." also elsewhere. */
int read_month(struct reading *r, int i)
{
    int end, last = end_of_word(r, i), month = month_at(r, i, &end);
    bool number =
        is_digit(look(r, skip_space(r, end))) || is_digit(look(r, i - 1)) ||
        (is_space(look(r, i - 1)) &&
            (is_digit(look(r, i - 2)) || (look(r, i - 2) == '.' && is_digit(look(r, i - 3)))));
    if (month == 0 || (end == last && !number))
        return 0;
    char word[LONGEST_WORD];
    small(r, i, last, word);
    const char *name = wordbook_month_name(r->book, month, false);
    if (end == last && strlen(word) >= strlen(name))
        return 0;
    put(r, name);
    say(r, i, end);
    if (end > last && is_sentence_end(r, end) && !number)
        set_mark(r, '.');
    return end;
}

const char *day_rules(const struct reading *r, int i, int64_t day)
{
    char word[LONGEST_WORD];
    const struct tongue *t = r->tongue;
    const char *rules = find_pair(t->day_after, word_before(r, i, word));
    if (rules)
        return rules;
    return day == 1 && t->first_day ? t->first_day : t->day;
}

/* Behind the day's number: its suffix or period, then a month. */
static bool month_follows(const struct reading *r, int *end, bool *of)
{
    int at = *end, month_end;
    suffix_at(r, r->tongue->suffixes, at, &at);
    if (look(r, at) == '.' && at == *end)
        at++;
    *end = at;
    at = skip_space(r, at);

    *of = false;
    for (const char *const *word = r->tongue->day_of; word && *word; word++) {
        int n = match(r, at, *word, true);
        if (n > 0 && is_space(look(r, at + n))) {
            at = skip_space(r, at + n);
            *of = true;
            break;
        }
    }
    return month_at(r, at, &month_end) > 0;
}

/* 25 November, 3. Mai, 1er mai, November 25. */
int read_day(struct reading *r, int i, const struct amount *a)
{
    const struct tongue *t = r->tongue;
    int64_t day = amount_value(a);
    if (a->decimals[0] || a->grouped || strlen(a->whole) > 2 || day < 1 || day > 31 ||
        is_glued(r, i))
        return 0;
    int end = a->end;
    bool of;
    if (month_follows(r, &end, &of)) {
        put_number(r, day, day_rules(r, i, day));
        if (!of && t->day_of_said)
            put(r, t->day_of_said);
        say(r, i, end);
        return end;
    }
    end = a->end;
    if (!t->day_behind_month || month_before(r, i) == 0 || look(r, end) == ':' ||
        look(r, end) == '%')
        return 0;
    const char *rules = suffix_at(r, t->suffixes, end, &end);
    if (rules && *rules == '+')
        return 0;
    put_number(r, day, rules && strcmp(t->code, "hu") == 0 ? rules : day_rules(r, i, day));
    say(r, i, end);
    return end;
}

void put_date(struct reading *r, const char *rules, int day, int month, int year)
{
    const struct tongue *t = r->tongue;
    const char *slot[26] = {NULL};
    size_t from = r->phrase.size;
    if (day > 0) {
        put_number(r, day, rules);
        slot['d' - 'a'] = take_part(r, from);
    }
    if (year > 0) {
        put_year(r, year, t->date_year);
        slot['y' - 'a'] = take_part(r, from);
    }
    slot['m' - 'a'] =
        t->months ? t->months[month - 1] : wordbook_month_name(r->book, month, day == 0);
    const char *phrase = day == 0 ? t->month_year : year == 0 ? t->day_month : t->date;
    put_phrase(r, phrase, slot);
}

struct parts {
    int value[3], digits[3], count;
    int end;
};

static int value_of(const struct reading *r, int i, int n)
{
    int value = 0;
    for (int k = 0; k < n; k++)
        value = 10 * value + (int)(look(r, i + k) - '0');
    return value;
}

/* 2026-11-25T10:30 */
bool is_iso_time(const struct reading *r, int i)
{
    return look(r, i) == 'T' && is_digit(look(r, i - 1)) && is_digit(look(r, i + 1));
}

/* Up to three numbers of at most four digits with the same sign between them; behind periods there
 * may be a space. */
static bool parse_parts(const struct reading *r, int i, uint32_t sign, struct parts *p)
{
    *p = (struct parts){0};
    for (; p->count < 3; p->count++) {
        int n = count_digits(r, i);
        if (n == 0 || n > 4)
            break;
        p->value[p->count] = value_of(r, i, n);
        p->digits[p->count] = n;
        p->end = i += n;
        if (look(r, i) != sign) {
            p->count++;
            break;
        }
        i++;
        if (sign == '.' && p->count < 2 && is_digit(look(r, skip_space(r, i))))
            i = skip_space(r, i);
    }
    return p->count >= 2 && (is_boundary(r, p->end) || is_iso_time(r, p->end)) &&
           !(look(r, p->end) == sign && is_digit(look(r, p->end + 1)));
}

static int whole_year(int value, int digits)
{
    if (digits == 2)
        return value < 69 ? 2000 + value : 1900 + value;
    return digits == 4 && value >= 1000 ? value : 0;
}

/* Which of the parts is the day, the month and the year; false when they are no date. */
static bool sort_parts(
    const struct reading *r, uint32_t sign, const struct parts *p, int *day, int *month, int *year)
{
    if (p->count != 3)
        return false;
    bool year_first = p->digits[0] == 4;
    *year = whole_year(p->value[year_first ? 0 : 2], p->digits[year_first ? 0 : 2]);
    *month = p->value[1];
    *day = p->value[year_first ? 2 : 0];
    int widest = year_first ? p->digits[2] : p->digits[0];
    if (!year_first && sign == '/' && ((r->month_first && *day <= 12) || *month > 12)) {
        int swap = *day;
        *day = *month;
        *month = swap;
    }
    bool two_digits = p->digits[2] == 2 && !year_first;
    if (two_digits && (sign == '-' || (sign == '.' && r->tongue->decimal == '.')))
        return false;
    return *year > 0 && *month >= 1 && *month <= 12 && *day >= 1 && *day <= 31 && widest <= 2 &&
           p->digits[1] <= 2;
}

/* 2026-11-25, 25.11.2026, 25. 11. 2026, 11/25/2026, and 25.11. where periods make ordinals. */
int read_date(struct reading *r, int i)
{
    struct parts p;
    int day, month, year, n = count_digits(r, i);
    uint32_t sign = look(r, i + n), before = look(r, i - 1);
    if (n == 0 || n > 4 || !(sign == '-' || sign == '/' || sign == '.') || is_glued(r, i) ||
        is_digit(before) || !parse_parts(r, i, sign, &p))
        return 0;
    if (sort_parts(r, sign, &p, &day, &month, &year)) {
        put_date(r, day_rules(r, i, day), day, month, year);
        p.end += is_iso_time(r, p.end);
        say(r, i, p.end);
        return p.end;
    }
    bool dotted = p.count == 2 && sign == '.' && look(r, p.end) == '.' && r->tongue->ordinal_dot;
    if (!dotted || p.digits[0] > 2 || p.digits[1] > 2 || p.value[0] < 1 || p.value[0] > 31 ||
        p.value[1] < 1 || p.value[1] > 12)
        return 0;
    put_date(r, day_rules(r, i, p.value[0]), p.value[0], p.value[1], 0);
    say(r, i, p.end + 1);
    if (is_sentence_end(r, p.end + 1) && !look(r, p.end + 1))
        set_mark(r, '.');
    return p.end + 1;
}
