/* SPDX-License-Identifier: Apache-2.0 */
/* From noise to a picture. */
#include "base/rng.h"
#include "models/image1/image1.h"
#include "nn/flow_schedule.h"
#include "nn/pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDING = 4096 }; /* of small things in an arena */

/* What the transformer is told besides the picture. */
struct telling {
    struct tensor text; /* [L, D]: embedded */
    struct rope rope;   /* of L + N tokens */
};

struct painting {
    struct image1 *model;
    struct device *device;
    const struct painting_request *request;
    const struct image1_watch *watch;
    const volatile int *cancel;
    struct arena *arena;
    int rows, cols;
    int64_t values;             /* V */
    struct tensor x;            /* [N, V]: the picture with its noise */
    struct tensor input;        /* [N, V + places] */
    struct tensor told;         /* what the transformer tells the head */
    struct tensor clean, other; /* [N, V]: what the prompt says, and what is there without it */
    struct telling with, without;
    float *start, *noise, *share; /* [N, V]: of a picture that is there already, or null */
    float *rgb;                   /* [height * width, 3] */
    float *sigma;                 /* [steps + 1] */
};

static bool guided(const struct painting *p)
{
    return p->request->guidance != 1;
}

static size_t working_bytes(const struct painting *p)
{
    const struct image1 *m = p->model;
    int64_t n = (int64_t)p->rows * p->cols, longest = m->config.longest;
    int matrices = 4 + guided(p) + (p->request->images ? 2 : 0);
    const struct flow_config *f = &m->flow.net.config;
    int64_t each = IMAGE1_AXES + f->head_dim; /* of a token: where it is and how it turns */
    size_t text = (size_t)(2 * longest * (f->context + f->dim)) * sizeof(float);
    size_t step = flow_run_bytes(&m->flow.net, longest, n);
    size_t read = decoder_features_bytes(&m->text.net, longest), head = head_run_bytes(&m->head, n);
    int64_t pixels = 3 * (int64_t)p->request->width * p->request->height;
    size_t most = step > read ? step : read;
    int64_t numbers = pixels + (matrices + 1) * n * (p->values + m->config.places) +
                      n * head_takes(&m->head) + p->request->steps + 1;
    return (size_t)numbers * sizeof(float) + text + (most > head ? most : head) + ROUNDING +
           2 * (size_t)(n + longest) * ((size_t)each * sizeof(float) + sizeof(int32_t));
}

static struct tensor matrix(const struct painting *p, int64_t cols)
{
    int64_t n = (int64_t)p->rows * p->cols;
    return tensor_2d(arena_alloc(p->arena, (size_t)(n * cols) * sizeof(float)), DT_F32, n, cols);
}

static void show(const struct painting *p, const char *stage, int index, struct tensor x)
{
    if (p->watch)
        p->watch->fn(p->watch->arg, stage, index, x);
}

static enum ih_status tell(
    const struct painting *p, struct telling *t, const char *prompt, bool *cut, struct ih_error *e)
{
    struct image1 *m = p->model;
    const struct flow_config *f = &m->flow.net.config;
    struct tensor features;
    enum ih_status status =
        image1_read(m, p->device, p->arena, prompt, cut, p->cancel, &features, e);
    if (status)
        return status;
    int64_t words = features.shape[0], n = words + (int64_t)p->rows * p->cols;
    float *embedded = arena_alloc(p->arena, (size_t)(words * f->dim) * sizeof *embedded);
    float *at = arena_alloc(p->arena, (size_t)(n * IMAGE1_AXES) * sizeof *at);
    if (!embedded || !at)
        return err_memory(e, "a prompt");
    t->text = tensor_2d(embedded, DT_F32, words, f->dim);
    flow_embed_text(p->device, t->text, &m->flow.net, features);
    image1_positions(&m->config, at, (int)words, p->rows, p->cols);
    return flow_rope(&t->rope, p->arena, f, at, n) ? IH_OK : err_memory(e, "a prompt");
}

/* How white a mask is where each token is, for each of its numbers. */
static enum ih_status prepare_share(struct painting *p, struct ih_error *e)
{
    float *cell = arena_alloc(p->arena, (size_t)(p->rows * p->cols) * sizeof *cell);
    p->share = matrix(p, p->values).data;
    if (!cell || !p->share)
        return err_memory(e, "a mask");
    pixels_shrink_mask(cell, p->request->mask, AUTOENCODER_CELL);
    for (int i = 0; i < p->rows * p->cols * p->values; i++)
        p->share[i] = cell[i / p->values];
    return IH_OK;
}

/* The picture that is there already, and which of it may change: white is 1. */
static enum ih_status prepare_start(struct painting *p, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    struct tensor start = matrix(p, p->values);
    p->start = start.data;
    p->noise = matrix(p, p->values).data;
    if (!p->start || !p->noise)
        return err_memory(e, "a picture");
    pixels_from_bytes(p->rgb, r->image[0].rgb, 3 * (int64_t)r->width * r->height);
    enum ih_status status = autoencoder_encode(
        &p->model->autoencoder, p->device, start, p->rgb, r->width, r->height, p->cancel, e);
    return !status && r->mask ? prepare_share(p, e) : status;
}

/* x at the time of step `first`. */
static enum ih_status begin(struct painting *p, const float *noise, int first, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    int64_t n = (int64_t)p->rows * p->cols * p->values;
    float *x = p->x.data;
    enum ih_status status = r->images ? prepare_start(p, e) : IH_OK;
    if (status)
        return status;
    float *own = p->noise ? p->noise : x;
    uint64_t seed = r->seed;
    if (noise)
        memcpy(own, noise, (size_t)n * sizeof *own);
    else
        rng_normal(&seed, own, n);
    if (p->start)
        flow_mix(x, p->start, p->noise, n, p->sigma[first]);
    return IH_OK;
}

static enum ih_status ask(const struct painting *p, const struct telling *t, float sigma,
    struct tensor y, struct ih_error *e)
{
    const struct flow_input in = {
        .latents = p->input, .text = t->text, .rope = &t->rope, .time = sigma, .cancel = p->cancel};
    const struct head_input behind = {.device = p->device,
        .x = p->x,
        .told = p->told,
        .rows = p->rows,
        .cols = p->cols,
        .cancel = p->cancel};
    enum ih_status status = flow_run(p->device, p->arena, &p->model->flow.net, &in, p->told, e);
    return status ? status : head_run(&p->model->head, p->arena, &behind, y, e);
}

static enum ih_status step(struct painting *p, int i, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    int64_t n = tensor_count(&p->x);
    float from = p->sigma[i], to = p->sigma[i + 1];
    op_convert(p->device, tensor_cols(p->input, 0, p->values), p->x);
    enum ih_status status = ask(p, &p->with, from, p->clean, e);
    if (!status)
        show(p, "clean", i, p->clean);
    if (!status && guided(p)) {
        status = ask(p, &p->without, from, p->other, e);
        if (!status)
            show(p, "clean_empty", i, p->other);
        if (!status)
            flow_guide(p->clean.data, p->other.data, n, r->guidance);
    }
    if (status)
        return status;
    flow_step_to(p->x.data, p->clean.data, n, from, to, p->model->config.least_sigma);
    if (p->share)
        flow_keep(p->x.data, p->start, p->noise, p->share, n, to);
    show(p, "x", i + 1, p->x);
    return IH_OK;
}

static enum ih_status decode(
    struct painting *p, struct tensor latents, struct ih_picture *out, struct ih_error *e)
{
    enum ih_status status = autoencoder_decode(
        &p->model->autoencoder, p->device, p->rgb, latents, out->width, out->height, p->cancel, e);
    if (status)
        return status;
    pixels_to_bytes(out->rgb, p->rgb, 3 * (int64_t)out->width * out->height);
    if (p->request->mask)
        pixels_compose(out, &p->request->image[0], p->request->mask);
    return IH_OK;
}

/* What the model takes the picture to be is its preview. */
static enum ih_status steps(
    struct painting *p, int first, struct ih_picture *out, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    for (int i = first; i < r->steps; i++) {
        enum ih_status status = step(p, i, e);
        if (!status && r->step && r->preview)
            status = decode(p, p->clean, out, e);
        if (status)
            return status;
        if (r->step && r->step(r->arg, i + 1 - first, r->steps - first, r->preview ? out : NULL))
            return err_set(e, IH_CANCELLED, "stopped");
    }
    return decode(p, p->x, out, e);
}

static enum ih_status prepare(struct painting *p, struct ih_picture *out, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    const struct image1_config *c = &p->model->config;
    size_t pixels = (size_t)r->width * (size_t)r->height;
    if (arena_reserve(p->arena, working_bytes(p)))
        return err_memory(e, "a picture");
    *out = (struct ih_picture){r->width, r->height, malloc(pixels * 3)};
    if (!out->rgb)
        return err_memory(e, "a picture");
    enum ih_status status = tell(p, &p->with, r->prompt, r->cut, e);
    if (!status && guided(p))
        status = tell(p, &p->without, r->negative, NULL, e);
    if (status)
        return status;
    p->rgb = arena_alloc(p->arena, pixels * 3 * sizeof *p->rgb);
    p->x = matrix(p, p->values);
    p->clean = matrix(p, p->values);
    p->told = matrix(p, head_takes(&p->model->head));
    p->input = matrix(p, p->values + c->places);
    if (guided(p))
        p->other = matrix(p, p->values);
    p->sigma = arena_alloc(p->arena, (size_t)(r->steps + 1) * sizeof *p->sigma);
    struct tensor places = tensor_cols(p->input, p->values, c->places);
    image1_places(c, places.data, places.stride[0], p->rows, p->cols);
    flow_times(p->sigma, r->steps, log(c->shift));
    return IH_OK;
}

static enum ih_status check(const struct painting *p, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    if (r->images && r->strength >= 1 && !r->mask)
        return err_set(e, IH_UNSUPPORTED,
            "%s draws from words; a picture is where it starts, with a strength below 1 or a mask, "
            "and cannot be one to go by",
            p->model->base.name);
    return IH_OK;
}

static enum ih_status paint_taken(
    struct painting *p, const float *noise, struct ih_picture *out, struct ih_error *e)
{
    const struct painting_request *r = p->request;
    int first = r->images ? flow_first_step(r->steps, r->strength) : 0;
    enum ih_status status = prepare(p, out, e);
    if (status)
        return status;
    if (first == p->request->steps) { /* strength 0 */
        memcpy(out->rgb, p->request->image[0].rgb, 3 * (size_t)out->width * (size_t)out->height);
        return IH_OK;
    }
    status = begin(p, noise, first, e);
    return status ? status : steps(p, first, out, e);
}

enum ih_status image1_paint(struct painter_session *s, const struct painting_request *r,
    const float *noise, const struct image1_watch *watch, const volatile int *cancel,
    struct ih_picture *out, struct ih_error *e)
{
    struct image1 *m = s->model;
    int patch = m->config.patch;
    struct painting p = {.model = m,
        .device = s->device,
        .request = r,
        .watch = watch,
        .cancel = cancel,
        .arena = &s->arena,
        .rows = r->height / patch,
        .cols = r->width / patch,
        .values = m->autoencoder.latent};
    *out = (struct ih_picture){0};
    enum ih_status status = check(&p, e);
    if (!status)
        status = part_take(&m->text.base, e);
    if (status)
        return status;
    status = part_take(&m->flow.base, e);
    if (!status) {
        struct arena_mark mark = arena_mark(p.arena);
        status = paint_taken(&p, noise, out, e);
        arena_rewind(p.arena, mark);
        part_give(&m->flow.base, true);
    }
    part_give(&m->text.base, true);
    if (status)
        ih_picture_free(out);
    return status;
}
