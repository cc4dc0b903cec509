/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_WARNINGS_H
#define SPEECH_WARNINGS_H

/* Sentences for a person, each kept once and given once. What goes beyond the limits is not kept.
 */
enum { WARNINGS = 64, WARNING_BYTES = 200 };

struct warnings {
    char text[WARNINGS][WARNING_BYTES];
    int count, given;
};

void warn(struct warnings *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next one, or null. */
const char *warnings_next(struct warnings *w);

#endif
