/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_STEP_H
#define REVIEW_STEP_H

#include "author/author.h"

#include <jansson.h>

enum step_kind {
    STEP_PLAN,
    STEP_DRAFT,
    STEP_CHECK, /* by code */
    STEP_REVIEW,
    STEP_REVISE,
    STEP_ANSWER, /* of a member of a council */
    STEP_LETTER, /* of its judge */
    STEP_DONE
};
/* "plan", "draft" ... */
const char *step_kind_name(enum step_kind kind);

/* One thing that was done, and what was asked for it. */
struct step {
    enum step_kind kind;
    int round;          /* from 1; 0 before the first */
    bool repair;        /* of the answer before this one, which could not be used */
    const char *author; /* borrowed; null: code */
    json_t *request;    /* {"messages", "schema", "temperature", "tokens", "seed"}; null: none */
    char *answer;       /* null where there was none */
    enum ih_chat_end end;
    int prompt_tokens, kept_tokens, tokens;
    bool estimated;       /* the numbers of tokens are */
    double seconds, cost; /* dollars, by the author's prices */
    enum ih_status status;
    char *error; /* a sentence; null when it went well */
};

/* How a run is watched and stopped: chat.job.cancel and chat.job.deadline count for the whole of
 * it. */
struct review_job {
    struct ih_chat_job chat;
    void *arg;
    /* When a step begins, and when it has ended. The step is borrowed for the call. May be null. */
    void (*told)(void *arg, const struct step *s, bool ended);
};

/* All steps of a run, and what they may cost. */
struct step_log {
    struct step *step;
    int steps, room;
    double spent, budget; /* dollars; 0: no budget */
    double timeout;       /* seconds that a step may take; 0: any */
};

/* Asks an author and notes it in the log. `message` are `messages` of them. The step stays valid
 * until the next one is begun. An answer without text is IH_BAD_DATA, as is one that the author
 * itself finds to be none, which the step keeps; a step out of time
 * IH_NETWORK, a spent budget IH_NO_MEMORY; IH_CANCELLED only when the job's cancel is set. */
enum ih_status step_ask(struct step_log *log, const struct step *what, const struct author *author,
    const struct ih_chat_options *options, struct review_job *job, struct ih_error *e);
/* Notes what code did. */
enum ih_status step_note(struct step_log *log, const struct step *what, double seconds,
    struct review_job *job, struct ih_error *e);
/* Says that all is done. */
void step_done(struct review_job *job);

/* What its author does, behind a name: "drafts". */
const char *step_doing(const struct step *s);

/* The last step; null before the first. */
const struct step *step_last(const struct step_log *log);

void step_log_free(struct step_log *log);

/* What an author was asked and answered, as JSON; whole: with the texts. A new reference. */
json_t *step_json(const struct step *s, bool whole);
/* Sums of all steps: {"prompt_tokens", "tokens", "cost", "seconds"}. */
json_t *step_totals(const struct step_log *log);

/* Names of states as JSON has them: "ok", "network" ... */
const char *step_status_name(enum ih_status status);

double step_now(void); /* seconds of CLOCK_MONOTONIC */

#endif
