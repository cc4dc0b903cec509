/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CHAT_H
#define SERVER_CHAT_H

#include "inhouse/options.h"
#include "server/answer.h"
#include "server/form.h"
#include "server/job.h"

#include <stdbool.h>

enum { CHAT_STOPS_MOST = 16 };

/* One request for an answer, and how it leaves. */
struct chat_work {
    struct ih_request request;
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
    bool begun; /* an event has been written */
};

/* chat_messages.c: "messages", "tools" and "stop" as the library takes them. False fills in the
 * problem; chat_free() frees what there is. */
bool chat_read(struct chat_work *w, const struct form *f, struct problem *p);
void chat_free(struct chat_work *w);

/* chat_answer.c: OpenAI's shapes. */
void chat_answer_piece(void *work, const char *text, size_t bytes, bool reasoning);
void chat_answer_end(struct chat_work *w, const struct ih_chat_answer *a);

#endif
