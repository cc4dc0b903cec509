/* SPDX-License-Identifier: Apache-2.0 */
#include "media/vad.h"

#include "kernels/pack.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One frame is 640 samples (64 of context, 512 new, 64 reflected), cut into four windows of 256 by
 * steps of 128. Convolutions of three taps are products over three neighbouring rows of a
 * time-major buffer, with a row of zeros at either end for the padding. */
enum { WINDOW = 256, HOP = 128, REFLECTED = 64, STEPS = 4 };
enum { CONVS = 4, TAPS = 3, MAX_WIDTH = 512 };

struct layer {
    int64_t in, out; /* of the product */
    float *packed, *bias;
};

struct vad {
    gemm_fn product;
    int bins, width[CONVS], hidden;
    struct layer stft, conv[CONVS], lstm, last;
};

/* The values of a tensor of the shape given (-1: any length) as f32; the caller frees them. */
static enum ih_status load(float **out, struct tensor *x, const struct weights *w, const char *name,
    int rank, const int64_t *shape, struct ih_error *e)
{
    enum ih_status status = weights_get(x, w, name, rank, shape, e);
    if (status)
        return status;
    for (int i = 0; i < rank; i++)
        if (x->shape[i] < 1 || x->shape[i] > 4 * MAX_WIDTH)
            return err_set(e, IH_BAD_DATA, "%s: %s has a length of %lld, expected 1 to %d",
                weights_path(w), name, (long long)x->shape[i], 4 * MAX_WIDTH);
    if (x->dtype != DT_F32 && x->dtype != DT_F16 && x->dtype != DT_BF16)
        return err_set(e, IH_BAD_DATA, "%s: %s is %s, expected f32, f16 or bf16", weights_path(w),
            name, dtype_info(x->dtype)->name);
    int64_t n = tensor_count(x);
    float *values = *out = malloc(sizeof *values * (size_t)n);
    if (!values)
        return err_memory(e, name);
    const uint16_t *half = x->data;
    if (x->dtype == DT_F32)
        memcpy(values, x->data, sizeof *values * (size_t)n);
    else
        for (int64_t i = 0; i < n; i++)
            values[i] = x->dtype == DT_F16 ? f16_to_f32(half[i]) : bf16_to_f32(half[i]);
    return IH_OK;
}

/* rows: [out, in]; the bias is zero. */
static enum ih_status pack_layer(
    struct layer *l, const float *rows, int64_t out, int64_t in, struct ih_error *e)
{
    l->packed = aligned_alloc(64, (size_t)pack_panels(out) * pack_panel_bytes(DT_F32, in));
    l->bias = calloc((size_t)out, sizeof *l->bias);
    if (!l->packed || !l->bias)
        return err_memory(e, "voice activity weights");
    l->in = in;
    l->out = out;
    pack_f32(l->packed, rows, in, out, in, 0, pack_panels(out));
    return IH_OK;
}

static enum ih_status add_bias(
    struct layer *l, const struct weights *w, const char *name, struct ih_error *e)
{
    float *values = NULL;
    struct tensor x;
    enum ih_status status = load(&values, &x, w, name, 1, &l->out, e);
    for (int64_t i = 0; !status && i < l->out; i++)
        l->bias[i] += values[i];
    free(values);
    return status;
}

/* Like PyTorch, [out, in, taps]; the product wants a tap's inputs together. `taps` of 1 keeps only
 * the middle one. */
static enum ih_status load_conv(
    struct vad *v, int index, int taps, const struct weights *w, struct ih_error *e)
{
    char name[32];
    struct layer *l = &v->conv[index];
    int64_t in = index == 0 ? v->bins : v->width[index - 1];
    float *values = NULL, *rows = NULL;
    struct tensor x;
    snprintf(name, sizeof name, "conv%d.weight", index + 1);
    enum ih_status status = load(&values, &x, w, name, 3, (const int64_t[]){-1, in, TAPS}, e);
    int64_t out = status ? 0 : x.shape[0], skip = taps == 1 ? 1 : 0;
    if (!status && out > MAX_WIDTH)
        status = err_set(e, IH_UNSUPPORTED, "%s: %s is %lld wide, at most %d is supported",
            weights_path(w), name, (long long)out, MAX_WIDTH);
    if (!status && !(rows = malloc(sizeof *rows * (size_t)(out * in * taps))))
        status = err_memory(e, name);
    if (!status) {
        for (int64_t o = 0; o < out; o++)
            for (int64_t t = 0; t < taps; t++)
                for (int64_t i = 0; i < in; i++)
                    rows[(o * taps + t) * in + i] = values[(o * in + i) * TAPS + t + skip];
        status = pack_layer(l, rows, out, in * taps, e);
        v->width[index] = (int)out;
    }
    snprintf(name, sizeof name, "conv%d.bias", index + 1);
    if (!status)
        status = add_bias(l, w, name, e);
    free(rows);
    free(values);
    return status;
}

static enum ih_status load_stft(struct vad *v, const struct weights *w, struct ih_error *e)
{
    float *values = NULL;
    struct tensor x;
    enum ih_status status =
        load(&values, &x, w, "stft_conv.weight", 3, (const int64_t[]){-1, 1, WINDOW}, e);
    if (!status && (x.shape[0] % 2 != 0 || x.shape[0] > 2 * MAX_WIDTH))
        status = err_set(e, IH_UNSUPPORTED,
            "%s: stft_conv.weight has %lld rows, expected an even number up to %d", weights_path(w),
            (long long)x.shape[0], 2 * MAX_WIDTH);
    if (!status) {
        v->bins = (int)(x.shape[0] / 2);
        status = pack_layer(&v->stft, values, x.shape[0], WINDOW, e);
    }
    free(values);
    return status;
}

/* One product over the input and the old state side by side: [4 * hidden, in + hidden]. */
static enum ih_status load_lstm(struct vad *v, const struct weights *w, struct ih_error *e)
{
    float *from_x = NULL, *from_h = NULL, *rows = NULL;
    struct tensor x, h;
    int64_t in = v->width[3];
    enum ih_status status =
        load(&from_x, &x, w, "lstm_cell.weight_ih", 2, (const int64_t[]){-1, in}, e);
    int64_t gates = status ? 0 : x.shape[0], hidden = gates / 4;
    if (!status && (gates % 4 != 0 || hidden > VAD_HIDDEN))
        status = err_set(e, IH_UNSUPPORTED,
            "%s: lstm_cell.weight_ih has %lld rows, expected 4 times at most %d", weights_path(w),
            (long long)gates, VAD_HIDDEN);
    if (!status)
        status =
            load(&from_h, &h, w, "lstm_cell.weight_hh", 2, (const int64_t[]){gates, hidden}, e);
    int64_t width = in + hidden;
    if (!status && !(rows = malloc(sizeof *rows * (size_t)(gates * width))))
        status = err_memory(e, "lstm_cell.weight_ih");
    if (!status) {
        for (int64_t g = 0; g < gates; g++) {
            memcpy(rows + g * width, from_x + g * in, sizeof *rows * (size_t)in);
            memcpy(rows + g * width + in, from_h + g * hidden, sizeof *rows * (size_t)hidden);
        }
        v->hidden = (int)hidden;
        status = pack_layer(&v->lstm, rows, gates, width, e);
    }
    if (!status)
        status = add_bias(&v->lstm, w, "lstm_cell.bias_ih", e);
    if (!status)
        status = add_bias(&v->lstm, w, "lstm_cell.bias_hh", e);
    free(from_x);
    free(from_h);
    free(rows);
    return status;
}

static enum ih_status load_last(struct vad *v, const struct weights *w, struct ih_error *e)
{
    float *values = NULL;
    struct tensor x;
    enum ih_status status =
        load(&values, &x, w, "final_conv.weight", 3, (const int64_t[]){1, v->hidden, 1}, e);
    if (!status)
        status = pack_layer(&v->last, values, 1, v->hidden, e);
    if (!status)
        status = add_bias(&v->last, w, "final_conv.bias", e);
    free(values);
    return status;
}

enum ih_status vad_open(
    struct vad **out, const struct weights *w, const struct kernels *k, struct ih_error *e)
{
    struct vad *v = *out = calloc(1, sizeof *v);
    if (!v)
        return err_memory(e, "voice activity weights");
    v->product = k->gemm_f32;
    enum ih_status status = load_stft(v, w, e);
    for (int i = 0; !status && i < CONVS; i++)
        status = load_conv(v, i, i == CONVS - 1 ? 1 : TAPS, w, e);
    if (!status)
        status = load_lstm(v, w, e);
    if (!status)
        status = load_last(v, w, e);
    if (status)
        vad_close(out);
    return status;
}

static void free_layer(struct layer *l)
{
    free(l->packed);
    free(l->bias);
}

void vad_close(struct vad **out)
{
    struct vad *v = *out;
    if (!v)
        return;
    free_layer(&v->stft);
    for (int i = 0; i < CONVS; i++)
        free_layer(&v->conv[i]);
    free_layer(&v->lstm);
    free_layer(&v->last);
    free(v);
    *out = NULL;
}

static void run(const struct vad *v, const struct layer *l, const float *x, int64_t step, int64_t m,
    float *y, int64_t ldy, enum act act)
{
    v->product(&(struct gemm){.m = m,
        .n = l->out,
        .k = l->in,
        .a = x,
        .lda = step,
        .b = l->packed,
        .bias = l->bias,
        .c = y,
        .ldc = ldy,
        .act = act});
}

/* Magnitudes of the four windows: out[STEPS, bins]. */
static void magnitudes(const struct vad *v, const struct vad_state *s, const float *pcm, float *out)
{
    float x[VAD_CONTEXT + VAD_FRAME + REFLECTED], y[STEPS * 2 * MAX_WIDTH];
    float *end = x + VAD_CONTEXT + VAD_FRAME;
    memcpy(x, s->context, sizeof s->context);
    memcpy(x + VAD_CONTEXT, pcm, sizeof *pcm * VAD_FRAME);
    for (int i = 0; i < REFLECTED; i++)
        end[i] = end[-2 - i];
    run(v, &v->stft, x, HOP, STEPS, y, v->stft.out, ACT_NONE);
    for (int t = 0; t < STEPS; t++) {
        const float *re = y + t * v->stft.out, *im = re + v->bins;
        for (int i = 0; i < v->bins; i++)
            out[t * v->bins + i] = sqrtf(re[i] * re[i] + im[i] * im[i]);
    }
}

/* The encoder's output into out[width of the last convolution]. */
static void encode(const struct vad *v, const struct vad_state *s, const float *pcm, float *out)
{
    float a[(STEPS + 2) * MAX_WIDTH] = {0}, b[(STEPS + 2) * MAX_WIDTH] = {0};
    const int *width = v->width;
    magnitudes(v, s, pcm, a + v->bins);
    run(v, &v->conv[0], a, v->bins, STEPS, b + width[0], width[0], ACT_RELU);
    /* Steps of two: windows 0 and 2, then 0; the second of these sees a row of zeros before. */
    memset(a, 0, sizeof a);
    run(v, &v->conv[1], b, 2 * (int64_t)width[0], STEPS / 2, a + width[1], width[1], ACT_RELU);
    run(v, &v->conv[2], a, width[1], 1, b, width[2], ACT_RELU);
    run(v, &v->conv[3], b, width[2], 1, out, width[3], ACT_RELU);
}

static float sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

float vad_frame(const struct vad *v, struct vad_state *s, const float *pcm)
{
    float x[MAX_WIDTH + VAD_HIDDEN], gate[4 * VAD_HIDDEN], speech;
    int n = v->hidden;
    encode(v, s, pcm, x);
    memcpy(x + v->width[3], s->h, sizeof *x * (size_t)n);
    run(v, &v->lstm, x, v->lstm.in, 1, gate, v->lstm.out, ACT_NONE);
    for (int i = 0; i < n; i++) {
        float in = sigmoid(gate[i]), forget = sigmoid(gate[n + i]);
        float new = tanhf(gate[2 * n + i]), out = sigmoid(gate[3 * n + i]);
        s->c[i] = forget * s->c[i] + in * new;
        s->h[i] = out * tanhf(s->c[i]);
        x[i] = s->h[i] > 0 ? s->h[i] : 0;
    }
    memcpy(s->context, pcm + VAD_FRAME - VAD_CONTEXT, sizeof s->context);
    run(v, &v->last, x, n, 1, &speech, 1, ACT_NONE);
    return sigmoid(speech);
}
