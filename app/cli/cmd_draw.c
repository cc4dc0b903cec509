/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/draw.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct draw_work *w = arg;
    struct ih_error e;
    char note[48];
    double now = now_seconds();
    snprintf(note, sizeof note, "step %d/%d  %.2f s", done, total, now - w->step_began);
    if (preview && w->screen.way != SCREEN_OFF) {
        progress_clear(&w->progress);
        screen_draw(&w->screen, preview);
    }
    if (preview && w->request.preview_file && !w->preview_failed &&
        picture_write(w->request.preview_file, NULL, preview, w->request.quality, NULL, &e)) {
        w->preview_failed = true; /* said once; the drawing goes on */
        progress_clear(&w->progress);
        complain("%s", e.text);
    }
    progress_draw(&w->progress, done, total, note);
    w->step_began = now_seconds();
}

/* The weights are prepared before the first step, which can take a while. */
static void on_progress(void *arg, double done, double total)
{
    struct draw_work *w = arg;
    if (done <= 0)
        progress_draw(&w->progress, done, total, "");
}

static void on_warning(void *arg, const char *text)
{
    struct draw_work *w = arg;
    if (w->request.quiet)
        return;
    progress_clear(&w->progress);
    fprintf(stderr, "%s%s%s\n", style(&w->err, STYLE_YELLOW), text, style_end(&w->err));
}

/* Puts a finished picture where it belongs; an exit code. */
static int keep(struct draw_work *w, const char *path, const struct ih_picture *p,
    const char *prompt, uint64_t seed, struct ih_error *e)
{
    char *note = draw_note(w, p, prompt, seed);
    int code = EXIT_INTERNAL;
    if (note)
        code = draw_write(w, path, p, note, e);
    else
        fail(e, IH_NO_MEMORY, "not enough memory");
    if (!code && w->request.sheet)
        code = sheet_add(&w->sheet, p, prompt, e) ? EXIT_INTERNAL : EXIT_DONE;
    free(note);
    return code;
}

static int draw_one(struct draw_work *w, int i, struct ih_error *e)
{
    char path[PATH_MAX], label[64];
    const char *prompt = w->prompt[i / w->request.count];
    uint64_t seed = w->seed + (uint64_t)(i % w->request.count);
    int total = w->prompts * w->request.count;
    struct ih_picture p = {0};
    if (!draw_path(w, i, path)) {
        fail(e, IH_INVALID, "the path is too long: %.80s...", w->stem);
        return EXIT_USAGE;
    }
    if (w->request.resume && w->to_files && access(path, F_OK) == 0) {
        w->skipped++;
        return EXIT_DONE;
    }
    snprintf(label, sizeof label, total > 1 ? "drawing %d/%d" : "drawing", i + 1, total);
    progress_begin(&w->progress, label, !w->request.quiet);
    w->request.draw.prompt = prompt;
    w->request.draw.seed = seed;
    w->began = w->step_began = now_seconds();
    enum ih_status status = ih_draw(&p, w->model, &w->request.draw, &w->job, e);
    progress_clear(&w->progress);
    int code = exit_for_model(status);
    if (!status) {
        screen_draw(&w->screen, &p);
        code = keep(w, path, &p, prompt, seed, e);
    }
    screen_end(&w->screen);
    if (w->request.json && (code || !signals_caught()))
        draw_json(w, path, &p, prompt, seed, code ? e : NULL);
    else if (!code)
        draw_footer(w, path, &p, seed);
    ih_picture_free(&p);
    w->done += !code;
    return code;
}

/* A prompt of a batch that cannot be drawn does not keep the others from it. */
static int draw_all(struct draw_work *w)
{
    int total = w->prompts * w->request.count, code = EXIT_DONE;
    for (int i = 0; i < total && !code; i++) {
        struct ih_error e = {0};
        code = draw_one(w, i, &e);
        if (code && signals_caught())
            break;
        if (code && code != EXIT_PIPE && w->prompts > 1)
            complain("prompt %d: %s", i / w->request.count + 1, e.text);
        else if (code && code != EXIT_PIPE)
            complain("%s", e.text);
        if (code == EXIT_USAGE && w->prompts > 1) {
            w->failed++;
            code = EXIT_DONE;
        }
    }
    return code ? code : w->failed ? EXIT_INPUT : EXIT_DONE;
}

static int write_sheet(struct draw_work *w)
{
    struct ih_picture p;
    struct ih_error e;
    enum ih_status status = sheet_picture(&w->sheet, w->request.columns, &p, &e);
    int code = status == IH_NO_MEMORY ? EXIT_INTERNAL : status ? EXIT_USAGE : EXIT_DONE;
    if (!code)
        code = picture_write(w->request.sheet, NULL, &p, w->request.quality, NULL, &e);
    if (code)
        complain("%s", e.text);
    else if (!w->request.quiet)
        fprintf(stderr, "%s%d pictures on %s%s\n", style(&w->err, STYLE_DIM), w->sheet.count,
            w->request.sheet, style_end(&w->err));
    ih_picture_free(&p);
    return code;
}

int run_draw(const struct args *args)
{
    struct draw_work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    signals_watch(&w->job.job.cancel);
    w->job.job.arg = w;
    w->job.job.progress = on_progress;
    w->job.step = on_step;
    w->job.warning = on_warning;
    int code = draw_open(w, args);
    if (!code) {
        code = draw_all(w);
        if (w->request.sheet && w->sheet.count) {
            int wrote = write_sheet(w);
            code = code ? code : wrote;
        }
        if (w->skipped && !w->request.quiet)
            fprintf(stderr, "%s%d there already%s\n", style(&w->err, STYLE_DIM), w->skipped,
                style_end(&w->err));
        if (signals_caught() && !w->request.quiet)
            fprintf(stderr, "%sstopped; %d of %d drawn%s\n", style(&w->err, STYLE_YELLOW), w->done,
                w->prompts * w->request.count, style_end(&w->err));
    }
    draw_close(w);
    free(w);
    return signals_caught() ? 128 + signals_caught() : code;
}
