/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H

#include "inhouse/options.h"
#include "server/form.h"
#include "server/problem.h"

/* From the fields of a form to the options of a request. What a dialect calls by another name than
 * the table of options (inhouse/options.h) is in a list of the operation; every other field is an
 * option of that table, or a mistake: nothing is silently left out. */

enum field_use {
    USE_OWN = 1, /* the operation reads it itself */
    USE_OPTION,  /* the option `text` */
    USE_NOTHING, /* means nothing here and changes no result */
    USE_REFUSED, /* `text` says why */
};

/* What a field of the operation's own takes; for those who describe the server (openapi.h). */
enum field_shape {
    SHAPE_TEXT,
    SHAPE_TEXTS, /* one or several */
    SHAPE_WHOLE,
    SHAPE_NUMBER,
    SHAPE_BOOL,
    SHAPE_OBJECT,
    SHAPE_OBJECTS, /* a list of such */
    SHAPE_TEXT_OR_OBJECTS,
    SHAPE_FILE,
    SHAPE_FILES, /* one or several */
};

struct field_rule {
    const char *name;
    enum field_use use;
    const char *text; /* USE_OWN: what it is for */
    enum field_shape shape;
    double low, high;           /* of numbers, both allowed; both 0: any */
    const char *const *choices; /* ends with null; or null */
    const char *option;         /* whose choices it has, or null */
    const char *most;           /* setting that it must not exceed, or null: a number, a length */
    bool needed;
};

#define RULE_OWN(n, s, t, ...)                                                                     \
    {                                                                                              \
        .name = n, .use = USE_OWN, .shape = s, .text = t, __VA_ARGS__                              \
    }
#define RULE_OPTION(n, o, ...)                                                                     \
    {                                                                                              \
        .name = n, .use = USE_OPTION, .text = o, __VA_ARGS__                                       \
    }
#define RULE_NOTHING(n)                                                                            \
    {                                                                                              \
        .name = n, .use = USE_NOTHING                                                              \
    }
#define RULE_REFUSED(n, why)                                                                       \
    {                                                                                              \
        .name = n, .use = USE_REFUSED, .text = why                                                 \
    }
#define RULE_END                                                                                   \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* rules ends with a null name. False fills in the problem. Strings are borrowed from the form. */
bool fields_read(
    struct ih_request *r, const struct form *f, const struct field_rule *rules, struct problem *p);

/* Text of a field that must be text, or null when it is not there. False when it is something
 * else. */
bool fields_text(const struct form *f, const char *name, const char **out, struct problem *p);
/* One of words (ends with null); *out becomes its index and stays when the field is not there. */
bool fields_choice(
    const struct form *f, const char *name, const char *const *words, int *out, struct problem *p);
bool fields_bool(const struct form *f, const char *name, bool *out, struct problem *p);
/* Texts of the caller's own by their names ("metadata"): a new reference, null where the field is
 * not there. */
bool fields_pairs(const struct form *f, const char *name, json_t **out, struct problem *p);

#endif
