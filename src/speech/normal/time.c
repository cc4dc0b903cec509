/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

struct clock {
    int hour, minute, second; /* minute, second: -1 when not written */
    int end;
};

/* Exactly two digits below 60. */
static int sixty(const struct reading *r, int i)
{
    if (count_digits(r, i) != 2 || look(r, i) > '5')
        return -1;
    return (int)(10 * (look(r, i) - '0') + (look(r, i + 1) - '0'));
}

/* The word behind i that says what the phrase says already; the letter behind it, or i. */
static int skip_listed(const struct reading *r, int i, const char *const *list)
{
    int at = skip_space(r, i);
    for (; list && *list; list++) {
        int n = match(r, at, *list, true);
        if (n > 0 && is_boundary(r, at + n))
            return at + n;
    }
    return i;
}

static bool parse_clock(const struct reading *r, int i, struct clock *c)
{
    int n = count_digits(r, i);
    if (n < 1 || n > 2 || (is_glued(r, i) && !is_iso_time(r, i - 1)) || is_digit(look(r, i - 1)))
        return false;
    *c = (struct clock){0, -1, -1, i + n};
    for (int k = 0; k < n; k++)
        c->hour = 10 * c->hour + (int)(look(r, i + k) - '0');
    if (c->hour > 24)
        return false;
    uint32_t sign = look(r, c->end);
    int at = c->end + 1;
    if (is_space(sign) && (look(r, at) == 'h' || look(r, at) == 'H') && is_space(look(r, at + 1))) {
        sign = 'h'; /* 14 h 30 */
        at += 2;
    }
    if (sign != ':' && sign != '.' && sign != 'h' && sign != 'H')
        return true;
    c->minute = sixty(r, at);
    if (c->minute < 0)
        return sign == '.' || sign == 'h';
    c->end = at + 2;
    if (sign == ':' && look(r, c->end) == ':' && (c->second = sixty(r, c->end + 1)) >= 0)
        c->end += 3;
    c->end += is_iso_time(r, i - 1) && look(r, c->end) == 'Z';
    uint32_t next = look(r, c->end);
    return is_boundary(r, c->end) && !((next == sign || next == (uint32_t)r->tongue->decimal) &&
                                         is_digit(look(r, c->end + 1)));
}

static const char *take_form(struct reading *r, const char *forms, int value)
{
    size_t from = r->phrase.size;
    if (forms)
        wordbook_form(r->book, forms, value, &r->phrase);
    return take_part(r, from);
}

static void put_clock(struct reading *r, int i, const struct clock *c, bool bare)
{
    char word[LONGEST_WORD];
    const struct tongue *t = r->tongue;
    const char *slot[26] = {NULL};
    const char *hour = find_pair(t->hour_after, word_before(r, i, word));
    size_t from = r->phrase.size;
    put_number(r, c->hour, hour ? hour : t->hour);
    slot['h' - 'a'] = take_part(r, from);
    slot['i' - 'a'] = take_form(r, t->hour_name, c->hour);
    slot['j' - 'a'] = take_form(r, t->minute_name, c->minute > 0 ? c->minute : 0);
    put_number(r, c->minute > 0 ? c->minute : 0, t->minute);
    slot['m' - 'a'] = take_part(r, from);
    put_number(r, c->second > 0 ? c->second : 0, t->minute);
    slot['s' - 'a'] = take_part(r, from);
    const char *phrase = t->time;
    if (c->minute <= 0 && c->second <= 0)
        phrase = bare ? "%h" : t->time_hour;
    else if (c->minute < 10 && t->time_few)
        phrase = t->time_few;
    put_phrase(r, phrase, slot);
    if (c->second > 0 && t->time_seconds)
        put_phrase(r, t->time_seconds, slot);
}

/* 9:15, 21:30:05, 14h30; 9.15 and 9 beside a word that makes them a time: 9 Uhr, kl. 9.15. */
int read_time(struct reading *r, int i)
{
    char word[LONGEST_WORD];
    struct clock c;
    if (!parse_clock(r, i, &c))
        return 0;
    const struct tongue *t = r->tongue;
    int end = skip_listed(r, c.end, t->time_behind);
    bool told = end > c.end || is_listed(t->time_before, word_before(r, i, word));
    uint32_t sign = look(r, i + count_digits(r, i));
    if (c.minute < 0 ? end == c.end : (sign == '.' && !told))
        return 0;
    bool bare = skip_listed(r, end, t->time_halves) > end;
    put_clock(r, i, &c, bare);
    struct clock until;
    uint32_t dash = look(r, end);
    if ((dash == '-' || dash == 0x2013) && t->sign[SIGN_TO] && parse_clock(r, end + 1, &until) &&
        until.minute >= 0) { /* 12:30-13:30 */
        put(r, t->sign[SIGN_TO]);
        end++;
    }
    put_ending(r, &end);
    say(r, i, end);
    return end;
}
