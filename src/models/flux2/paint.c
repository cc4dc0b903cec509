/* SPDX-License-Identifier: Apache-2.0 */
/* The family's painter: from a prompt and pictures to a picture. */
#include "models/flux2/flux2.h"

#include "base/rng.h"
#include "nn/pixels.h"

#include <stdlib.h>
#include <string.h>

static void limits(const struct model *base, struct ih_draw_limits *out)
{
    const struct flux2 *m = (const struct flux2 *)base;
    *out = (struct ih_draw_limits){
        .width = 1024,
        .height = 1024,
        .multiple = vae_multiple(m->vae),
        .side_least = 64,
        .side_most = 4096,
        .pixels_most = 2 * 1024 * 1024,
        .steps = m->distilled ? 4 : 50,
        .guidance = m->distilled ? 1.0f : 4.0f,
        .references = FLUX2_REFERENCES,
        .words = 350,
    };
}

static enum ih_status session_open(
    struct painter_session **out, struct model *base, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a job");
    (*out)->model = (struct flux2 *)base;
    enum ih_status status = device_fork(&(*out)->device, base->device, e);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

static void session_close(struct painter_session **s)
{
    if (!*s)
        return;
    flux2_forget(&(*s)->positive);
    flux2_forget(&(*s)->negative);
    device_close(&(*s)->device);
    arena_free(&(*s)->arena);
    free(*s);
    *s = NULL;
}

/* Without guidance, and for a distilled model, nothing is kept out. The text encoder is packed once
 * for both prompts. */
static enum ih_status read_prompts(struct painter_session *s, const struct painting_request *r,
    const volatile int *cancel, struct ih_error *e)
{
    bool guided = r->guidance > 1 && !s->model->distilled;
    const char *negative = r->negative ? r->negative : "";
    bool known =
        flux2_knows(&s->positive, r->prompt) && (!guided || flux2_knows(&s->negative, negative));
    enum ih_status status = known ? IH_OK : part_take(&s->model->text.base, e);
    if (status)
        return status;
    status = flux2_read(s, &s->positive, r->prompt, cancel, e);
    if (!status && guided)
        status = flux2_read(s, &s->negative, negative, cancel, e);
    if (!known)
        part_give(&s->model->text.base, false);
    if (!guided)
        flux2_forget(&s->negative);
    if (!status && r->cut)
        *r->cut = s->positive.cut;
    return status;
}

static int64_t patches(const struct flux2_painting *p, const struct ih_picture *x)
{
    int64_t patch = vae_multiple(p->s->model->vae);
    return x->width / patch * (x->height / patch);
}

static enum ih_status encode(
    struct flux2_painting *p, float *latents, const struct ih_picture *x, struct ih_error *e)
{
    struct arena_mark mark = arena_mark(&p->s->arena);
    struct vae_job job = {.cancel = p->cancel};
    float *rgb = flux2_to_floats(&p->s->arena, x);
    enum ih_status status =
        rgb ? vae_encode(p->s->model->vae, latents, rgb, x->width, x->height, &job, e)
            : err_memory(e, "a picture to go by");
    arena_rewind(&p->s->arena, mark);
    return status;
}

/* The first picture may be where the drawing starts. What is drawn into it behind a mask goes by it
 * as well, so that it fits (as diffusers' Flux2KleinInpaintPipeline has it); else only the others
 * are references. */
static enum ih_status read_pictures(struct flux2_painting *p, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    int64_t channels = p->s->model->flow.net.config.in;
    float *to = p->latents + p->drawn * channels;
    enum ih_status status = IH_OK;
    if (p->start)
        status = encode(p, p->start, &r->image[0], e);
    for (int i = p->first_seen; i < r->images && !status; i++) {
        if (i == 0 && p->start)
            memcpy(to, p->start, (size_t)(p->drawn * channels) * sizeof *to);
        else
            status = encode(p, to, &r->image[i], e);
        to += patches(p, &r->image[i]) * channels;
    }
    if (p->mask)
        flux2_shrink_mask(p->mask, r->mask, vae_multiple(p->s->model->vae));
    return status;
}

static enum ih_status check_picture(
    const struct flux2_painting *p, const struct ih_picture *x, bool same, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    int patch = vae_multiple(p->s->model->vae);
    if (x->width < patch || x->height < patch || x->width % patch || x->height % patch)
        return err_set(e, IH_INVALID, "a picture to go by is %dx%d, not in multiples of %d",
            x->width, x->height, patch);
    if (same && (x->width != r->width || x->height != r->height))
        return err_set(e, IH_INVALID, "the first picture is %dx%d, the drawing %dx%d", x->width,
            x->height, r->width, r->height);
    return IH_OK;
}

/* Sizes, and memory for all that lies between the steps. */
static enum ih_status begin(struct flux2_painting *p, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    struct arena *a = &p->s->arena;
    size_t channels = (size_t)p->s->model->flow.net.config.in;
    bool start = r->images > 0 && (r->strength < 1 || r->mask);
    int patch = vae_multiple(p->s->model->vae);
    p->rows = r->height / patch;
    p->columns = r->width / patch;
    p->drawn = p->rows * p->columns;
    p->first_seen = start && !r->mask ? 1 : 0;
    for (int i = 0; i < r->images; i++) {
        enum ih_status status = check_picture(p, &r->image[i], start && i == 0, e);
        if (status)
            return status;
        p->seen += i < p->first_seen ? 0 : patches(p, &r->image[i]);
    }
    size_t one = (size_t)p->drawn * channels * sizeof(float);
    p->latents = arena_alloc(a, one + (size_t)p->seen * channels * sizeof(float));
    p->noise = arena_alloc(a, one);
    p->start = start ? arena_alloc(a, one) : NULL;
    p->mask = start && r->mask ? arena_alloc(a, (size_t)p->drawn * sizeof *p->mask) : NULL;
    if (!p->latents || !p->noise || (start && !p->start) || (start && r->mask && !p->mask))
        return err_memory(e, "a picture");
    uint64_t state = r->seed;
    if (p->s->noise)
        memcpy(p->noise, p->s->noise, one);
    else
        rng_normal(&state, p->noise, p->drawn * (int64_t)channels);
    return IH_OK;
}

static enum ih_status decode(struct flux2_painting *p, struct ih_picture *out, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    struct vae_job job = {.cancel = p->cancel};
    int width = r->width, height = r->height;
    float *rgb = arena_alloc(&p->s->arena, (size_t)width * (size_t)height * 3 * sizeof *rgb);
    if (!rgb)
        return err_memory(e, "a picture");
    enum ih_status status = vae_decode(p->s->model->vae, rgb, p->latents, width, height, &job, e);
    if (!status && p->s->watch)
        p->s->watch(
            p->s->watch_arg, "decoded", 0, tensor_2d(rgb, DT_F32, (int64_t)width * height, 3));
    if (!status)
        status = flux2_to_picture(out, rgb, width, height, e);
    if (!status && p->mask)
        pixels_compose(out, &r->image[0], r->mask);
    return status;
}

static enum ih_status copy_picture(
    struct ih_picture *out, const struct ih_picture *p, struct ih_error *e)
{
    size_t bytes = (size_t)p->width * (size_t)p->height * 3;
    uint8_t *rgb = malloc(bytes);
    if (!rgb)
        return err_memory(e, "a picture");
    memcpy(rgb, p->rgb, bytes);
    *out = (struct ih_picture){p->width, p->height, rgb};
    return IH_OK;
}

static enum ih_status paint(struct painter_session *s, const struct painting_request *r,
    const volatile int *cancel, struct ih_picture *out, struct ih_error *e)
{
    struct arena_mark mark = arena_mark(&s->arena);
    struct flux2_painting p = {.s = s, .request = r, .cancel = cancel};
    *out = (struct ih_picture){0};
    enum ih_status status = begin(&p, e);
    if (!status && p.start && !(r->strength > 0)) {
        arena_rewind(&s->arena, mark);
        return copy_picture(out, &r->image[0], e);
    }
    if (!status)
        status = read_prompts(s, r, cancel, e);
    if (!status)
        status = read_pictures(&p, e);
    if (!status)
        status = part_take(&s->model->flow.base, e);
    if (!status) {
        status = flux2_sample(&p, e);
        part_give(&s->model->flow.base, true);
    }
    if (!status)
        status = decode(&p, out, e);
    arena_rewind(&s->arena, mark);
    return status;
}

const struct painter flux2_painter = {limits, session_open, session_close, paint};
