/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/vector.h"

#include "kernels/act.h"

#include <math.h>

static float load_row(const struct norm *n, int64_t row, int64_t i)
{
    int64_t at = row * n->ldx + i;
    return n->x_bf16 ? bf16_to_f32(((const uint16_t *)n->x)[at]) : ((const float *)n->x)[at];
}

static void store_row(const struct norm *n, int64_t row, int64_t i, float value)
{
    if (n->y_bf16)
        ((uint16_t *)n->y)[row * n->ldy + i] = f32_to_bf16(value);
    else
        ((float *)n->y)[row * n->ldy + i] = value;
}

static void norm_row(const struct norm *n, int64_t row, float mean, float scale)
{
    for (int64_t i = 0; i < n->n; i++) {
        float value = (load_row(n, row, i) - mean) * scale * (n->w ? n->w[i] : 1.0f);
        store_row(n, row, i, value + (n->b ? n->b[i] : 0.0f));
    }
}

static void layer_norm_c(const struct norm *n)
{
    for (int64_t r = 0; r < n->rows; r++) {
        const float *x = (const float *)n->x + r * n->ldx;
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n->n; i++)
            sum += x[i];
        double mean = sum / (double)n->n;
        for (int64_t i = 0; i < n->n; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        double scale = 1 / sqrt(squares / (double)n->n + n->eps);
        norm_row(n, r, (float)mean, (float)scale);
    }
}

static void rms_norm_c(const struct norm *n)
{
    for (int64_t r = 0; r < n->rows; r++) {
        double squares = 0;
        for (int64_t i = 0; i < n->n; i++)
            squares += (double)load_row(n, r, i) * load_row(n, r, i);
        norm_row(n, r, 0.0f, (float)(1 / sqrt(squares / (double)n->n + n->eps)));
    }
}

/* NaN is passed over; -inf when nothing is left. */
static float largest(const float *x, int64_t n)
{
    float max = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

static double sum_exp(const float *x, int64_t n, float max)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += expf(x[i] - max);
    return sum;
}

/* What to subtract from x and what to multiply exp() with; 0 and 0 for -inf throughout, so that
 * NaN among them still shows. */
static void softmax_terms(const float *x, int64_t n, float *max, float *scale)
{
    *max = largest(x, n);
    if (*max == -INFINITY)
        *max = 0;
    double sum = sum_exp(x, n, *max);
    *scale = sum == 0 ? 0.0f : (float)(1 / sum);
}

static void softmax_f32_c(float *y, const float *x, int64_t n)
{
    float max, scale;
    softmax_terms(x, n, &max, &scale);
    for (int64_t i = 0; i < n; i++)
        y[i] = expf(x[i] - max) * scale;
}

static void softmax_bf16_c(uint16_t *y, const float *x, int64_t n)
{
    float max, scale;
    softmax_terms(x, n, &max, &scale);
    for (int64_t i = 0; i < n; i++)
        y[i] = f32_to_bf16(expf(x[i] - max) * scale);
}

static void activate_c(float *x, int64_t n, enum act act)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = act_value(x[i], act);
}

static float curve_value(const struct channel_rows *c, int64_t i, float v)
{
    switch (c->curve) {
    case CURVE_LINE:
        return v;
    case CURVE_LEAKY:
        return v < 0.0f ? v * c->slope : v;
    case CURVE_SNAKE: {
        float s = sinf(v * c->alpha[i]);
        return v + s * s * c->inverse[i];
    }
    case CURVE_SILU:
        return act_value(v, ACT_SILU);
    case CURVE_TANH:
        return act_value(v, ACT_TANH);
    case CURVE_EXP:
        return expf(v);
    case CURVE_SIN:
        return sinf(v);
    }
    return v;
}

static void channels_c(const struct channel_rows *c)
{
    for (int64_t r = 0; r < c->rows; r++)
        for (int64_t i = 0; i < c->n; i++) {
            float v = c->x_bf16 ? bf16_to_f32(((const uint16_t *)c->x)[r * c->ldx + i])
                                : ((const float *)c->x)[r * c->ldx + i];
            v = v * (c->scale ? c->scale[i] : 1.0f) + (c->shift ? c->shift[i] : 0.0f);
            v = curve_value(c, i, v);
            if (c->y_bf16)
                ((uint16_t *)c->y)[r * c->ldy + i] = f32_to_bf16(v);
            else
                ((float *)c->y)[r * c->ldy + i] = v;
        }
}

static void column_sums_c(float *sum, float *squares, const float *x, int64_t ldx, int64_t rows,
    int64_t n, const float *pivot)
{
    for (int64_t i = 0; i < n; i++) {
        double s = 0, q = 0;
        for (int64_t r = 0; r < rows; r++) {
            double v = (double)x[r * ldx + i] - pivot[i];
            s += v;
            q += v * v;
        }
        sum[i] = (float)s;
        squares[i] = (float)q;
    }
}

static void f32_to_bf16_c(uint16_t *y, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = f32_to_bf16(x[i]);
}

static void bf16_to_f32_c(float *y, const uint16_t *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = bf16_to_f32(x[i]);
}

static void f16_to_f32_c(float *y, const uint16_t *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = f16_to_f32(x[i]);
}

static uint8_t quantize(float x, float inverse)
{
    float v = x * inverse;
    v = v > -127.0f ? v : -127.0f;
    v = v < 127.0f ? v : 127.0f;
    return (uint8_t)((int)rintf(v) + 128);
}

static float quantize_u8_c(uint8_t *q, const float *x, int64_t n)
{
    float max = 0;
    for (int64_t i = 0; i < n; i++)
        max = fabsf(x[i]) > max ? fabsf(x[i]) : max;
    if (max < QUANTIZE_TINY) {
        memset(q, 128, (size_t)n);
        return 0;
    }
    for (int64_t i = 0; i < n; i++)
        q[i] = quantize(x[i], 127.0f / max);
    return max / 127.0f;
}

static float quantize_u8_bf16_c(uint8_t *q, const uint16_t *x, int64_t n)
{
    float max = 0;
    for (int64_t i = 0; i < n; i++) {
        float size = fabsf(bf16_to_f32(x[i]));
        max = size > max ? size : max;
    }
    if (max < QUANTIZE_TINY) {
        memset(q, 128, (size_t)n);
        return 0;
    }
    for (int64_t i = 0; i < n; i++)
        q[i] = quantize(bf16_to_f32(x[i]), 127.0f / max);
    return max / 127.0f;
}

static float dot_c(const float *x, const float *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * y[i];
    return (float)sum;
}

static void add_c(float *y, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

static int64_t argmax_c(const float *x, int64_t n, float *lse)
{
    int64_t best = 0;
    float max = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        if (x[i] > max) {
            max = x[i];
            best = i;
        }
    }
    for (int64_t i = 0; max == -INFINITY && i < n; i++) {
        if (x[i] == max) { /* only -inf and NaN: the first that is a number */
            best = i;
            break;
        }
    }
    if (!lse)
        return best;
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += isnan(x[i]) ? 0.0f : expf(x[i] - max);
    *lse = isinf(max) ? max : max + (float)log(sum);
    return best;
}

void vector_init_c(struct kernels *k)
{
    k->layer_norm = layer_norm_c;
    k->rms_norm = rms_norm_c;
    k->softmax_f32 = softmax_f32_c;
    k->softmax_bf16 = softmax_bf16_c;
    k->activate = activate_c;
    k->channels = channels_c;
    k->column_sums = column_sums_c;
    k->winograd_in = winograd_in_c;
    k->winograd_out = winograd_out_c;
    k->f32_to_bf16 = f32_to_bf16_c;
    k->bf16_to_f32 = bf16_to_f32_c;
    k->f16_to_f32 = f16_to_f32_c;
    k->quantize_u8 = quantize_u8_c;
    k->quantize_u8_bf16 = quantize_u8_bf16_c;
    k->dot = dot_c;
    k->add = add_c;
    k->argmax = argmax_c;
}
