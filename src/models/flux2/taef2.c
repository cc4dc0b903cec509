/* SPDX-License-Identifier: Apache-2.0 */
/* TAEF2. Each half is a sequence of layers, 64 channels wide throughout; its tensors are named by
 * their places in the sequence. */
#include "models/flux2/taef2.h"

#include "base/mem.h"
#include "nn/load.h"
#include "weights/pth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 64, WIDE = 256, GROUPS = 4, LATENT = 32, PATCH = 2, MULTIPLE = 16, LAYERS = 16 };
#define NORM_EPS 1e-5f

/* FIRST and LAST are convolutions to and from 64 channels. A BLOCK is relu(x + three convolutions
 * with relu between them); a POOLED one first adds what a norm over the whole picture gives. DOWN
 * and UP halve and double the size. */
enum kind { END, FIRST, BLOCK, POOLED, DOWN, UP, LAST };

struct place {
    enum kind kind;
    int index;
};

static const struct place encoder_layers[] = {{FIRST, 0}, {BLOCK, 1}, {DOWN, 2}, {BLOCK, 3},
    {BLOCK, 4}, {BLOCK, 5}, {DOWN, 6}, {BLOCK, 7}, {BLOCK, 8}, {BLOCK, 9}, {DOWN, 10}, {POOLED, 11},
    {POOLED, 12}, {POOLED, 13}, {LAST, 14}, {END, 0}};
static const struct place decoder_layers[] = {{FIRST, 1}, {POOLED, 3}, {POOLED, 4}, {POOLED, 5},
    {UP, 7}, {BLOCK, 8}, {BLOCK, 9}, {BLOCK, 10}, {UP, 12}, {BLOCK, 13}, {BLOCK, 14}, {BLOCK, 15},
    {UP, 17}, {BLOCK, 18}, {LAST, 19}, {END, 0}};

struct layer {
    enum kind kind;
    struct conv2d conv[3];
    struct conv2d pool[2];
    float *norm_w, *norm_b;
};

struct half {
    bool there, decoder;
    struct layer layer[LAYERS];
    int layers;
};

struct taef2 {
    struct device *device;
    enum dtype storage, hidden; /* of products; of what only a convolution reads */
    struct half encoder, decoder;
    struct arena arena;
    float *third, *half, *minus_one, *two, *three; /* vectors of one number, [WIDTH] */
};

static const struct tensor none;

static void load_layer(struct loader *l, struct layer *out, const struct place *at, bool decoder)
{
    static const char *const names[] = {"conv.0", "conv.2", "conv.4"};
    struct conv2d_shape plain = {.in = WIDTH, .out = WIDTH, .taps = 3};
    plain.top = plain.left = plain.bottom = plain.right = 1;
    size_t before = strlen(l->prefix);
    char name[32];
    out->kind = at->kind;
    snprintf(name, sizeof name, "%d", at->index);
    if (at->kind != BLOCK && at->kind != POOLED) {
        plain.in = at->kind != FIRST ? WIDTH : decoder ? LATENT : 3;
        plain.out = at->kind != LAST ? WIDTH : decoder ? 3 : LATENT;
        plain.no_bias = at->kind == DOWN || at->kind == UP;
        plain.stride = at->kind == DOWN ? 2 : 1;
        plain.doubled = at->kind == UP;
        load_conv2d(l, &out->conv[0], name, &plain);
        return;
    }
    load_enter(l, name);
    load_enter(l, ".");
    for (int i = 0; i < 3; i++)
        load_conv2d(l, &out->conv[i], names[i], &plain);
    if (at->kind == POOLED) {
        load_conv2d(l, &out->pool[0], "pool.0",
            &(struct conv2d_shape){.in = WIDTH, .out = WIDE, .taps = 1, .no_bias = true});
        load_vector(l, &out->norm_w, "pool.1.weight", WIDE);
        load_vector(l, &out->norm_b, "pool.1.bias", WIDE);
        load_conv2d(l, &out->pool[1], "pool.3",
            &(struct conv2d_shape){.in = WIDE, .out = WIDTH, .taps = 1, .no_bias = true});
    }
    l->prefix[before] = '\0';
}

/* Products with few channels on one side are kept in 16 bits where the rest has 8. */
static enum ih_status load_half(struct taef2 *t, struct half *h, const struct weights *w,
    const char *prefix, struct ih_error *e)
{
    struct loader l = {
        .weights = w, .device = t->device, .arena = &t->arena, .pack = true, .error = e};
    const struct place *at = h->decoder ? decoder_layers : encoder_layers;
    load_enter(&l, prefix);
    for (; at->kind != END; at++) {
        bool thin = at->kind == FIRST || at->kind == LAST;
        l.storage = thin && t->storage == DT_I8 ? DT_BF16 : t->storage;
        load_layer(&l, &h->layer[h->layers++], at, h->decoder);
    }
    h->there = l.status == IH_OK;
    return l.status;
}

static void free_half(struct half *h)
{
    for (int i = 0; i < LAYERS; i++)
        for (int j = 0; j < 3; j++) {
            conv2d_free(&h->layer[i].conv[j]);
            if (j < 2)
                conv2d_free(&h->layer[i].pool[j]);
        }
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Takes what a file holds of the two halves. */
static enum ih_status load_file(struct taef2 *t, const char *path, struct ih_error *e)
{
    static const char *const prefixes[] = {"", "encoder.", "decoder."};
    struct weights *w = NULL;
    int found = 0;
    enum ih_status status =
        ends_with(path, ".pth") ? pth_open(&w, path, e) : weights_open(&w, path, e);
    for (int i = 0; i < 3 && !status; i++) {
        char name[64];
        /* Only a decoder has a layer beyond the encoder's last. */
        snprintf(name, sizeof name, "%s19.weight", prefixes[i]);
        bool decoder = weights_find(w, name) != NULL;
        snprintf(name, sizeof name, "%s0.weight", prefixes[i]);
        struct half *h = decoder ? &t->decoder : &t->encoder;
        if ((!decoder && !weights_find(w, name)) || h->there)
            continue;
        status = load_half(t, h, w, prefixes[i], e);
        found++;
    }
    if (!status && !found)
        status = err_set(e, IH_BAD_DATA, "%s holds neither half of TAEF2", path);
    weights_close(&w);
    return status;
}

static bool exists(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f)
        fclose(f);
    return f != NULL;
}

static enum ih_status load_path(struct taef2 *t, const char *path, struct ih_error *e)
{
    static const char *const names[] = {"taef2_encoder.safetensors", "taef2_encoder.pth",
        "taef2_decoder.safetensors", "taef2_decoder.pth", "taef2.safetensors"};
    char file[4096];
    enum ih_status status = IH_OK;
    if (ends_with(path, ".pth") || ends_with(path, ".safetensors"))
        return load_file(t, path, e);
    for (int i = 0; i < 5 && !status; i++) {
        int n = snprintf(file, sizeof file, "%s/%s", path, names[i]);
        bool had = i < 2 ? t->encoder.there : i < 4 && t->decoder.there;
        if (n > 0 && n < (int)sizeof file && !had && exists(file))
            status = load_file(t, file, e);
    }
    if (!status && !t->encoder.there && !t->decoder.there)
        status = err_set(e, IH_NOT_FOUND, "%s holds no taef2_encoder or taef2_decoder", path);
    return status;
}

static enum ih_status make_vectors(struct taef2 *t, struct ih_error *e)
{
    float **vector[] = {&t->third, &t->half, &t->minus_one, &t->two, &t->three};
    static const float value[] = {1.0f / 3, 0.5f, -1, 2, 3};
    for (int i = 0; i < 5; i++) {
        float *v = *vector[i] = arena_alloc(&t->arena, WIDTH * sizeof *v);
        if (!v)
            return err_memory(e, "an autoencoder");
        for (int j = 0; j < WIDTH; j++)
            v[j] = value[i];
    }
    return IH_OK;
}

enum ih_status taef2_open(
    struct taef2 **out, struct device *d, const char *path, enum dtype storage, struct ih_error *e)
{
    *out = NULL;
    struct taef2 *t = calloc(1, sizeof *t);
    if (!t)
        return err_memory(e, "an autoencoder");
    t->device = d;
    t->storage = storage;
    t->hidden = device_activation(d, storage);
    t->decoder.decoder = true;
    enum ih_status status = make_vectors(t, e);
    if (!status)
        status = load_path(t, path, e);
    if (status)
        taef2_close(&t);
    *out = t;
    return status;
}

void taef2_close(struct taef2 **tp)
{
    struct taef2 *t = *tp;
    if (!t)
        return;
    free_half(&t->encoder);
    free_half(&t->decoder);
    arena_free(&t->arena);
    free(t);
    *tp = NULL;
}

bool taef2_encodes(const struct taef2 *t)
{
    return t->encoder.there;
}

bool taef2_decodes(const struct taef2 *t)
{
    return t->decoder.there;
}

/* The running sum at full size and at half, two layers' worth of what lies between convolutions at
 * full size, and what the norm over the whole reads, which exists at an eighth of the size only. */
struct memory {
    size_t full, half, hidden;
};

static struct memory layout(const struct taef2 *t, int64_t width, int64_t height)
{
    int64_t n = width * height * WIDTH;
    return (struct memory){
        dtype_bytes(DT_F32, n), dtype_bytes(DT_F32, n / 4), dtype_bytes(t->hidden, n)};
}

size_t taef2_bytes(const struct taef2 *t, int width, int height)
{
    enum { SCRATCH = 4 << 20 }; /* that a thread of the device takes for a convolution */
    struct memory m = layout(t, width, height);
    return m.full + m.half + 2 * m.hidden + (size_t)device_threads(t->device) * SCRATCH;
}

struct run {
    const struct taef2 *t;
    struct device *device; /* a fork of TAEF2's */
    void *sum[2], *hidden[2];
    struct tensor x; /* [height * width, channels] */
    int slot;        /* of x in sum[] */
    int64_t height, width;
};

static struct tensor rows(const struct run *r, void *memory, int64_t n, enum dtype type)
{
    return tensor_2d(memory, type, r->height * r->width, n);
}

static void run_pool(struct run *r, const struct layer *l)
{
    float scale[WIDE], shift[WIDE];
    struct device *d = r->device;
    struct tensor wide = rows(r, r->hidden[0], WIDE, r->t->hidden);
    struct channels f = {.scale = scale, .shift = shift, .curve = CURVE_LEAKY};
    op_conv2d(d, wide, r->x, r->height, r->width, &l->pool[0], NULL, ACT_NONE, none);
    op_group_norm(d, scale, shift, wide, GROUPS, l->norm_w, l->norm_b, NORM_EPS);
    op_conv2d(d, r->x, wide, r->height, r->width, &l->pool[1], &f, ACT_NONE, r->x);
}

static void run_block(struct run *r, const struct layer *l)
{
    struct device *d = r->device;
    struct tensor a = rows(r, r->hidden[0], WIDTH, r->t->hidden);
    struct tensor b = rows(r, r->hidden[1], WIDTH, r->t->hidden);
    struct channels relu = {.curve = CURVE_LEAKY};
    if (l->kind == POOLED)
        run_pool(r, l);
    op_conv2d(d, a, r->x, r->height, r->width, &l->conv[0], NULL, ACT_RELU, none);
    op_conv2d(d, b, a, r->height, r->width, &l->conv[1], NULL, ACT_RELU, none);
    op_conv2d(d, r->x, b, r->height, r->width, &l->conv[2], NULL, ACT_NONE, r->x);
    op_channels(d, r->x, r->x, &relu);
}

/* The layers whose output is not in place of their input. */
static void run_convolution(struct run *r, const struct layer *l, bool decoder)
{
    const struct taef2 *t = r->t;
    const struct conv2d *c = &l->conv[0];
    struct tensor x = r->x;
    int64_t height = r->height, width = r->width;
    struct channels from_signed = {.scale = t->half, .shift = t->half}; /* -1..1 to 0..1 */
    struct channels clamp = {.scale = t->three};
    struct channels *f = l->kind != FIRST ? NULL : decoder ? &clamp : &from_signed;
    r->height = conv2d_height(c, height);
    r->width = conv2d_width(c, width);
    r->slot = !r->slot;
    r->x = rows(r, r->sum[r->slot], c->out, DT_F32);
    op_conv2d(r->device, r->x, x, height, width, c, f,
        l->kind == FIRST && decoder ? ACT_RELU : ACT_NONE, none);
}

static void run_last(struct run *r, const struct layer *l, float *to, bool decoder)
{
    const struct taef2 *t = r->t;
    struct channels to_signed = {.scale = t->two, .shift = t->minus_one};
    int64_t n = l->conv[0].out;
    struct tensor y = rows(r, decoder ? (void *)to : r->sum[!r->slot], n, DT_F32);
    op_conv2d(r->device, y, r->x, r->height, r->width, &l->conv[0], NULL, ACT_NONE, none);
    if (decoder) {
        op_channels(r->device, y, y, &to_signed);
        return;
    }
    int64_t h = r->height / PATCH, w = r->width / PATCH;
    op_patch(r->device, tensor_2d(to, DT_F32, h * w, n * PATCH * PATCH), y, h, w, PATCH);
}

/* Latents are limited to (-3, 3), smoothly: 3 tanh(x / 3), of which the first layer takes the 3. */
static void begin_decoding(struct run *r, const float *latents, int64_t h, int64_t w)
{
    struct device *d = r->device;
    struct channels limit = {.scale = r->t->third, .curve = CURVE_TANH};
    struct tensor from =
        tensor_2d((void *)(uintptr_t)latents, DT_F32, h * w, (int64_t)LATENT * PATCH * PATCH);
    r->height = h * PATCH;
    r->width = w * PATCH;
    r->x = rows(r, r->sum[r->slot], LATENT, DT_F32);
    op_unpatch(d, r->x, from, h, w, PATCH);
    op_channels(d, r->x, r->x, &limit);
}

static enum ih_status run_layers(
    struct run *r, const struct half *h, float *to, const struct vae_job *job, struct ih_error *e)
{
    for (int i = 0; i < h->layers; i++) {
        const struct layer *l = &h->layer[i];
        if (job->cancel && *job->cancel)
            return err_set(e, IH_CANCELLED, "cancelled");
        if (l->kind == BLOCK || l->kind == POOLED)
            run_block(r, l);
        else if (l->kind == LAST)
            run_last(r, l, to, h->decoder);
        else
            run_convolution(r, l, h->decoder);
        if (job->watch && l->kind != LAST)
            job->watch(job->arg, h->decoder ? "decoder" : "encoder", i, r->x);
        if (job->progress)
            job->progress(job->arg, i + 1, h->layers);
    }
    return device_exhausted(r->device) ? err_memory(e, "a picture") : IH_OK;
}

static enum ih_status check(const struct taef2 *t, const struct half *h, int width, int height,
    const struct vae_job *job, struct ih_error *e)
{
    if (!h->there)
        return err_set(
            e, IH_NOT_FOUND, "TAEF2's %s is not there", h->decoder ? "decoder" : "encoder");
    if (width < 1 || height < 1 || width % MULTIPLE || height % MULTIPLE)
        return err_set(e, IH_INVALID, "a picture of %d by %d pixels; TAEF2 takes multiples of %d",
            width, height, MULTIPLE);
    size_t spare = job->budget ? job->budget : mem_available();
    size_t need = taef2_bytes(t, width, height);
    if (spare && need > spare)
        return err_set(e, IH_NO_MEMORY,
            "a picture of %d by %d pixels takes TAEF2 %.0f MB of memory; there are %.0f MB", width,
            height, (double)need / 1e6, (double)spare / 1e6);
    return IH_OK;
}

static enum ih_status run_half(struct taef2 *t, const struct half *h, float *to, const float *from,
    int width, int height, const struct vae_job *job, struct ih_error *e)
{
    static const struct vae_job plain;
    job = job ? job : &plain;
    enum ih_status status = check(t, h, width, height, job, e);
    if (status)
        return status;
    struct memory m = layout(t, width, height);
    size_t bytes = m.full + m.half + 2 * m.hidden;
    struct run r = {.t = t, .height = height, .width = width};
    status = device_fork(&r.device, t->device, e);
    char *memory = status ? NULL : mem_pages(bytes);
    if (!memory) {
        device_close(&r.device);
        return err_memory(e, "a picture");
    }
    r.sum[0] = memory;
    r.sum[1] = memory + m.full;
    r.hidden[0] = memory + m.full + m.half;
    r.hidden[1] = memory + m.full + m.half + m.hidden;
    r.slot = !h->decoder; /* so that what has full size comes to lie in sum[0] */
    r.x = tensor_2d((void *)(uintptr_t)from, DT_F32, (int64_t)width * height, 3);
    if (h->decoder)
        begin_decoding(&r, from, height / MULTIPLE, width / MULTIPLE);
    status = run_layers(&r, h, to, job, e);
    device_close(&r.device);
    mem_pages_free(memory, bytes);
    return status;
}

enum ih_status taef2_encode(struct taef2 *t, float *latents, const float *rgb, int width,
    int height, const struct vae_job *job, struct ih_error *e)
{
    return run_half(t, &t->encoder, latents, rgb, width, height, job, e);
}

enum ih_status taef2_decode(struct taef2 *t, float *rgb, const float *latents, int width,
    int height, const struct vae_job *job, struct ih_error *e)
{
    return run_half(t, &t->decoder, rgb, latents, width, height, job, e);
}
