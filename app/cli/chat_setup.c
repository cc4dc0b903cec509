/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an open model and the conversation so far. */
#include "cli/chat.h"
#include "cli/input.h"
#include "cli/used.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCHEMA_MOST = 1 << 20 };

static int read_flags(struct chat_work *w)
{
    const struct args *a = w->args;
    struct ih_error e;
    ih_request_defaults(&w->request, IH_CHAT);
    for (int i = 0; i < a->given; i++)
        if (ih_option_set(&w->request, a->flag[i].name, a->flag[i].value, IH_ON_COMMAND_LINE, &e))
            return usage_error(a->command, "%s", e.text);
    size_t bytes;
    int code = EXIT_DONE;
    if (w->request.schema)
        code = input_whole(w->request.schema, SCHEMA_MOST, &w->schema, &bytes);
    w->request.chat.schema = w->schema;
    w->request.chat.stop = &w->request.stop;
    w->request.chat.stops = w->request.stop && *w->request.stop;
    return code;
}

static int open_model(struct chat_work *w)
{
    struct ih_error e = {0};
    const char *name = w->request.model;
    struct ih_engine_options engine = {.threads = w->request.threads, .tier = w->request.tier};
    struct ih_model_options model = {.compute = (enum ih_compute)w->request.compute};
    struct ih_chat_setup setup = {.conversations = 1, .context = w->request.context};
    enum ih_status status = ih_engine_open(&w->engine, &engine, &e);
    if (!status)
        status =
            name && *name ? model_locate(&w->entry, name, &e) : model_default_writer(&w->entry, &e);
    if (!status)
        status = ih_model_open(&w->model, w->engine, w->entry.path, &model, &e);
    if (!status)
        status = ih_chat_open(&w->chat, w->model, &setup, &e);
    if (status)
        complain("%s", e.text);
    else
        model_used(&w->entry);
    return status == IH_INVALID ? EXIT_USAGE : exit_for_model(status);
}

int chat_open(struct chat_work *w, const struct args *args)
{
    w->args = args;
    w->messages = json_array();
    terminal_init(&w->out, stdout);
    terminal_init(&w->err, stderr);
    output_stdout(&w->output);
    int code = w->messages ? read_flags(w) : EXIT_INTERNAL;
    if (!code && w->request.load)
        code = chat_load(w, w->request.load);
    if (!code && w->request.system)
        chat_instruct(w, w->request.system);
    return code ? code : open_model(w);
}

void chat_close(struct chat_work *w)
{
    ih_chat_close(&w->chat);
    ih_model_close(&w->model);
    ih_engine_close(&w->engine);
    json_decref(w->messages);
    free(w->schema);
}
