/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include "server/access.h"
#include "server/chunks.h"
#include "server/routes.h"

#include <stdatomic.h>

/* One request and its answer, apart from how bytes travel: from the head of a request to a job in
 * the queue. Only the I/O loop's thread touches it; nothing here waits. */

struct service {
    struct host host;
    struct queue *queue;
    struct queue *clerks; /* of what is quick; null without a data folder */
    atomic_bool draining;
    int requests; /* exchanges that are open */
    bool log;     /* a line for each exchange at its end */
};

/* As it came; "" for what was not there. */
struct request_head {
    const char *method, *path; /* the path decoded, without the query */
    const char *content_type, *content_length, *transfer_encoding;
    const char *authorization, *api_key;
    /* May be null too: Prefer, Idempotency-Key, X-Inhouse-Webhook, If-None-Match,
     * X-Microsoft-OutputFormat. */
    const char *prefer, *once, *hook, *known, *output_format;
    bool cut;                     /* the path has a NUL, and more behind it */
    bool too_large;               /* something of it is not looked at */
    const char *const *arguments; /* "name=value" behind the path's '?', decoded; ends with null */
};

enum body { BODY_NONE, BODY_JSON, BODY_TEXT, BODY_MULTIPART };

struct exchange {
    struct service *service;
    const struct route *route; /* null when it was refused */
    const struct route *found; /* the same, refused or not */
    struct answer *answer;
    char method[12], path[512]; /* for the log */
    enum body body;
    /* Of the body. A length of -1 cannot be known; of one in pieces it is the most there may be. */
    int64_t length, received;
    bool chunked;
    struct chunks chunks;
    bool refused;   /* the answer is an error and the rest of the body is not wanted */
    bool ended;     /* the body is complete */
    struct key key; /* of the store; all zeros for others */
    struct form form;
    struct form_reader reader;
    char *text;                  /* of the body, where that is JSON or text */
    int64_t sent;                /* of the answer's body; for whoever sends it */
    double began;                /* seconds of CLOCK_MONOTONIC */
    char deployment[STORE_NAME]; /* that the form named, or "" */
    double arrived;              /* the same, of the end of the body; 0 before */
    double told; /* the same, of the first of the answer; for whoever sends it; 0 before */
};

/* Looks at everything that can be known before the body: key, address, lengths. Null without
 * memory. notify as in struct answer_options. */
struct exchange *exchange_begin(
    struct service *s, const struct request_head *head, void (*notify)(void *arg), void *arg);
/* True when a body in pieces is complete: exchange_end() is next. */
bool exchange_body(struct exchange *x, const void *data, size_t n);
void exchange_end(struct exchange *x);
/* Answers with an error in place of what the request would have got. */
void exchange_refuse(struct exchange *x, const struct problem *p);
/* Cancels what still runs for it. */
void exchange_close(struct exchange **x);

#endif
