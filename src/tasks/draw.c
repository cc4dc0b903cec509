/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/draw.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROMPT_BYTES = 16384, STEPS_MOST = 1000, GUIDANCE_MOST = 50 };

void draw_warn(struct drawing *d, const char *format, ...)
{
    char text[512];
    va_list args;
    if (!d->job->warning)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->job->warning(d->job->job.arg, text);
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == 0;
}

static enum ih_status check_text(const char *what, const char *text, struct ih_error *e)
{
    size_t n = strlen(text);
    if (n > PROMPT_BYTES)
        return err_set(e, IH_INVALID, "the %s has %zu bytes; at most %d are taken", what, n,
            (int)PROMPT_BYTES);
    if (!utf8_valid(text, n))
        return err_set(e, IH_INVALID, "the %s is not UTF-8", what);
    return IH_OK;
}

static enum ih_status choose_text(struct drawing *d, struct ih_error *e)
{
    const struct ih_draw_options *o = d->options;
    if (is_blank(o->prompt))
        return err_set(e, IH_INVALID, "there is nothing to draw: the prompt is empty");
    enum ih_status status = check_text("prompt", o->prompt, e);
    if (!status && o->negative)
        status = check_text("negative prompt", o->negative, e);
    d->request.prompt = o->prompt;
    d->request.negative = is_blank(o->negative) ? NULL : o->negative;
    return status;
}

/* Comparisons are written so that what is no number fails them. */
static enum ih_status choose_numbers(struct drawing *d, struct ih_error *e)
{
    const struct ih_draw_options *o = d->options;
    if (o->steps < 0 || o->steps > STEPS_MOST)
        return err_set(e, IH_INVALID, "steps must be 1 to %d, not %d", (int)STEPS_MOST, o->steps);
    if (!(o->guidance == 0 || (o->guidance >= 1 && o->guidance <= GUIDANCE_MOST)))
        return err_set(e, IH_INVALID, "guidance must be 1 (none) to %d, not %g", (int)GUIDANCE_MOST,
            (double)o->guidance);
    if (!(o->strength >= 0 && o->strength <= 1))
        return err_set(e, IH_INVALID, "strength must be 0 to 1, not %g", (double)o->strength);
    d->request.steps = o->steps ? o->steps : d->limits.steps;
    d->request.guidance = o->guidance > 0 ? o->guidance : d->limits.guidance;
    d->request.strength = o->strength;
    d->request.seed = o->seed;
    if (d->request.negative && !(d->request.guidance > 1))
        draw_warn(d, "without guidance the negative prompt does nothing; %s takes guidance above 1",
            d->model->name);
    return IH_OK;
}

static enum ih_status stopped(const struct drawing *d, struct ih_error *e)
{
    const struct ih_job *job = &d->job->job;
    if (job->cancel)
        return err_set(e, IH_CANCELLED, "stopped");
    if (job->deadline > 0 && clock_seconds() > job->deadline)
        return err_set(e, IH_CANCELLED, "stopped: the time allowed is over");
    return IH_OK;
}

static int on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct drawing *d = arg;
    struct ih_draw_job *job = d->job;
    if (job->step)
        job->step(job->job.arg, done, total, d->options->preview ? preview : NULL);
    if (job->job.progress)
        job->job.progress(job->job.arg, done, total);
    return stopped(d, NULL) != IH_OK;
}

static enum ih_status paint(struct drawing *d, struct ih_picture *out, struct ih_error *e)
{
    struct painter_session *session = NULL;
    d->request.preview = d->options->preview;
    d->request.step = on_step;
    d->request.arg = d;
    d->request.cut = &d->cut;
    if (d->job->job.progress)
        d->job->job.progress(d->job->job.arg, 0, d->request.steps);
    enum ih_status status = d->painter->open(&session, d->model, e);
    if (!status)
        status = stopped(d, e);
    if (!status)
        status = d->painter->paint(session, &d->request, &d->job->job.cancel, out, e);
    if (session)
        d->painter->close(&session);
    /* The step that was refused says why. */
    if (status == IH_CANCELLED)
        stopped(d, e);
    if (!status &&
        (!out->rgb || out->width != d->request.width || out->height != d->request.height))
        status = err_set(e, IH_INTERNAL, "%s gave a picture of the wrong size", d->model->name);
    if (status)
        ih_picture_free(out);
    return status;
}

enum ih_status draw_run(struct drawing *d, struct ih_picture *out, struct ih_error *e)
{
    *out = (struct ih_picture){0};
    d->painter->limits(d->model, &d->limits);
    enum ih_status status = choose_text(d, e);
    if (!status)
        status = choose_numbers(d, e);
    if (!status)
        status = draw_choose_size(d, e);
    if (!status)
        status = draw_prepare_references(d, e);
    if (!status)
        status = paint(d, out, e);
    if (!status && d->cut)
        draw_warn(d, "%s takes in about %d words of a prompt; what comes after them was not seen",
            d->model->name, d->limits.words);
    for (int i = 0; d->image && i < d->request.images; i++)
        ih_picture_free(&d->image[i]);
    free(d->image);
    ih_picture_free(&d->mask);
    return status;
}
