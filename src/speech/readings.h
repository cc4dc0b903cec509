/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_READINGS_H
#define SPEECH_READINGS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

/* How Chinese and Japanese words and characters are read: pinyin with tone digits ("zhong1 guo2",
 * neutral 5), kana. From a text file of lines
 *
 *     written<TAB>reading<TAB>count
 *
 * where counts say how common a word is with this reading. A text is cut into the words that make
 * the largest product of their counts' shares. Immutable after open; shared between threads. */
struct readings;

/* `language` is "zh" or "ja". Everything is checked here; fails with the file's name and line. */
enum ih_status readings_open(
    struct readings **out, const char *path, const char *language, struct ih_error *e);
void readings_close(struct readings **r);

/* A word of the text as it was cut. */
struct reading {
    size_t begin, bytes; /* of the text */
    const char *said;    /* syllables or kana with a space between them; null: not known */
};

/* Cuts a text without spaces. What the file does not know goes on character by character: kana are
 * their own reading, the rest has none. Chinese tones are changed as neighbours ask for (two third
 * tones, yi1 and bu4). *out is in the arena. */
enum ih_status readings_find(const struct readings *r, const char *text, size_t bytes,
    struct arena *a, struct reading **out, int *count, struct ih_error *e);

#endif
