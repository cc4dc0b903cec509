/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "server/store/files.h"
#include "server/store/usage.h"

/* Jobs that outlive the process: what is to be done is a row (and blobs "ID.0", "ID.1" ... for
 * uploads), what came of it is the row's end and the blob "ID.result", which become visible in one
 * transaction, together with what was used. A job that was running when the process died is queued
 * again; what it had done is seen by nobody. */

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_SUCCEEDED, JOB_FAILED, JOB_CANCELLED };
const char *job_state_name(enum job_state state);

enum { JOB_ONCE = 128, JOB_HOOK = 512, JOB_ATTEMPTS = 8 };

struct job_row {
    char id[STORE_ID];
    int64_t owner; /* the key that asked; 0: none */
    char operation[32];
    char once[JOB_ONCE]; /* the owner's own name for it, or "" */
    enum job_state state;
    int attempts;
    bool cancel;      /* asked for while it was running */
    char dialect[16]; /* of the address that it came to, or "" */
    int64_t batch;    /* whose line it is (batches.h); 0: none */
    int64_t created, started, ended;
    int status; /* of the answer, once it has ended; 500 and no bytes for one that was given up */
    char type[80], headers[4096];
    int64_t bytes;
    char hook[JOB_HOOK]; /* address that is told when it ends, or "" */
    int hook_attempts;
};

/* Queues a job whose blobs are complete: id, owner, operation, once and hook are read. Where its
 * owner has a job with the same `once`, nothing is added, *row becomes that job and *there true. */
enum ih_status job_add(
    struct store *s, struct job_row *row, const char *form, bool *there, struct ih_error *e);

/* The oldest that waits, now running; *form is to be freed. IH_NOT_FOUND where none waits. */
enum ih_status job_claim(struct store *s, struct job_row *out, char **form, struct ih_error *e);

/* What came of a running job: state, status, type, headers and bytes of *row, whose blob
 * "ID.result" is complete, and what was used of which model. IH_NOT_FOUND where it is not running
 * (any more), and then nothing has changed. */
enum ih_status job_finish(struct store *s, const struct job_row *row, const char *model,
    const struct amounts *used, struct ih_error *e);
/* The same for a line of a batch whose result is a file: its blob is complete, too. */
enum ih_status job_finish_file(struct store *s, const struct job_row *row, const char *model,
    const struct amounts *used, struct file_row *file, struct ih_error *e);
/* Puts a running job back in the queue, not to be claimed before a time; 0: any. That was no
 * attempt: the process is about to end, or the owner's quota has no room. Until then the other
 * lines of its batch are left alone too. */
enum ih_status job_again(struct store *s, const char *id, int64_t not_before, struct ih_error *e);

/* IH_NOT_FOUND where there is none that `owner` may see; -1 sees all. */
enum ih_status job_find(
    struct store *s, const char *id, int64_t owner, struct job_row *out, struct ih_error *e);
/* Newest first, from behind `after` (null: from the first); lines of batches are not among them. */
enum ih_status job_list(struct store *s, int64_t owner, const char *after,
    int (*take)(void *arg, const struct job_row *row), void *arg, struct ih_error *e);

/* Ends a job that waits, and notes that one that runs is not wanted; *out is how it is then. */
enum ih_status job_cancel(
    struct store *s, const char *id, int64_t owner, struct job_row *out, struct ih_error *e);
/* Of one that has ended; IH_INVALID for the others. */
enum ih_status job_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e);

/* How many wait, without lines of batches; -1 on an error. */
int jobs_waiting(struct store *s);
/* Removes those that ended before a time; how many, or -1. */
int jobs_expire(struct store *s, int64_t before, struct ih_error *e);
/* Used by store_take_over(). */
enum ih_status jobs_recover(struct store *s, int *again, struct ih_error *e);

/* The next job whose hook is to be told now; IH_NOT_FOUND for none. */
enum ih_status job_hook_next(struct store *s, struct job_row *out, struct ih_error *e);
/* It was told, or is to be told at a later time; 0: never again. */
enum ih_status job_hook_done(struct store *s, const char *id, int64_t next, struct ih_error *e);

#endif
