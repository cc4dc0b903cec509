/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_COUNCIL_H
#define REVIEW_COUNCIL_H

#include "inhouse/evidence.h"
#include "review/claims.h"
#include "review/step.h"

/* Several authors answer the same, at the same time; a judge compares the answers. */

enum { COUNCIL_LEAST = 2, COUNCIL_MOST = 8, COUNCIL_SOURCES_MOST = 64 };

struct council_setup {
    const struct author *member[COUNCIL_MOST];
    int members; /* COUNCIL_LEAST to COUNCIL_MOST */
    const struct author *judge;
    const char *prompt; /* UTF-8 */
    const struct ih_source *source;
    int sources;    /* at most COUNCIL_SOURCES_MOST */
    int tokens;     /* most of one answer; 0: 2048 */
    int context;    /* tokens that the author with least room has; 0: 8192 */
    uint64_t seed;  /* of the first member; each has the next one */
    double timeout; /* seconds that a step may take; 0: any */
    double budget;  /* dollars; 0: any */
};

/* What a member said; it is called by a letter, A for the first. */
struct council_answer {
    const char *author;
    char *text;  /* null when it failed */
    char *error; /* why, as a sentence */
    struct claim *sentence;
    int sentences;
};

struct council_result {
    struct council_answer answer[COUNCIL_MOST];
    int answers;
    json_t *letter;   /* of the judge (letter.h); null: there is none */
    char reason[512]; /* why there is none, or what of it was left out; "" */
    char *note;       /* what else its reader should know; may be null */
    struct step_log log;
};

/* IH_OK when at least one member answered, with a letter or without. The job's calls come from
 * several threads, one at a time. council_free() frees the result in any case. */
enum ih_status council_run(struct council_result *out, const struct council_setup *setup,
    struct review_job *job, struct ih_error *e);
void council_free(struct council_result *r);

/* All of it as JSON; a new reference, null without memory. whole: with what was asked. */
json_t *council_json(const struct council_setup *setup, const struct council_result *r, bool whole);

/* The letter and the answers as one text in Markdown, for who can show nothing else; free() it. */
char *council_text(const struct council_result *r);

#endif
