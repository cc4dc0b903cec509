/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

static bool say_ordinal(
    struct reading *r, int i, int end, const struct amount *a, const char *rules)
{
    int64_t value = amount_value(a);
    if (value < 0 || !rules)
        return false;
    put_number(r, value, rules);
    say(r, i, end);
    return true;
}

/* A suffix at i that ends a word; its rules and the letter behind it. */
const char *suffix_at(const struct reading *r, const struct suffix *list, int i, int *end)
{
    for (; list && list->written; list++) {
        int n = match(r, i, list->written, true);
        if (n > 0 && is_end(r, i + n)) {
            *end = i + n;
            return list->rules;
        }
    }
    return NULL;
}

/* "3. Mai", "der 3. Platz": not "es waren 3. Dann". `end` is the period's letter. */
bool is_ordinal_dot(const struct reading *r, int i, int end)
{
    char word[LONGEST_WORD];
    int month, next = skip_space(r, end + 1);
    uint32_t c = look(r, next);
    if (look(r, end) != '.' || !r->tongue->ordinal_dot || end - i > 3 || next == end + 1)
        return false;
    if (is_letter(c) && !is_upper(c))
        return true;
    if (month_at(r, next, &month))
        return true;
    return is_letter(c) && find_pair(r->tongue->ordinal_after, word_before(r, i, word));
}

/* An ending that is said as it is written: 10:30'da, 5-ig. */
void put_ending(struct reading *r, int *end)
{
    char ending[LONGEST_WORD];
    int from = *end, at = from;
    const char *rules = suffix_at(r, r->tongue->suffixes, from, &at);
    if (!rules || *rules != '+')
        return;
    while (from < at && !is_letter(look(r, from)))
        from++;
    str_add_text(&r->phrase, small(r, from, at, ending));
    *end = at;
}

static int read_dot(struct reading *r, int i, const struct amount *a)
{
    char word[LONGEST_WORD];
    if (a->grouped || !is_ordinal_dot(r, i, a->end))
        return 0;
    const char *rules = find_pair(r->tongue->ordinal_after, word_before(r, i, word));
    if (!rules)
        rules = r->tongue->ordinal[noun_gender(r, a->end + 1, 0)];
    if (!rules)
        rules = r->tongue->ordinal[GENDER_NONE];
    return say_ordinal(r, i, a->end + 1, a, rules) ? a->end + 1 : 0;
}

static int read_decade(struct reading *r, int i, const struct amount *a)
{
    int end;
    const char *ending = suffix_at(r, r->tongue->decades, a->end, &end);
    size_t n = strlen(a->whole);
    if (!ending || (n != 2 && n != 4) || (a->whole[n - 1] != '0' && *ending != '>') || a->grouped)
        return 0;
    put_year(r, amount_value(a), NULL);
    /* "ninety" is "nineties": the ending is "y>ies" */
    const char *instead = strchr(ending, '>');
    if (instead && r->phrase.size > 0 && r->phrase.data[r->phrase.size - 1] == *ending) {
        r->phrase.size--;
        ending = instead + 1;
    } else if (instead) {
        ending = strchr(instead, '|') ? strchr(instead, '|') + 1 : "";
    }
    str_add(&r->phrase, ending, strcspn(ending, "|"));
    say(r, i, end);
    return end;
}

int read_ordinal(struct reading *r, int i, const struct amount *a)
{
    int end = 0;
    if (a->decimals[0])
        return 0;
    if ((end = read_decade(r, i, a)) > 0)
        return end;
    const char *rules = suffix_at(r, r->tongue->suffixes, a->end, &end);
    if (rules && *rules == '+') {
        put_amount(r, a, NULL);
        end = a->end;
        put_ending(r, &end);
        say(r, i, end);
        return end;
    }
    if (rules && say_ordinal(r, i, end, a, rules))
        return end;
    return read_dot(r, i, a);
}

/* The value of a Roman number in its usual form, 0 for anything else. */
static int roman_value(const struct reading *r, int i, int end)
{
    static const struct {
        const char *text;
        int value;
    } part[] = {{"M", 1000}, {"CM", 900}, {"D", 500}, {"CD", 400}, {"C", 100}, {"XC", 90},
        {"L", 50}, {"XL", 40}, {"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1}};
    int value = 0;
    for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
        bool many = strchr("MCXI", part[k].text[0]) && !part[k].text[1];
        for (int times = 0; i < end && times < (many ? 3 : 1); times++) {
            int n = match(r, i, part[k].text, false);
            if (n == 0 || i + n > end)
                break;
            value += part[k].value;
            i += n;
        }
    }
    return i == end && value < 4000 ? value : 0;
}

static bool is_name(const struct reading *r, int i)
{
    int end = i > 0 && is_space(look(r, i - 1)) ? i - 1 : i, begin = end;
    while (begin > 0 && end - begin < 64 && is_letter(look(r, begin - 1)))
        begin--;
    return end - begin >= 3 && is_upper(look(r, begin)) && !is_upper(look(r, begin + 1));
}

/* "Chapter IV", "Louis XIV", "XX век": a number by the word beside it. Without one, only I, V and X
 * behind a name make a number: CD, MIX and DI are words. */
int read_roman(struct reading *r, int i)
{
    char word[LONGEST_WORD];
    const struct tongue *t = r->tongue;
    int end = i;
    while (is_among(look(r, end), "IVXLCDM"))
        end++;
    int value = roman_value(r, i, end);
    if (value == 0 || is_glued(r, i))
        return 0;
    int after = end;
    const char *suffix = suffix_at(r, t->suffixes, end, &after); /* XIXe */
    if (!is_boundary(r, after) || look(r, after) == '\'' || (suffix && *suffix == '+') ||
        (after > end && value > 39))
        return 0;
    int dot = after + (t->ordinal_dot && look(r, after) == '.');
    const char *behind = find_pair(t->roman_behind, word_behind(r, dot, word));
    const char *before = word_before(r, i, word), *rules = find_pair(t->roman_before, before);
    bool short_one = value <= 39 && end - i >= 2;
    bool dotted = t->roman_dot && look(r, end) == '.' && is_letter(look(r, end + 2));
    if (after > end) {
        rules = suffix;
    } else if (behind && (end - i >= 2 || value >= 5)) {
        rules = behind;
    } else if (!rules && t->king && is_listed(t->rulers, before)) {
        rules = t->king_many && value > t->king_few ? t->king_many : t->king;
        if (t->king_the)
            put(r, t->king_the);
    } else if (!rules && short_one && dotted && is_space(look(r, end + 1))) {
        rules = t->roman_dot;
        after = end + 1;
    } else if (!rules && short_one && is_name(r, i)) {
        rules = t->cardinal[GENDER_NONE];
    }
    if (!rules)
        return 0;
    put_number(r, value, *rules ? rules : NULL);
    if (look(r, after) == '.' && t->ordinal_dot && look(r, after + 1) &&
        is_space(look(r, after + 1)) && !is_upper(look(r, skip_space(r, after + 1))))
        after++;
    say(r, i, after);
    return after;
}
