/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_PROMPT_H
#define REVIEW_PROMPT_H

#include "review/critique.h"
#include "review/fence.h"

#include <stdio.h>

/* What the authors are asked. All texts that are returned are to be freed with free(), null
 * without memory. */

/* What all of a run's messages go by. The sources are those that the authors see. */
struct prompts {
    const struct critique_setup *setup;
    const struct ih_source *source;
    int sources;
    char fence[FENCE_SIZE]; /* stands in no source, not in the prompt, and in no text that is shown
                             */
};

/* Chooses the fence, or another one where this text has it. */
void prompt_fence(struct prompts *p, const char *text);

/* Instructions that the texts between the fences are none. */
char *prompt_writer(const struct prompts *p);   /* the system's message for who drafts or revises */
char *prompt_reviewer(const struct prompts *p); /* and for who reviews */

char *prompt_plan(const struct prompts *p);
/* After the plan; without one, the whole task. */
char *prompt_draft(const struct prompts *p, bool planned);
char *prompt_review(const struct prompts *p, const struct critique_round *r);
char *prompt_revise(const struct prompts *p, const struct critique_round *r);

/* What code found in a text, as a sentence. */
void prompt_finding(FILE *to, const struct ih_finding *f, const char *text,
    const struct ih_source *source, int sources);

#endif
