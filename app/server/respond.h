/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_RESPOND_H
#define SERVER_RESPOND_H

#include "server/chat.h"
#include "server/store/responses.h"

/* Responses (/v1/responses): a conversation in items, which the server may keep and go on from. */

/* What the answer is written into at the moment. */
enum respond_part { PART_NONE, PART_TEXT, PART_THOUGHT };

struct respond_work {
    struct chat_work chat; /* the first, so that what its shape is given is this */
    const struct host *host;
    const struct form *form;
    char id[STORE_ID];
    const char *previous, *instructions, *user; /* null: not given */
    bool store, must_store;                     /* to be kept; it was asked for */
    json_t *items;                              /* the conversation so far; owned */
    size_t before;                              /* of these came with `previous` */
    /* As they were given, for the answer; owned. */
    json_t *tools, *text, *reasoning, *metadata;

    json_t *output; /* items that were written; owned */
    enum respond_part part;
    bool wrote_text, wrote_thought, lost; /* lost: without memory */
    char *said;                           /* of the part; owned */
    size_t bytes, room;
    int sequence;
};

/* respond_items.c: the form's input as items and, behind those of `history` (taken over, may be
 * null), as the messages of w->chat. `history` of another response may be missing, where the
 * request is only checked. False fills in the problem. */
bool respond_take_input(struct respond_work *w, json_t *history, bool whole, struct problem *p);

/* respond_answer.c */
extern const struct chat_shape respond_shape;
void respond_free(struct respond_work *w);

/* api_responses.c: keeps a response; what it was read from and what came of it. */
bool respond_keep(const struct respond_work *w, const json_t *response, struct problem *p);
/* All items up to the end of a response that `a` may see, a new reference; null fills in the
 * problem. */
json_t *respond_history(
    const struct host *host, const struct asked *a, const char *id, struct problem *p);

#endif
