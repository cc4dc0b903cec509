/* SPDX-License-Identifier: Apache-2.0 */
/* One piece through one half of the autoencoder. The same walk runs twice: once on shapes alone, to
 * know how much memory it takes, and then in that memory.
 *
 * Three blocks of memory: the running sum moves between two of them where its shape changes and is
 * added to in place elsewhere; beside it lies what a block computes for itself. The sum is f32, but
 * where only convolutions read it (in front of a change of channels) it is of the type they read.
 */
#include "models/flux2/vae_net.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { BESIDE = 2, SLOTS = 3, CHANNELS_MAX = 4096, ALIGN = 64 };
enum { QUERY_ROWS = 64, CONV_SCRATCH = 8 << 20 }; /* what the device takes for itself, a thread */

static const struct tensor none;

struct run {
    const struct vae *v;
    struct device *device; /* a fork of the autoencoder's; that one itself while measuring */
    const struct vae_side *s;
    const struct vae_job *job;
    bool measuring, cancelled;
    size_t need[SLOTS], scratch;
    void *memory[SLOTS];
    struct tensor x; /* [height * width, channels] */
    int slot;        /* of x; 1 also when it is none of them */
    int64_t height, width;
    int steps, total, *done;
    float scale[CHANNELS_MAX], shift[CHANNELS_MAX];
};

static bool idle(const struct run *r)
{
    return r->measuring || r->cancelled;
}

static size_t rounded(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static struct tensor place(struct run *r, int slot, int64_t rows, int64_t cols, enum dtype t)
{
    size_t bytes = rounded(dtype_bytes(t, rows * cols));
    r->need[slot] = bytes > r->need[slot] ? bytes : r->need[slot];
    return tensor_2d(r->memory[slot], t, rows, cols);
}

static void want_scratch(struct run *r, size_t bytes)
{
    r->scratch = bytes > r->scratch ? bytes : r->scratch;
}

/* A block is done. */
static void step(struct run *r)
{
    r->steps++;
    if (idle(r))
        return;
    ++*r->done;
    if (r->job->progress)
        r->job->progress(r->job->arg, *r->done, r->total);
    r->cancelled = r->job->cancel && *r->job->cancel;
}

static void watch(const struct run *r, const char *stage, int index)
{
    if (!idle(r) && r->job->watch)
        r->job->watch(r->job->arg, stage, index, r->x);
}

static struct channels norm(
    struct run *r, const struct vae_norm *n, struct tensor x, enum curve curve)
{
    want_scratch(r, (size_t)(x.shape[0] / 256 + 1) * 2 * (size_t)x.shape[1] * sizeof(float) +
                        (size_t)x.shape[1] * 24);
    if (!idle(r))
        op_group_norm(r->device, r->scale, r->shift, x, r->v->groups, n->w, n->b, VAE_NORM_EPS);
    return (struct channels){.scale = r->scale, .shift = r->shift, .curve = curve};
}

static void convolve(struct run *r, struct tensor y, struct tensor x, const struct conv2d *c,
    const struct channels *f, struct tensor residual)
{
    want_scratch(r, (size_t)device_threads(r->device) * CONV_SCRATCH);
    if (!idle(r))
        op_conv2d(r->device, y, x, r->height, r->width, c, f, ACT_NONE, residual);
}

/* x = c(f(x)) of n channels in the block that x is not in, height by width afterwards. */
static void replace(struct run *r, const struct conv2d *c, const struct channels *f, int64_t n,
    enum dtype t, int64_t height, int64_t width)
{
    struct tensor y = place(r, !r->slot, height * width, n, t);
    convolve(r, y, r->x, c, f, none);
    r->x = y;
    r->slot = !r->slot;
    r->height = height;
    r->width = width;
}

static void run_resnet(struct run *r, const struct vae_resnet *n)
{
    struct tensor hidden = place(r, BESIDE, r->x.shape[0], n->out, r->v->hidden);
    struct channels f = norm(r, &n->norm[0], r->x, CURVE_SILU);
    convolve(r, hidden, r->x, &n->conv[0], &f, none);
    if (n->in != n->out)
        replace(r, &n->shortcut, NULL, n->out, DT_F32, r->height, r->width);
    f = norm(r, &n->norm[1], hidden, CURVE_SILU);
    convolve(r, r->x, hidden, &n->conv[1], &f, r->x);
    step(r);
}

static void attend(struct run *r, const struct vae_attention *a, struct tensor normed,
    struct tensor qkv, void *memory, size_t bytes)
{
    struct device *d = r->device;
    int64_t rows = qkv.shape[0], n = normed.shape[1];
    struct channels f = norm(r, &a->norm, r->x, CURVE_LINE);
    struct kv kv;
    if (idle(r))
        return;
    op_channels(d, normed, r->x, &f);
    op_linear(d, qkv, normed, &a->qkv, ACT_NONE, none);
    memset(memory, 0, bytes);
    kv_init(&kv, memory, 1, (int)n, rows, r->v->hidden);
    op_kv_append(d, &kv, tensor_cols(qkv, n, n), tensor_cols(qkv, 2 * n, n));
    struct attention_part part = {.rows = rows, .kv = &kv};
    op_attention(d, normed, tensor_cols(qkv, 0, n), &part, 1, 1, 1 / sqrtf((float)n));
    op_linear(d, r->x, normed, &a->out, ACT_NONE, r->x);
}

static void run_attention(struct run *r, const struct vae_attention *a)
{
    int64_t rows = r->x.shape[0], n = r->x.shape[1];
    enum dtype t = r->v->hidden;
    size_t first = rounded(dtype_bytes(t, rows * n)),
           second = rounded(dtype_bytes(t, rows * 3 * n));
    size_t third = rounded(kv_bytes(1, (int)n, rows, t)), all = first + second + third;
    r->need[BESIDE] = all > r->need[BESIDE] ? all : r->need[BESIDE];
    /* Scores in f32 and probabilities of a thread's queries; rows in 8 bits. */
    want_scratch(r, (size_t)device_threads(r->device) * QUERY_ROWS * (size_t)(rows + 64) * 6 +
                        (size_t)rows * (size_t)(n + 4));
    char *at = r->memory[BESIDE];
    struct tensor normed = tensor_2d(at, t, rows, n);
    struct tensor qkv = tensor_2d(at ? at + first : NULL, t, rows, 3 * n);
    attend(r, a, normed, qkv, at ? at + first + second : NULL, third);
    step(r);
}

static void run_middle(struct run *r)
{
    const struct vae_side *s = r->s;
    run_resnet(r, &s->middle[0]);
    if (s->has_attention)
        run_attention(r, &s->attention);
    run_resnet(r, &s->middle[1]);
    watch(r, s->decoder ? "decoder.mid" : "encoder.mid", 0);
}

static void run_stage(struct run *r, int i)
{
    const struct vae_side *s = r->s;
    const struct vae_stage *stage = &s->stage[i];
    for (int j = 0; j < stage->resnets; j++)
        run_resnet(r, &stage->resnet[j]);
    if (stage->resampled) {
        bool changes = s->channels[i] != s->channels[i + 1];
        enum dtype t = changes ? r->v->hidden : DT_F32;
        int64_t height = s->decoder ? r->height * 2 : r->height / 2;
        int64_t width = s->decoder ? r->width * 2 : r->width / 2;
        replace(r, &stage->resample, NULL, s->channels[i], t, height, width);
        step(r);
    }
    watch(r, s->decoder ? "decoder.up" : "encoder.down", i);
}

static void run_encoder(struct run *r, const struct vae_piece *p)
{
    const struct vae *v = r->v;
    const struct vae_side *s = r->s;
    int64_t whole = vae_multiple(v), n = s->channels_out;
    r->height = p->height * whole;
    r->width = p->width * whole;
    r->x = tensor_2d((void *)(uintptr_t)p->from, DT_F32, r->height * r->width, 3);
    r->slot = 1;
    replace(r, &s->in, NULL, s->channels[0], DT_F32, r->height, r->width);
    step(r);
    watch(r, "encoder.in", 0);
    for (int i = 0; i < s->stages; i++)
        run_stage(r, i);
    run_middle(r);
    struct channels f = norm(r, &s->norm_out, r->x, CURVE_SILU);
    replace(r, &s->out, &f, n, DT_F32, r->height, r->width);
    watch(r, "encoder.out", 0);
    if (s->has_quant)
        replace(r, &s->quant, NULL, n, DT_F32, r->height, r->width);
    watch(r, "encoder.moments", 0);
    if (!idle(r)) {
        struct tensor y = tensor_2d(p->to, DT_F32, p->height * p->width, vae_channels(v));
        struct channels normal = {.scale = v->norm_scale, .shift = v->norm_shift};
        op_patch(r->device, y, tensor_cols(r->x, 0, v->latent), p->height, p->width, VAE_PATCH);
        op_channels(r->device, y, y, &normal);
    }
    step(r);
}

static void run_decoder(struct run *r, const struct vae_piece *p)
{
    const struct vae *v = r->v;
    const struct vae_side *s = r->s;
    int64_t rows = p->height * p->width, fine = rows * VAE_PATCH * VAE_PATCH;
    struct tensor patches = place(r, 0, rows, vae_channels(v), DT_F32);
    r->height = p->height * VAE_PATCH;
    r->width = p->width * VAE_PATCH;
    r->x = place(r, 1, fine, v->latent, DT_F32);
    r->slot = 1;
    if (!idle(r)) {
        struct tensor from = tensor_2d((void *)(uintptr_t)p->from, DT_F32, rows, vae_channels(v));
        struct channels back = {.scale = v->scale, .shift = v->shift};
        op_channels(r->device, patches, from, &back);
        op_unpatch(r->device, r->x, patches, p->height, p->width, VAE_PATCH);
    }
    watch(r, "decoder.latents", 0);
    if (s->has_quant)
        replace(r, &s->quant, NULL, v->latent, DT_F32, r->height, r->width);
    replace(r, &s->in, NULL, s->channels[0], DT_F32, r->height, r->width);
    step(r);
    watch(r, "decoder.in", 0);
    run_middle(r);
    for (int i = 0; i < s->stages; i++)
        run_stage(r, i);
    struct channels f = norm(r, &s->norm_out, r->x, CURVE_SILU);
    struct tensor y = tensor_2d(p->to, DT_F32, r->height * r->width, 3);
    convolve(r, y, r->x, &s->out, &f, none);
    r->x = y;
    watch(r, "decoder.out", 0);
    step(r);
}

static void walk(struct run *r, const struct vae_piece *p)
{
    if (r->s->decoder)
        run_decoder(r, p);
    else
        run_encoder(r, p);
}

static size_t slots_bytes(const struct run *r)
{
    return r->need[0] + r->need[1] + r->need[BESIDE];
}

static void measure(struct run *r, const struct vae_piece *p)
{
    r->measuring = true;
    walk(r, p);
    r->measuring = false;
}

size_t vae_piece_bytes(
    const struct vae *v, const struct vae_side *s, int64_t height, int64_t width, int *steps)
{
    struct run r = {.v = v, .device = v->device, .s = s};
    measure(&r, &(struct vae_piece){.height = height, .width = width});
    if (steps)
        *steps = r.steps;
    return slots_bytes(&r) + r.scratch + r.scratch / 4; /* which the device rounds up */
}

enum ih_status vae_run(const struct vae *v, const struct vae_side *s, const struct vae_piece *p,
    const struct vae_job *job, int *done, int total, struct ih_error *e)
{
    struct run r = {.v = v, .device = v->device, .s = s, .job = job, .done = done, .total = total};
    measure(&r, p);
    enum ih_status status = device_fork(&r.device, v->device, e);
    if (status)
        return status;
    size_t bytes = slots_bytes(&r);
    char *memory = mem_pages(bytes);
    if (!memory) {
        device_close(&r.device);
        return err_memory(e, "a picture");
    }
    r.memory[0] = memory;
    r.memory[1] = memory + r.need[0];
    r.memory[BESIDE] = memory + r.need[0] + r.need[1];
    walk(&r, p);
    mem_pages_free(memory, bytes);
    if (r.cancelled)
        status = err_set(e, IH_CANCELLED, "cancelled");
    else if (device_exhausted(r.device))
        status = err_memory(e, "a picture");
    device_close(&r.device);
    return status;
}
