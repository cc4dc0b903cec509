/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines about what happens, on standard error: as name=value, or as one JSON object each. Texts
 * that come from clients are never part of them, but for the path of an address. */

struct log_line {
    bool json;
    char text[2048];
    size_t bytes;
};

/* With the time and a level: "info", "warning". */
void log_begin(struct log_line *l, bool json, const char *level);
/* What does not fit is left out. A word is text that, as name=value, needs no quotes: blanks,
 * quotes and what is not ASCII become question marks. */
void log_word(struct log_line *l, const char *name, const char *word);
void log_text(struct log_line *l, const char *name, const char *text);
void log_whole(struct log_line *l, const char *name, int64_t number);
void log_seconds(struct log_line *l, const char *name, double seconds);
void log_yes(struct log_line *l, const char *name);
/* One write, so that lines of several threads do not mix. */
void log_end(struct log_line *l);

/* A line that is a sentence. */
void log_sentence(bool json, const char *level, const char *sentence);

#endif
