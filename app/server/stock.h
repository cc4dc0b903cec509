/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_STOCK_H
#define SERVER_STOCK_H

#include "inhouse/chat.h"
#include "server/problem.h"

#include <stdbool.h>

/* The models in memory. Each is opened when somebody takes it and stays open, shared by all who
 * have it, until nobody has used it for a while or its place is needed: then the one goes first
 * that was not used for longest. One that somebody has is never closed. All functions may be called
 * from any thread. */
struct stock;
/* A model counts for the bytes of its files until its weights have been packed, and then for what
 * they take. So a first job may go beyond the limit, which what is idle is then closed for; what it
 * turned out to be is remembered for the next time. */
struct stocked; /* one model, open or not */

struct stock_options {
    int memory_megabytes;      /* most that models may take; 0: any */
    int keep_minutes;          /* a model that was not used for so long is closed; 0: never */
    struct ih_chat_setup chat; /* of each text model */
};

enum ih_status stock_open(struct stock **out, const struct ih_engine_options *engine,
    const struct stock_options *o, struct ih_error *e);
/* Nobody may have a model any more. */
void stock_close(struct stock **s);
const struct ih_engine *stock_engine(const struct stock *s);

/* A model that may be taken; it lives as long as the stock. Null without memory. */
struct stocked *stock_add(struct stock *s, const char *path);
const char *stock_path(const struct stocked *m);
/* It is not on the machine any more: it is closed as soon as nobody has it, and with every return.
 */
void stock_forget(struct stock *s, struct stocked *m);
void stock_remember(struct stock *s, struct stocked *m);

/* Opens it where it is not open, which may take as long as reading its files does. False fills in
 * the problem: 503 where the models that are in use leave no room for it. Others do not wait. */
bool stock_take(struct stock *s, struct stocked *m, struct ih_model **out, struct problem *p);
void stock_give_back(struct stock *s, struct ih_model *model);
/* The place for conversations with a model that somebody has: one, opened when it is asked for
 * first, which goes with the model. False fills in the problem. */
bool stock_chat(struct stock *s, struct ih_model *model, struct ih_chat **out, struct problem *p);
bool stock_is_open(struct stock *s, const struct stocked *m);
/* What it counts for in memory; 0 while it is not open. */
double stock_bytes(struct stock *s, const struct stocked *m);

/* Closes what was not used for keep_minutes; `now` is seconds_now(). To be called now and then. */
void stock_tidy(struct stock *s, double now);

struct stock_state {
    int open;           /* models */
    double bytes, most; /* of memory that they count for; most is 0 without a limit */
};
struct stock_state stock_state(struct stock *s);

#endif
