/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_REALTIME_H
#define SERVER_REALTIME_H

#include "server/access.h"

/* A session of live transcription in OpenAI's events, apart from the socket that carries them: a
 * client's events in, ours out, and between them a thread of its own that listens. Calls are of the
 * I/O loop's thread and wait for nothing. */
struct realtime;

/* How many there are and may be; it outlives them all. */
struct realtime_count;
enum ih_status realtime_count_open(struct realtime_count **out, int most, struct ih_error *e);
/* Waits until the threads of all sessions have ended; each must have been closed. */
void realtime_count_close(struct realtime_count **c);
bool realtime_count_full(struct realtime_count *c);

/* `key` as in access_open(), `model` may be null. notify is called from any thread when there is
 * something new to send or room for more. Null without memory, or when there are too many. */
struct realtime *realtime_open(struct realtime_count *count, const struct host *host,
    const struct key *key, const char *model, void (*notify)(void *arg), void *arg);

/* One event of the client, as text. */
void realtime_read(struct realtime *r, const char *text, size_t bytes);
/* There is so much sound waiting that no more should be read. */
bool realtime_full(struct realtime *r);
/* The next event to send, to be freed with free(), or null. */
char *realtime_next(struct realtime *r);
/* Says why, and that nothing follows it. */
void realtime_end(struct realtime *r, const char *code, const char *sentence);
/* Nothing will be sent any more. */
bool realtime_ended(struct realtime *r);
/* Nobody is there any more: what runs is cancelled. */
void realtime_close(struct realtime **r);

/* What a plain request to the address is told, as in struct route. */
bool realtime_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

#endif
