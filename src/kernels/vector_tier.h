/* SPDX-License-Identifier: Apache-2.0 */
/* The vector kernels of one tier, written over the operations of its math_<tier>.h. A tier's
 * vector_<tier>.c includes that, then this, and so is this code with the tier's registers. */
#include "kernels/vector.h"

#include <math.h>

enum { SUMS = 4, SOFTMAX_KEPT = 2048 };

/* The first n < LANES elements, then `fill`. */
static inline vf load_or(const float *p, int64_t n, float fill)
{
    float part[LANES];
    for (int i = 0; i < LANES; i++)
        part[i] = fill;
    memcpy(part, p, (size_t)n * sizeof *p);
    return v_load(part);
}

/* Element i and on of f32 or bf16; n lanes. */
static inline vf load_as(const void *x, bool bf16, int64_t i, int64_t n)
{
    if (bf16) {
        const uint16_t *p = (const uint16_t *)x + i;
        return n < LANES ? v_load_bf16_part(p, n) : v_load_bf16(p);
    }
    const float *p = (const float *)x + i;
    return n < LANES ? v_load_part(p, n) : v_load(p);
}

static inline void store_as(void *y, bool bf16, int64_t i, vf v, int64_t n)
{
    if (bf16) {
        uint16_t *p = (uint16_t *)y + i;
        if (n < LANES)
            v_store_bf16_part(p, v, n);
        else
            v_store_bf16(p, v);
        return;
    }
    float *p = (float *)y + i;
    if (n < LANES)
        v_store_part(p, v, n);
    else
        v_store(p, v);
}

static float sum_four(const vf s[SUMS])
{
    return v_sum(v_add(v_add(s[0], s[1]), v_add(s[2], s[3])));
}

static float sum_values(const float *x, int64_t n)
{
    vf s[SUMS] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    int64_t i = 0;
    for (; i + SUMS * LANES <= n; i += SUMS * LANES)
        for (int j = 0; j < SUMS; j++)
            s[j] = v_add(s[j], v_load(x + i + j * LANES));
    for (; i + LANES <= n; i += LANES)
        s[0] = v_add(s[0], v_load(x + i));
    if (i < n)
        s[1] = v_add(s[1], v_load_part(x + i, n - i));
    return sum_four(s);
}

static float sum_squares(const float *x, int64_t n, float mean)
{
    vf s[SUMS] = {v_set(0), v_set(0), v_set(0), v_set(0)}, m = v_set(mean);
    int64_t i = 0;
    for (; i + SUMS * LANES <= n; i += SUMS * LANES) {
        for (int j = 0; j < SUMS; j++) {
            vf d = v_sub(v_load(x + i + j * LANES), m);
            s[j] = v_fma(d, d, s[j]);
        }
    }
    for (; i + LANES <= n; i += LANES) {
        vf d = v_sub(v_load(x + i), m);
        s[0] = v_fma(d, d, s[0]);
    }
    if (i < n) {
        vf d = v_sub(load_or(x + i, n - i, mean), m);
        s[1] = v_fma(d, d, s[1]);
    }
    return sum_four(s);
}

static float dot(const float *x, const float *y, int64_t n)
{
    vf s[SUMS] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    int64_t i = 0;
    for (; i + SUMS * LANES <= n; i += SUMS * LANES)
        for (int j = 0; j < SUMS; j++)
            s[j] = v_fma(v_load(x + i + j * LANES), v_load(y + i + j * LANES), s[j]);
    for (; i + LANES <= n; i += LANES)
        s[0] = v_fma(v_load(x + i), v_load(y + i), s[0]);
    if (i < n)
        s[1] = v_fma(v_load_part(x + i, n - i), v_load_part(y + i, n - i), s[1]);
    return sum_four(s);
}

/* (x - mean) * scale * w + b at i, of `lanes` lanes. */
static inline void norm_lanes(
    const struct norm *n, bool x_bf16, int64_t row, int64_t i, int64_t lanes, vf mean, vf scale)
{
    vf value = v_mul(v_sub(load_as(n->x, x_bf16, row * n->ldx + i, lanes), mean), scale);
    vf w = n->w ? load_as(n->w, false, i, lanes) : v_set(1.0f);
    vf b = n->b ? load_as(n->b, false, i, lanes) : v_set(0.0f);
    store_as(n->y, n->y_bf16, row * n->ldy + i, v_fma(value, w, b), lanes);
}

static inline void norm_row(const struct norm *n, bool x_bf16, int64_t row, float mean, float scale)
{
    vf m = v_set(mean), s = v_set(scale);
    int64_t i = 0;
    for (; i + LANES <= n->n; i += LANES)
        norm_lanes(n, x_bf16, row, i, LANES, m, s);
    if (i < n->n)
        norm_lanes(n, x_bf16, row, i, n->n - i, m, s);
}

static void layer_norm(const struct norm *n)
{
    for (int64_t r = 0; r < n->rows; r++) {
        const float *x = (const float *)n->x + r * n->ldx;
        float mean = sum_values(x, n->n) / (float)n->n;
        float variance = sum_squares(x, n->n, mean) / (float)n->n;
        norm_row(n, false, r, mean, 1.0f / sqrtf(variance + n->eps));
    }
}

static float dot_self_bf16(const uint16_t *x, int64_t n)
{
    vf s[2] = {v_set(0), v_set(0)};
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES)
        for (int j = 0; j < 2; j++) {
            vf v = v_load_bf16(x + i + j * LANES);
            s[j] = v_fma(v, v, s[j]);
        }
    for (; i < n; i += LANES) {
        vf v = load_as(x, true, i, n - i);
        s[0] = v_fma(v, v, s[0]);
    }
    return v_sum(v_add(s[0], s[1]));
}

static void rms_norm(const struct norm *n)
{
    for (int64_t r = 0; r < n->rows; r++) {
        const float *x = (const float *)n->x + r * n->ldx;
        const uint16_t *half = (const uint16_t *)n->x + r * n->ldx;
        float squares = (n->x_bf16 ? dot_self_bf16(half, n->n) : dot(x, x, n->n)) / (float)n->n;
        float scale = 1.0f / sqrtf(squares + n->eps);
        if (n->x_bf16)
            norm_row(n, true, r, 0.0f, scale);
        else
            norm_row(n, false, r, 0.0f, scale);
    }
}

/* NaN is passed over; -inf when nothing is left. */
static float largest(const float *x, int64_t n)
{
    vf m[2] = {v_set(-INFINITY), v_set(-INFINITY)};
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        m[0] = v_max(v_load(x + i), m[0]);
        m[1] = v_max(v_load(x + i + LANES), m[1]);
    }
    for (; i + LANES <= n; i += LANES)
        m[0] = v_max(v_load(x + i), m[0]);
    if (i < n)
        m[1] = v_max(load_or(x + i, n - i, -INFINITY), m[1]);
    return v_largest(v_max(m[0], m[1]));
}

/* The sum of exp(x - max); the terms go to e unless it is null. */
static float sum_exp(float *e, const float *x, int64_t n, float max)
{
    vf s[2] = {v_set(0), v_set(0)}, m = v_set(max);
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        for (int j = 0; j < 2; j++) {
            vf term = v_exp(v_sub(v_load(x + i + j * LANES), m));
            if (e)
                v_store(e + i + j * LANES, term);
            s[j] = v_add(s[j], term);
        }
    }
    for (; i < n; i += LANES) {
        int64_t part = n - i < LANES ? n - i : LANES;
        vf value = part == LANES ? v_load(x + i) : load_or(x + i, part, -INFINITY);
        vf term = v_exp(v_sub(value, m));
        if (e && part == LANES)
            v_store(e + i, term);
        else if (e)
            v_store_part(e + i, term, part);
        s[0] = v_add(s[0], term);
    }
    return v_sum(v_add(s[0], s[1]));
}

static void softmax_f32(float *y, const float *x, int64_t n)
{
    float max = largest(x, n);
    float sum = sum_exp(y, x, n, max == -INFINITY ? 0.0f : max);
    vf scale = v_set(sum == 0.0f ? 0.0f : 1.0f / sum);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, v_mul(v_load(y + i), scale));
    if (i < n)
        v_store_part(y + i, v_mul(v_load_part(y + i, n - i), scale), n - i);
}

/* The terms are kept for the second pass if they fit, else computed again. */
static void softmax_bf16(uint16_t *y, const float *x, int64_t n)
{
    float kept[SOFTMAX_KEPT], *e = n <= SOFTMAX_KEPT ? kept : NULL, max = largest(x, n);
    max = max == -INFINITY ? 0.0f : max;
    float sum = sum_exp(e, x, n, max);
    vf scale = v_set(sum == 0.0f ? 0.0f : 1.0f / sum), m = v_set(max);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf term = e ? v_load(e + i) : v_exp(v_sub(v_load(x + i), m));
        v_store_bf16(y + i, v_mul(term, scale));
    }
    if (i < n) {
        vf term = e ? v_load_part(e + i, n - i) : v_exp(v_sub(v_load_part(x + i, n - i), m));
        v_store_bf16_part(y + i, v_mul(term, scale), n - i);
    }
}

/* Called with a constant, so that no element asks which activation it is. */
static inline void activate_as(float *x, int64_t n, enum act act)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(x + i, v_act(v_load(x + i), act));
    if (i < n)
        v_store_part(x + i, v_act(v_load_part(x + i, n - i), act), n - i);
}

static void activate(float *x, int64_t n, enum act act)
{
    switch (act) {
    case ACT_NONE:
        return;
    case ACT_GELU:
        activate_as(x, n, ACT_GELU);
        return;
    case ACT_GELU_TANH:
        activate_as(x, n, ACT_GELU_TANH);
        return;
    case ACT_SILU:
        activate_as(x, n, ACT_SILU);
        return;
    case ACT_RELU:
        activate_as(x, n, ACT_RELU);
        return;
    case ACT_SIGMOID:
        activate_as(x, n, ACT_SIGMOID);
        return;
    case ACT_TANH:
        activate_as(x, n, ACT_TANH);
        return;
    }
}

#include "kernels/winograd_tier.h"

/* One register of channels over all rows, so that what belongs to a channel is loaded once. */
static inline void channel_lanes(
    const struct channel_rows *c, enum curve curve, bool x_bf16, bool y_bf16, int64_t i, int64_t n)
{
    vf scale = c->scale ? load_as(c->scale, false, i, n) : v_set(1.0f);
    vf shift = c->shift ? load_as(c->shift, false, i, n) : v_set(0.0f);
    vf alpha = v_set(1.0f), inverse = v_set(1.0f), slope = v_set(c->slope), zero = v_set(0.0f);
    if (curve == CURVE_SNAKE) {
        alpha = load_as(c->alpha, false, i, n);
        inverse = load_as(c->inverse, false, i, n);
    }
    for (int64_t r = 0; r < c->rows; r++) {
        vf v = v_fma(load_as(c->x, x_bf16, r * c->ldx + i, n), scale, shift);
        if (curve == CURVE_LEAKY) {
            v = v_select(v_less(v, zero), v_mul(v, slope), v);
        } else if (curve == CURVE_SNAKE) {
            vf s = v_sin(v_mul(v, alpha));
            v = v_fma(v_mul(s, s), inverse, v);
        } else if (curve == CURVE_SILU) {
            v = v_act(v, ACT_SILU);
        } else if (curve == CURVE_TANH) {
            v = v_act(v, ACT_TANH);
        } else if (curve == CURVE_EXP) {
            v = v_exp(v);
        } else if (curve == CURVE_SIN) {
            v = v_sin(v);
        }
        store_as(c->y, y_bf16, r * c->ldy + i, v, n);
    }
}

static inline void channels_as(
    const struct channel_rows *c, enum curve curve, bool x_bf16, bool y_bf16)
{
    int64_t i = 0;
    for (; i + LANES <= c->n; i += LANES)
        channel_lanes(c, curve, x_bf16, y_bf16, i, LANES);
    if (i < c->n)
        channel_lanes(c, curve, x_bf16, y_bf16, i, c->n - i);
}

/* Called with constants, as activate_as() is. */
static inline void channels_typed(const struct channel_rows *c, enum curve curve)
{
    if (c->x_bf16)
        channels_as(c, curve, true, c->y_bf16);
    else if (c->y_bf16)
        channels_as(c, curve, false, true);
    else
        channels_as(c, curve, false, false);
}

static void channels(const struct channel_rows *c)
{
    switch (c->curve) {
    case CURVE_LINE:
        channels_typed(c, CURVE_LINE);
        return;
    case CURVE_LEAKY:
        channels_typed(c, CURVE_LEAKY);
        return;
    case CURVE_SNAKE:
        channels_typed(c, CURVE_SNAKE);
        return;
    case CURVE_SILU:
        channels_typed(c, CURVE_SILU);
        return;
    case CURVE_TANH:
        channels_typed(c, CURVE_TANH);
        return;
    case CURVE_EXP:
        channels_typed(c, CURVE_EXP);
        return;
    case CURVE_SIN:
        channels_typed(c, CURVE_SIN);
        return;
    }
}

static inline void sum_lanes(
    float *sum, float *squares, const float *x, int64_t ldx, int64_t rows, vf pivot, int64_t n)
{
    vf s[2] = {v_set(0), v_set(0)}, q[2] = {v_set(0), v_set(0)};
    for (int64_t r = 0; r < rows; r++) {
        vf v = v_sub(load_as(x, false, r * ldx, n), pivot);
        s[r % 2] = v_add(s[r % 2], v);
        q[r % 2] = v_fma(v, v, q[r % 2]);
    }
    store_as(sum, false, 0, v_add(s[0], s[1]), n);
    store_as(squares, false, 0, v_add(q[0], q[1]), n);
}

static void column_sums(float *sum, float *squares, const float *x, int64_t ldx, int64_t rows,
    int64_t n, const float *pivot)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum_lanes(sum + i, squares + i, x + i, ldx, rows, v_load(pivot + i), LANES);
    if (i < n)
        sum_lanes(sum + i, squares + i, x + i, ldx, rows, v_load_part(pivot + i, n - i), n - i);
}

static void convert_f32_to_bf16(uint16_t *y, const float *x, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store_bf16(y + i, v_load(x + i));
    if (i < n)
        v_store_bf16_part(y + i, v_load_part(x + i, n - i), n - i);
}

static void convert_bf16_to_f32(float *y, const uint16_t *x, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, v_load_bf16(x + i));
    if (i < n)
        v_store_part(y + i, v_load_bf16_part(x + i, n - i), n - i);
}

static void convert_f16_to_f32(float *y, const uint16_t *x, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, v_load_f16(x + i));
    if (i < n)
        v_store_part(y + i, v_load_f16_part(x + i, n - i), n - i);
}

static inline float quantize_as(uint8_t *q, const void *x, bool bf16, int64_t n)
{
    vf m = v_set(0.0f);
    for (int64_t i = 0; i < n; i += LANES)
        m = v_max(v_abs(load_as(x, bf16, i, n - i)), m);
    float max = v_largest(m);
    if (max < QUANTIZE_TINY) {
        memset(q, 128, (size_t)n);
        return 0.0f;
    }
    vf inverse = v_set(127.0f / max), low = v_set(-127.0f), high = v_set(127.0f);
    for (int64_t i = 0; i < n; i += LANES) {
        vf v = v_mul(load_as(x, bf16, i, n - i), inverse);
        v = v_min(v_max(v, low), high);
        if (n - i < LANES)
            v_store_u8_part(q + i, v, n - i);
        else
            v_store_u8(q + i, v);
    }
    return max / 127.0f;
}

static float quantize_u8(uint8_t *q, const float *x, int64_t n)
{
    return quantize_as(q, x, false, n);
}

static float quantize_u8_bf16(uint8_t *q, const uint16_t *x, int64_t n)
{
    return quantize_as(q, x, true, n);
}

static void add(float *y, const float *x, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, v_add(v_load(y + i), v_load(x + i)));
    if (i < n)
        v_store_part(y + i, v_add(v_load_part(y + i, n - i), v_load_part(x + i, n - i)), n - i);
}

static int64_t first_equal(const float *x, int64_t n, float value)
{
    vf v = v_set(value);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        int at = v_first_set(v_equal(v_load(x + i), v));
        if (at < LANES)
            return i + at;
    }
    for (; i < n; i++)
        if (x[i] == value)
            return i;
    return 0;
}

static int64_t argmax(const float *x, int64_t n, float *lse)
{
    float max = largest(x, n);
    int64_t best = first_equal(x, n, max);
    if (!lse)
        return best;
    *lse = max;
    if (isinf(max))
        return best;
    vf s[2] = {v_set(0), v_set(0)}, m = v_set(max), none = v_set(-INFINITY);
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES)
        for (int j = 0; j < 2; j++)
            s[j] = v_add(s[j], v_exp(v_sub(v_max(v_load(x + i + j * LANES), none), m)));
    for (; i < n; i += LANES) {
        vf v = n - i < LANES ? load_or(x + i, n - i, -INFINITY) : v_load(x + i);
        s[0] = v_add(s[0], v_exp(v_sub(v_max(v, none), m)));
    }
    *lse = max + logf(v_sum(v_add(s[0], s[1])));
    return best;
}

static void vector_fill(struct kernels *k)
{
    k->layer_norm = layer_norm;
    k->rms_norm = rms_norm;
    k->softmax_f32 = softmax_f32;
    k->softmax_bf16 = softmax_bf16;
    k->activate = activate;
    k->channels = channels;
    k->column_sums = column_sums;
    k->winograd_in = winograd_in;
    k->winograd_out = winograd_out;
    k->f32_to_bf16 = convert_f32_to_bf16;
    k->bf16_to_f32 = convert_bf16_to_f32;
    k->f16_to_f32 = convert_f16_to_f32;
    k->quantize_u8 = quantize_u8;
    k->quantize_u8_bf16 = quantize_u8_bf16;
    k->dot = dot;
    k->add = add;
    k->argmax = argmax;
}
