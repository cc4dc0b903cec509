/* SPDX-License-Identifier: Apache-2.0 */
#include "media/spectrum.h"

#include <math.h>

/* The 400 real samples are taken as 200 complex ones, whose transform is done in Stockham's order
 * with the factors 4, 2, 5, 5; then the halves that belong to even and odd samples are told apart.
 * See E. Chu, A. George, Inside the FFT Black Box (2000). */
enum { N = SPECTRUM_SIZE / 2, LANES = SPECTRUM_LANES };

struct complex {
    float re, im;
};

void spectrum_init(struct spectrum *s)
{
    for (int k = 0; k <= N; k++) {
        double angle = 2 * M_PI * k / SPECTRUM_SIZE;
        s->turn[k][0] = (float)cos(angle);
        s->turn[k][1] = (float)-sin(angle);
    }
}

/* exp(-2 pi i k / 200), k < 200: the table has half as many steps a turn and half a turn. */
static struct complex twiddle(const struct spectrum *s, int k)
{
    float sign = 2 * k > N ? -1 : 1;
    const float *t = s->turn[2 * k > N ? 2 * k - N : 2 * k];
    return (struct complex){sign * t[0], sign * t[1]};
}

static inline struct complex get(const struct lanes *x, int l)
{
    return (struct complex){x->re[l], x->im[l]};
}

/* y = (re + i im) w */
static inline void put(struct lanes *y, int l, float re, float im, struct complex w)
{
    y->re[l] = re * w.re - im * w.im;
    y->im[l] = re * w.im + im * w.re;
}

/* One pass over sub-transforms of length n, of which `stride` are interleaved: element j of r at
 * place p is x[stride (p + j n / r)], and result k goes to y[stride (r p + k)]. */
static void pass2(const struct spectrum *s, const struct lanes *restrict x,
    struct lanes *restrict y, int n, int stride)
{
    const struct complex one = {1, 0};
    int m = n / 2, jump = stride * m;
    for (int p = 0; p < m; p++) {
        struct complex w = twiddle(s, p * stride);
        for (int q = 0; q < stride; q++, x++) {
            struct lanes *out = y + q + stride * 2 * p;
            for (int l = 0; l < LANES; l++) {
                struct complex a = get(x, l), b = get(x + jump, l);
                put(out, l, a.re + b.re, a.im + b.im, one);
                put(out + stride, l, a.re - b.re, a.im - b.im, w);
            }
        }
    }
}

static void pass4(const struct spectrum *s, const struct lanes *restrict x,
    struct lanes *restrict y, int n, int stride)
{
    const struct complex one = {1, 0};
    int m = n / 4, jump = stride * m;
    for (int p = 0; p < m; p++) {
        struct complex w1 = twiddle(s, p * stride), w2 = twiddle(s, 2 * p * stride),
                       w3 = twiddle(s, 3 * p * stride);
        for (int q = 0; q < stride; q++, x++) {
            struct lanes *out = y + q + stride * 4 * p;
            for (int l = 0; l < LANES; l++) {
                struct complex a = get(x, l), b = get(x + jump, l), c = get(x + 2 * jump, l),
                               d = get(x + 3 * jump, l);
                struct complex ac = {a.re + c.re, a.im + c.im}, a_c = {a.re - c.re, a.im - c.im};
                struct complex bd = {b.re + d.re, b.im + d.im}, b_d = {b.re - d.re, b.im - d.im};
                put(out, l, ac.re + bd.re, ac.im + bd.im, one);
                put(out + stride, l, a_c.re + b_d.im, a_c.im - b_d.re, w1);
                put(out + 2 * stride, l, ac.re - bd.re, ac.im - bd.im, w2);
                put(out + 3 * stride, l, a_c.re - b_d.im, a_c.im + b_d.re, w3);
            }
        }
    }
}

static inline void butterfly5(
    const struct lanes *x, int jump, struct lanes *out, int stride, const struct complex *w, int l)
{
    const float c1 = 0.30901699437494742f, c2 = -0.80901699437494742f; /* cos of 72, 144 degrees */
    const float s1 = 0.95105651629515357f, s2 = 0.58778525229247313f;  /* sin */
    struct complex a = get(x, l), b = get(x + jump, l), c = get(x + 2 * jump, l),
                   d = get(x + 3 * jump, l), e = get(x + 4 * jump, l);
    struct complex be = {b.re + e.re, b.im + e.im}, b_e = {b.re - e.re, b.im - e.im};
    struct complex cd = {c.re + d.re, c.im + d.im}, c_d = {c.re - d.re, c.im - d.im};
    struct complex u = {a.re + c1 * be.re + c2 * cd.re, a.im + c1 * be.im + c2 * cd.im};
    struct complex v = {a.re + c2 * be.re + c1 * cd.re, a.im + c2 * be.im + c1 * cd.im};
    struct complex g = {s1 * b_e.re + s2 * c_d.re, s1 * b_e.im + s2 * c_d.im};
    struct complex h = {s2 * b_e.re - s1 * c_d.re, s2 * b_e.im - s1 * c_d.im};
    put(out, l, a.re + be.re + cd.re, a.im + be.im + cd.im, w[0]);
    put(out + stride, l, u.re + g.im, u.im - g.re, w[1]);
    put(out + 2 * stride, l, v.re + h.im, v.im - h.re, w[2]);
    put(out + 3 * stride, l, v.re - h.im, v.im + h.re, w[3]);
    put(out + 4 * stride, l, u.re - g.im, u.im + g.re, w[4]);
}

static void pass5(const struct spectrum *s, const struct lanes *restrict x,
    struct lanes *restrict y, int n, int stride)
{
    int m = n / 5, jump = stride * m;
    for (int p = 0; p < m; p++) {
        struct complex w[5];
        for (int k = 0; k < 5; k++)
            w[k] = twiddle(s, k * p * stride);
        for (int q = 0; q < stride; q++, x++)
            for (int l = 0; l < LANES; l++)
                butterfly5(x, jump, y + q + stride * 5 * p, stride, w, l);
    }
}

void spectrum_power(const struct spectrum *s, struct lanes *x, float (*power)[SPECTRUM_LANES])
{
    struct lanes y[N];
    pass4(s, x, y, 200, 1);
    pass2(s, y, x, 50, 4);
    pass5(s, x, y, 25, 8);
    pass5(s, y, x, 5, 40);
    for (int k = 0; k <= N / 2; k++) {
        const struct lanes *a = &x[k], *b = &x[k ? N - k : 0];
        float c = s->turn[k][0], d = s->turn[k][1];
        float *low = power[k], *high = power[N - k];
        for (int l = 0; l < LANES; l++) {
            /* Twice the transforms of the even and of the odd samples. */
            struct complex even = {a->re[l] + b->re[l], a->im[l] - b->im[l]};
            struct complex odd = {a->im[l] + b->im[l], b->re[l] - a->re[l]};
            struct complex t = {odd.re * c - odd.im * d, odd.re * d + odd.im * c};
            struct complex sum = {even.re + t.re, even.im + t.im};
            struct complex difference = {even.re - t.re, even.im - t.im};
            low[l] = 0.25f * (sum.re * sum.re + sum.im * sum.im);
            high[l] = 0.25f * (difference.re * difference.re + difference.im * difference.im);
        }
    }
}
