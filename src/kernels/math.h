/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_MATH_H
#define KERNELS_MATH_H

#include "kernels/kernels.h"

/* Functions of a register of f32, written once for all tiers. Do not include this: include a tier's
 * math_<tier>.h, which defines the register types vf (f32) and vm (a mask), LANES and the v_...
 * operations that are used here, and ends by including this file.
 *
 * Errors are against the exact function, over all f32, and hold with denormals flushed too. The
 * coefficients are minimax fits. */

/* Up to 2 units in the last place; 0 for -inf and below -104, inf from 88.73 on, NaN for NaN. */
static inline vf v_exp(vf x)
{
    x = v_max(v_set(-104.0f), v_min(v_set(89.0f), x)); /* the second operand is what NaN gives */
    vf n = v_round(v_mul(x, v_set(1.44269504f)));
    vf r = v_fma(n, v_set(-0x1.62e4p-1f), x); /* ln 2 in two parts; the first is short: exact */
    r = v_fma(n, v_set(-0x1.7f7d1cp-20f), r);
    vf p = v_fma(v_set(1.3950602e-3f), r, v_set(8.3689531e-3f));
    p = v_fma(p, r, v_set(4.1666206e-2f));
    p = v_fma(p, r, v_set(1.6666518e-1f));
    p = v_fma(p, r, v_set(0.5f));
    p = v_fma(p, v_mul(r, r), r);
    return v_ldexp(v_add(p, v_set(1.0f)), n);
}

/* Absolute error below 1e-6. */
static inline vf v_erf(vf x)
{
    static const float c[] = {1.8167006e-3f, -4.5473259e-3f, 3.1382598e-3f, -3.4574901e-3f,
        1.2999233e-2f, -2.3412494e-2f, 3.0928003e-2f, -4.2547565e-2f, 5.8333714e-2f, -7.4356675e-2f,
        9.0600096e-2f, -1.0898036e-1f, 1.3377942e-1f, -1.7966081e-1f, 3.5982022e-1f};
    const vf end = v_set(3.93f); /* erf rounds to 1 from here on */
    vf u = v_mul(x, x), v = v_fma(u, v_set(2.0f / (3.93f * 3.93f)), v_set(-1.0f));
    vf p = v_set(c[0]);
    for (unsigned i = 1; i < sizeof c / sizeof *c; i++)
        p = v_fma(p, v, v_set(c[i]));
    vf sign = v_copysign(v_set(1.0f), x);
    return v_select(v_less(v_abs(x), end), v_mul(p, x), sign);
}

/* x/2 (1 + erf(x / sqrt 2)); absolute error below 1e-6 max(1, |x|). */
static inline vf v_gelu(vf x)
{
    vf half = v_mul(x, v_set(0.5f));
    return v_fma(half, v_erf(v_mul(x, v_set(0.707106781f))), half);
}

/* 1 / (1 + exp(-x)); up to 4 units in the last place above the denormals. */
static inline vf v_sigmoid(vf x)
{
    const vf one = v_set(1.0f);
    return v_div(one, v_add(one, v_exp(v_sub(v_set(0.0f), x))));
}

static inline vf v_silu(vf x)
{
    return v_div(x, v_add(v_set(1.0f), v_exp(v_sub(v_set(0.0f), x))));
}

/* x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) = x sigmoid(2 ...); absolute error below 1e-6
 * max(1, |x|). */
static inline vf v_gelu_tanh(vf x)
{
    vf cubic = v_fma(v_mul(v_mul(x, x), x), v_set(0.044715f), x);
    vf e = v_exp(v_mul(cubic, v_set(-1.595769122f)));
    return v_div(x, v_add(v_set(1.0f), e));
}

/* Up to 4 units in the last place. */
static inline vf v_tanh(vf x)
{
    vf u = v_mul(x, x);
    vf p = v_fma(v_set(-5.7170144e-3f), u, v_set(2.0650562e-2f));
    p = v_fma(p, u, v_set(-5.3743489e-2f));
    p = v_fma(p, u, v_set(1.3331491e-1f));
    p = v_fma(p, u, v_set(-3.3333284e-1f));
    vf small = v_fma(v_mul(p, u), x, x);
    vf size = v_abs(x), e = v_exp(v_add(size, size));
    vf large = v_sub(v_set(1.0f), v_div(v_set(2.0f), v_add(e, v_set(1.0f))));
    return v_select(v_less(size, v_set(0.625f)), small, v_copysign(large, x));
}

/* Absolute error below 2e-7 up to |x| = 1e5; NaN for what is not finite. */
static inline vf v_sin(vf x)
{
    vf n = v_round(v_mul(x, v_set(0.318309886f)));
    vf r = v_fma(n, v_set(-0x1.92p+1f), x); /* pi in three parts; the first two are short: exact */
    r = v_fma(n, v_set(-0x1.fb4p-11f), r);
    r = v_fma(n, v_set(-0x1.4442d2p-23f), r);
    vf u = v_mul(r, r);
    vf p = v_fma(v_set(2.60890397e-6f), u, v_set(-1.98111009e-4f));
    p = v_fma(p, u, v_set(8.3330879e-3f));
    p = v_fma(p, u, v_set(-1.66666597e-1f));
    vf y = v_fma(v_mul(p, u), r, r);
    vf odd = v_abs(v_fma(v_round(v_mul(n, v_set(0.5f))), v_set(-2.0f), n));
    return v_mul(y, v_fma(odd, v_set(-2.0f), v_set(1.0f)));
}

static inline vf v_act(vf x, enum act act)
{
    switch (act) {
    case ACT_NONE:
        return x;
    case ACT_GELU:
        return v_gelu(x);
    case ACT_GELU_TANH:
        return v_gelu_tanh(x);
    case ACT_SILU:
        return v_silu(x);
    case ACT_RELU:
        return v_max(v_set(0.0f), x); /* NaN stays NaN */
    case ACT_SIGMOID:
        return v_sigmoid(x);
    case ACT_TANH:
        return v_tanh(x);
    }
    return x;
}

#endif
