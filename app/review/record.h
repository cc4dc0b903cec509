/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_RECORD_H
#define REVIEW_RECORD_H

#include "review/critique.h"

/* A critique as JSON: what others read of it, and the record that shows it again. docs/review.md
 * has the format. */

enum { RECORD_VERSION = 1 };

/* A new reference, null without memory. whole: the record, with the prompt, the texts of the
 * sources and what every author was asked and answered. */
json_t *record_json(
    const struct critique_setup *setup, const struct critique_result *r, bool whole);

/* Whether it is a record that can be shown: the version, and the shape of all that showing it or
 * comparing it reads. IH_UNSUPPORTED for another version, IH_BAD_DATA with a sentence. */
enum ih_status record_check(const json_t *record, struct ih_error *e);

/* Does again what code has done: claims, findings and the diff from the record's own texts. *same
 * is whether they are what the record says; `what` names the first that is not. The record must
 * have passed record_check(). */
enum ih_status record_compare(
    const json_t *record, bool *same, char *what, size_t size, struct ih_error *e);

#endif
