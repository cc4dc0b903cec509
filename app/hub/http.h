/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_HTTP_H
#define HUB_HTTP_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a pull has come. */
struct hub_progress {
    const char *file; /* the one that brought the latest bytes */
    int files, files_done;
    int64_t done, total; /* bytes of all files that are here, and of how many; negative: unknown */
};

/* One hub and how to talk to it. The token goes to the endpoint's own scheme, host and port only.
 */
struct hub {
    const char *endpoint; /* without a slash at its end */
    const char *token;    /* or null */
    int retries;          /* attempts after failures in a row that brought nothing */
    int timeout;          /* seconds without a byte after which a connection is given up */
    const volatile int *cancel;
    void *arg;
    /* Both may be called from several threads, but never from two at once. */
    void (*progress)(void *arg, const struct hub_progress *p);
    /* Something a person may want to know: an attempt failed and is repeated. */
    void (*note)(void *arg, const char *sentence);
};

/* What a server said about a file, over all its redirects. */
struct http_answer {
    int status;
    char etag[160];        /* of the last answer, as it came */
    char linked_etag[160]; /* X-Linked-Etag without quotes: SHA-256 of a large file */
    char commit[48];       /* X-Repo-Commit */
    char content_range[80];
    int64_t linked_size; /* -1: not said */
    int64_t length;      /* Content-Length, -1: not said */
    double retry_after;  /* seconds, 0: not said */
};

struct http_request {
    const char *url;
    int64_t from;         /* asks for the bytes from here on, 0: all */
    const char *if_range; /* validator for that, or null */
    void *arg;
    /* Called once in front of the first byte of the final answer; non-zero stops. */
    int (*begin)(void *arg, const struct http_answer *a);
    int (*data)(void *arg, const void *data, size_t n);
};

/* One GET, with redirects followed by hand. IH_OK for any answer of a server, also 404: the caller
 * looks at status. *temporary tells whether trying again can help. */
enum ih_status http_get(const struct hub *hub, const struct http_request *r,
    struct http_answer *answer, bool *temporary, struct ih_error *e);

/* A sentence for an answer that is not what was wanted; returns its code. */
enum ih_status http_refused(
    const struct hub *hub, int status, const char *what, struct ih_error *e);

/* Waits before attempt number `attempt` (from 1), as long as the server asked for; false when the
 * caller cancelled. */
bool http_wait(const struct hub *hub, int attempt, double retry_after);

#endif
