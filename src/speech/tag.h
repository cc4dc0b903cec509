/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_TAG_H
#define SPEECH_TAG_H

#include <stdbool.h>

enum { TAG_BYTES = 32 };

/* The code of a language as people write it ("German", "pt_BR", "en-US", "nb"), with its region in
 * small letters where that changes how the language is said: "de", "pt", "en", "no", but "pt-pt",
 * "en-gb". A language that text/language.h does not list stays as it is if it could be a code.
 * False for anything else. */
bool tag_read(const char *text, char out[TAG_BYTES]);

#endif
