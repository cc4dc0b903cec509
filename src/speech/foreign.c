/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/foreign.h"

#include "base/utf8.h"
#include "speech/language.h"
#include "speech/punctuation.h"
#include "text/unicode.h"

#include <string.h>

enum { PHRASE_WORDS = 3, PHRASE_LETTERS = 5 };

/* Letters that say which language a stretch is written in; not digits, signs, marks. */
static bool is_letter(uint32_t c)
{
    return c != UTF8_INVALID && unicode_class(c) == UNICODE_LETTER;
}

size_t foreign_begins(const char *language, const char *text, size_t n)
{
    size_t i = 0;
    for (size_t used; i < n; i += used) {
        uint32_t c;
        used = utf8_read(text + i, n - i, &c);
        if (is_letter(c) && !language_writes(language, c))
            break;
    }
    return i;
}

size_t foreign_ends(const char *language, const char *text, size_t n)
{
    size_t end = 0;
    bool sticking = true;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t used = utf8_read(text + i, n - i, &c);
        bool letter = is_letter(c);
        if (letter && language_writes(language, c))
            break;
        i += used;
        sticking = letter || (sticking && c != UTF8_INVALID && unicode_class(c) != UNICODE_SPACE &&
                                 !punctuation_opens(c));
        if (sticking)
            end = i;
    }
    return end;
}

const char *foreign_language(
    const char *text, size_t n, const char *const *candidate, int candidates)
{
    uint32_t c;
    utf8_read(text, n, &c);
    const char *usual = language_of_letter(c);
    const char *guess = language_guess(text, n, candidate, candidates, usual);
    return guess && language_writes(guess, c) ? guess : usual;
}

/* Chinese, Japanese and Thai stand without spaces. */
static bool is_without_spaces(uint32_t c)
{
    return (language_writes("ja", c) || language_writes("th", c)) && !language_writes("en", c);
}

bool foreign_is_phrase(const char *text, size_t n)
{
    int words = 0, letters = 0;
    bool inside = false;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += utf8_read(text + i, n - i, &c);
        bool letter = is_letter(c);
        letters += letter && is_without_spaces(c);
        words += letter && !inside;
        inside = letter || (inside && c != UTF8_INVALID && unicode_class(c) != UNICODE_SPACE);
    }
    return words >= PHRASE_WORDS || letters >= PHRASE_LETTERS;
}
