/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_TRANSFER_H
#define AUTHOR_TRANSFER_H

#include "author/entry.h"

/* One request over HTTP: a body is sent, an answer is read as it comes. Redirects are not followed,
 * certificates are checked, proxies are those of the environment, except for this machine. */

enum transfer_end {
    TRANSFER_DONE,      /* an answer came, whatever it says */
    TRANSFER_STOPPED,   /* `data` wanted no more */
    TRANSFER_CANCELLED, /* the flag was set */
    TRANSFER_DEADLINE,  /* of the job */
    TRANSFER_UNREACHED, /* no connection, or it broke before an answer */
    TRANSFER_UNTRUSTED, /* its certificate, or TLS at all: it will not be better soon */
    TRANSFER_BROKEN,    /* the answer broke off */
    TRANSFER_SILENT,    /* nothing came in time: the first byte, or the next */
    TRANSFER_LATE       /* all of it took too long */
};

struct transfer {
    const struct remote_entry *r;
    const char *key;            /* or null */
    const char *body;           /* JSON */
    bool stream;                /* events are asked for */
    const volatile int *cancel; /* or null */
    double deadline;            /* of the job; seconds of CLOCK_MONOTONIC, 0: none */
    double until;               /* of the request with all its tries */
    void *arg;
    /* A piece of the answer, whose status and type are known; false stops. */
    bool (*data)(void *arg, const char *bytes, size_t n);

    /* Filled in. */
    int status;           /* of HTTP; 0: there was none */
    char type[64];        /* Content-Type, lower case, without parameters */
    char retry_after[64]; /* as it was sent; "" */
    char why[300];        /* what failed, where something did */
    double first;         /* when the first byte of the answer came; 0: none did */
};

enum transfer_end transfer_run(struct transfer *t);

double author_now(void); /* seconds of CLOCK_MONOTONIC */

#endif
