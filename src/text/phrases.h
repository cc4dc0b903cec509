/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_PHRASES_H
#define TEXT_PHRASES_H

#include "text/bpe.h"

/* Phrases to favour while decoding. Every letter that continues one adds PHRASE_BONUS to a
 * hypothesis, however the tokenizer cuts the phrase; when the phrase breaks off, what its beginning
 * has brought is taken back. Matching goes on with the longest end of what was said that begins a
 * phrase (Aho and Corasick), so a phrase is also found right behind a false start. Immutable after
 * open; shared between threads. */
struct phrases;

/* Where in the phrases a hypothesis stands. Zero at its beginning; copied with it. */
struct phrase_state {
    int32_t node;
};

#define PHRASE_BONUS 0.4f /* natural logarithm: a word of four letters is five times as likely */

/* One phrase a line; blank lines and white space around a phrase do not count. Each is also
 * recognised behind a space and with its first letter large. */
enum ih_status phrases_open(
    struct phrases **out, const struct bpe *b, const char *lines, struct ih_error *e);
void phrases_close(struct phrases **p);

/* What the next token adds to the hypothesis: more than 0 when it continues or begins a phrase,
 * less when it breaks one off. */
float phrases_gain(const struct phrases *p, const struct phrase_state *s, int32_t token);

/* Adds every token's gain to its logit. */
void phrases_boost(
    const struct phrases *p, const struct phrase_state *s, float *logits, int32_t vocab);

void phrases_advance(const struct phrases *p, struct phrase_state *s, int32_t token);

#endif
