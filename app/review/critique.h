/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_CRITIQUE_H
#define REVIEW_CRITIQUE_H

#include "inhouse/evidence.h"
#include "review/claims.h"
#include "review/diff.h"
#include "review/step.h"

/* One author drafts, another reviews, one of them revises; code compares with the sources. */

enum { CRITIQUE_ROUNDS_MOST = 5, CRITIQUE_SOURCES_MOST = 64 };

enum critique_purpose {
    CRITIQUE_ANSWER,
    CRITIQUE_PICTURE /* what is written is the description of a picture, for a model that draws */
};

struct critique_setup {
    const struct author *drafter, *reviewer;
    bool swap;             /* they change places */
    bool reviewer_revises; /* instead of the drafter */
    const char *prompt;    /* UTF-8 */
    const struct ih_source *source;
    int sources; /* at most CRITIQUE_SOURCES_MOST */
    enum critique_purpose purpose;
    int rounds;     /* of review and revision, 1 to CRITIQUE_ROUNDS_MOST; 0: 1 */
    int tokens;     /* most of one answer; 0: 2048, of a verdict 100 more for each claim */
    int context;    /* tokens that the author with less room has; 0: 8192 */
    uint64_t seed;  /* of the first step; each has the next one */
    double timeout; /* seconds that a step may take; 0: any */
    double budget;  /* dollars; 0: any */
};

/* A text as it was judged. */
struct critique_round {
    char *text;
    struct claim *claim;
    int claims;
    struct ih_evidence findings; /* of code */
    json_t *verdict;             /* of the reviewer (verdict.h); null: there is none */
};

struct critique_result {
    char *draft, *final; /* null after a failure */
    bool reviewed;       /* the draft was judged */
    bool agreed;         /* nothing was objected to the text that is final */
    char reason[512];    /* why it was not reviewed, not revised or not judged again; "" */
    char *note;          /* what else its reader should know; may be null */
    struct critique_round round[CRITIQUE_ROUNDS_MOST];
    int rounds;
    struct ih_evidence findings; /* of code in the final */
    struct diff diff;            /* from the draft to the final */
    struct step_log log;
};

/* IH_OK with a final text, reviewed or not; the drafter's failure, IH_CANCELLED, IH_INVALID or
 * IH_NO_MEMORY without. The steps are there in any case, and critique_free() frees them. */
enum ih_status critique_run(struct critique_result *out, const struct critique_setup *setup,
    struct review_job *job, struct ih_error *e);
void critique_free(struct critique_result *r);

/* Compares a text with the sources. Without sources only its citations can be wrong, and of the
 * description of a picture nothing is looked up. */
enum ih_status critique_check(struct ih_evidence *out, const char *text,
    const struct ih_source *source, int sources, enum critique_purpose purpose, struct ih_error *e);
/* Whether code has something against a claim, counted from 0; -1: against what stands in none. */
bool critique_disproves(const struct critique_round *r, int claim);
/* Whether code or the reviewer object to a claim. Nobody overrules code. */
bool critique_objects(const struct critique_round *r, int claim);
/* The claim that a finding stands in; -1: it stands in none. */
int critique_claim_of(const struct critique_round *r, const struct ih_finding *f);

#endif
