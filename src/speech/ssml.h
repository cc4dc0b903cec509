/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SSML_H
#define SPEECH_SSML_H

#include "speech/script.h"
#include "speech/warnings.h"

/* W3C's Speech Synthesis Markup Language 1.1 and what the large services added, as far as it makes
 * sense here: speak, p, s, voice (name), prosody (rate, pitch, volume), break (time, strength),
 * emphasis (level), say-as (interpret-as, format), sub (alias), phoneme (alphabet="ipa", ph), lang
 * and xml:lang everywhere, mark (name), bookmark (mark), mstts:express-as (style, styledegree).
 *
 * Wrong values, wrong nesting and what XML forbids fail with a sentence that names the line.
 * Elements and attributes that are not known are warned of, and the text in them is said. Document
 * types, and with them entities of one's own, are refused, so nothing outside of the text is read
 * and nothing in it grows. */

/* Whether a text asks to be read as SSML: it begins with <speak, or with <?xml. */
bool ssml_begins(const char *text, size_t bytes);

/* Reads the text into an empty script. What is not UTF-8 is read as U+FFFD. */
enum ih_status ssml_read(
    struct script *s, const char *text, size_t bytes, struct warnings *w, struct ih_error *e);

#endif
