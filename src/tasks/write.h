/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_WRITE_H
#define TASKS_WRITE_H

#include "inhouse/chat.h"
#include "tasks/room.h"
#include "text/guide.h"

#include <pthread.h>

/* Conversations with one model: the room and what is known of the model. */
struct ih_chat {
    struct model *model;
    struct writer_info info;
    struct room *room;
    int context;
    pthread_mutex_t lock;
    struct guide_words *words; /* null until an answer must keep to a schema */
};

enum ih_status write_answer(struct ih_chat *c, const struct ih_chat_options *o,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e);

#endif
