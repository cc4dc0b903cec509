/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_FORMAT_H
#define TASKS_FORMAT_H

#include "base/err.h"
#include "inhouse/format.h"

/* Bytes on their way to the caller's write(). After a failure everything is dropped. */
struct format_out {
    ih_write_fn write;
    void *arg;
    size_t used;
    bool failed;
    char buffer[4096];
};

void format_flush(struct format_out *o);
void format_bytes(struct format_out *o, const void *data, size_t n);
void format_text(struct format_out *o, const char *text);
void format_print(struct format_out *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Seconds as a whole number of 1/unit seconds, never negative. */
int64_t format_ticks(double seconds, int unit);

/* Text without the white space around it. */
struct format_span {
    const char *text;
    size_t length;
};
struct format_span format_trim(const char *text);

/* A JSON string, quotes included; invalid UTF-8 becomes U+FFFD. Null is written as null. */
void format_json_string(struct format_out *o, const char *text, size_t length);
void format_json(struct format_out *o, const struct ih_transcript *t);
void format_verbose_json(struct format_out *o, const struct ih_transcript *t, unsigned flags);

#endif
