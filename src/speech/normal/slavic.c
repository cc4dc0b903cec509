/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/slavic.h"

#include <string.h>

static void add_form(const struct adjectives *a, const char *word, struct str *out)
{
    size_t n = strlen(word);
    for (const struct pair *p = a->endings; p->written; p++) {
        size_t m = strlen(p->written);
        if (m <= n && strcmp(word + n - m, p->written) == 0) {
            str_add(out, word, n - m);
            str_add_text(out, p->spoken);
            return;
        }
    }
    str_add_text(out, word);
}

void slavic_ordinal(struct wordbook *w, const struct adjectives *a, int64_t value, struct str *out)
{
    int64_t rest = value % 100, whole = value - rest;
    if (rest == 0 && value > 0) { /* 1900: tysiąc dziewięćsetny; 2000: dwutysięczny */
        int64_t hundreds = value % 1000;
        if (hundreds > 0 && value > 1000) {
            wordbook_spell(w, NULL, value - hundreds, out);
            str_add_byte(out, ' ');
        }
        const char *word = hundreds > 0    ? a->hundreds[hundreds / 100]
                           : value == 1000 ? a->thousand
                           : value == 2000 ? a->two_thousand
                                           : NULL;
        if (word)
            add_form(a, word, out);
        else
            wordbook_spell(w, NULL, value, out);
        return;
    }
    if (whole > 0) {
        wordbook_spell(w, NULL, whole, out);
        str_add_byte(out, ' ');
    }
    if (rest >= 20) {
        add_form(a, a->tens[rest / 10], out);
        if (rest % 10 == 0)
            return;
        str_add_byte(out, ' ');
        rest %= 10;
    }
    add_form(a, a->small[rest], out);
}
