/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include "text/bpe.h"

/* Groups text tokens into words the way openai/whisper's tokenizer.py and timing.py do: at spaces
 * and punctuation, or character by character in languages without spaces (zh ja th lo my yue); then
 * opening punctuation joins the word behind it and closing punctuation the word before. Writes how
 * many tokens each word has (they add up to count) and returns the number of words. `language` may
 * be null. */
int words_group(
    const struct bpe *b, const char *language, const int32_t *token, int count, int *length);

#endif
