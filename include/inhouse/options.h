/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_OPTIONS_H
#define INHOUSE_OPTIONS_H

#include "inhouse/transcribe.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Everything a request for a transcript may say. Strings are borrowed. */
struct ih_request {
    struct ih_transcribe_options transcribe;
    const char *model;  /* name or path; null: the program's choice */
    const char *format; /* names of formats with commas between them; null: the program's choice */
    const char *output; /* folder for the results; null: standard output */
    const char *tier;   /* as in ih_engine_options */
    int compute;        /* enum ih_compute */
    int threads;
    bool stream; /* live samples instead of files */
    bool json;
    bool quiet;
};

/* Fills in the defaults. */
void ih_request_defaults(struct ih_request *r);

enum ih_option_type {
    IH_OPTION_BOOL,
    IH_OPTION_INT,
    IH_OPTION_FLOAT,
    IH_OPTION_STRING,
    IH_OPTION_CHOICE, /* exactly one of choices */
    IH_OPTION_LIST,   /* some of choices, with commas between them */
};

enum ih_option_surface {
    IH_ON_COMMAND_LINE = 1 << 0,
    IH_ON_HTTP = 1 << 1,
    IH_ON_CONFIG = 1 << 2,
};

/* One row of the only table of options, from which flags, JSON fields, checks, help, manual page
 * and shell completion come. */
struct ih_option {
    const char *name; /* words joined by '_' as in JSON; a flag joins them by '-' */
    char letter;      /* short flag, or 0 */
    enum ih_option_type type;
    const char *value;          /* what the value is called in help; null for bool */
    double low, high;           /* of numbers, both allowed */
    const char *const *choices; /* ends with null */
    const char *missing;        /* value taken when a flag is given without one; null: an error */
    const char *help;
    unsigned surfaces; /* of enum ih_option_surface */
    size_t offset;     /* in struct ih_request */
    size_t size;       /* of the field */
};

const struct ih_option *ih_options(int *count);

/* Takes '-' for '_'. Null for a name that is not one. */
const struct ih_option *ih_option_find(const char *name);

/* Reads a value from text into its field. The sentence names the option, what is allowed and what
 * was given; for an unknown name it says which one is close. Only surfaces in `surface` are
 * known. */
enum ih_status ih_option_set(struct ih_request *r, const char *name, const char *value,
    unsigned surface, struct ih_error *e);

/* The field's value as text that ih_option_set() would take; "" for a null string. Returns the
 * length needed without the terminator, like snprintf. */
int ih_option_text(const struct ih_option *o, const struct ih_request *r, char *buf, size_t size);

/* The word out of `words` (ends with null) that `word` was probably meant to be, or null. */
const char *ih_closest(const char *word, const char *const *words);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
