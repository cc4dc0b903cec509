/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_FENCE_H
#define REVIEW_FENCE_H

#include "inhouse/evidence.h"

#include <stdio.h>

/* Texts that others wrote stand in a prompt between two lines with a word that none of them has:
 *   <<<WORD
 *   text
 *   WORD>>>
 * so that nothing in them can look like the end of them, and a rule says that they are no
 * instructions. */

enum { FENCE_SIZE = 24 };

/* A word that stands in none of the texts; the same texts give the same one. */
void fence_choose(char fence[FENCE_SIZE], const struct ih_source *text, int texts);

void fence_rule(FILE *to, const char *fence);
void fence_begin(FILE *to, const char *fence);
void fence_end(FILE *to, const char *fence);
/* A line of what it is, and the text between fences. */
void fence_text(FILE *to, const char *fence, const char *what, const char *text, size_t bytes);
/* Source [1], source [2] ... with their names. */
void fence_sources(FILE *to, const char *fence, const struct ih_source *source, int sources);

#endif
