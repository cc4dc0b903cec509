/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an open model and the conversation so far. */
#include "cli/chat.h"
#include "cli/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA_MOST = 1 << 20 };

/* Flags of the command that are no options of a conversation. */
static bool is_own(const char *name)
{
    return strcmp(name, "offline") == 0 || strcmp(name, "remote") == 0;
}

static bool is_offline(const struct args *a)
{
    const char *remote = args_value(a, "remote", NULL);
    return args_has(a, "offline") || (remote && strcmp(remote, "false") == 0);
}

static int read_flags(struct chat_work *w)
{
    const struct args *a = w->args;
    struct ih_error e;
    ih_request_defaults(&w->request, IH_CHAT);
    for (int i = 0; i < a->given; i++)
        if (!is_own(a->flag[i].name) &&
            ih_option_set(&w->request, a->flag[i].name, a->flag[i].value, IH_ON_COMMAND_LINE, &e))
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

static int open_author(struct chat_work *w)
{
    struct ih_error e = {0};
    struct roster_setup setup = {.threads = w->request.threads,
        .tier = w->request.tier,
        .compute = w->request.compute,
        .chat = {.conversations = 1, .context = w->request.context},
        .offline = is_offline(w->args)};
    enum ih_status status = roster_open(&w->roster, &setup, &e);
    if (!status)
        status = roster_find(w->roster, w->request.model, &w->author, &e);
    if (status)
        complain("%s", e.text);
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
    return code ? code : open_author(w);
}

void chat_close(struct chat_work *w)
{
    roster_close(&w->roster);
    json_decref(w->messages);
    free(w->schema);
}
