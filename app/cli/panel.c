/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/panel.h"

#include "cli/input.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { PROMPT_MOST = 1 << 20, CONTEXT_UNKNOWN = 32768, PLACES = 8 };

bool panel_whole(
    const struct args *a, const char *name, long long low, long long high, long long *out)
{
    const char *text = args_value(a, name, NULL);
    char *end;
    if (!text)
        return true;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end || n < low || n > high) {
        usage_error(a->command, "--%s must be a whole number from %lld to %lld, not '%.40s'", name,
            low, high, text);
        return false;
    }
    *out = n;
    return true;
}

bool panel_number(const struct args *a, const char *name, double low, double high, double *out)
{
    const char *text = args_value(a, name, NULL);
    char *end;
    if (!text)
        return true;
    double n = strtod(text, &end);
    if (end == text || *end || !(n >= low && n <= high)) {
        usage_error(
            a->command, "--%s must be a number from %g to %g, not '%.40s'", name, low, high, text);
        return false;
    }
    *out = n;
    return true;
}

static int read_flags(struct panel *p)
{
    const struct args *a = p->args;
    long long tokens = 0, context = 0, threads = 0, seed = -1;
    uint32_t random = 0;
    if (!panel_whole(a, "tokens", 1, 1000000, &tokens) ||
        !panel_whole(a, "context", 256, 10000000, &context) ||
        !panel_whole(a, "threads", 0, 1024, &threads) ||
        !panel_whole(a, "seed", 0, INT64_MAX, &seed) ||
        !panel_number(a, "timeout", 0.1, 86400, &p->timeout) ||
        !panel_number(a, "budget", 1e-9, 1e6, &p->budget))
        return EXIT_USAGE;
    if (seed < 0 && getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uint32_t)(now_seconds() * 1000);
    p->tokens = (int)tokens;
    p->context = (int)context;
    p->threads = (int)threads;
    p->seed = seed < 0 ? random : (uint64_t)seed;
    p->quiet = args_has(a, "quiet");
    p->json = args_has(a, "json");
    p->path = args_value(a, "output", NULL);
    return EXIT_DONE;
}

/* The first argument, or what --file names. */
static int read_prompt(struct panel *p)
{
    const char *file = args_value(p->args, "file", NULL);
    size_t bytes = 0;
    if (!file && p->args->count && strcmp(p->args->arg[0], "-") == 0)
        file = "-";
    int code = EXIT_DONE;
    if (file)
        code = input_whole(file, PROMPT_MOST, &p->prompt, &bytes);
    else if (!p->args->count)
        return usage_error(p->args->command, "give a prompt, -f FILE, or - for standard input");
    else if (!(p->prompt = strdup(p->args->arg[0])))
        return EXIT_INTERNAL;
    if (code)
        return code;
    json_t *valid = json_string(p->prompt);
    json_decref(valid);
    if (!valid || (file && strlen(p->prompt) != bytes))
        return usage_error(p->args->command, "the prompt is no text in UTF-8");
    if (!p->prompt[strspn(p->prompt, " \t\r\n")])
        return usage_error(p->args->command, "the prompt is empty");
    return EXIT_DONE;
}

static void show_piece(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct panel *p = arg;
    char note[48], clock[24];
    (void)text, (void)bytes, (void)reasoning;
    p->pieces++;
    if (now_seconds() - p->progress.drawn < 0.1)
        return;
    snprintf(note, sizeof note, "%d pieces  %s", p->pieces,
        clock_text(now_seconds() - p->began, clock, sizeof clock));
    progress_draw(&p->progress, 0, -1, note);
}

static void show_reading(void *arg, double done, double total)
{
    struct panel *p = arg;
    progress_draw(&p->progress, done, total, "reading");
}

static void show_step(void *arg, const struct step *s, bool ended)
{
    struct panel *p = arg;
    progress_clear(&p->progress);
    if (ended || s->kind == STEP_CHECK)
        return;
    snprintf(p->label, sizeof p->label, "%s %s", s->author, step_doing(s));
    p->pieces = 0;
    p->began = now_seconds();
    progress_begin(&p->progress, p->label, !p->quiet);
    progress_draw(&p->progress, 0, -1, "");
}

int panel_open(struct panel *p, const struct args *args)
{
    struct ih_error e = {0};
    *p = (struct panel){.args = args};
    terminal_init(&p->out, stdout);
    terminal_init(&p->err, stderr);
    progress_begin(&p->progress, "", false);
    signals_watch(&p->job.chat.job.cancel);
    p->job.arg = p->job.chat.job.arg = p;
    p->job.told = show_step;
    p->job.chat.text = show_piece;
    p->job.chat.job.progress = show_reading;
    int code = read_flags(p);
    if (!code)
        code = read_prompt(p);
    if (!code && p->path)
        code = panel_try(p->path);
    if (code)
        return code;
    const char *remote = args_value(args, "remote", NULL);
    struct roster_setup setup = {.threads = p->threads,
        .chat = {.conversations = PLACES, .context = p->context},
        .offline = args_has(args, "offline") || (remote && strcmp(remote, "false") == 0)};
    enum ih_status status = roster_open(&p->roster, &setup, &e);
    if (status) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    return panel_read_sources(p);
}

void panel_close(struct panel *p)
{
    panel_end(p);
    signals_watch(NULL);
    roster_close(&p->roster);
    for (int i = 0; i < p->sources; i++)
        free(p->text[i]);
    free(p->prompt);
}

int panel_author(struct panel *p, const char *name, const struct author **out)
{
    struct ih_error e = {0};
    enum ih_status status = roster_find(p->roster, name, out, &e);
    if (status)
        complain("%s", e.text);
    return status == IH_INVALID ? EXIT_USAGE : exit_for_model(status);
}

int panel_context(const struct panel *p, const struct author *const *author, int count)
{
    int least = p->context ? p->context : INT_MAX;
    for (int i = 0; i < count; i++) {
        int room = roster_context(p->roster, author[i]);
        room = room > 0 ? room : CONTEXT_UNKNOWN;
        least = room < least ? room : least;
    }
    return least;
}

void panel_end(struct panel *p)
{
    progress_clear(&p->progress);
}

int panel_exit(const struct panel *p, enum ih_status status, const struct ih_error *e)
{
    (void)p;
    if (signals_caught())
        return 128 + signals_caught();
    complain("%s", e->text);
    /* Rubbish from far away, and a budget that is spent. */
    if (status == IH_BAD_DATA || status == IH_NO_MEMORY)
        return EXIT_NETWORK;
    return exit_for_model(status);
}

int panel_try(const char *path)
{
    struct output o;
    struct ih_error e;
    if (output_file(&o, path, &e) == IH_OK) {
        output_discard(&o);
        return EXIT_DONE;
    }
    complain("%s", e.text);
    return e.code == IH_INVALID ? EXIT_USAGE : EXIT_OUTPUT;
}

static int write_file(const char *path, const char *text)
{
    struct output o;
    struct ih_error e;
    enum ih_status status = output_file(&o, path, &e);
    if (!status) {
        output_write(&o, text, strlen(text));
        output_write(&o, "\n", 1);
        status = output_commit(&o, &e);
    }
    if (status)
        complain("%s", e.text);
    return status ? EXIT_OUTPUT : EXIT_DONE;
}

int panel_write(const struct panel *p, const char *text)
{
    struct output o;
    if (p->path)
        return write_file(p->path, text);
    output_stdout(&o);
    output_write(&o, text, strlen(text));
    output_write(&o, "\n", 1);
    return output_exit(&o);
}

int panel_save(const char *path, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
    int code = EXIT_INTERNAL;
    if (text)
        code = write_file(path, text);
    else
        complain("not enough memory for %s", path);
    json_decref(json);
    free(text);
    return code;
}
