/* SPDX-License-Identifier: Apache-2.0 */
/* What the prosody and the decoder have in common. */
#include "models/kokoro/kokoro.h"

static const struct tensor none;

struct tensor kokoro_rows(struct synthesizer_session *s, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(&s->arena, dtype_bytes(DT_F32, rows * cols)), DT_F32, rows, cols);
}

void kokoro_watch(const struct synthesizer_session *s, const char *stage, int i, struct tensor x)
{
    if (s->watch)
        s->watch(s->watch_arg, stage, i, x);
}

struct channels kokoro_adain(
    struct synthesizer_session *s, int style, const struct adain *a, struct tensor x)
{
    const float *w = s->style[style] + a->at;
    float *scale = arena_alloc(&s->arena, (size_t)a->n * sizeof *scale);
    float *shift = arena_alloc(&s->arena, (size_t)a->n * sizeof *shift);
    op_instance_norm(s->device, scale, shift, x, w, w + a->n, 1e-5f);
    return (struct channels){.scale = scale, .shift = shift};
}

/* Each row twice. */
static void doubled(struct synthesizer_session *s, struct tensor y, struct tensor x)
{
    int32_t *index = arena_alloc(&s->arena, (size_t)y.shape[0] * sizeof *index);
    for (int64_t i = 0; i < y.shape[0]; i++)
        index[i] = (int32_t)(i / 2);
    op_gather(s->device, y, x, index);
}

/* y = shortcut(x) / sqrt(2), which the last convolution then adds to. */
static void shortcut(
    struct synthesizer_session *s, const struct residual_block *b, struct tensor y, struct tensor x)
{
    struct device *d = s->device;
    struct channels half = {.scale = s->model->half};
    struct tensor to = b->up ? kokoro_rows(s, x.shape[0], b->out) : y;
    if (b->learned)
        op_conv(d, to, x, &b->shortcut, NULL, ACT_NONE, none);
    else
        op_channels(d, to, x, &half);
    if (b->up)
        doubled(s, y, to);
}

void kokoro_residual(struct synthesizer_session *s, int style, const struct residual_block *b,
    struct tensor y, struct tensor x)
{
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    struct tensor hidden = kokoro_rows(s, y.shape[0], b->out);
    struct channels f = kokoro_adain(s, style, &b->norm1, x);
    f.curve = CURVE_LEAKY;
    f.slope = 0.2f;
    if (b->up) {
        struct tensor narrow = kokoro_rows(s, x.shape[0], b->in);
        struct tensor wide = kokoro_rows(s, y.shape[0], b->in);
        op_channels(d, narrow, x, &f);
        op_depthwise(d, wide, narrow, &b->pool);
        op_conv(d, hidden, wide, &b->conv1, NULL, ACT_NONE, none);
    } else {
        op_conv(d, hidden, x, &b->conv1, &f, ACT_NONE, none);
    }
    shortcut(s, b, y, x);
    f = kokoro_adain(s, style, &b->norm2, hidden);
    f.curve = CURVE_LEAKY;
    f.slope = 0.2f;
    op_conv(d, y, hidden, &b->conv2, &f, ACT_NONE, y);
    arena_rewind(&s->arena, mark);
}
