/* SPDX-License-Identifier: Apache-2.0 */
#include "models/image1/convolutions.h"

#include <stdio.h>

static const struct tensor none;

static void load_layer(struct loader *l, struct conv2d conv[2], const struct convolution_place *at)
{
    char name[32];
    struct conv2d_shape s = {.in = at->in, .out = at->out, .taps = 3};
    s.top = s.left = s.bottom = s.right = 1;
    if (at->kind == CONVOLUTION_BLOCK) {
        for (int i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "%d.conv%d", at->index, i + 1);
            load_conv2d(l, &conv[i], name, &s);
        }
        return;
    }
    if (at->kind == CONVOLUTION_POINT)
        s = (struct conv2d_shape){.in = at->in, .out = at->out, .taps = 1};
    s.stride = at->kind == CONVOLUTION_HALVE ? 2 : 1;
    s.out *= at->kind == CONVOLUTION_GROW ? 4 : 1;
    snprintf(name, sizeof name, "%d", at->index);
    load_conv2d(l, &conv[0], name, &s);
}

void convolutions_load(struct loader *l, struct convolutions *c, const struct convolution_place *at)
{
    c->hidden = device_activation(l->device, l->storage);
    for (int i = 0; at[i].kind != CONVOLUTION_END; i++) {
        c->layer[i].kind = at[i].kind;
        load_layer(l, c->layer[i].conv, &at[i]);
    }
}

void convolutions_free(struct convolutions *c)
{
    for (int i = 0; i < CONVOLUTIONS; i++)
        for (int j = 0; j < 2; j++)
            conv2d_free(&c->layer[i].conv[j]);
}

static float *other(const struct convolution_run *r)
{
    return r->x.data == r->sum[0] ? r->sum[1] : r->sum[0];
}

static struct tensor rows(const struct convolution_run *r, void *memory, int64_t n, enum dtype type)
{
    return tensor_2d(memory, type, r->height * r->width, n);
}

static void run_block(
    const struct convolutions *c, struct convolution_run *r, const struct conv2d conv[2])
{
    struct channels relu = {.curve = CURVE_LEAKY};
    struct tensor h = rows(r, r->hidden, conv[0].out, c->hidden);
    op_conv2d(r->device, h, r->x, r->height, r->width, &conv[0], NULL, ACT_RELU, none);
    op_conv2d(r->device, r->x, h, r->height, r->width, &conv[1], NULL, ACT_NONE, r->x);
    op_channels(r->device, r->x, r->x, &relu);
}

static void run_convolution(
    struct convolution_run *r, const struct conv2d *conv, enum act act, struct tensor residual)
{
    struct tensor x = r->x;
    int64_t height = r->height, width = r->width;
    float *to = other(r);
    r->height = conv2d_height(conv, height);
    r->width = conv2d_width(conv, width);
    r->x = rows(r, to, conv->out, DT_F32);
    op_conv2d(r->device, r->x, x, height, width, conv, NULL, act, residual);
}

/* The four channels that lie side by side become two rows of two pixels. */
static void grow(struct convolution_run *r)
{
    struct tensor x = r->x;
    int64_t height = r->height, width = r->width;
    float *to = other(r);
    r->height *= 2;
    r->width *= 2;
    r->x = rows(r, to, x.shape[1] / 4, DT_F32);
    op_unpatch(r->device, r->x, x, height, width, 2);
}

enum ih_status convolutions_run(const struct convolutions *c, struct convolution_run *r,
    struct tensor residual, struct ih_error *e)
{
    for (int i = 0; c->layer[i].kind != CONVOLUTION_END; i++) {
        enum convolution_kind kind = c->layer[i].kind;
        const struct conv2d *conv = c->layer[i].conv;
        bool last = kind == CONVOLUTION_POINT || kind == CONVOLUTION_LAST;
        if (r->cancel && *r->cancel)
            return err_set(e, IH_CANCELLED, "cancelled");
        if (kind == CONVOLUTION_BLOCK)
            run_block(c, r, conv);
        else
            run_convolution(r, conv, last ? ACT_NONE : ACT_RELU, last ? residual : none);
        if (kind == CONVOLUTION_GROW)
            grow(r);
    }
    return device_exhausted(r->device) ? err_memory(e, "a picture") : IH_OK;
}
