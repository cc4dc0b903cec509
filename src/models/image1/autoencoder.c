/* SPDX-License-Identifier: Apache-2.0 */
/* The autoencoder. Each half is a sequence of layers, whose tensors are named by their places in
 * it, and a linear map beside it. */
#include "models/image1/autoencoder.h"

#include "base/mem.h"
#include "nn/load.h"
#include "weights/config.h"

#include <stdio.h>
#include <string.h>

enum {
    FINE = 4,
    PACK = 2
}; /* pixels a side of what the convolutions see; cells a side of a token */

/* STAY, HALVE and GROW are a convolution with relu behind it, which keeps, halves or doubles the
 * size; a BLOCK is relu(x + two convolutions with relu between them); POINT (1 x 1) and LAST (3 x
 * 3) have no relu. */
enum kind { END, STAY, HALVE, GROW, BLOCK, POINT, LAST };

/* Widths by number: 0 to 2 those of the configuration, then the latents, then 4 x 4 pixels. */
enum { LATENTS = 3, PIXELS = 4 };

struct place {
    enum kind kind;
    int index, in, out;
};

static const struct place encoder_layers[] = {{STAY, 0, PIXELS, 0}, {BLOCK, 2, 0, 0},
    {BLOCK, 3, 0, 0}, {HALVE, 4, 0, 1}, {BLOCK, 6, 1, 1}, {BLOCK, 7, 1, 1}, {HALVE, 8, 1, 2},
    {BLOCK, 10, 2, 2}, {BLOCK, 11, 2, 2}, {POINT, 12, 2, LATENTS}, {END, 0, 0, 0}};
static const struct place decoder_layers[] = {{STAY, 0, LATENTS, 2}, {BLOCK, 2, 2, 2},
    {BLOCK, 3, 2, 2}, {GROW, 4, 2, 1}, {BLOCK, 7, 1, 1}, {BLOCK, 8, 1, 1}, {GROW, 9, 1, 0},
    {BLOCK, 12, 0, 0}, {BLOCK, 13, 0, 0}, {BLOCK, 14, 0, 0}, {LAST, 15, 0, PIXELS}, {END, 0, 0, 0}};

static const struct tensor none;

static int channels_of(const struct autoencoder *a, int number)
{
    return number == LATENTS ? a->latent : number == PIXELS ? 3 * FINE * FINE : a->width[number];
}

int autoencoder_values(const struct autoencoder *a)
{
    return a->latent * PACK * PACK;
}

static void load_layer(struct loader *l, const struct autoencoder *a, struct autoencoder_layer *out,
    const struct place *at)
{
    char name[32];
    struct conv2d_shape s = {
        .in = channels_of(a, at->in), .out = channels_of(a, at->out), .taps = 3};
    s.top = s.left = s.bottom = s.right = 1;
    out->kind = at->kind;
    if (at->kind == BLOCK) {
        for (int i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "%d.conv%d", at->index, i + 1);
            load_conv2d(l, &out->conv[i], name, &s);
        }
        return;
    }
    if (at->kind == POINT)
        s = (struct conv2d_shape){.in = s.in, .out = s.out, .taps = 1};
    s.stride = at->kind == HALVE ? 2 : 1;
    s.out *= at->kind == GROW ? 4 : 1;
    snprintf(name, sizeof name, "%d", at->index);
    load_conv2d(l, &out->conv[0], name, &s);
}

static void load_half(
    struct loader *l, const struct autoencoder *a, struct autoencoder_half *h, bool decoder)
{
    const int64_t cell = 3 * AUTOENCODER_CELL * AUTOENCODER_CELL;
    struct conv2d_shape s = {
        .in = decoder ? a->latent : cell, .out = decoder ? cell : a->latent, .taps = 1};
    load_conv2d(l, &h->linear, decoder ? "up_linear" : "down_linear", &s);
    load_enter(l, decoder ? "up." : "down.");
    const struct place *at = decoder ? decoder_layers : encoder_layers;
    for (int i = 0; at[i].kind != END; i++)
        load_layer(l, a, &h->layer[i], &at[i]);
    l->prefix[0] = '\0';
}

static enum ih_status read_config(struct autoencoder *a, const char *folder, struct ih_error *e)
{
    static const char *const keys[] = {"width_quarter", "width_eighth", "width_sixteenth"};
    char path[4096];
    struct config *c = NULL;
    int64_t value = 0;
    snprintf(path, sizeof path, "%s/config.json", folder);
    enum ih_status status = config_open(&c, path, e);
    for (int i = 0; i < 3 && !status; i++) {
        status = config_int(c, keys[i], 1, 4096, &value, e);
        a->width[i] = (int)value;
    }
    if (!status)
        status = config_int(c, "latent_channels", 1, 256, &value, e);
    a->latent = (int)value;
    config_close(&c);
    return status;
}

enum ih_status autoencoder_open(struct autoencoder *a, struct device *d, const char *folder,
    enum dtype storage, struct ih_error *e)
{
    char path[4096];
    struct weights *w = NULL;
    a->device = d;
    a->hidden = device_activation(d, storage);
    enum ih_status status = read_config(a, folder, e);
    snprintf(path, sizeof path, "%s/diffusion_pytorch_model.safetensors", folder);
    if (!status)
        status = weights_open(&w, path, e);
    if (!status) {
        struct loader l = {.weights = w,
            .device = d,
            .arena = &a->arena,
            .pack = true,
            .storage = storage,
            .error = e};
        load_half(&l, a, &a->encoder, false);
        load_half(&l, a, &a->decoder, true);
        status = l.status;
        a->bytes = l.bytes;
    }
    weights_close(&w);
    if (status)
        autoencoder_close(a);
    return status;
}

static void free_half(struct autoencoder_half *h)
{
    for (int i = 0; i < AUTOENCODER_LAYERS; i++)
        for (int j = 0; j < 2; j++)
            conv2d_free(&h->layer[i].conv[j]);
    conv2d_free(&h->linear);
}

void autoencoder_close(struct autoencoder *a)
{
    free_half(&a->encoder);
    free_half(&a->decoder);
    arena_free(&a->arena);
}

/* Two running sums that take turns, what a block hides between its convolutions, and what is laid
 * out as pixels or cells. */
struct run {
    const struct autoencoder *a;
    const volatile int *cancel;
    float *sum[2], *aside;
    void *hidden;
    size_t bytes;
    char *memory;
    struct tensor x; /* [height * width, channels] */
    int64_t height, width;
};

static float *other(const struct run *r)
{
    return r->x.data == r->sum[0] ? r->sum[1] : r->sum[0];
}

static struct tensor rows(const struct run *r, void *memory, int64_t n, enum dtype type)
{
    return tensor_2d(memory, type, r->height * r->width, n);
}

static enum ih_status begin(struct run *r, int width, int height, struct ih_error *e)
{
    const struct autoencoder *a = r->a;
    int64_t quarter = (int64_t)(width / FINE) * (height / FINE), most = 3 * FINE * FINE;
    /* Channels by pixels of a quarter's size; what grows has four times those of what comes. */
    int64_t widest[] = {a->width[0], a->width[1], (a->width[2] + 3) / 4, a->latent / 16 + 1};
    for (int i = 0; i < 4; i++)
        most = widest[i] > most ? widest[i] : most;
    size_t sum = dtype_bytes(DT_F32, quarter * most);
    size_t aside = dtype_bytes(DT_F32, 3 * (int64_t)width * height);
    r->bytes = 3 * sum + aside;
    r->memory = mem_pages(r->bytes);
    if (!r->memory)
        return err_memory(e, "a picture");
    r->sum[0] = (float *)(void *)r->memory;
    r->sum[1] = (float *)(void *)(r->memory + sum);
    r->hidden = r->memory + 2 * sum;
    r->aside = (float *)(void *)(r->memory + 3 * sum);
    return IH_OK;
}

static void run_block(struct run *r, const struct autoencoder_layer *l)
{
    struct device *d = r->a->device;
    struct channels relu = {.curve = CURVE_LEAKY};
    struct tensor h = rows(r, r->hidden, l->conv[0].out, r->a->hidden);
    op_conv2d(d, h, r->x, r->height, r->width, &l->conv[0], NULL, ACT_RELU, none);
    op_conv2d(d, r->x, h, r->height, r->width, &l->conv[1], NULL, ACT_NONE, r->x);
    op_channels(d, r->x, r->x, &relu);
}

static void run_convolution(struct run *r, const struct autoencoder_layer *l)
{
    const struct conv2d *c = &l->conv[0];
    struct device *d = r->a->device;
    struct tensor x = r->x;
    int64_t height = r->height, width = r->width;
    r->height = conv2d_height(c, height);
    r->width = conv2d_width(c, width);
    float *to = other(r);
    r->x = rows(r, to, c->out, DT_F32);
    enum act act = l->kind == POINT || l->kind == LAST ? ACT_NONE : ACT_RELU;
    op_conv2d(d, r->x, x, height, width, c, NULL, act, none);
    if (l->kind != GROW)
        return;
    x = r->x;
    height = r->height;
    width = r->width;
    r->height *= 2;
    r->width *= 2;
    r->x = rows(r, other(r), c->out / 4, DT_F32);
    op_unpatch(d, r->x, x, height, width, 2);
}

static enum ih_status run_layers(
    struct run *r, const struct autoencoder_half *h, struct ih_error *e)
{
    for (const struct autoencoder_layer *l = h->layer; l->kind != END; l++) {
        if (r->cancel && *r->cancel)
            return err_set(e, IH_CANCELLED, "cancelled");
        if (l->kind == BLOCK)
            run_block(r, l);
        else
            run_convolution(r, l);
    }
    return device_exhausted(r->a->device) ? err_memory(e, "a picture") : IH_OK;
}

enum ih_status autoencoder_encode(const struct autoencoder *a, struct tensor latents,
    const float *rgb, int width, int height, const volatile int *cancel, struct ih_error *e)
{
    struct run r = {.a = a, .cancel = cancel};
    enum ih_status status = begin(&r, width, height, e);
    if (status)
        return status;
    struct device *d = a->device;
    struct tensor picture = tensor_2d((void *)(uintptr_t)rgb, DT_F32, (int64_t)width * height, 3);
    r.height = height / FINE;
    r.width = width / FINE;
    r.x = rows(&r, r.sum[0], 3 * FINE * FINE, DT_F32);
    op_patch(d, r.x, picture, r.height, r.width, FINE);
    status = run_layers(&r, &a->encoder, e);
    if (!status) {
        const int64_t cell = 3 * AUTOENCODER_CELL * AUTOENCODER_CELL;
        struct tensor cells = rows(&r, r.aside, cell, DT_F32);
        op_patch(d, cells, picture, r.height, r.width, AUTOENCODER_CELL);
        op_conv2d(d, r.x, cells, r.height, r.width, &a->encoder.linear, NULL, ACT_NONE, r.x);
        op_patch(d, latents, r.x, r.height / PACK, r.width / PACK, PACK);
    }
    mem_pages_free(r.memory, r.bytes);
    return status;
}

enum ih_status autoencoder_decode(const struct autoencoder *a, float *rgb, struct tensor latents,
    int width, int height, const volatile int *cancel, struct ih_error *e)
{
    struct run r = {.a = a, .cancel = cancel};
    enum ih_status status = begin(&r, width, height, e);
    if (status)
        return status;
    struct device *d = a->device;
    struct tensor picture = tensor_2d(rgb, DT_F32, (int64_t)width * height, 3);
    const int64_t rows16 = height / AUTOENCODER_CELL, cols16 = width / AUTOENCODER_CELL;
    r.height = rows16;
    r.width = cols16;
    r.x = rows(&r, r.sum[0], a->latent, DT_F32);
    op_unpatch(d, r.x, latents, r.height / PACK, r.width / PACK, PACK);
    const int64_t cell = 3 * AUTOENCODER_CELL * AUTOENCODER_CELL;
    struct tensor cells = rows(&r, r.aside, cell, DT_F32);
    op_conv2d(d, cells, r.x, r.height, r.width, &a->decoder.linear, NULL, ACT_NONE, none);
    op_unpatch(d, picture, cells, rows16, cols16, AUTOENCODER_CELL);
    status = run_layers(&r, &a->decoder, e);
    if (!status) {
        struct tensor fine = tensor_2d(r.aside, DT_F32, (int64_t)width * height, 3);
        op_unpatch(d, fine, r.x, r.height, r.width, FINE);
        op_add(d, picture, fine);
    }
    mem_pages_free(r.memory, r.bytes);
    return status;
}
