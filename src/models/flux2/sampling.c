/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from noise to a picture's latents. */
#include "models/flux2/flux2.h"

#include "nn/flow_schedule.h"

#include <string.h>

enum { REFERENCE_STEP = 10 }; /* between the times that references stand at */

struct steps {
    struct flux2_painting *p;
    const struct flow_transformer *flow;
    struct flow_input in;
    struct tensor
        text[2]; /* with and without what is asked for; the second has no data if unused */
    struct rope rope;
    float *times;              /* [steps + 1] */
    float *velocity, *without; /* [drawn, C] */
    float *clean, *kept;       /* [drawn, C] */
    int first;
};

static float *grid(float *at, int64_t rows, int64_t columns, float time)
{
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++, at += 4)
            memcpy(at, (float[]){time, (float)y, (float)x, 0}, 4 * sizeof *at);
    return at;
}

/* Text lies along the last axis, pictures along the two in the middle, one behind the other along
 * the first. */
static enum ih_status make_rope(struct steps *s, struct ih_error *e)
{
    const struct flux2_painting *p = s->p;
    const struct painting_request *r = p->request;
    int patch = vae_multiple(p->s->model->vae);
    int64_t rows = FLUX2_TEXT + p->drawn + p->seen;
    float *coordinates = arena_alloc(&p->s->arena, (size_t)rows * 4 * sizeof *coordinates);
    if (!coordinates)
        return err_memory(e, "a picture");
    float *at = coordinates;
    for (int i = 0; i < FLUX2_TEXT; i++, at += 4)
        memcpy(at, (float[]){0, 0, 0, (float)i}, 4 * sizeof *at);
    at = grid(at, p->rows, p->columns, 0);
    for (int i = p->first_seen, t = 1; i < r->images; i++, t++)
        at = grid(
            at, r->image[i].height / patch, r->image[i].width / patch, (float)(t * REFERENCE_STEP));
    if (!flow_rope(&s->rope, &p->s->arena, &s->flow->config, coordinates, rows))
        return err_memory(e, "a picture");
    return IH_OK;
}

static bool embed(struct steps *s, struct tensor *out, const struct flux2_features *f)
{
    const struct flow_config *c = &s->flow->config;
    struct painter_session *session = s->p->s;
    *out =
        tensor_2d(arena_alloc(&session->arena, (size_t)FLUX2_TEXT * (size_t)c->dim * sizeof(float)),
            DT_F32, FLUX2_TEXT, c->dim);
    if (!out->data)
        return false;
    flow_embed_text(
        session->device, *out, s->flow, tensor_2d(f->data, DT_F32, FLUX2_TEXT, c->context));
    return true;
}

static enum ih_status prepare(struct steps *s, struct ih_error *e)
{
    struct flux2_painting *p = s->p;
    struct arena *a = &p->s->arena;
    int steps = p->request->steps;
    size_t bytes = (size_t)(p->drawn * s->flow->config.in) * sizeof(float);
    s->times = arena_alloc(a, ((size_t)steps + 1) * sizeof *s->times);
    s->velocity = arena_alloc(a, bytes);
    s->without = arena_alloc(a, bytes);
    s->clean = arena_alloc(a, bytes);
    s->kept = arena_alloc(a, bytes);
    if (!s->times || !s->velocity || !s->without || !s->clean || !s->kept)
        return err_memory(e, "a picture");
    flow_times(s->times, steps, flow_shift_flux2(p->drawn, steps));
    s->first = p->start ? flow_first_step(steps, p->request->strength) : 0;
    if (!embed(s, &s->text[0], &p->s->positive) ||
        (p->s->negative.data && !embed(s, &s->text[1], &p->s->negative)))
        return err_memory(e, "a picture");
    return make_rope(s, e);
}

/* The velocity at a time, guided where there is something to guide away from. */
static enum ih_status velocity(struct steps *s, float time, struct ih_error *e)
{
    struct painter_session *session = s->p->s;
    int64_t drawn = s->p->drawn, channels = s->flow->config.out;
    float *to[] = {s->velocity, s->without};
    s->in.time = time;
    for (int i = 0; i < 2 && s->text[i].data; i++) {
        s->in.text = s->text[i];
        enum ih_status status = flow_run(session->device, &session->arena, s->flow, &s->in,
            tensor_2d(to[i], DT_F32, drawn, channels), e);
        if (status)
            return status;
    }
    if (s->text[1].data)
        flow_guide(s->velocity, s->without, drawn * channels, s->p->request->guidance);
    return IH_OK;
}

/* Outside the mask the picture is the given one with the noise of the time. */
static void keep_outside(struct steps *s, float time)
{
    struct flux2_painting *p = s->p;
    int64_t channels = s->flow->config.in;
    if (!p->mask)
        return;
    flow_mix(s->kept, p->start, p->noise, p->drawn * channels, time);
    for (int64_t i = 0; i < p->drawn; i++)
        for (int64_t j = i * channels; j < (i + 1) * channels; j++)
            p->latents[j] = s->kept[j] + p->mask[i] * (p->latents[j] - s->kept[j]);
}

/* What the picture would be if it went straight on, decoded quickly; none without memory. */
static void make_preview(struct steps *s, float time, struct ih_picture *out)
{
    struct flux2_painting *p = s->p;
    struct arena *a = &p->s->arena;
    struct taef2 *t = p->s->model->taef2;
    int64_t n = p->drawn * s->flow->config.in;
    int width = p->request->width, height = p->request->height;
    if (!p->request->preview)
        return;
    memcpy(s->clean, p->latents, (size_t)n * sizeof *s->clean);
    flow_step(s->clean, s->velocity, n, time, 0);
    if (!t || !taef2_decodes(t)) {
        if (s->flow->config.in == 128)
            flux2_glimpse(out, s->clean, p->rows, p->columns, NULL);
        return;
    }
    struct arena_mark mark = arena_mark(a);
    float *rgb = arena_alloc(a, (size_t)width * (size_t)height * 3 * sizeof *rgb);
    struct vae_job job = {.cancel = p->cancel};
    if (rgb && !taef2_decode(t, rgb, s->clean, width, height, &job, NULL))
        flux2_to_picture(out, rgb, width, height, NULL);
    arena_rewind(a, mark);
}

static enum ih_status tell(struct steps *s, int done, int total, float time, struct ih_error *e)
{
    const struct painting_request *r = s->p->request;
    struct ih_picture preview = {0};
    if (!r->step)
        return IH_OK;
    make_preview(s, time, &preview);
    int stop = r->step(r->arg, done, total, preview.rgb ? &preview : NULL);
    ih_picture_free(&preview);
    return stop ? err_set(e, IH_CANCELLED, "stopped") : IH_OK;
}

enum ih_status flux2_sample(struct flux2_painting *p, struct ih_error *e)
{
    struct steps s = {.p = p, .flow = &p->s->model->flow.net};
    int64_t channels = s.flow->config.in, n = p->drawn * channels;
    int steps = p->request->steps;
    enum ih_status status = prepare(&s, e);
    if (status)
        return status;
    s.in =
        (struct flow_input){.latents = tensor_2d(p->latents, DT_F32, p->drawn + p->seen, channels),
            .rope = &s.rope,
            .cancel = p->cancel};
    if (p->start)
        flow_mix(p->latents, p->start, p->noise, n, s.times[s.first]);
    else
        memcpy(p->latents, p->noise, (size_t)n * sizeof *p->latents);
    for (int i = s.first; i < steps && !status; i++) {
        status = velocity(&s, s.times[i], e);
        if (status)
            break;
        flow_step(p->latents, s.velocity, n, s.times[i], s.times[i + 1]);
        keep_outside(&s, s.times[i + 1]);
        if (p->s->watch)
            p->s->watch(
                p->s->watch_arg, "step", i, tensor_2d(p->latents, DT_F32, p->drawn, channels));
        status = tell(&s, i + 1 - s.first, steps - s.first, s.times[i + 1], e);
    }
    return status;
}
