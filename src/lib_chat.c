/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of conversations. */
#include "base/err.h"
#include "tasks/write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CONVERSATIONS = 4, CONTEXT = 8192, CONVERSATIONS_MOST = 1024 };

void ih_chat_defaults(struct ih_chat_options *o)
{
    *o = (struct ih_chat_options){.temperature = 0.7f, .top_k = 20, .top_p = 0.8f, .repetition = 1};
}

void ih_chat_answer_free(struct ih_chat_answer *a)
{
    free(a->text);
    free(a->reasoning);
    for (int i = 0; i < a->calls; i++) {
        free((char *)(uintptr_t)a->call[i].name);
        free((char *)(uintptr_t)a->call[i].arguments);
    }
    free(a->call);
    *a = (struct ih_chat_answer){0};
}

static enum ih_status check_model(const struct model *m, struct ih_error *e)
{
    struct writer_info info;
    if (!m)
        return err_set(e, IH_INVALID, "a conversation needs a model");
    if (!m->family->writer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot write text", m->name);
    m->family->writer->info(m, &info);
    if (info.chat == CHAT_NONE || !info.bpe)
        return err_set(e, IH_UNSUPPORTED,
            "%s says no way to write conversations down that is known here", m->name);
    return IH_OK;
}

enum ih_status ih_chat_open(struct ih_chat **out, struct ih_model *model,
    const struct ih_chat_setup *setup, struct ih_error *e)
{
    static const struct ih_chat_setup defaults;
    struct model *m = (struct model *)model;
    const struct ih_chat_setup *s = setup ? setup : &defaults;
    *out = NULL;
    if (s->conversations < 0 || s->conversations > CONVERSATIONS_MOST)
        return err_set(e, IH_INVALID, "conversations must be 1 to %d, not %d",
            (int)CONVERSATIONS_MOST, s->conversations);
    enum ih_status status = check_model(m, e);
    if (status)
        return status;
    struct ih_chat *c = calloc(1, sizeof *c);
    if (!c)
        return err_memory(e, "conversations");
    c->model = m;
    pthread_mutex_init(&c->lock, NULL);
    m->family->writer->info(m, &c->info);
    c->context = s->context ? s->context : c->info.context < CONTEXT ? c->info.context : CONTEXT;
    const struct writer_setup w = {s->conversations ? s->conversations : CONVERSATIONS, c->context};
    status = room_open(&c->room, m, &w, e);
    if (status)
        ih_chat_close(&c);
    *out = c;
    return status;
}

void ih_chat_close(struct ih_chat **c)
{
    if (*c) {
        room_close(&(*c)->room);
        guide_words_free(&(*c)->words);
        pthread_mutex_destroy(&(*c)->lock);
        free(*c);
    }
    *c = NULL;
}

int ih_chat_context(const struct ih_chat *c)
{
    return c->context;
}

static bool is_role(const char *role)
{
    static const char *const roles[] = {"system", "user", "assistant", "tool"};
    for (size_t i = 0; role && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(role, roles[i]) == 0)
            return true;
    return false;
}

static enum ih_status check_options(const struct ih_chat_options *o, struct ih_error *e)
{
    if (!o || o->messages < 1)
        return err_set(e, IH_INVALID, "a conversation needs at least one message");
    for (int i = 0; i < o->messages; i++)
        if (!is_role(o->message[i].role))
            return err_set(e, IH_INVALID,
                "message %d: the role is \"%.40s\"; expected system, user, assistant or tool",
                i + 1, o->message[i].role ? o->message[i].role : "");
    for (int i = 0; i < o->stops; i++)
        if (!o->stop[i] || !*o->stop[i])
            return err_set(e, IH_INVALID, "a stop text is empty");
    if (o->schema && o->tools)
        return err_set(e, IH_INVALID, "an answer cannot keep to a schema and ask for functions");
    if (o->tokens < 0)
        return err_set(e, IH_INVALID, "tokens must be 1 or more, not %d", o->tokens);
    if (o->context < 0)
        return err_set(e, IH_INVALID, "context must be 1 or more, not %d", o->context);
    return IH_OK;
}

enum ih_status ih_chat_write(struct ih_chat *c, const struct ih_chat_options *options,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e)
{
    struct ih_chat_job unwatched = {0};
    *out = (struct ih_chat_answer){0};
    enum ih_status status = check_options(options, e);
    return status ? status : write_answer(c, options, job ? job : &unwatched, out, e);
}
