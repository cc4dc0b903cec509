/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

/* What the whole text is said to be; false leaves it to be read as any other. */

static void trim(const struct reading *r, int *i, int *end)
{
    *i = 0;
    *end = r->letters;
    while (*i < *end && (is_space(look(r, *i)) || look(r, *i) == '\n'))
        ++*i;
    while (*end > *i && (is_space(look(r, *end - 1)) || look(r, *end - 1) == '\n'))
        --*end;
}

static void say_named_sign(struct reading *r, int i)
{
    static const struct {
        uint32_t c;
        enum sign sign;
    } list[] = {{'&', SIGN_AND}, {'+', SIGN_PLUS}, {'-', SIGN_DASH}, {'=', SIGN_EQUALS},
        {'<', SIGN_LESS}, {'>', SIGN_GREATER}, {'@', SIGN_AT}, {'.', SIGN_DOT}, {'/', SIGN_SLASH},
        {'_', SIGN_UNDERSCORE}, {':', SIGN_COLON}, {'?', SIGN_QUESTION}, {'#', SIGN_HASH},
        {'%', SIGN_PERCENT}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        if (list[k].c == look(r, i) && r->tongue->sign[list[k].sign]) {
            put(r, r->tongue->sign[list[k].sign]);
            say(r, i, i + 1);
        }
}

static bool say_characters(struct reading *r, int i, int end)
{
    int before = r->words;
    for (; i < end; i++) {
        uint32_t c = look(r, i);
        int next = i + 1;
        while (next < end && is_letter(look(r, next)) && c >= 0x250 && !is_native(c) &&
               is_mark(look(r, next)))
            next++;
        if (is_digit(c) || is_letter(c)) {
            put_letters(r, i, next);
            say(r, i, next);
        } else {
            say_named_sign(r, i);
        }
        i = next - 1;
    }
    return r->words > before;
}

static bool say_all_digits(struct reading *r, int i, int end)
{
    int before = r->words;
    for (; i < end; i++)
        if (is_digit(look(r, i))) {
            put_number(r, look(r, i) - '0', NULL);
            say(r, i, i + 1);
        }
    return r->words > before;
}

static bool say_number(struct reading *r, int i, int end, const char *rules)
{
    struct amount a;
    int at = i + (look(r, i) == '-' || look(r, i) == MINUS || look(r, i) == '+');
    if (!parse_amount(r, at, &a))
        return false;
    a.negative = at > i && look(r, i) != '+';
    int suffix = a.end;
    if (rules)
        suffix_at(r, r->tongue->suffixes, a.end, &suffix);
    if (rules && suffix == a.end && look(r, suffix) == '.')
        suffix++;
    if (suffix < end)
        return false;
    put_amount(r, &a, rules);
    say(r, i, end);
    return true;
}

static bool say_ordinal(struct reading *r, int i, int end)
{
    return say_number(r, i, end, r->tongue->ordinal[GENDER_NONE]);
}

static bool is_order(const char *format, const char *order)
{
    return format && strcmp(format, order) == 0;
}

/* Numbers in the order that the format gives. */
static bool say_ordered_date(struct reading *r, int i, int end, const char *format)
{
    int value[3] = {0, 0, 0}, n = 0, at = i, place[3] = {0, 0, 0};
    size_t parts = format ? strlen(format) : 0;
    if (parts == 0 || parts > 3 || strspn(format, "dmy") != parts)
        return false;
    for (; at < end && n < (int)parts; at++) {
        int digits = count_digits(r, at);
        if (digits == 0)
            continue;
        if (digits > 4)
            return false;
        for (int k = 0; k < digits; k++)
            value[n] = 10 * value[n] + (int)(look(r, at + k) - '0');
        if (format[n] == 'y' && digits == 2)
            value[n] += value[n] < 69 ? 2000 : 1900;
        place[format[n] == 'd' ? 0 : format[n] == 'm' ? 1 : 2] = value[n];
        n++;
        at += digits - 1;
    }
    while (at < end && !is_digit(look(r, at)) && !is_letter(look(r, at)))
        at++;
    bool month = strchr(format, 'm') != NULL, day = strchr(format, 'd') != NULL;
    if (n != (int)parts || at < end || (month && (place[1] < 1 || place[1] > 12)) ||
        (day && (place[0] < 1 || place[0] > 31)))
        return false;
    if (month && (day || place[2]))
        put_date(r, day_rules(r, i, place[0]), place[0], place[1], place[2]);
    else if (month)
        put(r, wordbook_month_name(r->book, place[1], true));
    else if (day)
        put_number(r, place[0], r->tongue->day);
    else
        put_year(r, place[2], NULL);
    say(r, i, end);
    return true;
}

static bool say_date(struct reading *r, int i, int end, const char *format)
{
    if (say_ordered_date(r, i, end, format))
        return true;
    if (is_order(format, "dmy"))
        r->month_first = false;
    if (is_order(format, "mdy"))
        r->month_first = true;
    return false;
}

static bool say_time(struct reading *r, int i, int end)
{
    int at = read_time(r, i);
    if (at > 0)
        read_text(r, at, end);
    return at > 0;
}

static bool say_fraction(struct reading *r, int i, int end)
{
    struct amount a = {.end = i};
    parse_amount(r, i, &a);
    r->fraction = true;
    return read_fraction(r, i, &a) == end;
}

static bool say_telephone(struct reading *r, int i, int end)
{
    int digits = 0;
    for (int k = i; k < end; k++) {
        digits += is_digit(look(r, k));
        if (is_letter(look(r, k)))
            return false;
    }
    if (digits == 0)
        return false;
    while (end > i && !is_digit(look(r, end - 1)))
        end--;
    say_groups(r, i, end);
    return true;
}

bool read_as(struct reading *r, const char *say_as, const char *format)
{
    int i, end;
    trim(r, &i, &end);
    if (i == end)
        return true;
    static const char *const spelled[] = {"characters", "spell-out", "verbatim", NULL};
    static const char *const number[] = {"cardinal", "number", NULL};
    if (is_listed(spelled, say_as))
        return say_characters(r, i, end);
    if (is_listed(number, say_as))
        return say_number(r, i, end, NULL);
    if (strcmp(say_as, "ordinal") == 0)
        return say_ordinal(r, i, end);
    if (strcmp(say_as, "digits") == 0)
        return say_all_digits(r, i, end);
    if (strcmp(say_as, "fraction") == 0)
        return say_fraction(r, i, end);
    if (strcmp(say_as, "date") == 0)
        return say_date(r, i, end, format);
    if (strcmp(say_as, "time") == 0)
        return say_time(r, i, end);
    if (strcmp(say_as, "telephone") == 0)
        return say_telephone(r, i, end);
    return strcmp(say_as, "expletive") == 0;
}
