/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_ROOM_H
#define TASKS_ROOM_H

#include "models/writer.h"

/* A room with seats: each is a conversation of one session of a text model. Threads that have
 * taken seats feed them tokens, and what they feed at about the same time is read together
 * (continuous batching): one of the waiting threads leads, reads for all, and the others find their
 * logits. A long prompt goes in stretches, so that nobody waits for all of it. There is no thread
 * of the room's own. */
struct room;

enum ih_status room_open(
    struct room **out, struct model *m, const struct writer_setup *setup, struct ih_error *e);
/* When all seats are free. */
void room_close(struct room **r);

/* Who waits, and until when. */
struct patience {
    const volatile int *cancel; /* null: nobody cancels */
    double deadline;            /* seconds of CLOCK_MONOTONIC; 0: none */
};
/* IH_OK, or IH_CANCELLED with a sentence. */
enum ih_status patience_left(const struct patience *p, struct ih_error *e);

/* Takes the seat that remembers most of the beginning of these tokens, waiting while all are taken;
 * *kept of them are in it, at least one fewer than there are. */
enum ih_status room_enter(struct room *r, const int32_t *token, int count, const struct patience *p,
    int *seat, int *kept, struct ih_error *e);
/* The seat remembers its conversation until somebody else needs it. */
void room_leave(struct room *r, int seat);

/* As writer.feed() of one conversation, whose number is the seat. `told`, which may be null, hears
 * how many of the tokens are read, from this thread. */
enum ih_status room_feed(struct room *r, const struct writer_feed *feed, const struct patience *p,
    void (*told)(void *arg, int done), void *arg, struct ih_error *e);

#endif
