/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_LEXICON_H
#define SPEECH_LEXICON_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* How words are to be said, as a person wrote it down:
 *
 *     # a comment
 *     Nguyen<TAB>/wˈɪn/            phonemes between slashes
 *     SQL<TAB>sequel               or words to say in its place
 *     San Jose<TAB>san hozay       several words
 *     [de]                         from here on for German alone; [*] for all again
 *     Meier<TAB>Maier<TAB>de       or line by line
 *
 * An entry in small letters holds for large ones too; one with a large letter only as it stands. An
 * entry of the text's language goes before one for all, a longer one before a shorter. Words end
 * where letters and digits end; in scripts without spaces they may stand anywhere. */
struct speech_lexicon;

enum { LEXICON_BYTES = 4 << 20, LEXICON_ENTRIES = 50000, LEXICON_WORD = 256, LEXICON_SAID = 1024 };

/* Fails with a sentence that names the line. */
enum ih_status speech_lexicon_read(
    struct speech_lexicon **out, const char *text, struct ih_error *e);
void speech_lexicon_close(struct speech_lexicon **l);

struct lexicon_match {
    size_t begin, end; /* of the text */
    const char *said;
    bool phonemes; /* `said` is IPA as ipa_read() gives it, else words */
};

/* The first place from `from` on where an entry stands in the text, the longest there. `language`
 * may have a region. */
bool speech_lexicon_find(const struct speech_lexicon *l, const char *text, size_t bytes,
    size_t from, const char *language, struct lexicon_match *out);

#endif
