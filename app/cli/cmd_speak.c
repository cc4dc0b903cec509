/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"
#include "cli/speak.h"

#include <stdio.h>
#include <stdlib.h>

static void on_progress(void *arg, double done, double total)
{
    struct speech_work *w = arg;
    char note[32] = "";
    double seconds = now_seconds() - w->began;
    if (seconds > 0.5 && w->writer)
        snprintf(note, sizeof note, "%.1fx", ih_audio_writer_seconds(w->writer) / seconds);
    progress_draw(&w->progress, done, total, note);
}

static void on_warning(void *arg, const char *text)
{
    struct speech_work *w = arg;
    if (w->request.quiet)
        return;
    progress_clear(&w->progress);
    fprintf(stderr, "%s%s%s\n", style(&w->err, STYLE_YELLOW), text, style_end(&w->err));
}

/* What a failure of the job means; what the callbacks could not do comes first. */
static int explain(struct speech_work *w, enum ih_status status, const struct ih_error *e)
{
    int code = output_exit(&w->sound);
    if (code)
        return code;
    complain("%s", w->failure.code ? w->failure.text : e->text);
    return w->failure.code ? EXIT_OUTPUT : exit_for_model(status);
}

static int speak_all(struct speech_work *w)
{
    struct ih_error e = {0};
    double seconds = 0;
    w->began = now_seconds();
    progress_begin(&w->progress, "speaking", !w->request.quiet);
    w->job.job.arg = w;
    w->job.job.progress = on_progress;
    w->job.audio = speak_audio;
    w->job.sentence = speak_sentence;
    w->job.warning = on_warning;
    enum ih_status status =
        ih_speak(w->model, w->text, w->bytes, &w->request.speak, &w->job, &seconds, &e);
    bool stopped = status == IH_CANCELLED && signals_caught();
    bool keep = status == IH_OK || (stopped && seconds > 0);
    progress_clear(&w->progress);
    int code = status && !stopped ? explain(w, status, &e) : EXIT_DONE;
    int ended = speak_finish(w, keep, stopped);
    code = code ? code : ended;
    if (code && !e.code)
        e = w->failure;
    if (w->request.json)
        speak_json(w, seconds, stopped, code ? &e : NULL);
    else if (!code)
        speak_footer(w, seconds, stopped);
    return !code && signals_caught() ? 128 + signals_caught() : code;
}

int run_speak(const struct args *args)
{
    struct speech_work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    signals_watch(&w->job.job.cancel);
    int code = speak_open(w, args);
    if (!code)
        code = speak_all(w);
    speak_close(w);
    free(w);
    return code;
}
