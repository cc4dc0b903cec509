/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMAL_WORDBOOK_H
#define SPEECH_NORMAL_WORDBOOK_H

#include "speech/icu.h"
#include "speech/normal/tongue.h"

/* ICU's knowledge of one language, mended by its tongue: numbers as words, units, plurals, months.
 * What ICU cannot do adds nothing; what is added has no soft hyphens and no invisible signs. */
struct wordbook;

/* `locale` is ICU's: "en", "en_GB". */
enum ih_status wordbook_open(
    struct wordbook **out, const struct tongue *t, const char *locale, struct ih_error *e);
void wordbook_close(struct wordbook **w);

/* Adds a number as words by these rules (see tongue.h), and without rules as a cardinal. */
void wordbook_spell(struct wordbook *w, const char *rules, int64_t value, struct str *out);

enum plural { PLURAL_ZERO, PLURAL_ONE, PLURAL_TWO, PLURAL_FEW, PLURAL_MANY, PLURAL_OTHER };
enum plural wordbook_plural(struct wordbook *w, double value);

/* Adds the form of "one|few|other" (tongue.h) that goes with a number. */
void wordbook_form(struct wordbook *w, const char *forms, double value, struct str *out);

/* Adds the phrase ("%n Kilometer") for so much of CLDR's unit ("kilometer-per-hour") or currency
 * ("currency/EUR"); decimal is a number in digits with a point. *gender is the unit's. False for a
 * unit that ICU does not know. */
bool wordbook_unit(struct wordbook *w, const char *unit, const char *decimal, struct str *phrase,
    enum gender *gender);

/* 1 to 12 for a month's name or short name in small letters, else 0. A period at its end does not
 * matter. */
int wordbook_month(const struct wordbook *w, const char *text, size_t bytes);
/* As in a date ("мая") or alone ("май"). */
const char *wordbook_month_name(const struct wordbook *w, int month, bool alone);

/* Boundaries of words and sentences; null where ICU has none. */
UBreakIterator *wordbook_words(struct wordbook *w);
UBreakIterator *wordbook_sentences(struct wordbook *w);

#endif
