/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_LETTER_H
#define REVIEW_LETTER_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>

/* What a judge says of several answers, as JSON:
 *   {"summary": text, "agreements": [POINT], "differences": [POINT], "single": [POINT]}
 * with POINT {"text": text, "references": ["A1", "B3"]}: sentences of the answers. */

/* The JSON Schema of it; free() it, null without memory. bounded as in verdict_schema(). */
char *letter_schema(bool bounded);

/* Reads what a judge wrote of answers with so many sentences each; those with 0 are not there.
 * Points of the result name sentences that exist: of at least two answers where these agree or
 * differ, of one where only one saw it. IH_BAD_DATA with a sentence for the judge when a point does
 * not; `lenient` leaves such points out instead, counts them in *left_out, and fails only when none
 * is left. */
enum ih_status letter_read(json_t **out, const char *text, const int *sentences, int answers,
    bool lenient, int *left_out, struct ih_error *e);

#endif
