/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_CLAIMS_H
#define REVIEW_CLAIMS_H

#include "inhouse/error.h"

#include <stddef.h>

enum { CLAIMS_MOST = 200, CITATIONS_MOST = 8 };

/* A sentence of a text, which is what can be judged of it. */
struct claim {
    size_t start, bytes;
    int citation[CITATIONS_MOST]; /* numbers of sources that it names: [2] */
    int citations;
};

/* The sentences of a text in its order, each with the citations that stand in it or right behind
 * it. Headings, rules, code and what has no letter and no digit are none. A text of more than
 * CLAIMS_MOST has the rest in the last one. At least one claim for a text that is not blank.
 * `*out` is to be freed with free(). IH_NO_MEMORY. */
enum ih_status claims_parse(struct claim **out, int *count, const char *text, struct ih_error *e);

#endif
