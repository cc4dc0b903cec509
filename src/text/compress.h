/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_COMPRESS_H
#define TEXT_COMPRESS_H

#include <stddef.h>

/* How many times smaller zlib makes a text; high where it repeats itself. As openai/whisper
 * utils.py: len(text) / len(zlib.compress(text)). 0 for no text, and when there is no memory. */
float compression_ratio(const char *text, size_t length);

#endif
