/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PULLS_H
#define SERVER_PULLS_H

#include "server/problem.h"
#include "server/supply.h"

/* Models on their way to this machine: one after the other, on a thread of their own. What became
 * of each is known until the server ends. */
struct pulls;

/* arrived() may be null: it is told on that thread when a model has come. */
enum ih_status pulls_open(struct pulls **out, const struct supply *supply,
    void (*arrived)(void *arg), void *arg, struct ih_error *e);
/* Cancels what is under way, and waits for it. */
void pulls_close(struct pulls **p);

/* What the catalog has, each model with its "pull" where there was one and `with_pulls` says so. A
 * new reference, null when the catalog cannot be read. */
json_t *pulls_catalog(struct pulls *p, bool with_pulls);
/* Pulls of repositories that are in no catalog. A new reference, null without memory. */
json_t *pulls_repos(struct pulls *p);
/* Whether models may be fetched; false fills in the error. */
bool pulls_allowed(struct pulls *p, struct ih_error *e);

/* Begins to pull a model of the catalog, by its name or short name, or "hf:OWNER/NAME", or goes on
 * with one that is under way; *out is how it is, a new reference. False fills in the problem. */
bool pulls_begin(struct pulls *p, const char *name, json_t **out, struct problem *problem);
/* The same for one that was begun. Cancelling one that has ended changes nothing. */
bool pulls_show(struct pulls *p, const char *name, json_t **out, struct problem *problem);
bool pulls_cancel(struct pulls *p, const char *name, json_t **out, struct problem *problem);

#endif
