/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHAT_H
#define CLI_CHAT_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/roster.h"
#include "cli/terminal.h"
#include "inhouse/chat.h"
#include "inhouse/options.h"

#include <jansson.h>

/* One run of `inhouse chat`. */
struct chat_work {
    const struct args *args;
    struct ih_request request;
    struct terminal out, err;
    struct roster *roster;
    const struct author *author; /* who answers */
    json_t *messages;            /* [{role, content, reasoning?}] */
    char *schema;                /* JSON, or null */

    /* The answer in work. */
    struct ih_chat_job job;
    struct progress progress;
    struct output output;
    double began;
    bool shown;     /* something of it stands on the terminal */
    bool reasoning; /* and the last piece was a thought */
};

/* chat_setup.c: flags, the model, the conversation so far; 0 or an exit code. */
int chat_open(struct chat_work *w, const struct args *args);
void chat_close(struct chat_work *w);

/* chat_record.c: a conversation as a file; an exit code after saying what is wrong. */
int chat_load(struct chat_work *w, const char *path);
int chat_save(const struct chat_work *w, const char *path);
/* Takes text over as a message behind the others. */
void chat_add(struct chat_work *w, const char *role, const char *text, const char *reasoning);
/* The system's message becomes this; "" takes it away. */
void chat_instruct(struct chat_work *w, const char *text);

/* chat_talk.c: a conversation at a terminal, or on lines of standard input. */
int chat_talk(struct chat_work *w);

/* cmd_chat.c: answers the last message, which is taken back when that fails. */
int chat_answer(struct chat_work *w);

#endif
