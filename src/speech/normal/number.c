/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <stdlib.h>
#include <string.h>

enum { SPELLED_DIGITS = 15 }; /* ICU spells no more than that in every language */

static bool is_group_sign(const struct reading *r, int i)
{
    uint32_t c = look(r, i);
    return c == NBSP || (c == '\'' && r->tongue->decimal != '\'') || is_among(c, r->tongue->groups);
}

/* Digits of one group behind a sign between thousands at i: three, or two before others in India.
 * 0 when it is no group. */
static int group_digits(const struct reading *r, int i)
{
    int n = count_digits(r, i + 1), at = i;
    if (n == 3)
        return n;
    for (int groups = 0; n == 2 && r->tongue->groups_of_two && groups < 8; groups++) {
        at += 3;
        if (look(r, at) != look(r, i))
            return 0;
        if ((n = count_digits(r, at + 1)) == 3)
            return 2;
    }
    return 0;
}

static void append(char *to, int *size, const struct reading *r, int i, int n)
{
    for (int k = 0; k < n && *size < AMOUNT_DIGITS; k++)
        to[(*size)++] = (char)look(r, i + k);
}

bool parse_amount(const struct reading *r, int i, struct amount *a)
{
    *a = (struct amount){0};
    int n = count_digits(r, i), size = 0;
    if (n == 0)
        return false;
    append(a->whole, &size, r, i, n);
    a->end = i + size;
    if (n > size)
        return true;
    i += n;
    uint32_t sign = look(r, i);
    bool groups = n <= 3 && is_group_sign(r, i);
    for (int k; groups && look(r, i) == sign && size + 3 <= AMOUNT_DIGITS; i += 1 + k) {
        if ((k = group_digits(r, i)) == 0)
            break;
        append(a->whole, &size, r, i + 1, k);
        a->grouped = true;
    }
    size = 0;
    if (look(r, i) == (uint32_t)r->tongue->decimal && is_digit(look(r, i + 1))) {
        append(a->decimals, &size, r, i + 1, count_digits(r, i + 1));
        i += 1 + size;
    }
    a->end = i;
    return true;
}

int64_t amount_value(const struct amount *a)
{
    return strlen(a->whole) > SPELLED_DIGITS ? -1 : strtoll(a->whole, NULL, 10);
}

double amount_number(const struct amount *a)
{
    char text[2 * AMOUNT_DIGITS + 2];
    int size = 0;
    for (const char *p = a->whole; *p; p++)
        text[size++] = *p;
    text[size] = 0;
    double value = strtod(text, NULL), place = 0.1;
    for (const char *p = a->decimals; *p; p++, place /= 10)
        value += place * (*p - '0');
    return value;
}

void put_number(struct reading *r, int64_t value, const char *rules)
{
    if (r->phrase.size > 0)
        str_add_byte(&r->phrase, ' ');
    wordbook_spell(r->book, rules ? rules : r->cardinal, value, &r->phrase);
}

void put_digits(struct reading *r, const char *digits)
{
    for (; *digits; digits++)
        put_number(r, *digits - '0', NULL);
}

static void put_decimals(struct reading *r, const char *digits)
{
    size_t n = strlen(digits), zeros = strspn(digits, "0");
    if (!r->tongue->decimals_grouped || zeros == n || n - zeros > 3) {
        put_digits(r, digits);
        return;
    }
    for (; zeros > 0; zeros--, digits++)
        put_number(r, 0, NULL);
    put_number(r, strtoll(digits, NULL, 10), NULL);
}

void put_amount(struct reading *r, const struct amount *a, const char *rules)
{
    int64_t value = amount_value(a);
    if (a->negative)
        put(r, r->tongue->sign[SIGN_MINUS]);
    bool digits = value < 0 || (a->whole[0] == '0' && a->whole[1]);
    if (a->decimals[0] && r->tongue->spell_decimals && !digits) {
        struct str *out = &r->phrase;
        str_add_byte(out, ' ');
        r->tongue->spell_decimals(r->book, value, a->decimals, out);
        return;
    }
    if (digits)
        put_digits(r, a->whole);
    else
        put_number(r, value, a->decimals[0] ? NULL : rules);
    if (a->decimals[0]) {
        put(r, r->tongue->sign[SIGN_POINT]);
        put_decimals(r, a->decimals);
    }
}

const char *gender_rules(const struct tongue *t, enum gender gender)
{
    return gender && t->cardinal[gender] ? t->cardinal[gender] : t->before_unit;
}

void put_year(struct reading *r, int64_t year, const char *rules)
{
    const struct tongue *t = r->tongue;
    if (!rules && year >= 1010 && year < 2000)
        rules = t->year;
    if (!rules && year >= 2010 && year < 2100)
        rules = t->year_2000;
    put_number(r, year, rules);
}

/* Four digits that stand alone, or behind a word that says so. */
bool is_year(const struct reading *r, int i, const struct amount *a)
{
    char word[LONGEST_WORD];
    int64_t value = amount_value(a);
    if (a->grouped || a->decimals[0] || a->negative || strlen(a->whole) != 4 || value < 1010 ||
        value >= 2100)
        return false;
    return value >= 1900 || !r->tongue->before_year || month_before(r, i) ||
           is_listed(r->tongue->before_year, word_before(r, i, word));
}

/* Rules that the words around a year ask for. */
static const char *year_rules(const struct reading *r, int i, int end)
{
    char word[LONGEST_WORD];
    const struct tongue *t = r->tongue;
    const char *rules = find_pair(t->year_after, word_before(r, i, word));
    if (!rules)
        rules = pair_at(r, t->after_year, skip_space(r, end));
    if (!rules && month_before(r, i))
        rules = t->date_year;
    return rules;
}

static bool say_year(struct reading *r, int i, const struct amount *a)
{
    if (!is_year(r, i, a) || !is_boundary(r, a->end))
        return false;
    put_year(r, amount_value(a), year_rules(r, i, a->end));
    say(r, i, a->end);
    return true;
}

/* "2026 г." is a year and no weight. */
static bool is_named_year(const struct reading *r, int i, const struct amount *a)
{
    return is_year(r, i, a) && pair_at(r, r->tongue->after_year, skip_space(r, a->end));
}

/* The number behind "-" or a dash in "3-5", "1990–1995"; false when it is no range. */
static bool parse_range(const struct reading *r, const struct amount *a, struct amount *b)
{
    int at = skip_space(r, a->end);
    uint32_t dash = look(r, at);
    if (dash != '-' && dash != 0x2013 && dash != '~')
        return false;
    bool spaced = at > a->end;
    if (spaced != is_space(look(r, at + 1)) || (spaced && dash == '-'))
        return false;
    at = skip_space(r, at + 1);
    if (!parse_amount(r, at, b) || a->negative)
        return false;
    uint32_t next = look(r, b->end);
    if ((next == '-' || next == 0x2013) && is_digit(look(r, b->end + 1)))
        return false;
    return amount_number(a) < amount_number(b);
}

static bool say_range(struct reading *r, int i, const struct amount *a)
{
    struct amount b;
    if (!r->tongue->sign[SIGN_TO] || !parse_range(r, a, &b))
        return false;
    if (is_year(r, i, a) && strlen(b.whole) == 4)
        put_year(r, amount_value(a), NULL);
    else
        put_amount(r, a, NULL);
    put(r, r->tongue->sign[SIGN_TO]);
    int dash = skip_space(r, a->end) + 1;
    say(r, i, dash);
    return true;
}

/* What follows is counted by the number in its other form: "ein Apfel", "két alma", "两个". */
static bool is_attribute(const struct reading *r, int end)
{
    int at = skip_space(r, end);
    const struct tongue *t = r->tongue;
    for (const char *const *word = t->counters; word && *word; word++)
        if (match(r, at, *word, true) > 0)
            return true;
    if (t->counters || at == end)
        return false;
    /* short words are no nouns: 21 de, 1 und 2 */
    int letters = end_of_word(r, at) - at;
    return letters >= 3 && (!t->nouns_capital || is_upper(look(r, at)));
}

enum gender noun_gender(const struct reading *r, int end, int last)
{
    char word[LONGEST_WORD];
    size_t n = strlen(word_behind(r, end, word));
    for (const struct noun *noun = r->tongue->nouns; noun && noun->ending; noun++) {
        size_t m = strlen(noun->ending);
        if (m <= n && strcmp(word + n - m, noun->ending) == 0 &&
            (last == 0 || noun->last == 0 || noun->last == last))
            return noun->gender;
    }
    return GENDER_NONE;
}

void say_plain(struct reading *r, int i, const struct amount *a)
{
    const struct tongue *t = r->tongue;
    int64_t value = amount_value(a);
    const char *rules = NULL;
    if (is_attribute(r, a->end) && (t->attribute_most == 0 || value <= t->attribute_most)) {
        enum gender gender = noun_gender(r, a->end, value % 10 ? (int)(value % 10) : 10);
        rules = gender ? t->cardinal[gender] : t->attribute;
    }
    put_amount(r, a, rules);
    say(r, i, a->end);
}

/* 2.0.1, 192.168.1.1: groups of digits with points between them. */
int read_version(struct reading *r, int i)
{
    int end = i, groups = 0;
    for (;; end++) {
        int n = count_digits(r, end);
        if (n == 0 || n > 5)
            return 0;
        end += n;
        groups++;
        if (look(r, end) != '.' || !is_digit(look(r, end + 1)))
            break;
        if (groups > 8)
            return 0;
    }
    struct amount a;
    bool decimal =
        groups == 2 && r->tongue->decimal != '.' && parse_amount(r, i, &a) && a.end < end;
    if (groups < 3 && !decimal)
        return 0;
    if (parse_amount(r, i, &a) && a.end == end)
        return 0;
    for (int at = i; at < end;) {
        char digits[8] = "";
        int n = count_digits(r, at);
        for (int k = 0; k < n; k++)
            digits[k] = (char)look(r, at + k);
        if (digits[0] == '0' && n > 1)
            put_digits(r, digits);
        else
            put_number(r, strtol(digits, NULL, 10), NULL);
        at += n + 1;
        if (at < end)
            put(r, r->tongue->sign[SIGN_DOT]);
    }
    say(r, i, end);
    return end;
}

static int read_sign_of_number(const struct reading *r, int i, bool *negative)
{
    uint32_t c = look(r, i), before = look(r, i - 1);
    bool free = !before || is_space(before) || before == '\n' || is_among(before, "([{=~:;,/") ||
                is_native(before);
    *negative = c == MINUS || (c == '-' && free) || (c == 0x2013 && free);
    return *negative && is_digit(look(r, i + 1)) ? i + 1 : i;
}

int read_number(struct reading *r, int i)
{
    bool negative;
    int at = read_sign_of_number(r, i, &negative), end;
    struct amount a;
    if (!parse_amount(r, at, &a))
        return 0;
    a.negative = negative && at > i;
    if (at == i && is_glued(r, i)) { /* MP3, B2B */
        say_plain(r, i, &a);
        return a.end;
    }
    if (at == i && (end = read_day(r, i, &a)) > 0)
        return end;
    if (at == i && (end = read_ordinal(r, i, &a)) > 0)
        return end;
    if ((end = read_fraction(r, i, &a)) > 0)
        return end;
    if (at == i && say_range(r, i, &a))
        return skip_space(r, skip_space(r, a.end) + 1);
    if (at == i && is_named_year(r, i, &a) && say_year(r, i, &a))
        return a.end;
    if ((end = read_money_behind(r, i, &a)) > 0)
        return end;
    if ((end = read_unit(r, i, &a)) > 0)
        return end;
    if (at == i && say_year(r, i, &a))
        return a.end;
    say_plain(r, i, &a);
    return a.end;
}
