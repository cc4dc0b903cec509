/* SPDX-License-Identifier: Apache-2.0 */
#include "models/image1/autoencoder.h"

#include "base/mem.h"
#include "weights/config.h"

#include <stdio.h>
#include <string.h>

enum { FINE = 4, PLACES = 12 }; /* pixels a side of what the convolutions see; most layers */

/* Widths by number: 0 to 2 those of the configuration, then the latents, then 4 x 4 pixels. */
enum { LATENTS = 3, PIXELS = 4 };

static const struct convolution_place encoder_layers[PLACES] = {{CONVOLUTION_STAY, 0, PIXELS, 0},
    {CONVOLUTION_BLOCK, 2, 0, 0}, {CONVOLUTION_BLOCK, 3, 0, 0}, {CONVOLUTION_HALVE, 4, 0, 1},
    {CONVOLUTION_BLOCK, 6, 1, 1}, {CONVOLUTION_BLOCK, 7, 1, 1}, {CONVOLUTION_HALVE, 8, 1, 2},
    {CONVOLUTION_BLOCK, 10, 2, 2}, {CONVOLUTION_BLOCK, 11, 2, 2},
    {CONVOLUTION_POINT, 12, 2, LATENTS}};
static const struct convolution_place decoder_layers[PLACES] = {{CONVOLUTION_STAY, 0, LATENTS, 2},
    {CONVOLUTION_BLOCK, 2, 2, 2}, {CONVOLUTION_BLOCK, 3, 2, 2}, {CONVOLUTION_GROW, 4, 2, 1},
    {CONVOLUTION_BLOCK, 7, 1, 1}, {CONVOLUTION_BLOCK, 8, 1, 1}, {CONVOLUTION_GROW, 9, 1, 0},
    {CONVOLUTION_BLOCK, 12, 0, 0}, {CONVOLUTION_BLOCK, 13, 0, 0}, {CONVOLUTION_BLOCK, 14, 0, 0},
    {CONVOLUTION_LAST, 15, 0, PIXELS}};

static const struct tensor none;

static int channels_of(const struct autoencoder *a, int number)
{
    return number == LATENTS ? a->latent : number == PIXELS ? 3 * FINE * FINE : a->width[number];
}

static void load_half(
    struct loader *l, const struct autoencoder *a, struct autoencoder_half *h, bool decoder)
{
    const int64_t cell = 3 * AUTOENCODER_CELL * AUTOENCODER_CELL;
    struct conv2d_shape s = {
        .in = decoder ? a->latent : cell, .out = decoder ? cell : a->latent, .taps = 1};
    struct convolution_place at[PLACES];
    load_conv2d(l, &h->linear, decoder ? "up_linear" : "down_linear", &s);
    memcpy(at, decoder ? decoder_layers : encoder_layers, sizeof at);
    for (int i = 0; at[i].kind != CONVOLUTION_END; i++) {
        at[i].in = channels_of(a, at[i].in);
        at[i].out = channels_of(a, at[i].out);
    }
    load_enter(l, decoder ? "up." : "down.");
    convolutions_load(l, &h->convolutions, at);
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

void autoencoder_close(struct autoencoder *a)
{
    struct autoencoder_half *half[] = {&a->encoder, &a->decoder};
    for (int i = 0; i < 2; i++) {
        convolutions_free(&half[i]->convolutions);
        conv2d_free(&half[i]->linear);
    }
    arena_free(&a->arena);
}

struct job {
    struct convolution_run run;
    float *aside; /* what is laid out as pixels or cells: [height * width, 3] */
    char *memory;
    size_t bytes;
};

static struct tensor rows(const struct job *j, void *memory, int64_t n)
{
    return tensor_2d(memory, DT_F32, j->run.height * j->run.width, n);
}

static enum ih_status begin(const struct autoencoder *a, struct job *j, int width, int height,
    const volatile int *cancel, struct ih_error *e)
{
    int64_t quarter = (int64_t)(width / FINE) * (height / FINE);
    /* Channels for each pixel at a quarter of the size: a doubled picture has a quarter of the
     * channels in front of it four times. */
    int64_t most = 3 * FINE * FINE, deep = (a->width[2] + a->latent) / 4 + 1;
    for (int i = 0; i < 2; i++)
        most = a->width[i] > most ? a->width[i] : most;
    most = deep > most ? deep : most;
    size_t sum = dtype_bytes(DT_F32, quarter * most);
    size_t aside = dtype_bytes(DT_F32, 3 * (int64_t)width * height);
    j->bytes = 3 * sum + aside;
    j->memory = mem_pages(j->bytes);
    if (!j->memory)
        return err_memory(e, "a picture");
    j->run.sum[0] = (float *)(void *)j->memory;
    j->run.sum[1] = (float *)(void *)(j->memory + sum);
    j->run.hidden = j->memory + 2 * sum;
    j->run.cancel = cancel;
    j->aside = (float *)(void *)(j->memory + 3 * sum);
    return IH_OK;
}

enum ih_status autoencoder_encode(const struct autoencoder *a, struct device *d,
    struct tensor latents, const float *rgb, int width, int height, const volatile int *cancel,
    struct ih_error *e)
{
    struct job j = {0};
    enum ih_status status = begin(a, &j, width, height, cancel, e);
    if (status)
        return status;
    struct convolution_run *r = &j.run;
    r->device = d;
    struct tensor picture = tensor_2d((void *)(uintptr_t)rgb, DT_F32, (int64_t)width * height, 3);
    r->height = height / FINE;
    r->width = width / FINE;
    r->x = rows(&j, r->sum[0], 3 * FINE * FINE);
    op_patch(d, r->x, picture, r->height, r->width, FINE);
    status = convolutions_run(&a->encoder.convolutions, r, none, e);
    if (!status) {
        struct tensor cells = rows(&j, j.aside, 3 * AUTOENCODER_CELL * AUTOENCODER_CELL);
        op_patch(d, cells, picture, r->height, r->width, AUTOENCODER_CELL);
        op_conv2d(d, latents, cells, r->height, r->width, &a->encoder.linear, NULL, ACT_NONE, r->x);
    }
    mem_pages_free(j.memory, j.bytes);
    return status;
}

enum ih_status autoencoder_decode(const struct autoencoder *a, struct device *d, float *rgb,
    struct tensor latents, int width, int height, const volatile int *cancel, struct ih_error *e)
{
    struct job j = {0};
    enum ih_status status = begin(a, &j, width, height, cancel, e);
    if (status)
        return status;
    struct convolution_run *r = &j.run;
    r->device = d;
    struct tensor picture = tensor_2d(rgb, DT_F32, (int64_t)width * height, 3);
    r->height = height / AUTOENCODER_CELL;
    r->width = width / AUTOENCODER_CELL;
    r->x = latents;
    struct tensor cells = rows(&j, j.aside, 3 * AUTOENCODER_CELL * AUTOENCODER_CELL);
    op_conv2d(d, cells, r->x, r->height, r->width, &a->decoder.linear, NULL, ACT_NONE, none);
    op_unpatch(d, picture, cells, r->height, r->width, AUTOENCODER_CELL);
    status = convolutions_run(&a->decoder.convolutions, r, none, e);
    if (!status) {
        struct tensor fine = tensor_2d(j.aside, DT_F32, (int64_t)width * height, 3);
        op_unpatch(d, fine, r->x, r->height, r->width, FINE);
        op_add(d, picture, fine);
    }
    mem_pages_free(j.memory, j.bytes);
    return status;
}
