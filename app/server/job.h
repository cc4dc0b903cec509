/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_JOB_H
#define SERVER_JOB_H

#include "server/answer.h"
#include "server/depot.h"
#include "server/form.h"
#include "server/settings.h"

/* What operations work with. */
struct host {
    const struct settings *settings;
    struct depot *depot;
    struct pulls *pulls; /* null where models come from nowhere */
    /* Of the data folder; null without one. */
    struct store *store;
    struct meter *meter;
    struct kept *kept;
    struct ledger *ledger; /* deploy.h; may be null where there is no store */
    struct binder *binder;
    struct queue *queue;     /* of requests, for those who ask how long it is; may be null */
    struct metrics *metrics; /* metrics.h; may be null */
    const char *version;     /* of the program; may be null */
    const char *folder;      /* for temporary files */
};

/* Something that a server does for a request, without HTTP: from a form to an answer. It is told
 * by its name and a form, so that a job can be kept in a file or sent to another machine. */
struct operation {
    const char *name; /* "transcribe" */
    /* Whether the form makes sense, without looking at models or files: this is asked before a job
     * is queued and must be quick. False fills in the problem. */
    bool (*check)(const struct host *host, const struct form *form, struct problem *p);
    /* Does it on a worker's thread and ends with answer_finish(), answer_json() or answer_fail()
     * unless the answer was cancelled. */
    void (*run)(const struct host *host, const struct form *form, struct answer *answer);
    /* Brings what the form names and does not have, such as a recording at an address, on a
     * worker's thread and before anything is measured; null where there is no such thing. False
     * fills in the problem. */
    bool (*bring)(
        const struct host *host, struct form *form, struct answer *answer, struct problem *p);
    /* What it may use at most, as far as that can be known beforehand; null for operations that no
     * quota is about. */
    void (*measure)(const struct host *host, const struct form *form, struct amounts *out);
    /* It waits for a disk at most, and not in line with the others. */
    bool quick;
    /* The rest says to others what it does (openapi.h). */
    const char *about;              /* a sentence */
    const struct field_rule *rules; /* of its fields (fields.h), or null */
    unsigned task;                  /* enum ih_task whose options are fields too; 0: none */
    const char *const *types;       /* that its answers have, ends with null; null: JSON */
    int status;                     /* of what it has done; 0: 200 */
};

struct job {
    struct job *next;
    const struct operation *operation;
    struct form form; /* owned */
    struct answer *answer;
    /* Called instead of counting what was used, when it is over; may be null. */
    void (*done)(struct job *j);
    void *arg;
    double queued; /* seconds of CLOCK_MONOTONIC when it was made */
    bool line;     /* of a batch, which is a request of its own */
    int later; /* seconds after which there may be room for it: in quotas, in memory; 0: there was
                */
    struct lease *lease;   /* of its deployment; owned; null where that counts nothing */
    struct ih_model *lent; /* while it is worked on, or null */
};

/* Null without memory. The form is moved into it. */
struct job *job_new(const struct operation *operation, struct form *form, struct answer *answer);
void job_free(struct job **j);

/* Where jobs wait: a table of functions, so that a queue need not be in this process. */
struct queue {
    /* False when it is full or closed, and the job stays the caller's. */
    bool (*put)(struct queue *q, struct job *j);
    /* Waits for a job; null when the queue is closed and empty. */
    struct job *(*take)(struct queue *q);
    int (*waiting)(struct queue *q);
    /* Nothing is taken in any more; what waits is still given out. */
    void (*close)(struct queue *q);
    /* Frees it and what still waits. */
    void (*free)(struct queue *q);
};

/* In memory, first come first served, at most `room` jobs. Cancelled ones make room for others. */
enum ih_status queue_local(struct queue **out, int room, struct ih_error *e);

/* Threads that take jobs and run them. */
struct workers;
enum ih_status workers_open(struct workers **out, int count, struct queue *queue,
    const struct host *host, struct ih_error *e);
/* Waits until all have ended; the queue must be closed. */
void workers_close(struct workers **w);

#endif
