/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cabinet.h"

#include "server/binder.h"
#include "server/keeper.h"
#include "server/kept.h"
#include "server/meter.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdlib.h>

enum { CLERKS = 2, CLERKS_ROOM = 1024 };

struct cabinet {
    struct service *service;
    struct keeper *keeper;
    struct workers *workers, *clerks;
};

/* A job has ended. */
static void wake(void *arg)
{
    struct cabinet *c = arg;
    keeper_wake(c->keeper);
    binder_wake(c->service->host.binder);
}

static void wake_keeper(void *arg)
{
    struct cabinet *c = arg;
    keeper_wake(c->keeper);
}

static enum ih_status open_binder(struct cabinet *c, struct ih_error *e)
{
    struct host *host = &c->service->host;
    struct binder_options o = {.store = host->store,
        .settings = host->settings,
        .kept = host->kept,
        .ended = wake_keeper,
        .arg = c};
    return binder_open(&host->binder, &o, e);
}

static enum ih_status open_queues(struct cabinet *c, struct ih_error *e)
{
    struct service *s = c->service;
    struct host *host = &s->host;
    struct kept_options o = {.store = host->store,
        .settings = host->settings,
        .operations = operations_kept,
        .folder = host->folder,
        .host = host,
        .room = host->settings->job_queue,
        .ended = wake,
        .arg = c};
    enum ih_status status = kept_open(&host->kept, &o, e);
    if (!status)
        status = open_binder(c, e);
    if (!status)
        status = queue_local(&s->clerks, CLERKS_ROOM, e);
    if (!status)
        status = workers_open(&c->clerks, CLERKS, s->clerks, host, e);
    return status ? status
                  : workers_open(
                        &c->workers, host->settings->job_workers, kept_queue(host->kept), host, e);
}

enum ih_status cabinet_open(
    struct cabinet **out, struct service *service, int *again, struct ih_error *e)
{
    struct host *host = &service->host;
    struct cabinet *c = calloc(1, sizeof *c);
    *out = NULL;
    *again = 0;
    if (!c)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    c->service = service;
    enum ih_status status = store_open(&host->store, host->settings->data, e);
    if (!status)
        status = store_take_over(host->store, again, e);
    if (!status)
        status = meter_open(&host->meter, host->store, e);
    if (!status)
        status = keeper_open(&c->keeper, host->store, host->settings, e);
    if (!status)
        status = open_queues(c, e);
    if (status)
        cabinet_close(&c);
    *out = c;
    return status;
}

void cabinet_close(struct cabinet **c)
{
    struct cabinet *gone = *c;
    *c = NULL;
    if (!gone)
        return;
    struct service *s = gone->service;
    struct host *host = &s->host;
    struct queue *kept = host->kept ? kept_queue(host->kept) : NULL;
    if (s->clerks)
        s->clerks->close(s->clerks);
    workers_close(&gone->clerks);
    if (kept)
        kept->close(kept);
    workers_close(&gone->workers);
    binder_close(&host->binder);
    keeper_close(&gone->keeper);
    if (s->clerks)
        s->clerks->free(s->clerks);
    if (kept)
        kept->free(kept);
    s->clerks = NULL;
    host->kept = NULL;
    meter_close(&host->meter);
    store_close(&host->store);
    free(gone);
}
