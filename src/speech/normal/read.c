/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

/* What begins with a digit, a sign of a number or of money. */
static int read_figures(struct reading *r, int i)
{
    int end;
    bool digit = is_digit(look(r, i)), glued = is_glued(r, i) && !is_iso_time(r, i - 1);
    if (digit && !glued &&
        ((end = read_date(r, i)) > 0 || (end = read_time(r, i)) > 0 ||
            (end = read_version(r, i)) > 0))
        return end;
    if (!glued && (end = read_phone(r, i)) > 0)
        return end;
    if ((end = read_money(r, i)) > 0)
        return end;
    return read_number(r, i);
}

/* The next piece from i on; returns the letter behind it. */
int read_piece(struct reading *r, int i)
{
    uint32_t c = look(r, i);
    int end;
    if (is_space(c))
        return i + 1;
    if ((end = read_markup(r, i)) > 0 || (end = read_web(r, i)) > 0)
        return end;
    if (is_native(c))
        return (end = read_abbreviation(r, i)) > 0 ? end : read_native(r, i);
    if (c == '%' && (end = read_percent(r, i)) > 0)
        return end;
    if (c == 'x' && is_digit(look(r, skip_space(r, i + 1))) &&
        is_digit(look(r, i - 1 - is_space(look(r, i - 1))))) { /* 5 x 3 */
        put(r, r->tongue->sign[SIGN_TIMES]);
        say(r, i, i + 1);
        return i + 1;
    }
    if (is_letter(c)) {
        end = is_glued(r, i) ? 0 : read_money(r, i);
        return end > 0 ? end : read_word(r, i);
    }
    if (c == '\n')
        return read_sign(r, i);
    end = read_figures(r, i);
    return end > 0 ? end : read_sign(r, i);
}

void read_text(struct reading *r, int i, int end)
{
    while (i < end && !r->failed) {
        int next = read_piece(r, i);
        str_clear(&r->phrase);
        r->spelled = false;
        i = next > i ? next : i + 1;
    }
}
