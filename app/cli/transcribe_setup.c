/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an open model. */
#include "cli/transcribe.h"

#include "cli/used.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int read_flags(struct work *w)
{
    const struct args *a = w->args;
    struct ih_error e;
    size_t room = 1;
    for (int i = 0; i < a->given; i++)
        if (strcmp(a->flag[i].name, "format") == 0)
            room += strlen(a->flag[i].value) + 1;
    w->format_list = calloc(1, room);
    if (!w->format_list)
        return EXIT_INTERNAL;
    ih_request_defaults(&w->request, IH_TRANSCRIBE);
    w->request.transcribe.vad = "auto";
    for (int i = 0; i < a->given; i++) {
        if (ih_option_set(&w->request, a->flag[i].name, a->flag[i].value, IH_ON_COMMAND_LINE, &e))
            return usage_error(a->command, "%s", e.text);
        if (strcmp(a->flag[i].name, "format") != 0)
            continue;
        if (*w->format_list)
            strcat(w->format_list, ",");
        strcat(w->format_list, a->flag[i].value);
    }
    return EXIT_DONE;
}

static int read_formats(struct work *w)
{
    char *rest = NULL;
    for (char *name = strtok_r(w->format_list, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest)) {
        const struct ih_format *f = ih_format_find(name, NULL);
        bool known = false;
        for (int i = 0; i < w->formats; i++)
            known = known || w->format[i] == f;
        if (f && !known && w->formats < FORMATS_MAX)
            w->format[w->formats++] = f;
    }
    if (w->formats == 0)
        w->format[w->formats++] = ih_format_find("text", NULL);
    const struct args *a = w->args;
    if (w->request.output || w->request.json)
        return EXIT_DONE;
    if (w->formats > 1)
        return usage_error(a->command, "several formats at once need --output DIR");
    if (a->count > 1 && strcmp(w->format[0]->name, "text") != 0)
        return usage_error(
            a->command, "several recordings as %s need --output DIR", w->format[0]->name);
    return EXIT_DONE;
}

static int check_inputs(struct work *w)
{
    const struct args *a = w->args;
    int pipes = 0;
    if (w->request.stream) {
        if (a->count > 1 || (a->count == 1 && strcmp(a->arg[0], "-") != 0))
            return usage_error(a->command, "--stream reads standard input and no files");
        return EXIT_DONE;
    }
    if (a->count == 0)
        return usage_error(a->command, "name a recording, or - for standard input");
    for (int i = 0; i < a->count; i++)
        pipes += strcmp(a->arg[i], "-") == 0;
    if (pipes > 1)
        return usage_error(a->command, "standard input can be read only once");
    return EXIT_DONE;
}

/* --phrases names a file with a phrase a line, or holds them with commas between them. */
static int read_phrases(struct work *w)
{
    const char *given = w->request.transcribe.phrases;
    enum { LONGEST = 1 << 20 };
    struct stat st;
    if (!given)
        return EXIT_DONE;
    if (stat(given, &st) == 0 && S_ISREG(st.st_mode)) {
        FILE *f = st.st_size <= LONGEST ? fopen(given, "rb") : NULL;
        w->phrases = calloc(1, (size_t)(st.st_size <= LONGEST ? st.st_size : 0) + 1);
        size_t n = f && w->phrases ? fread(w->phrases, 1, (size_t)st.st_size, f) : 0;
        if (f)
            fclose(f);
        if (n != (size_t)st.st_size)
            return usage_error(w->args->command, "the phrases in %s cannot be read: %s", given,
                st.st_size > LONGEST ? "it is larger than a megabyte" : strerror(errno));
    } else {
        w->phrases = strdup(given);
        for (char *p = w->phrases; p && *p; p++)
            *p = *p == ',' ? '\n' : *p;
    }
    w->request.transcribe.phrases = w->phrases;
    return w->phrases ? EXIT_DONE : EXIT_INTERNAL;
}

/* "auto" is the program's own detector where it is there; asked for by name it must be. */
static int choose_vad(struct work *w)
{
    const char **vad = &w->request.transcribe.vad;
    struct stat st;
    struct ih_error e;
    struct model_entry entry;
    if (strcmp(*vad, "off") == 0 || strcmp(*vad, "none") == 0 || strcmp(*vad, "false") == 0) {
        if (w->request.stream)
            return usage_error(w->args->command, "--stream cannot work with --vad=off");
        *vad = NULL;
        return EXIT_DONE;
    }
    if (strcmp(*vad, "auto") == 0 || strcmp(*vad, "on") == 0) {
        bool found = vad_locate(w->vad, sizeof w->vad);
        *vad = found ? w->vad : NULL;
        if (found || !(args_has(w->args, "vad") || w->request.stream))
            return EXIT_DONE;
        complain("the voice activity model vad-1 is not here; name a file with --vad=FILE");
        return EXIT_MODEL;
    }
    if (stat(*vad, &st) == 0 && !S_ISDIR(st.st_mode))
        return EXIT_DONE;
    if (model_locate(&entry, *vad, &e) == IH_OK &&
        path_join(w->vad, sizeof w->vad, entry.path, "model.safetensors") &&
        stat(w->vad, &st) == 0) {
        *vad = w->vad;
        return EXIT_DONE;
    }
    complain("there is no voice activity model at %s", *vad);
    return EXIT_MODEL;
}

/* Takes "de" and "German"; a language that the model does not know is a sentence. */
static int choose_language(struct work *w)
{
    const char *given = w->request.transcribe.language;
    const char *const *codes;
    if (!given || strcmp(given, "auto") == 0)
        return EXIT_DONE;
    int n = ih_model_languages(w->model, &codes);
    enum { NAMES = 128 };
    const char *names[NAMES + 1];
    int known = 0;
    for (int i = 0; i < n && i < NAMES; i++) {
        const char *name = ih_language_name(codes[i]);
        if (strcasecmp(codes[i], given) == 0 || (name && strcasecmp(name, given) == 0)) {
            w->request.transcribe.language = codes[i];
            return EXIT_DONE;
        }
        if (name)
            names[known++] = name;
    }
    names[known] = NULL;
    const char *close = strlen(given) > 2 ? ih_closest(given, names) : NULL;
    if (close)
        return usage_error(w->args->command,
            "%s does not know the language '%.40s'; did you mean "
            "'%s'?",
            ih_model_name(w->model), given, close);
    return usage_error(w->args->command, "%s does not know the language '%.40s'; it knows %d: %s%s",
        ih_model_name(w->model), given, n, n > 0 ? codes[0] : "none", n > 1 ? " ..." : "");
}

static int open_model(struct work *w)
{
    struct ih_error e = {0};
    const char *name = w->request.model;
    enum ih_status status =
        name && *name ? model_locate(&w->entry, name, &e) : model_default(&w->entry, &e);
    if (status) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    struct ih_engine_options engine = {.threads = w->request.threads, .tier = w->request.tier};
    struct ih_model_options model = {.compute = (enum ih_compute)w->request.compute};
    status = ih_engine_open(&w->engine, &engine, &e);
    if (!status)
        status = ih_model_open(&w->model, w->engine, w->entry.path, &model, &e);
    if (status) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    model_used(&w->entry);
    if (!name && w->entry.place == PLACE_USER && !w->request.quiet)
        fprintf(
            stderr, "%susing %s%s\n", style(&w->err, STYLE_DIM), w->entry.name, style_end(&w->err));
    return EXIT_DONE;
}

int work_open(struct work *w, const struct args *args)
{
    struct ih_error e;
    memset(w, 0, sizeof *w);
    w->args = args;
    terminal_init(&w->out, stdout);
    terminal_init(&w->err, stderr);
    int code = read_flags(w);
    if (!code)
        code = read_formats(w);
    if (!code)
        code = check_inputs(w);
    if (!code)
        code = read_phrases(w);
    if (!code)
        code = choose_vad(w);
    if (!code && w->request.output && make_folders(w->request.output, &e) != IH_OK) {
        complain("%s", e.text);
        code = EXIT_OUTPUT;
    }
    if (!code)
        code = open_model(w);
    if (!code)
        code = choose_language(w);
    return code;
}

void work_close(struct work *w)
{
    ih_model_close(&w->model);
    ih_engine_close(&w->engine);
    free(w->format_list);
    free(w->phrases);
}
