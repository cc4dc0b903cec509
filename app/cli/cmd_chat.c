/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/chat.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MESSAGE_MOST = 16 << 20 };

/* Nothing is drawn for prompts that are read at once. */
static void on_progress(void *arg, double done, double total)
{
    struct chat_work *w = arg;
    if (now_seconds() - w->began > 0.5)
        progress_draw(&w->progress, done, total, "");
}

/* Thoughts go to the terminal only: the answer is what others read. */
static void on_text(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct chat_work *w = arg;
    progress_clear(&w->progress);
    if (reasoning) {
        if (!w->request.quiet && w->err.is_tty)
            fprintf(stderr, "%s%.*s%s", style(&w->err, STYLE_DIM), (int)bytes, text,
                style_end(&w->err));
        w->reasoning = true;
        return;
    }
    if (w->reasoning && !w->request.quiet && w->err.is_tty)
        fputs("\n\n", stderr);
    w->reasoning = false;
    w->shown = true;
    if (output_write(&w->output, text, bytes))
        w->job.job.cancel = 1;
}

static void footer(const struct chat_work *w, const struct ih_chat_answer *a)
{
    const char *dot = w->err.utf8 ? " · " : ", ";
    double read = a->prompt_tokens - a->kept_tokens;
    if (w->request.quiet)
        return;
    char cost[32] = "";
    if (author_cost(w->author, a) > 0)
        snprintf(cost, sizeof cost, "%s$%.5f", dot, author_cost(w->author, a));
    fprintf(stderr, "%s%s%d tokens read (%.0f/s)%s%d written (%.1f/s)%s%s%s%s%s%s\n",
        style(&w->err, STYLE_DIM), a->estimated ? "about " : "", (int)read,
        read / (a->read_seconds + 1e-9), dot, a->tokens, a->tokens / (a->write_seconds + 1e-9),
        cost, dot, w->author->name, a->end == IH_CHAT_LENGTH ? dot : "",
        a->end == IH_CHAT_LENGTH ? "cut: no tokens left" : "", style_end(&w->err));
}

static void print_json(struct chat_work *w, const struct ih_chat_answer *a, uint64_t seed)
{
    static const char *const ends[] = {"stop", "length", "tool_calls"};
    json_t *json = json_object();
    json_object_set_new(json, "model", json_name(w->author->name));
    json_object_set_new(json, "content", json_name(a->text));
    if (a->reasoning)
        json_object_set_new(json, "reasoning", json_name(a->reasoning));
    json_object_set_new(json, "finish_reason", json_string(ends[a->end]));
    json_object_set_new(json, "seed", json_integer((json_int_t)seed));
    json_object_set_new(json, "prompt_tokens", json_integer(a->prompt_tokens));
    json_object_set_new(json, "cached_tokens", json_integer(a->kept_tokens));
    json_object_set_new(json, "tokens", json_integer(a->tokens));
    if (w->author->remote) {
        double cost = author_cost(w->author, a);
        json_object_set_new(json, "estimated", json_boolean(a->estimated));
        json_object_set_new(json, "dollars", cost > 0 ? json_real(cost) : json_null());
    }
    json_object_set_new(json, "read_seconds", json_real(a->read_seconds));
    json_object_set_new(json, "write_seconds", json_real(a->write_seconds));
    json_line(&w->output, json);
}

static struct ih_chat_message *messages_of(const struct chat_work *w)
{
    size_t n = json_array_size(w->messages);
    struct ih_chat_message *out = calloc(n + 1, sizeof *out);
    for (size_t i = 0; i < n && out; i++) {
        const json_t *m = json_array_get(w->messages, i);
        out[i] = (struct ih_chat_message){.role = json_string_value(json_object_get(m, "role")),
            .text = json_string_value(json_object_get(m, "content")),
            .reasoning = json_string_value(json_object_get(m, "reasoning"))};
    }
    return out;
}

/* What an answer leaves behind; an exit code. */
static int keep(struct chat_work *w, const struct ih_chat_answer *a, uint64_t seed)
{
    if (w->request.json)
        print_json(w, a, seed);
    else if (w->shown)
        output_write(&w->output, "\n", 1);
    footer(w, a);
    chat_add(w, "assistant", a->text, a->reasoning);
    int code = output_exit(&w->output);
    return !code && w->request.save ? chat_save(w, w->request.save) : code;
}

/* What a remote model is refused for, or answers wrongly, is the network's. */
static int exit_for(const struct chat_work *w, enum ih_status status)
{
    if (w->author->remote && (status == IH_NO_MEMORY || status == IH_BAD_DATA))
        return EXIT_NETWORK;
    return status == IH_INVALID ? EXIT_USAGE : exit_for_model(status);
}

int chat_answer(struct chat_work *w)
{
    struct ih_error e = {0};
    struct ih_chat_answer a = {0};
    struct ih_chat_options o = w->request.chat;
    uint32_t random = 0;
    if (o.seed == IH_SEED_NEW) {
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            random = (uint32_t)(now_seconds() * 1000);
        o.seed = random;
    }
    struct ih_chat_message *m = messages_of(w);
    o.message = m;
    o.messages = (int)json_array_size(w->messages);
    w->shown = w->reasoning = false;
    w->began = now_seconds();
    progress_begin(&w->progress, "reading", !w->request.quiet);
    enum ih_status status =
        m ? w->author->write(w->author->self, &o, &w->job, &a, &e) : IH_NO_MEMORY;
    progress_clear(&w->progress);
    bool stopped = status == IH_CANCELLED && signals_caught() && a.tokens > 0;
    int code = EXIT_DONE;
    if (!status || stopped) {
        code = keep(w, &a, o.seed);
    } else {
        json_array_remove(w->messages, json_array_size(w->messages) - 1);
        if (w->shown) /* of an answer that broke off */
            output_write(&w->output, "\n", 1);
        code = output_exit(&w->output);
        if (!code && status != IH_CANCELLED) {
            complain("%s", m ? e.text : "not enough memory");
            code = exit_for(w, status);
        }
    }
    ih_chat_answer_free(&a);
    free(m);
    return code;
}

/* Arguments with blanks between them, and a file behind them. */
static int read_message(struct chat_work *w, char **out)
{
    const struct args *args = w->args;
    size_t size = 2, bytes = 0;
    char *file = NULL;
    const char *path = w->request.file;
    if (!path && !args->count)
        path = "-";
    int code = path ? input_whole(path, MESSAGE_MOST, &file, &bytes) : EXIT_DONE;
    for (int i = 0; i < args->count; i++)
        size += strlen(args->arg[i]) + 1;
    char *text = code ? NULL : calloc(1, size + bytes + 2);
    for (int i = 0; i < args->count && text; i++) {
        strcat(text, i ? " " : "");
        strcat(text, args->arg[i]);
    }
    while (bytes && (file[bytes - 1] == '\n' || file[bytes - 1] == '\r'))
        file[--bytes] = '\0';
    if (text && file) {
        strcat(text, *text ? "\n\n" : "");
        strcat(text, file);
    }
    free(file);
    *out = text;
    if (!code && !text)
        complain("not enough memory");
    return code ? code : text ? EXIT_DONE : EXIT_INTERNAL;
}

static int answer_once(struct chat_work *w)
{
    char *text;
    int code = read_message(w, &text);
    if (!code && !text[strspn(text, " \t\r\n")])
        code = usage_error(w->args->command, "the message is empty");
    if (!code) {
        chat_add(w, "user", text, NULL);
        code = chat_answer(w);
    }
    free(text);
    return code;
}

int run_chat(const struct args *args)
{
    struct chat_work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    signals_watch(&w->job.job.cancel);
    w->job.job.arg = w;
    w->job.job.progress = on_progress;
    w->job.text = on_text;
    int code = chat_open(w, args);
    if (w->request.json) /* nothing is shown before it is whole */
        w->job.text = NULL;
    if (!code) {
        bool talk = !args->count && !w->request.file && isatty(STDIN_FILENO);
        code = talk ? chat_talk(w) : answer_once(w);
    }
    chat_close(w);
    free(w);
    return !code && signals_caught() ? 128 + signals_caught() : code;
}
