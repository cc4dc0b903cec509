/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_VERDICT_H
#define REVIEW_VERDICT_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>

/* What a reviewer says of a text, as JSON:
 *   {"claims": [{"claim": 1, "grounded": "yes" | "partly" | "no" | "not needed",
 *                "citation": "right" | "wrong" | "missing" | "not needed",
 *                "consistent": "yes" | "no", "reason": text, "verdict": "keep" | "change" |
 * "remove"}], "missing": [text], "summary": text} */

/* The JSON Schema of it for so many claims; free() it. bounded: with limits of lengths, which some
 * services do not take in a schema. Null without memory. */
char *verdict_schema(int claims, bool bounded);

/* Reads what a reviewer wrote, in front of and behind which other text may stand. *out has each of
 * the claims once and in order, words of the lists above, and no text of more than 1000 bytes.
 * IH_BAD_DATA with a sentence for the reviewer. */
enum ih_status verdict_read(json_t **out, const char *text, int claims, struct ih_error *e);

/* Whether a claim, counted from 0, may stay as it is: its verdict is "keep", and nothing else that
 * is said of it speaks against that. */
bool verdict_keeps(const json_t *verdict, int claim);

/* For a text in which JSON stands between other words; a new reference, or null. */
json_t *verdict_find_json(const char *text);

#endif
