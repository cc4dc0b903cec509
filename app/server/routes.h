/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/job.h"

struct request_head; /* exchange.h */

/* Where a dialect's requests say the same in other words than ours: they are brought into the form
 * that the operation knows. False fills in the problem. Any of them may be null. */
struct adapter {
    const char *const *types; /* of bodies that are one text, the field "input"; ends with null */
    /* Before the body: what headers say goes into the form. */
    bool (*head)(struct form *form, const struct request_head *head, struct problem *p);
    /* When the body is there. */
    bool (*body)(struct form *form, const char *path, struct problem *p);
    /* Says to others what it takes (openapi.h): fields in place of the operation's, fields besides
     * them, headers. */
    const struct field_rule *rules, *more, *headers;
};

/* Which address does what: one table for all dialects. */
struct route {
    const char *method, *path; /* {name} stands for one piece between slashes */
    const struct dialect *dialect;
    const struct operation *operation; /* done by a worker; or null, and then: */
    /* Answers at once, on the loop's thread; the form is what stands behind the '?'. All that has
     * no body is answered so, or by an operation that is quick: while such a request waited, the
     * HTTP library would not see its client go. False fills in the problem. */
    bool (*now)(const struct host *host, const char *path, const struct form *form,
        struct answer *a, struct problem *p);
    bool open;                     /* needs no key */
    bool kept;                     /* needs a data folder */
    bool admin;                    /* for keys of admins only */
    bool bare;                     /* a POST that may be without a body */
    bool watch;                    /* what server.metrics is about */
    const struct adapter *adapter; /* or null */
    /* Where there is no operation: the same as that says of itself. */
    const char *about;
    const struct field_rule *rules;
    const char *const *types;
    int status;
};

const struct route *routes_table(int *count);

/* What stands for {name} in a path, from the first of such pieces to the last with the slashes
 * between them; "" where there is none or it is too long. */
void route_item(const struct route *r, const char *path, char *buf, size_t size);

/* Null when there is none: then `problem` says so, in `dialect`, and `allow` holds the methods
 * that the path has ("GET, HEAD"), or "". HEAD is as GET. */
const struct route *route_find(const char *method, const char *path, const struct dialect **dialect,
    char allow[64], struct problem *problem);

#endif
