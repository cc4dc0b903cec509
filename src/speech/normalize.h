/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMALIZE_H
#define SPEECH_NORMALIZE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Written text to the words that are said: numbers, dates, times, money, units, abbreviations,
 * acronyms, addresses of the web and signs become words of the language. What has no sound (emoji,
 * mark-up, quotation marks) is left out. */
struct normalizer;

/* Loads ICU (see icu.h) and keeps its objects, language by language as they are asked for. Not
 * thread-safe: one for each job. Fails with IH_UNSUPPORTED when ICU is not installed. */
enum ih_status normalizer_open(struct normalizer **out, struct ih_error *e);
void normalizer_close(struct normalizer **n);

enum { NORMAL_LONGEST = 1 << 24 }; /* bytes of text in one call */

struct normal_word {
    /* Never empty, UTF-8, one or more spoken words with one space between them ("twenty five"),
     * no punctuation but apostrophes and hyphens inside of words. In Chinese, Japanese and Thai one
     * word as ICU's dictionaries cut it, without spaces; what was written in native signs stays, a
     * number is in native signs. */
    const char *text;
    /* What it was written as: bytes of the text given, never empty. Words stand in order and do not
     * overlap; what is said in another order than it is written ("$5") is one word. */
    size_t source, source_bytes;
    /* The punctuation behind it that shapes the sentence: one of , . ; : ? ! and U+2014; 0: none.
     * Signs of other scripts, brackets and line breaks are brought to these. */
    uint32_t mark;
    /* Letters said one by one. `text` is capital letters with spaces between them ("U R L", "С Ш
     * А"), the last perhaps with 's ("U R L's"). For Latin letters it is their names as the
     * language writes them in ar, hi, ja, ko, ru and th ("ю эс би"). */
    bool spelled;
};

/* `text` need not be valid UTF-8; what is not is left out. `language` is a code, perhaps with a
 * region that matters ("en-gb": day before month), letter case and - or _ do not matter; one that
 * is not known is read as English, which normalizer_knows() tells before.
 *
 * `say_as`: null, or SSML's interpret-as for the whole text: "characters" or "spell-out" or
 * "verbatim", "cardinal" or "number", "ordinal", "digits", "fraction", "unit", "date", "time",
 * "telephone", "currency", "address", "expletive" (gives no words); another value is as null, as
 * SSML asks for. A text that is not of the kind that say_as claims is read as if it were null.
 * `format`: null, or for "date" the order of the parts: mdy, dmy, ymd, ym, my, md, dm, y, m, d.
 *
 * *words lives in the arena; *count may be 0. IH_INVALID for a text over NORMAL_LONGEST. */
enum ih_status normalize(struct normalizer *n, const char *text, size_t bytes, const char *language,
    const char *say_as, const char *format, struct arena *a, struct normal_word **words, int *count,
    struct ih_error *e);

bool normalizer_knows(const char *language);

#endif
