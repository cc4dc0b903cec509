/* SPDX-License-Identifier: Apache-2.0 */
#include "models/image1/head.h"

#include "weights/config.h"

#include <stdio.h>

enum { ROUNDING = 1024 }; /* of things in an arena */

static enum ih_status read_config(struct head *h, const char *folder, struct ih_error *e)
{
    static const char *const keys[] = {"latent_channels", "hint_channels", "width"};
    int *const to[] = {&h->latent, &h->hints, &h->width};
    char path[4096];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/config.json", folder);
    enum ih_status status = config_open(&c, path, e);
    for (int i = 0; i < 3 && !status; i++) {
        int64_t value = 0;
        status = config_int(c, keys[i], 1, 1024, &value, e);
        *to[i] = (int)value;
    }
    config_close(&c);
    return status;
}

enum ih_status head_open(
    struct head *h, struct device *d, const char *folder, enum dtype storage, struct ih_error *e)
{
    char path[4096];
    struct weights *w = NULL;
    enum ih_status status = read_config(h, folder, e);
    snprintf(path, sizeof path, "%s/diffusion_pytorch_model.safetensors", folder);
    if (!status)
        status = weights_open(&w, path, e);
    if (!status) {
        const struct convolution_place at[] = {
            {CONVOLUTION_STAY, 0, 2 * h->latent + h->hints, h->width},
            {CONVOLUTION_BLOCK, 2, h->width, h->width}, {CONVOLUTION_BLOCK, 3, h->width, h->width},
            {CONVOLUTION_LAST, 4, h->width, h->latent}, {CONVOLUTION_END, 0, 0, 0}};
        struct loader l = {.weights = w,
            .device = d,
            .arena = &h->arena,
            .pack = true,
            .storage = storage,
            .error = e};
        load_enter(&l, "layers.");
        convolutions_load(&l, &h->convolutions, at);
        status = l.status;
        h->bytes = l.bytes;
    }
    weights_close(&w);
    if (status)
        head_close(h);
    return status;
}

void head_close(struct head *h)
{
    convolutions_free(&h->convolutions);
    arena_free(&h->arena);
}

int head_takes(const struct head *h)
{
    return h->latent + h->hints;
}

size_t head_run_bytes(const struct head *h, int64_t tokens)
{
    int64_t each = 2 * h->latent + h->hints + 3 * (int64_t)(h->width + h->latent);
    return (size_t)(tokens * each) * sizeof(float) + 4 * ROUNDING;
}

static struct tensor tokens_of(struct arena *a, int64_t n, int64_t channels)
{
    float *data = arena_alloc(a, (size_t)(n * channels) * sizeof *data);
    return tensor_2d(data, DT_F32, n, channels);
}

enum ih_status head_run(const struct head *h, struct arena *a, const struct head_input *in,
    struct tensor clean, struct ih_error *e)
{
    struct arena_mark mark = arena_mark(a);
    int64_t n = (int64_t)in->rows * in->cols, told = h->latent + h->hints;
    int64_t most = h->width > h->latent ? h->width : h->latent;
    struct tensor seen = tokens_of(a, n, told + h->latent);
    struct convolution_run r = {.device = in->device,
        .sum = {tokens_of(a, n, most).data, tokens_of(a, n, most).data},
        .hidden = tokens_of(a, n, most).data,
        .x = seen,
        .height = in->rows,
        .width = in->cols,
        .cancel = in->cancel};
    if (!seen.data || !r.sum[0] || !r.sum[1] || !r.hidden) {
        arena_rewind(a, mark);
        return err_memory(e, "a picture");
    }
    op_convert(in->device, tensor_cols(seen, 0, told), in->told);
    op_convert(in->device, tensor_cols(seen, told, h->latent), in->x);
    enum ih_status status =
        convolutions_run(&h->convolutions, &r, tensor_cols(seen, 0, h->latent), e);
    if (!status)
        op_convert(in->device, clean, r.x);
    arena_rewind(a, mark);
    return status;
}
