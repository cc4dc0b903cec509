/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_WEBSOCKET_H
#define SERVER_WEBSOCKET_H

#include "server/exchange.h"

struct lws;

/* The part of the I/O loop that carries sessions (realtime.h) over WebSocket. Only the loop's
 * thread calls it; what returns an int returns what the library's callback is to return. */
struct websockets;

enum ih_status websocket_open(struct websockets **out, struct service *service,
    void (*notify)(void *arg), void *arg, struct ih_error *e);
/* Waits for the threads of all sessions. */
void websocket_close(struct websockets **w);
bool websocket_any(const struct websockets *w);

/* A request wants another protocol: answers it in `buffer` where it does not get one. */
int websocket_upgrade(struct websockets *w, struct lws *wsi, const char *protocol,
    unsigned char *buffer, size_t room);
int websocket_begin(struct websockets *w, struct lws *wsi);
int websocket_receive(struct websockets *w, struct lws *wsi, const void *data, size_t n);
int websocket_writable(struct websockets *w, struct lws *wsi);
/* The socket is gone. */
void websocket_drop(struct websockets *w, struct lws *wsi);

/* Something is new in some session, or the server is to stop. */
void websocket_look_around(struct websockets *w, bool stop_now);
/* Once a second. */
void websocket_tick(struct websockets *w, double now);

#endif
