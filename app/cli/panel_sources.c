/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer rests on: texts, and recordings that are transcribed. */
#include "cli/input.h"
#include "cli/panel.h"
#include "cli/used.h"
#include "inhouse/transcribe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 16 << 20, SNIFF = 4096 };

/* The model that reads recordings, opened for the first one. */
struct ear {
    struct ih_engine *engine;
    struct ih_model *model;
    struct model_entry entry;
    char vad[PATH_MAX];
};

static bool is_utf8(const char *text, size_t bytes)
{
    json_t *s = json_stringn(text, bytes);
    bool valid = s && !memchr(text, 0, bytes);
    json_decref(s);
    return valid;
}

/* Whether a file is text by how it begins. What cannot be opened is told when it is read. */
static bool looks_like_text(const char *path)
{
    char data[SNIFF];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(data, 1, sizeof data, f) : 0;
    if (f)
        fclose(f);
    /* The last character may go on. */
    for (int i = 0; i < 4; i++)
        if (n < (size_t)i || is_utf8(data, n - (size_t)i))
            return true;
    return false;
}

static int open_ear(struct panel *p, struct ear *ear)
{
    struct ih_error e = {0};
    struct ih_engine_options engine = {.threads = p->threads};
    if (ear->model)
        return EXIT_DONE;
    enum ih_status status = model_default(&ear->entry, &e);
    if (!status)
        status = ih_engine_open(&ear->engine, &engine, &e);
    if (!status)
        status = ih_model_open(&ear->model, ear->engine, ear->entry.path, NULL, &e);
    if (status)
        complain("%s", e.text);
    else
        model_used(&ear->entry);
    return exit_for_model(status);
}

static int hear(struct panel *p, struct ear *ear, const char *path, char **out)
{
    struct ih_audio_input input = {.path = path};
    struct ih_transcribe_job job = {.job = {.arg = p, .progress = p->job.chat.job.progress}};
    struct ih_transcribe_options o;
    struct ih_transcript *t = NULL;
    struct ih_error e = {0};
    int code = open_ear(p, ear);
    if (code)
        return code;
    ih_transcribe_defaults(&o);
    o.vad = vad_locate(ear->vad, sizeof ear->vad) ? ear->vad : NULL;
    snprintf(p->label, sizeof p->label, "transcribing %s", path);
    progress_begin(&p->progress, p->label, !p->quiet);
    enum ih_status status = ih_transcribe(&t, ear->model, &input, &o, &job, &e);
    panel_end(p);
    if (!status && !(*out = strdup(t->text + strspn(t->text, " "))))
        status = fail(&e, IH_NO_MEMORY, "not enough memory");
    if (status)
        complain(
            "%s%s%s", strstr(e.text, path) ? "" : path, strstr(e.text, path) ? "" : ": ", e.text);
    else if (!p->quiet)
        fprintf(stderr, "%s%s: %.0f s of sound, transcribed with %s%s\n", style(&p->err, STYLE_DIM),
            path, t->duration, ear->entry.name, style_end(&p->err));
    ih_transcript_free(&t);
    return status ? EXIT_INPUT : EXIT_DONE;
}

static int read_text(const char *path, char **out)
{
    size_t bytes;
    int code = input_whole(path, TEXT_MOST, out, &bytes);
    if (code)
        return code;
    if (is_utf8(*out, bytes))
        return EXIT_DONE;
    complain("%s is neither text in UTF-8 nor sound", path);
    return EXIT_INPUT;
}

static int read_one(struct panel *p, struct ear *ear, const char *path)
{
    if (p->sources == PANEL_SOURCES_MOST)
        return usage_error(p->args->command, "more than %d sources", PANEL_SOURCES_MOST);
    int i = p->sources++;
    bool text = strcmp(path, "-") == 0 || looks_like_text(path);
    int code = text ? read_text(path, &p->text[i]) : hear(p, ear, path, &p->text[i]);
    if (code)
        return code;
    const char *slash = strrchr(path, '/');
    const char *begin = strncmp(p->text[i], "\xef\xbb\xbf", 3) == 0 ? p->text[i] + 3 : p->text[i];
    p->source[i] = (struct ih_source){slash ? slash + 1 : path, begin, strlen(begin)};
    if (begin[strspn(begin, " \t\r\n")])
        return EXIT_DONE;
    complain("%s: there is no word in it", path);
    return EXIT_INPUT;
}

int panel_read_sources(struct panel *p)
{
    const struct args *a = p->args;
    struct ear ear = {0};
    int code = EXIT_DONE;
    for (int i = 0; i < a->given && !code; i++)
        if (strcmp(a->flag[i].name, "sources") == 0)
            code = read_one(p, &ear, a->flag[i].value);
    for (int i = args_has(a, "file") ? 0 : 1; i < a->count && !code; i++) {
        if (!args_has(a, "sources"))
            code = usage_error(a->command,
                "'%.40s' is one argument too many; a prompt of several words stands in quotes",
                a->arg[i]);
        else
            code = read_one(p, &ear, a->arg[i]);
    }
    ih_model_close(&ear.model);
    ih_engine_close(&ear.engine);
    return code;
}
