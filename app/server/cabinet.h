/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CABINET_H
#define SERVER_CABINET_H

#include "server/exchange.h"

/* All that a server with a data folder has besides: the store, quotas, kept jobs and the threads
 * that look after them. */
struct cabinet;

/* Fills in what `service` has of it. *again: jobs that the last process left unfinished. */
enum ih_status cabinet_open(
    struct cabinet **out, struct service *service, int *again, struct ih_error *e);
/* When no request is under way: breaks off jobs, which the next process will begin again. */
void cabinet_close(struct cabinet **c);

#endif
