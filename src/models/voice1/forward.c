/* SPDX-License-Identifier: Apache-2.0 */
/* The network as operations on a device. */
#include "models/voice1/voice1.h"

#include <math.h>
#include <string.h>

static const float pitch_centre = 5.0751738f; /* ln 160: F0 is given to the decoder above it */

static void watch(const struct synthesizer_session *s, const char *stage, struct tensor x)
{
    if (s->watch)
        s->watch(s->watch_arg, stage, x);
}

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

static const struct tensor none;

/* Room for everything that follows, so that nothing between can fail. */
static enum ih_status reserve(
    const struct voice1 *m, struct arena *a, int64_t rows, struct ih_error *e)
{
    const struct voice1_config *c = &m->config;
    size_t row =
        (size_t)c->width * 4 * 16 + (size_t)(c->vocoder.bands + c->vocoder.shares + 16) * 4;
    size_t caches = kv_bytes(c->heads, c->width / c->heads, rows, DT_F32);
    size_t norms = (size_t)m->norms * 2 * (size_t)c->width * 4;
    return arena_reserve(a, (size_t)(rows + 64) * row + caches + norms + 65536) == 0
               ? IH_OK
               : err_memory(e, "a sentence's activations");
}

/* The norm at place `i`: y = norm(x). */
static void speaker_norm(
    struct voice1 *m, const struct voice1_score *s, int i, struct tensor y, struct tensor x)
{
    const float *w = (const float *)s->norms.data + (int64_t)i * 2 * m->config.width;
    op_layer_norm(s->device, y, x, w, w + m->config.width, m->shape.eps);
}

/* x [n, D] f32 is changed; returns its last norm, from which the outputs are made. */
static struct tensor run_stack(struct voice1 *m, struct arena *a, const struct voice1_score *s,
    const struct stack *stack, struct tensor x)
{
    struct device *d = s->device;
    enum dtype t = m->shape.activation;
    struct tensor y = temporary(a, t, x.shape[0], x.shape[1]);
    struct tensor hidden = temporary(a, t, x.shape[0], x.shape[1]);
    for (int i = 0; i < stack->layers; i++) {
        const struct sound_layer *l = &stack->layer[i];
        speaker_norm(m, s, stack->first_norm + i, y, x);
        op_conv(d, hidden, y, &l->conv1, NULL, ACT_GELU, none);
        op_conv(d, x, hidden, &l->conv2, NULL, ACT_NONE, x);
    }
    struct tensor last = temporary(a, DT_F32, x.shape[0], x.shape[1]);
    speaker_norm(m, s, stack->first_norm + stack->layers, last, x);
    return last;
}

/* All norms of this speaker, and the text's last norm with the speaker's colour in its bias. */
static struct tensor dress(struct voice1 *m, struct arena *a, struct voice1_score *s)
{
    struct device *d = s->device;
    int width = m->config.width;
    struct tensor speaker = tensor_2d((void *)(uintptr_t)s->speaker, DT_F32, 1, m->config.speaker);
    s->norms = temporary(a, DT_F32, 1, (int64_t)m->norms * 2 * width);
    op_linear(d, s->norms, speaker, &m->norm, ACT_NONE, none);
    struct tensor bias = temporary(a, DT_F32, 1, width);
    op_linear(d, bias, speaker, &m->colour, ACT_NONE, tensor_2d(m->text_norm.b, DT_F32, 1, width));
    return bias;
}

static void encode_text(
    struct voice1 *m, struct arena *a, struct voice1_score *s, struct tensor bias)
{
    struct device *d = s->device;
    int64_t n = s->tokens, width = m->config.width;
    int heads = m->config.heads;
    struct tensor x = temporary(a, DT_F32, n, width), y = temporary(a, DT_F32, n, width);
    int32_t *language = arena_alloc(a, (size_t)n * sizeof *language);
    for (int64_t i = 0; i < n; i++)
        language[i] = s->language;
    op_embed(d, x, &m->token_table, s->token, m->language_table, language);
    op_conv(d, y, x, &m->text_conv, NULL, ACT_GELU, x);
    op_add(d, y, tensor_rows(m->positions, 0, n));
    enum dtype t = m->shape.activation;
    size_t bytes = kv_bytes(heads, m->config.width / heads, n, t);
    void *memory = arena_alloc(a, bytes);
    memset(memory, 0, bytes);
    struct kv kv;
    kv_init(&kv, memory, heads, m->config.width / heads, n, t);
    struct sequence all = {.row0 = 0, .rows = n, .self = &kv};
    for (int i = 0; i < m->config.text_layers; i++)
        block_encode(d, a, &m->text[i], &m->shape, y, &all, 1);
    s->text = x;
    op_layer_norm(d, s->text, y, m->text_norm.w, bias.data, m->shape.eps);
}

enum ih_status voice1_read(struct synthesizer_session *session, struct arena *a,
    struct voice1_score *s, const float **duration, struct ih_error *e)
{
    struct voice1 *m = session->model;
    enum ih_status status = reserve(m, a, s->tokens, e);
    if (status)
        return status;
    s->device = session->device;
    encode_text(m, a, s, dress(m, a, s));
    watch(session, "text", s->text);
    struct tensor x = temporary(a, DT_F32, s->tokens, m->config.width);
    op_convert(session->device, x, s->text);
    struct tensor out = temporary(a, DT_F32, s->tokens, 1);
    op_linear(session->device, out, run_stack(m, a, s, &m->duration, x), &m->duration_out, ACT_NONE,
        none);
    watch(session, "duration", out);
    if (device_exhausted(session->device))
        return err_memory(e, "a sentence");
    float *wanted = out.data;
    for (int i = 0; i < s->tokens; i++)
        wanted[i] = fmaxf(expm1f(wanted[i]), 0);
    *duration = wanted;
    return IH_OK;
}

/* The code point of each frame, and where in it the frame is. */
static void fill_places(const struct voice1_score *s, int32_t *index, float *place)
{
    int64_t t = 0;
    for (int i = 0; i < s->tokens; i++)
        for (int j = 0; j < s->frames[i]; j++, t++) {
            float before = ((float)j + 0.5f) / (float)s->frames[i];
            index[t] = i;
            place[3 * t] = before;
            place[3 * t + 1] = 1 - before;
            place[3 * t + 2] = log1pf((float)s->frames[i]);
        }
}

enum ih_status voice1_sing(struct synthesizer_session *session, struct arena *a,
    struct voice1_score *s, struct tensor *expanded, struct ih_error *e)
{
    struct voice1 *m = session->model;
    struct device *d = session->device;
    int64_t n = s->count, width = m->config.width;
    enum ih_status status = reserve(m, a, n, e);
    if (status)
        return status;
    int32_t *index = arena_alloc(a, (size_t)n * sizeof *index);
    struct tensor place = temporary(a, DT_F32, n, 3);
    fill_places(s, index, place.data);
    *expanded = temporary(a, DT_F32, n, width);
    op_gather(d, *expanded, s->text, index);
    op_linear(d, *expanded, place, &m->place, ACT_NONE, *expanded);
    watch(session, "expanded", *expanded);
    struct tensor x = temporary(a, DT_F32, n, width), out = temporary(a, DT_F32, n, 2);
    op_convert(d, x, *expanded);
    op_linear(d, out, run_stack(m, a, s, &m->pitch, x), &m->pitch_out, ACT_NONE, none);
    watch(session, "pitch", out);
    s->pitch = arena_alloc(a, (size_t)n * sizeof *s->pitch);
    s->voiced = arena_alloc(a, (size_t)n * sizeof *s->voiced);
    const float *value = out.data;
    for (int64_t t = 0; t < n; t++) {
        s->pitch[t] = s->mean_pitch + value[2 * t];
        s->voiced[t] = value[2 * t + 1] > 0;
    }
    return IH_OK;
}

enum ih_status voice1_sound(struct synthesizer_session *session, struct arena *a,
    struct voice1_score *s, struct tensor expanded, struct ih_error *e)
{
    struct voice1 *m = session->model;
    struct device *d = session->device;
    int64_t n = s->count;
    enum ih_status status = reserve(m, a, n, e);
    if (status)
        return status;
    struct tensor melody = temporary(a, DT_F32, n, 2);
    float *value = melody.data;
    for (int64_t t = 0; t < n; t++) {
        value[2 * t] = s->pitch[t] - pitch_centre;
        value[2 * t + 1] = s->voiced[t];
    }
    struct tensor x = temporary(a, DT_F32, n, m->config.width);
    op_linear(d, x, melody, &m->melody, ACT_NONE, expanded);
    struct tensor last = run_stack(m, a, s, &m->decoder, x);
    struct tensor envelope = temporary(a, DT_F32, n, m->config.vocoder.bands);
    struct tensor share = temporary(a, DT_F32, n, m->config.vocoder.shares);
    op_linear(d, envelope, last, &m->envelope_out, ACT_NONE, none);
    op_linear(d, share, last, &m->share_out, ACT_SIGMOID, none);
    watch(session, "envelope", envelope);
    watch(session, "share", share);
    s->envelope = envelope.data;
    s->share = share.data;
    return IH_OK;
}
