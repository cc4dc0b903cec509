/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to a text, a place for the sound and an open model. */
#include "cli/input.h"
#include "cli/speak.h"
#include "cli/used.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_LIMIT = 64 << 20, LEXICON_LIMIT = 4 << 20 };

static int read_flags(struct speech_work *w)
{
    const struct args *a = w->args;
    struct ih_error e;
    ih_request_defaults(&w->request, IH_SPEAK);
    for (int i = 0; i < a->given; i++)
        if (ih_option_set(&w->request, a->flag[i].name, a->flag[i].value, IH_ON_COMMAND_LINE, &e))
            return usage_error(a->command, "%s", e.text);
    w->request.speak.words = w->request.captions != NULL;
    w->request.speak.voice_files = true;
    return EXIT_DONE;
}

/* The arguments with a space between them, or what they name. */
static int read_text(struct speech_work *w)
{
    const struct args *a = w->args;
    size_t n = 1;
    if (w->request.file && a->count)
        return usage_error(a->command, "give a text or --file, not both");
    if (w->request.file || (a->count == 1 && strcmp(a->arg[0], "-") == 0))
        return input_whole(
            w->request.file ? w->request.file : "-", TEXT_LIMIT, &w->text, &w->bytes);
    if (a->count == 0)
        return usage_error(a->command, "give a text to speak, -f FILE, or - for standard input");
    for (int i = 0; i < a->count; i++)
        n += strlen(a->arg[i]) + 1;
    w->text = calloc(1, n);
    if (!w->text)
        return EXIT_INTERNAL;
    for (int i = 0; i < a->count; i++)
        w->bytes +=
            (size_t)snprintf(w->text + w->bytes, n - w->bytes, "%s%s", i ? " " : "", a->arg[i]);
    return EXIT_DONE;
}

static int read_lexicon(struct speech_work *w)
{
    size_t bytes;
    if (!w->request.speak.lexicon)
        return EXIT_DONE;
    int code = input_whole(w->request.speak.lexicon, LEXICON_LIMIT, &w->lexicon, &bytes);
    w->request.speak.lexicon = w->lexicon;
    return code;
}

static int choose_format(struct speech_work *w)
{
    struct ih_error e;
    const char *name = w->request.format, *file = w->request.output;
    if (!name && file && strcmp(file, "-") != 0) {
        const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
        const char *dot = strrchr(base, '.');
        if (!dot || dot == base)
            return usage_error(w->args->command,
                "%.300s has no ending that names a format; give --format wav, mp3, opus ...", file);
        name = dot + 1;
    }
    w->format = ih_audio_format_find(name ? name : "wav", &e);
    return w->format ? EXIT_DONE : usage_error(w->args->command, "%s", e.text);
}

/* speech.wav, or speech-2.wav where that is there: a name nobody chose overwrites nothing. */
static void choose_name(struct speech_work *w)
{
    for (int i = 1; i < 10000; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        snprintf(w->path, sizeof w->path, "speech%s.%s", number, w->format->suffix);
        if (access(w->path, F_OK) != 0)
            return;
    }
}

static int choose_output(struct speech_work *w)
{
    const char *file = w->request.output;
    int code = choose_format(w);
    if (code)
        return code;
    if (file && strcmp(file, "-") == 0) {
        w->to_stdout = true;
    } else if (file) {
        w->to_file = true;
        if (snprintf(w->path, sizeof w->path, "%s", file) >= (int)sizeof w->path)
            return usage_error(w->args->command, "the path is too long: %.80s...", file);
    } else if (!w->request.play) {
        w->to_stdout = !w->out.is_tty && !w->request.json;
        w->to_file = !w->to_stdout;
        if (w->to_file)
            choose_name(w);
    }
    if (w->to_stdout && w->request.json)
        return usage_error(
            w->args->command, "--json needs --output FILE: standard output is the sound");
    return EXIT_DONE;
}

/* Nothing is said when it cannot be written: the encoder is tried with nowhere to write to. */
static int drop(void *arg, const void *data, size_t n)
{
    (void)arg, (void)data, (void)n;
    return 0;
}

static int open_outputs(struct speech_work *w)
{
    struct ih_error e;
    struct ih_audio_sink nowhere = {.write = drop};
    struct ih_audio_writer_options o = {.format = w->format->name,
        .rate = ih_speak_rate(w->model),
        .bit_rate = w->request.bit_rate};
    struct ih_audio_writer *trial;
    if (w->to_file || w->to_stdout) {
        if (ih_audio_writer_open(&trial, &nowhere, &o, &e) != IH_OK) {
            complain("%s", e.text);
            return e.code == IH_INVALID ? EXIT_USAGE : EXIT_OUTPUT;
        }
        ih_audio_writer_close(&trial);
    }
    enum ih_status status = IH_OK;
    if (w->to_file)
        status = output_file(&w->sound, w->path, &e);
    if (!status && w->request.captions)
        status = captions_open(&w->captions, w->request.captions, &e);
    if (!status && w->request.play)
        status = player_open(&w->player, o.rate, &w->job.job.cancel, &e);
    if (status)
        complain("%s", e.text);
    return status == IH_INVALID ? EXIT_USAGE : status ? EXIT_OUTPUT : EXIT_DONE;
}

static int open_one(struct speech_work *w, struct ih_model **out, struct model_entry *entry,
    const char *name, enum ih_status (*other)(struct model_entry *, struct ih_error *))
{
    struct ih_error e = {0};
    struct ih_model_options model = {.compute = (enum ih_compute)w->request.compute};
    enum ih_status status = name && *name && strcmp(name, "auto") != 0
                                ? model_locate(entry, name, &e)
                                : other(entry, &e);
    if (!status)
        status = ih_model_open(out, w->engine, entry->path, &model, &e);
    if (status)
        complain("%s", e.text);
    else
        model_used(entry);
    return exit_for_model(status);
}

/* Takes "de" and "German". */
static int choose_language(struct speech_work *w)
{
    const char *given = w->request.speak.language;
    const char *const *codes;
    if (!given || strcmp(given, "auto") == 0)
        return EXIT_DONE;
    int n = ih_speak_languages(w->model, &codes);
    size_t length = strcspn(given, "-_");
    for (int i = 0; i < n; i++) {
        const char *name = ih_language_name(codes[i]);
        if (name && strcasecmp(name, given) == 0)
            w->request.speak.language = codes[i];
        if ((name && strcasecmp(name, given) == 0) ||
            (strncasecmp(codes[i], given, length) == 0 && strchr("-_", codes[i][length])))
            return EXIT_DONE;
    }
    return usage_error(w->args->command, "%s does not speak '%.40s'; it speaks %d language%s: %s%s",
        ih_model_name(w->model), given, n, n == 1 ? "" : "s", n > 0 ? codes[0] : "none",
        n > 1 ? " ..." : "");
}

/* The program's own; without it a text needs espeak-ng. */
static int open_speller(struct speech_work *w)
{
    struct ih_error e;
    struct model_entry entry;
    if (!speller_locate(&entry))
        return EXIT_DONE;
    enum ih_status status = ih_model_open(&w->speller, w->engine, entry.path, NULL, &e);
    if (status)
        complain("%s", e.text);
    w->request.speak.speller = w->speller;
    return exit_for_model(status);
}

static int open_models(struct speech_work *w)
{
    struct ih_error e;
    struct ih_engine_options engine = {.threads = w->request.threads, .tier = w->request.tier};
    if (ih_engine_open(&w->engine, &engine, &e) != IH_OK) {
        complain("%s", e.text);
        return exit_for_model(e.code);
    }
    int code = open_one(w, &w->model, &w->entry, w->request.model, model_default_voice);
    if (!code && !ih_speak_rate(w->model)) {
        complain("%s cannot speak", ih_model_name(w->model));
        return EXIT_MODEL;
    }
    if (!code)
        code = open_speller(w);
    if (!code && w->request.checker)
        code = open_one(w, &w->checker, &w->checker_entry, w->request.checker, model_default);
    w->request.speak.check = w->checker;
    return code ? code : choose_language(w);
}

int speak_open(struct speech_work *w, const struct args *args)
{
    w->args = args;
    terminal_init(&w->out, stdout);
    terminal_init(&w->err, stderr);
    output_stdout(&w->sound);
    waveform_init(&w->waveform);
    w->player.fd = -1;
    int code = read_flags(w);
    if (!code)
        code = choose_output(w);
    if (!code)
        code = read_text(w);
    if (!code)
        code = read_lexicon(w);
    if (!code && voices_folder(w->profiles, sizeof w->profiles))
        w->request.speak.profiles = w->profiles;
    if (!code)
        code = open_models(w);
    return code ? code : open_outputs(w);
}

void speak_close(struct speech_work *w)
{
    player_close(&w->player, true, NULL);
    ih_audio_writer_close(&w->writer);
    output_discard(&w->sound);
    captions_finish(&w->captions, false, NULL);
    ih_model_close(&w->checker);
    ih_model_close(&w->speller);
    ih_model_close(&w->model);
    ih_engine_close(&w->engine);
    free(w->waiting);
    free(w->text);
    free(w->lexicon);
}
