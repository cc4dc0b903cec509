/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LOOP_H
#define SERVER_LOOP_H

#include "server/exchange.h"

/* Sockets: one thread that accepts, reads and writes for all connections. Three files know the
 * HTTP library (libwebsockets): loop.c, head.c (what a request's head says) and websocket.c. */
struct loop;

/* Listens. IH_IO when the address cannot be had. */
enum ih_status loop_open(struct loop **out, struct service *service, struct ih_error *e);
int loop_port(const struct loop *l);

/* Serves until it has been drained. */
void loop_run(struct loop *l);

/* From any thread: take nothing new and end when what is under way is answered; `now`: cancel
 * that too. */
void loop_drain(struct loop *l, bool now);

/* When loop_run() has returned and no worker is left that could notify it. */
void loop_close(struct loop **l);

#endif
