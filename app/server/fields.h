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

struct field_rule {
    const char *name;
    enum field_use use;
    const char *text;
};

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

#endif
