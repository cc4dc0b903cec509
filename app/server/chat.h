/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CHAT_H
#define SERVER_CHAT_H

#include "inhouse/options.h"
#include "server/answer.h"
#include "server/form.h"
#include "server/job.h"

#include <stdbool.h>

/* A request for the next answer of a conversation, whatever it is called in: chat completions
 * (chat.c, chat_answer.c) and responses (respond.h) are shapes of the same work. */

enum { CHAT_STOPS_MOST = 16 };

struct chat_work;

/* How an answer leaves. */
struct chat_shape {
    const char *field; /* of a request: what it has the conversation in */
    /* Nothing is wrong with the request, and the model begins to read; may be null. */
    void (*begin)(struct chat_work *w);
    void (*piece)(struct chat_work *w, const char *text, size_t bytes, bool reasoning);
    /* False fills in the problem. */
    bool (*end)(struct chat_work *w, const struct ih_chat_answer *a, struct problem *p);
    void (*fail)(struct chat_work *w, const struct problem *p);
};

struct chat_work {
    struct ih_request request;
    const struct chat_shape *shape;
    const char *model, *name;        /* as asked for; of the model that answers */
    const char *deployment;          /* that was named, or "" */
    json_t *messages, *tools;        /* owned */
    struct ih_chat_message *message; /* owned, with the calls; texts are the JSON's or `texts` */
    char **text;                     /* texts that were put together; owned */
    int texts;
    const char **tool; /* JSON of each; owned */
    const char *stop[CHAT_STOPS_MOST];
    bool stream, usage; /* in events; and one with what was used */
    struct answer *answer;
    int64_t created;
    bool reading, begun; /* the model has begun to read; an event has been written */
    /* Of several models (several.h): what the request says to them, and what they say besides the
     * answer, its field "review"; owned. */
    json_t *sources, *review;
    int rounds;
};

/* chat.c */

/* Efforts of thinking; ends with null. */
extern const char *const chat_efforts[];
/* One of them, as index, to the work; from "low" on the model thinks. */
void chat_set_effort(struct chat_work *w, int effort);
/* The shape's begin(), once. */
void chat_begin(struct chat_work *w);
/* What an author's failure means to a client; `far`: of a remote one. Returns false. */
bool chat_problem(struct problem *p, const struct ih_error *e, bool far);
/* What a request may take at most, where its deployment says so; `said`: it says so itself. */
void chat_bound(struct amounts *out, const struct form *f, bool said);
/* Writes the answer of what was read, or fails with `p` where that was not `good`; frees the work.
 * On a worker's thread. */
void chat_run(struct chat_work *w, const struct host *host, const struct form *form, bool good,
    struct problem *p);

/* chat_messages.c: what is asked for as the library takes it. All fill in the problem when they
 * give false; chat_free() frees what there is. */

/* JSON in a field, a new reference; null where there is none. */
json_t *chat_json(const struct form *f, const char *name);
/* A text, or a list of pieces of text; lives as long as the work. Null where there is something
 * else. */
const char *chat_content(struct chat_work *w, const json_t *content);
/* A list of messages in the shape of chat completions, taken over; `field` is its name. */
bool chat_take_messages(
    struct chat_work *w, json_t *messages, const char *field, struct problem *p);
/* A list of tools in the same shape, taken over, may be null; with the form's "tool_choice". */
bool chat_take_tools(struct chat_work *w, json_t *tools, const struct form *f, struct problem *p);
/* The form's "stop". */
bool chat_read_stops(struct chat_work *w, const struct form *f, struct problem *p);
/* What the answer must be: "text", any "json_object", or, for "json_schema", what fits the schema.
 * Null is as "text". Behind the tools. */
bool chat_keep_to(struct chat_work *w, const char *type, const json_t *schema, const char *field,
    struct problem *p);
void chat_free(struct chat_work *w);

/* chat_answer.c: OpenAI's chat completions. */
extern const struct chat_shape chat_shape_completions;

#endif
