/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_KEPT_H
#define SERVER_KEPT_H

#include "server/job.h"
#include "server/store/jobs.h"

/* A queue whose jobs lie in the store, so that they outlive the process: what was queued is still
 * queued when the next one begins, what was running is begun again, and what has ended is there. A
 * job is told by the name of its operation and its form (form_text.c). */
struct kept;

struct kept_options {
    struct store *store; /* taken over */
    const struct settings *settings;
    const struct operation *const *operations; /* that may be kept; ends with null */
    const char *folder;                        /* for temporary files */
    const struct host *host;                   /* for lines of batches; may be null */
    int room;                                  /* jobs that may wait */
    /* Called when a job has ended, from a worker; may be null. */
    void (*ended)(void *arg);
    void *arg;
};

enum ih_status kept_open(struct kept **out, const struct kept_options *o, struct ih_error *e);
/* For workers. put() keeps the job and answers it with 202 and its row; close() breaks off what
 * runs and leaves it to the next process; free() frees the whole. */
struct queue *kept_queue(struct kept *k);

/* Keeps an operation with a form whose asked.key, .once and .hook count. *there: its owner has
 * submitted that before, and *row is what became of it. False fills in the problem. */
bool kept_submit(struct kept *k, const struct operation *operation, const struct form *form,
    struct job_row *row, bool *there, struct problem *p);

/* There are jobs in the store that were not submitted here. */
void kept_wake(struct kept *k);
/* Breaks off a job that runs here and is not wanted any more; all lines of a batch. */
void kept_cancel(struct kept *k, const char *id);
void kept_cancel_batch(struct kept *k, int64_t batch);
/* How far a job that runs here is; false where that is not known. */
bool kept_progress(struct kept *k, const char *id, double *done, double *total);

/* Whether there is room for all uploads of a form; false fills in the problem. */
bool keep_has_room(
    struct store *s, const struct settings *settings, const struct form *form, struct problem *p);
/* An upload as a blob that lasts. */
enum ih_status keep_spool(
    struct store *s, const char *blob, struct spool *data, struct ih_error *e);
/* What an answer holds as a blob that lasts. */
bool keep_answer(struct store *s, const char *blob, struct answer *a);

/* False, with the problem, for a form that asks for a stream. */
bool job_has_no_stream(const struct form *f, struct problem *p);

/* form_text.c: a form as text, its uploads being in blobs "ID.0", "ID.1" ..., and back.
 * The deployment that was named goes with it. */
char *form_to_text(const struct form *f);
enum ih_status form_from_text(
    struct form *f, const char *text, struct store *s, const char *id, struct ih_error *e);

#endif
