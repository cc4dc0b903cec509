/* SPDX-License-Identifier: Apache-2.0 */
/* A real transform of n is a complex one of n / 2, of the even samples as real and the odd ones as
 * imaginary parts, and one pass that takes the two apart.
 *
 * The complex one is Stockham's: each stage of radix r reads r values that lie a r-th of the data
 * apart and writes them next to each other, so that the result comes out in order. A stage does the
 * same to `stride` neighbouring values, with the same twiddle: the inner loop. */
#include "kernels/fft.h"

#include <math.h>
#include <stdlib.h>

enum { HALF_MAX = FFT_MAX / 2, STAGES_MAX = 12 };

struct stage {
    int radix;
    int groups; /* values left over the radix: one set of twiddles each */
    int stride;
    const float *twiddle; /* [groups][radix - 1][2] */
};

struct fft {
    int n, stages;
    struct stage stage[STAGES_MAX];
    float *turn; /* [n / 4 + 1][2]: exp(-2 pi i k / n) */
    float *twiddles;
};

struct complex_rows {
    float *re, *im;
};

static void write_turn(float *to, int k, int n)
{
    double angle = -2 * M_PI * k / n;
    to[0] = (float)cos(angle);
    to[1] = (float)sin(angle);
}

/* Cuts `left` into radices; false when another prime remains. */
static int plan_stages(struct fft *f, int left)
{
    int stride = 1, floats = 0;
    f->stages = 0;
    while (left > 1) {
        int radix = left % 5 == 0 ? 5 : left % 4 == 0 ? 4 : 2;
        if (left % radix)
            return -1;
        left /= radix;
        f->stage[f->stages++] = (struct stage){radix, left, stride, NULL};
        stride *= radix;
        floats += left * (radix - 1) * 2;
    }
    return floats;
}

static void fill_twiddles(struct fft *f)
{
    float *at = f->twiddles;
    for (int s = 0; s < f->stages; s++) {
        struct stage *stage = &f->stage[s];
        stage->twiddle = at;
        for (int p = 0; p < stage->groups; p++)
            for (int k = 1; k < stage->radix; k++, at += 2)
                write_turn(at, p * k, stage->groups * stage->radix);
    }
    for (int k = 0; k <= f->n / 4; k++)
        write_turn(f->turn + 2 * k, k, f->n);
}

enum ih_status fft_open(struct fft **out, int n, struct ih_error *e)
{
    *out = NULL;
    struct fft *f = calloc(1, sizeof *f);
    if (!f)
        return err_memory(e, "a Fourier transform");
    f->n = n;
    int floats = n >= 2 && n <= FFT_MAX && n % 2 == 0 ? plan_stages(f, n / 2) : -1;
    if (floats < 0) {
        fft_close(&f);
        return err_set(e, IH_UNSUPPORTED,
            "a Fourier transform of %d: expected an even number up to %d of factors 2 and 5", n,
            (int)FFT_MAX);
    }
    f->twiddles = malloc(sizeof *f->twiddles * (size_t)(floats + 1));
    f->turn = malloc(sizeof *f->turn * (size_t)(n / 4 + 1) * 2);
    if (!f->twiddles || !f->turn) {
        fft_close(&f);
        return err_memory(e, "a Fourier transform");
    }
    fill_twiddles(f);
    *out = f;
    return IH_OK;
}

void fft_close(struct fft **f)
{
    if (*f) {
        free((*f)->twiddles);
        free((*f)->turn);
        free(*f);
        *f = NULL;
    }
}

int fft_size(const struct fft *f)
{
    return f->n;
}

/* y = (re + i im) times a twiddle. */
static inline void turn(float *yr, float *yi, float re, float im, const float *w)
{
    *yr = re * w[0] - im * w[1];
    *yi = re * w[1] + im * w[0];
}

static void stage_2(const struct stage *s, const float *restrict xr, const float *restrict xi,
    float *restrict yr, float *restrict yi)
{
    int n = s->stride, far = s->groups * n;
    for (int p = 0; p < s->groups; p++) {
        const float *w = s->twiddle + 2 * p, *ar = xr + p * n, *ai = xi + p * n;
        float *br = yr + 2 * p * n, *bi = yi + 2 * p * n;
        for (int q = 0; q < n; q++) {
            br[q] = ar[q] + ar[q + far];
            bi[q] = ai[q] + ai[q + far];
            turn(br + q + n, bi + q + n, ar[q] - ar[q + far], ai[q] - ai[q + far], w);
        }
    }
}

static void stage_4(const struct stage *s, const float *restrict xr, const float *restrict xi,
    float *restrict yr, float *restrict yi)
{
    int n = s->stride, far = s->groups * n;
    for (int p = 0; p < s->groups; p++) {
        const float *w = s->twiddle + 6 * p, *ar = xr + p * n, *ai = xi + p * n;
        float *br = yr + 4 * p * n, *bi = yi + 4 * p * n;
        for (int q = 0; q < n; q++) {
            float sum_r = ar[q] + ar[q + 2 * far], sum_i = ai[q] + ai[q + 2 * far];
            float dif_r = ar[q] - ar[q + 2 * far], dif_i = ai[q] - ai[q + 2 * far];
            float odd_r = ar[q + far] + ar[q + 3 * far], odd_i = ai[q + far] + ai[q + 3 * far];
            float rot_r = ai[q + far] - ai[q + 3 * far], rot_i = ar[q + 3 * far] - ar[q + far];
            br[q] = sum_r + odd_r;
            bi[q] = sum_i + odd_i;
            turn(br + q + n, bi + q + n, dif_r + rot_r, dif_i + rot_i, w);
            turn(br + q + 2 * n, bi + q + 2 * n, sum_r - odd_r, sum_i - odd_i, w + 2);
            turn(br + q + 3 * n, bi + q + 3 * n, dif_r - rot_r, dif_i - rot_i, w + 4);
        }
    }
}

static void stage_5(const struct stage *s, const float *restrict xr, const float *restrict xi,
    float *restrict yr, float *restrict yi)
{
    const float c1 = 0.309016994f, c2 = -0.809016994f; /* cosines and sines of 72 and 144 degrees */
    const float s1 = 0.951056516f, s2 = 0.587785252f;
    int n = s->stride, far = s->groups * n;
    for (int p = 0; p < s->groups; p++) {
        const float *w = s->twiddle + 8 * p, *ar = xr + p * n, *ai = xi + p * n;
        float *br = yr + 5 * p * n, *bi = yi + 5 * p * n;
        for (int q = 0; q < n; q++) {
            /* 1 with 4 and 2 with 3: their sums meet the cosines, their differences the sines. */
            float p1r = ar[q + far] + ar[q + 4 * far], p1i = ai[q + far] + ai[q + 4 * far];
            float d1r = ar[q + far] - ar[q + 4 * far], d1i = ai[q + far] - ai[q + 4 * far];
            float p2r = ar[q + 2 * far] + ar[q + 3 * far], p2i = ai[q + 2 * far] + ai[q + 3 * far];
            float d2r = ar[q + 2 * far] - ar[q + 3 * far], d2i = ai[q + 2 * far] - ai[q + 3 * far];
            float e1r = ar[q] + c1 * p1r + c2 * p2r, e1i = ai[q] + c1 * p1i + c2 * p2i;
            float e2r = ar[q] + c2 * p1r + c1 * p2r, e2i = ai[q] + c2 * p1i + c1 * p2i;
            float o1r = s1 * d1i + s2 * d2i, o1i = -(s1 * d1r + s2 * d2r);
            float o2r = s2 * d1i - s1 * d2i, o2i = s1 * d2r - s2 * d1r;
            br[q] = ar[q] + p1r + p2r;
            bi[q] = ai[q] + p1i + p2i;
            turn(br + q + n, bi + q + n, e1r + o1r, e1i + o1i, w);
            turn(br + q + 2 * n, bi + q + 2 * n, e2r + o2r, e2i + o2i, w + 2);
            turn(br + q + 3 * n, bi + q + 3 * n, e2r - o2r, e2i - o2i, w + 4);
            turn(br + q + 4 * n, bi + q + 4 * n, e1r - o1r, e1i - o1i, w + 6);
        }
    }
}

/* Transforms x, with y as the other half of the way; returns the one that holds the result. */
static struct complex_rows transform(
    const struct fft *f, struct complex_rows x, struct complex_rows y)
{
    for (int i = 0; i < f->stages; i++) {
        const struct stage *s = &f->stage[i];
        if (s->radix == 5)
            stage_5(s, x.re, x.im, y.re, y.im);
        else if (s->radix == 4)
            stage_4(s, x.re, x.im, y.re, y.im);
        else
            stage_2(s, x.re, x.im, y.re, y.im);
        struct complex_rows t = x;
        x = y;
        y = t;
    }
    return x;
}

/* With z = even + i odd samples: even part and odd part of the spectrum are (Z[k] +- conj Z[h-k])
 * / 2, the latter over i; X[k] = even + turn odd, X[h-k] = conj(even - turn odd). */
void fft_forward(const struct fft *f, float *out, const float *x)
{
    float a[2 * HALF_MAX], b[2 * HALF_MAX];
    int half = f->n / 2;
    struct complex_rows from = {a, a + half}, other = {b, b + half};
    for (int i = 0; i < half; i++) {
        from.re[i] = x[2 * i];
        from.im[i] = x[2 * i + 1];
    }
    struct complex_rows z = transform(f, from, other);
    for (int k = 0; k <= half / 2; k++) {
        int l = half - k, from_l = k ? l : 0;
        float even_r = 0.5f * (z.re[k] + z.re[from_l]), even_i = 0.5f * (z.im[k] - z.im[from_l]);
        float odd_r = 0.5f * (z.im[k] + z.im[from_l]), odd_i = 0.5f * (z.re[from_l] - z.re[k]);
        float turned_r, turned_i;
        turn(&turned_r, &turned_i, odd_r, odd_i, f->turn + 2 * k);
        out[2 * k] = even_r + turned_r;
        out[2 * k + 1] = even_i + turned_i;
        out[2 * l] = even_r - turned_r;
        out[2 * l + 1] = turned_i - even_i;
    }
}

/* The way back; a transform with real and imaginary parts exchanged is the inverse one. */
void fft_inverse(const struct fft *f, float *x, const float *in)
{
    float a[2 * HALF_MAX], b[2 * HALF_MAX];
    int half = f->n / 2;
    float scale = 1.0f / (float)f->n;
    struct complex_rows from = {a, a + half}, other = {b, b + half};
    for (int k = 0; k <= half / 2; k++) {
        int l = half - k;
        float kr = in[2 * k], ki = k ? in[2 * k + 1] : 0, lr = in[2 * l],
              li = k ? in[2 * l + 1] : 0;
        const float back[2] = {f->turn[2 * k], -f->turn[2 * k + 1]};
        float even_r = kr + lr, even_i = ki - li, odd_r, odd_i;
        turn(&odd_r, &odd_i, kr - lr, ki + li, back);
        from.re[k] = even_r - odd_i;
        from.im[k] = even_i + odd_r;
        if (k) {
            from.re[l] = even_r + odd_i;
            from.im[l] = odd_r - even_i;
        }
    }
    struct complex_rows z = transform(
        f, (struct complex_rows){from.im, from.re}, (struct complex_rows){other.im, other.re});
    for (int i = 0; i < half; i++) {
        x[2 * i] = z.im[i] * scale;
        x[2 * i + 1] = z.re[i] * scale;
    }
}
