/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_DEPLOY_H
#define SERVER_DEPLOY_H

#include "server/job.h"

/* Deployments: names that an admin gives to models, with limits, in the store. What a name means is
 * looked up when a request comes and goes with the request from then on, so that one that is
 * changed or removed meanwhile makes no difference to it. */

/* What `name` means: *d all zeros where it is no deployment; it may be null. False fills in the
 * problem. */
bool deploy_find(
    const struct host *host, const char *name, struct deployment *d, struct problem *p);

/* Where the form's model is a deployment, puts that model in its place and notes the deployment in
 * what was asked. To be called behind access_allows(), which is about names as they were given.
 * False fills in the problem. */
bool deploy_resolve(const struct host *host, struct form *f, struct problem *p);

/* Every name that a request may give as its model: deployments, then what the depot has under other
 * names. False fills in the problem. */
bool deploy_each(const struct host *host, void (*take)(void *arg, const struct offered *o),
    void *arg, struct problem *p);

/* Counts requests of each deployment that are under way. */
struct ledger;
enum ih_status ledger_open(struct ledger **out, struct ih_error *e);
/* All leases must have ended. */
void ledger_close(struct ledger **l);

/* One more under way, until lease_end() or until the answer, which may be null, is finished; null
 * for what needs no counting. False where there are as many as may be (429). */
bool lease_begin(struct lease **out, struct ledger *l, const struct deployment *d, struct answer *a,
    struct problem *p);
void lease_end(struct lease **lease);

/* At work, around a job of a deployment. First whether it may begin: a request has its lease from
 * the door on, a job that was kept gets it here. */
bool deploy_enter(const struct host *host, struct job *j, struct problem *p);
/* Then whether it keeps the limits of one request. Between the two that follow the model is lent,
 * where how much it would do depends on it. */
bool deploy_begin(const struct host *host, struct job *j, struct problem *p);
void deploy_end(const struct host *host, struct job *j);

#endif
