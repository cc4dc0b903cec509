/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_WORDS_H
#define REVIEW_WORDS_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Fills in an error; returns its code. */
enum ih_status review_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A text that is put together by printing. */
struct pad {
    FILE *file; /* null without memory, and then nothing is to be printed */
    char *data;
    size_t size;
};
bool pad_open(struct pad *p);
/* The text, to be freed with free(); null when memory ran out on the way. */
char *pad_take(struct pad *p);

/* Bytes of the next piece of text, which is not empty: a run of blanks, a run of what is not, or
 * one sign of a script that puts no blanks between words. */
size_t word_bytes(const char *text, size_t bytes);
bool word_blank(char c);

/* The longest beginning of at most `most` bytes that ends with a whole character. */
size_t word_fit(const char *text, size_t bytes, size_t most);

/* A copy without blanks at both ends; null without memory. */
char *word_trim(const char *text);
/* Prints with each run of blanks as one space, so that it is one line. */
void word_line(FILE *to, const char *text, size_t bytes);

#endif
