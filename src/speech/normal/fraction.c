/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_vulgar(uint32_t c, int *over, int *under)
{
    static const struct {
        uint32_t c;
        int over, under;
    } list[] = {{0xbc, 1, 4}, {0xbd, 1, 2}, {0xbe, 3, 4}, {0x2150, 1, 7}, {0x2151, 1, 9},
        {0x2152, 1, 10}, {0x2153, 1, 3}, {0x2154, 2, 3}, {0x2155, 1, 5}, {0x2156, 2, 5},
        {0x2157, 3, 5}, {0x2158, 4, 5}, {0x2159, 1, 6}, {0x215a, 5, 6}, {0x215b, 1, 8},
        {0x215c, 3, 8}, {0x215d, 5, 8}, {0x215e, 7, 8}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].c == c) {
            *over = list[i].over;
            *under = list[i].under;
            return true;
        }
    return false;
}

/* "3/4" in digits at i: the letter behind it, or 0. */
static int parse_slash(const struct reading *r, int i, int *over, int *under)
{
    int n = count_digits(r, i), m = count_digits(r, i + n + 1);
    int end = i + n + 1 + m;
    uint32_t next = look(r, end);
    if (n == 0 || n > 3 || m == 0 || m > 3 || look(r, i + n) != '/' || next == '/' ||
        !is_boundary(r, end) || look(r, i + n + 1) == '0' || look(r, i - 1) == '/')
        return 0;
    *over = *under = 0;
    for (int k = 0; k < n; k++)
        *over = 10 * *over + (int)(look(r, i + k) - '0');
    for (int k = 0; k < m; k++)
        *under = 10 * *under + (int)(look(r, i + n + 1 + k) - '0');
    return end;
}

static bool put_fraction(struct reading *r, int over, int under, bool behind_whole)
{
    const struct tongue *t = r->tongue;
    char key[16];
    snprintf(key, sizeof key, "+%d/%d", over, under);
    const char *name = behind_whole ? find_pair(t->fractions, key) : NULL;
    if (name && *name == '~') {
        str_add_text(&r->phrase, name + 1);
        return true;
    }
    if (name) {
        put(r, name);
        return true;
    }
    if (behind_whole && t->fraction_and)
        put(r, t->fraction_and);
    name = find_pair(t->fractions, key + 1);
    if (name) {
        put(r, name);
        return true;
    }
    snprintf(key, sizeof key, "/%d", under);
    const char *forms = find_pair(t->fractions, key);
    if (forms) {
        put_number(r, over, gender_rules(t, t->fraction_gender));
        str_add_byte(&r->phrase, ' ');
        wordbook_form(r->book, forms, over, &r->phrase);
        return true;
    }
    /* 9/11 is a date where months come first */
    if (!t->sign[SIGN_OVER] || (t->month_first && !r->fraction))
        return false;
    const char *slot[26] = {NULL};
    size_t from = r->phrase.size;
    put_number(r, over, NULL);
    slot['n' - 'a'] = take_part(r, from);
    put_number(r, under, NULL);
    slot['u' - 'a'] = take_part(r, from);
    put_phrase(r, t->sign[SIGN_OVER], slot);
    return true;
}

static bool half_is_glued(const struct tongue *t, int over, int under)
{
    const char *half = find_pair(t->fractions, "+1/2");
    return over == 1 && under == 2 && half && *half == '~';
}

/* ½, 1½, 1 ½, 1/2, 2 1/2; not 24/7, whose first part is larger. */
int read_fraction(struct reading *r, int i, const struct amount *a)
{
    int over, under, end, at = skip_space(r, a->end);
    bool whole = a->end > i && a->whole[0];
    if (a->decimals[0] || a->grouped)
        return 0;
    if (parse_vulgar(look(r, at), &over, &under)) {
        end = at + 1;
    } else if (whole && at > a->end && (end = parse_slash(r, at, &over, &under)) > 0 &&
               over < under) {
        ;
    } else if (whole && !a->negative && (end = parse_slash(r, i, &over, &under)) > 0 &&
               over < under) {
        whole = false;
    } else {
        return 0;
    }
    if (whole)
        put_amount(r, a,
            half_is_glued(r->tongue, over, under) ? gender_rules(r->tongue, GENDER_NEUTER) : NULL);
    if (!put_fraction(r, over, under, whole)) {
        str_clear(&r->phrase);
        return 0;
    }
    say(r, i, end);
    return end;
}
