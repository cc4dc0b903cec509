/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

enum { PHONE_GROUPS = 8, PHONE_DIGITS = 15 };

struct phone {
    int digits, groups;
    int size[PHONE_GROUPS];
    uint32_t sign; /* the first one between groups */
    int end;
};

/* Groups of digits with one space, hyphen, period, slash or bracket between them. */
static bool parse_phone(const struct reading *r, int i, struct phone *p)
{
    *p = (struct phone){.end = i};
    for (;;) {
        bool open = look(r, i) == '(';
        i += open;
        int n = count_digits(r, i);
        if (n == 0 || n > PHONE_DIGITS || p->groups == PHONE_GROUPS)
            break;
        p->size[p->groups++] = n;
        p->digits += n;
        i += n;
        i += open && look(r, i) == ')';
        p->end = i;
        uint32_t sign = look(r, i);
        bool more = is_digit(look(r, i + 1)) || look(r, i + 1) == '(';
        if (open && is_digit(sign))
            continue;
        if (!more || !(is_space(sign) || sign == '-' || sign == '.' || sign == '/'))
            break;
        if (!p->sign)
            p->sign = sign;
        i++;
    }
    return p->digits >= 7 && p->digits <= PHONE_DIGITS && is_boundary(r, p->end);
}

/* Words that a telephone number stands behind. */
static const char *const telephones[] = {"tel", "tél", "tlf", "puh", "telp", "telefon", "telefono",
    "teléfono", "telefone", "téléphone", "telephone", "telefoon", "phone", "fax", "mobil", "тел",
    "телефон", "โทร", NULL};

/* Without "+", a number is a telephone's when it begins with a zero or a bracket, or is grouped as
 * in North America. */
static bool looks_like_phone(const struct reading *r, int i, const struct phone *p)
{
    if (look(r, i) == '(')
        return p->groups >= 2 && p->size[0] >= 2 && p->size[0] <= 5;
    char word[LONGEST_WORD];
    if (is_listed(telephones, word_before(r, i, word)))
        return true;
    if (p->groups < 2 || p->sign == '.')
        return false;
    if (look(r, i) == '0')
        return p->size[0] >= 2;
    int last = p->groups - 1;
    if (p->groups == 3 && p->size[0] == 3 && p->size[1] == 4 && p->size[2] == 4) /* China */
        return true;
    return p->sign == '-' && p->size[last] == 4 && p->size[last - 1] == 3 &&
           (p->groups == 2 || p->size[last - 2] == 3);
}

/* Digit by digit, each group a word of its own with a short pause behind it. */
void say_groups(struct reading *r, int i, int end)
{
    if (look(r, i) == '+')
        put(r, r->tongue->sign[SIGN_PLUS]);
    int from = i;
    while (i < end) {
        char digits[2] = {0};
        int n = count_digits(r, i);
        for (int k = 0; k < n; k++) {
            digits[0] = (char)look(r, i + k);
            put_digits(r, digits);
        }
        i += n ? n : 1;
        if (n == 0)
            continue;
        say(r, from, i);
        while (i < end && !is_digit(look(r, i)))
            i++;
        from = i;
        if (i < end)
            set_mark(r, ',');
    }
}

/* +49 30 1234567, (030) 123-4567, 555-123-4567. */
int read_phone(struct reading *r, int i)
{
    struct phone p;
    uint32_t c = look(r, i), before = look(r, i - 1);
    bool plus = c == '+' && (is_digit(look(r, i + 1)) || look(r, i + 1) == '(');
    if (!(plus || is_digit(c) || c == '(') || is_glued(r, i) || is_digit(before))
        return 0;
    if (!parse_phone(r, i + plus, &p) || (!plus && !looks_like_phone(r, i, &p)))
        return 0;
    say_groups(r, i, p.end);
    return p.end;
}
