/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H

#include "inhouse/inhouse.h"
#include "server/problem.h"
#include "server/spool.h"
#include "server/store/usage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The answer to one request, between the worker that makes it and whoever waits for it: the I/O
 * loop, which sends it to a client. It is shared by both and goes when both have let go. Nothing is
 * sent before the status is certain: a whole answer when it is complete, a stream from
 * answer_stream() on. A stream that fails is broken off, so that it never looks complete. */
struct answer;

struct answer_options {
    const struct dialect *dialect;
    const char *folder; /* for what does not fit into memory */
    int64_t limit;      /* bytes of the body */
    double seconds;     /* that jobs may take from the first that is attached on; 0: any */
    const char *known;  /* the marks (ETag) of what the client has already, or null; copied */
    /* Called from any thread when there is something new to send. May be null. */
    void (*notify)(void *arg);
    void *arg;
};

/* With one reference. Null without memory. */
struct answer *answer_new(const struct answer_options *o);
struct answer *answer_share(struct answer *a);
void answer_release(struct answer **a);

/* The worker's side. */

/* A name for logs and x-request-id. */
const char *answer_id(const struct answer *a);
/* Where ih_write_fn, ih_audio_sink and others write to: 0, or -1 when there is no room or nobody
 * waits any more. */
int answer_write(void *answer, const void *data, size_t n);
int answer_seek(void *answer, int64_t offset);
/* A header besides the type; values with line ends are cut there. */
void answer_header(struct answer *a, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A sentence that the client should see: header x-inhouse-warning. */
void answer_warn(void *answer, const char *sentence);

/* What of a model the work has taken, for quotas and usage: is added up. */
void answer_use(struct answer *a, const char *model, enum unit u, double amount);
void answer_used(struct answer *a, struct amounts *out, char *model, size_t size);
/* Seconds of sound that were heard or made, are added up. */
void answer_hear(struct answer *a, double seconds);
double answer_sound(struct answer *a);
/* How far it is, in the task's own unit; total is negative while unknown. */
void answer_progress(struct answer *a, double done, double total);
bool answer_progressed(struct answer *a, double *done, double *total);

/* From now on what is written goes out as it comes. */
void answer_stream(struct answer *a, const char *type);
/* The whole answer is there. A stream just ends. */
void answer_finish(struct answer *a, int status, const char *type);
/* A file that is there already as the whole answer. */
enum ih_status answer_file(
    struct answer *a, const char *path, int status, const char *type, struct ih_error *e);
/* For what is worth keeping on the client's side: tells its mark, with the quotes, and whether the
 * client has just that already: then the answer is finished (304, without a body). */
bool answer_unchanged(struct answer *a, const char *mark);
/* Takes over the reference. */
void answer_json(struct answer *a, int status, json_t *json);
/* Drops what was written and says what is wrong; a stream that has begun is broken off. */
void answer_fail(struct answer *a, const struct problem *p);
/* Seconds after which what it failed for may have gone by itself; 0 where it did not or will not.
 */
int answer_later(struct answer *a);

/* While a job of the library runs, cancelling the answer cancels it. It gets its deadline here. */
void answer_attach(struct answer *a, struct ih_job *job);
void answer_detach(struct answer *a);
bool answer_cancelled(const struct answer *a);

/* The other side. */

/* Nobody waits any more. */
void answer_cancel(struct answer *a);

struct answer_state {
    int status; /* 0 while it is not certain */
    bool stream, finished, broken;
    int64_t bytes; /* there so far */
};
struct answer_state answer_state(struct answer *a);
/* Once the status is certain these do not change; headers are lines with CR LF. */
const char *answer_type(const struct answer *a);
const char *answer_headers(const struct answer *a);
int64_t answer_read(struct answer *a, int64_t offset, void *buf, size_t n);
/* Whether something changed since it was asked last. */
bool answer_news(struct answer *a);

#endif
