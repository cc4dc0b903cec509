/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"
#include "cli/transcribe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Standard input, watched so that a signal is noticed while nothing comes. */
static int64_t read_stdin(void *arg, void *buf, size_t n)
{
    const struct work *w = arg;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!w->job.job.cancel) {
        int ready = poll(&p, 1, 100);
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready <= 0)
            continue;
        ssize_t got = read(STDIN_FILENO, buf, n);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
    }
    return 0;
}

static void on_progress(void *arg, double done, double total)
{
    struct recording *r = arg;
    char note[32] = "";
    double seconds = now_seconds() - r->began;
    if (seconds > 0.5)
        snprintf(note, sizeof note, "%.1fx", done / seconds);
    if (total <= 0)
        clock_text(done, note, sizeof note);
    progress_draw(&r->progress, done, total, note);
}

static void on_segment(void *arg, const struct ih_segment *segment)
{
    struct recording *r = arg;
    r->delivered++;
    if (!r->writer)
        return;
    progress_clear(&r->progress);
    if (ih_writer_segment(r->writer, segment, NULL) != IH_OK)
        r->work->job.job.cancel = 1;
}

static unsigned format_flags(const struct work *w)
{
    return (w->request.transcribe.words ? IH_FORMAT_WORDS : 0) |
           (w->request.transcribe.translate ? IH_FORMAT_TRANSLATED : 0);
}

/* Segments go out as they come, except text on a terminal: its lines would be in the way of the
 * progress bar. */
static bool writes_as_it_goes(const struct work *w)
{
    bool text = strcmp(w->format[0]->name, "text") == 0;
    if (w->request.output || w->request.json)
        return false;
    return w->request.stream ? !text : !(text && w->out.is_tty && w->err.is_tty);
}

/* "a/b.wav" is b, and b.wav when another input is b too. */
static void result_name(const struct work *w, const char *input, char *buf, size_t size)
{
    if (strcmp(input, "-") == 0) {
        snprintf(buf, size, "%s", w->request.stream ? "live" : "stdin");
        return;
    }
    const char *base = strrchr(input, '/') ? strrchr(input, '/') + 1 : input;
    const char *dot = strrchr(base, '.');
    size_t stem = dot && dot != base ? (size_t)(dot - base) : strlen(base);
    int same = 0;
    for (int i = 0; i < w->args->count; i++) {
        const char *other = w->args->arg[i];
        other = strrchr(other, '/') ? strrchr(other, '/') + 1 : other;
        const char *end = strrchr(other, '.');
        size_t length = end && end != other ? (size_t)(end - other) : strlen(other);
        same += length == stem && strncmp(other, base, stem) == 0;
    }
    snprintf(buf, size, "%.*s", same > 1 ? (int)strlen(base) : (int)stem, base);
}

static int write_files(const struct recording *r, const struct ih_transcript *t)
{
    const struct work *w = r->work;
    char name[NAME_MAX + 1], file[NAME_MAX + 32], path[PATH_MAX];
    struct ih_error e;
    result_name(w, r->name, name, sizeof name);
    for (int i = 0; i < w->formats; i++) {
        struct output o;
        snprintf(file, sizeof file, "%s.%s", name, w->format[i]->suffix);
        if (!path_join(path, sizeof path, w->request.output, file)) {
            complain("the path is too long: %s", file);
            return EXIT_OUTPUT;
        }
        enum ih_status status = output_file(&o, path, &e);
        if (status == IH_OK) {
            /* What went wrong is told by output_commit(). */
            ih_transcript_write(t, w->format[i]->name, format_flags(w), output_write, &o, NULL);
            status = output_commit(&o, &e);
        }
        if (status != IH_OK) {
            complain("%s", e.text);
            return EXIT_OUTPUT;
        }
    }
    return EXIT_DONE;
}

static void heading(struct recording *r)
{
    char line[PATH_MAX + 32];
    const struct work *w = r->work;
    if (w->args->count < 2 || w->request.output || w->request.json)
        return;
    snprintf(line, sizeof line, "%s==> %s <==\n", r->name == w->args->arg[0] ? "" : "\n", r->name);
    output_write(&r->out, line, strlen(line));
}

/* Hands over what was recognised; an exit code. */
static int write_result(struct recording *r, const struct ih_transcript *t, bool stopped)
{
    struct work *w = r->work;
    int code = EXIT_DONE;
    if (w->request.output)
        code = write_files(r, t);
    if (w->request.json) {
        report_json(r, t, NULL, now_seconds() - r->began, stopped);
    } else if (r->writer) {
        for (int i = r->delivered; i < t->segment_count; i++)
            ih_writer_segment(r->writer, &t->segments[i], NULL);
        ih_writer_finish(r->writer, t, NULL);
    } else if (!w->request.output && !w->request.stream) {
        ih_transcript_write(t, w->format[0]->name, format_flags(w), output_write, &r->out, NULL);
    }
    return code ? code : output_exit(&r->out);
}

/* Options were checked before, so what fails now is the input's fault or the machine's. */
static int exit_for_input(enum ih_status status)
{
    return status == IH_NO_MEMORY || status == IH_INTERNAL ? EXIT_INTERNAL : EXIT_INPUT;
}

static int finish(
    struct recording *r, enum ih_status status, struct ih_transcript *t, struct ih_error *e)
{
    struct work *w = r->work;
    double seconds = now_seconds() - r->began;
    int code = EXIT_DONE;
    progress_clear(&r->progress);
    if (w->request.stream && r->partial_shown)
        live_partial(r, NULL, 0, 0);
    if (r->out.error)
        return output_exit(&r->out);
    if (t) {
        bool stopped = status == IH_CANCELLED && signals_caught();
        code = write_result(r, t, stopped);
        if (code == EXIT_DONE)
            report_footer(r, t, seconds, stopped);
    } else {
        if (r->writer)
            ih_writer_finish(r->writer, NULL, NULL);
        complain("%s%s%s", strstr(e->text, r->name) ? "" : r->name,
            strstr(e->text, r->name) ? "" : ": ", e->text);
        if (w->request.json)
            report_json(r, NULL, e, seconds, false);
        code = exit_for_input(status);
    }
    if (signals_caught())
        return 128 + signals_caught();
    return code;
}

static int transcribe_one(struct work *w, const char *name)
{
    struct recording r = {.work = w, .name = name, .began = now_seconds()};
    struct ih_audio_input input = {.path = name};
    struct ih_transcript *t = NULL;
    struct ih_error e = {0};
    const char *label = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    output_stdout(&r.out);
    if (strcmp(name, "-") == 0)
        input = (struct ih_audio_input){.read = read_stdin, .arg = w};
    input.raw = input.live = w->request.stream;
    heading(&r);
    if (writes_as_it_goes(w) && ih_writer_open(&r.writer, w->format[0]->name, format_flags(w),
                                    output_write, &r.out, &e) != IH_OK) {
        complain("%s", e.text);
        return EXIT_INTERNAL;
    }
    progress_begin(&r.progress, strcmp(label, "-") == 0 ? "standard input" : label,
        !w->request.quiet && !w->request.stream);
    w->job.job.arg = &r;
    w->job.job.progress = on_progress;
    w->job.segment = w->request.stream ? live_segment : on_segment;
    w->job.partial = w->request.stream ? live_partial : NULL;
    enum ih_status status =
        ih_transcribe(&t, w->model, &input, &w->request.transcribe, &w->job, &e);
    int code = finish(&r, status, t, &e);
    ih_writer_close(&r.writer);
    ih_transcript_free(&t);
    return code;
}

int run_transcribe(const struct args *args)
{
    struct work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    signals_watch(&w->job.job.cancel);
    int code = work_open(w, args), worst = EXIT_DONE;
    int inputs = w->request.stream ? 1 : args->count;
    for (int i = 0; code == EXIT_DONE && i < inputs; i++) {
        code = transcribe_one(w, w->request.stream ? "-" : args->arg[i]);
        if (code == EXIT_INPUT) {
            worst = EXIT_INPUT;
            code = EXIT_DONE;
        }
    }
    work_close(w);
    free(w);
    return code ? code : worst;
}
