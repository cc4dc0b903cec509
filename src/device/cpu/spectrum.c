/* SPDX-License-Identifier: Apache-2.0 */
/* Between samples and spectra, and the excitation that a voice begins with. */
#include "device/cpu/cpu.h"
#include "kernels/fft.h"

#include <assert.h>
#include <math.h>

/* FRAMES, HOPS: of one task. */
enum { FRAMES = 256, HOPS = 256 };

struct transform {
    struct device *device;
    const struct stft *stft;
    struct tensor spectrum;
    float *pcm;
    const float *samples_in;
    int64_t samples;
};

/* Sample i with both ends reflected, the end itself not repeated. */
static float reflected(const float *x, int64_t n, int64_t i)
{
    i = i < 0 ? -i : i;
    return x[i >= n ? 2 * (n - 1) - i : i];
}

/* Where rounding decides between half a turn and minus half a turn (the frames at either end are
 * symmetric, so their values are real), it is half a turn. */
static void to_polar(float *size, float *angle, const float *bin, int bins)
{
    float largest = 0;
    for (int b = 0; b < bins; b++) {
        float re = bin[2 * b], im = bin[2 * b + 1];
        size[b] = sqrtf(re * re + im * im);
        largest = size[b] > largest ? size[b] : largest;
    }
    for (int b = 0; b < bins; b++) {
        float re = bin[2 * b], im = bin[2 * b + 1];
        bool noise = re < 0 && im <= 0 && im > -1e-6f * largest;
        angle[b] = noise ? (float)M_PI : atan2f(im, re);
    }
}

static void forward_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct transform *t = arg;
    const struct stft *s = t->stft;
    int n = fft_size(s->fft), bins = n / 2 + 1;
    float x[FFT_MAX], bin[FFT_MAX + 2];
    int64_t begin = task * (int64_t)FRAMES, end = begin + FRAMES;
    end = end < t->spectrum.shape[0] ? end : t->spectrum.shape[0];
    for (int64_t f = begin; f < end; f++) {
        float *y = (float *)t->spectrum.data + f * t->spectrum.stride[0];
        int64_t first = f * s->hop - n / 2;
        for (int i = 0; i < n; i++)
            x[i] = reflected(t->samples_in, t->samples, first + i) * s->window[i];
        fft_forward(s->fft, bin, x);
        to_polar(y, y + bins, bin, bins);
    }
}

void op_stft(
    struct device *d, struct tensor y, const float *x, int64_t samples, const struct stft *s)
{
    assert(y.dtype == DT_F32 && y.shape[1] == fft_size(s->fft) + 2);
    assert(y.shape[0] == samples / s->hop + 1 && samples > fft_size(s->fft) / 2);
    struct transform t = {
        .device = d, .stft = s, .spectrum = y, .samples_in = x, .samples = samples};
    pool_run(d->pool, forward_task, &t, (int)((y.shape[0] + FRAMES - 1) / FRAMES));
}

/* Windowed samples of one frame. */
static void inverse_frame(const struct stft *s, float *x, const float *y)
{
    int n = fft_size(s->fft), bins = n / 2 + 1;
    float bin[FFT_MAX + 2];
    for (int b = 0; b < bins; b++) {
        bin[2 * b] = y[b] * cosf(y[bins + b]);
        bin[2 * b + 1] = y[b] * sinf(y[bins + b]);
    }
    fft_inverse(s->fft, x, bin);
    for (int i = 0; i < n; i++)
        x[i] *= s->window[i];
}

/* Samples [begin, begin + rows * hop) from every frame that reaches them. Positions count from the
 * first frame's beginning, n / 2 in front of sample 0. */
static void inverse_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct transform *t = arg;
    const struct stft *s = t->stft;
    int n = fft_size(s->fft);
    float x[FFT_MAX];
    int64_t begin = task * (int64_t)HOPS * s->hop + n / 2, end = begin + (int64_t)HOPS * s->hop;
    end = end < t->samples + n / 2 ? end : t->samples + n / 2;
    int64_t samples = end - begin;
    float *out = t->pcm + (begin - n / 2);
    struct scratch *weights = scratch_take(t->device, (size_t)samples * sizeof(float));
    if (!weights)
        return;
    float *weight = weights->data;
    for (int64_t i = 0; i < samples; i++)
        out[i] = weight[i] = 0;
    int64_t first = begin < n ? 0 : (begin - n) / s->hop + 1, frames = t->spectrum.shape[0];
    for (int64_t f = first; f < frames && f * s->hop < end; f++) {
        inverse_frame(s, x, (const float *)t->spectrum.data + f * t->spectrum.stride[0]);
        for (int i = 0; i < n; i++) {
            int64_t at = f * s->hop + i - begin;
            if (at >= 0 && at < samples) {
                out[at] += x[i];
                weight[at] += s->window[i] * s->window[i];
            }
        }
    }
    for (int64_t i = 0; i < samples; i++)
        out[i] = weight[i] > 1e-11f ? out[i] / weight[i] : 0.0f;
    scratch_give(t->device, weights);
}

void op_istft(struct device *d, float *x, struct tensor y, const struct stft *s)
{
    assert(y.dtype == DT_F32 && y.shape[1] == fft_size(s->fft) + 2);
    struct transform t = {.device = d, .stft = s, .spectrum = y, .pcm = x};
    t.samples = (y.shape[0] - 1) * s->hop;
    int64_t hops = y.shape[0] - 1;
    pool_run(d->pool, inverse_task, &t, (int)((hops + HOPS - 1) / HOPS));
}

struct excite {
    struct device *device;
    const struct excitation *x;
    const float *f0, *noise;
    float *y;
    int64_t frames;
    double *turns; /* [frames, count]: turns of a harmonic at the middle of a frame, over hop */
};

static double turns_of(const struct excite *e, int64_t frame, int h)
{
    double turn = (double)e->f0[frame] * (h + 1) / e->x->rate;
    return turn - floor(turn);
}

/* One frame's samples of one harmonic in radians, within one turn. */
static void phases(const struct excite *e, int64_t frame, int h, float *out)
{
    int hop = e->x->hop, count = e->x->count;
    for (int i = 0; i < hop; i++) {
        double at = (double)frame + (i + 0.5) / hop - 0.5;
        int64_t left = at < 0 ? 0 : (int64_t)at;
        double turns = e->turns[left * count + h];
        if (at > (double)left && left + 1 < e->frames)
            turns += (at - (double)left) * turns_of(e, left + 1, h);
        turns *= hop;
        out[i] = (float)((turns - floor(turns)) * 2 * M_PI);
    }
}

static void excite_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct excite *e = arg;
    const struct excitation *x = e->x;
    const struct kernels *k = &e->device->kernels;
    int hop = x->hop;
    bool voiced = e->f0[task] > x->threshold;
    float *y = e->y + task * (int64_t)hop, level = voiced ? x->voiced_noise : x->unvoiced_noise;
    const float *noise = e->noise + task * (int64_t)hop;
    struct scratch *s = scratch_take(e->device, (size_t)hop * sizeof(float));
    if (!s)
        return;
    float *wave = s->data;
    for (int i = 0; i < hop; i++)
        y[i] = x->bias + noise[i] * level;
    for (int h = 0; voiced && h < x->count; h++) {
        phases(e, task, h, wave);
        k->channels(&(struct channel_rows){
            .rows = 1, .n = hop, .x = wave, .y = wave, .ldx = hop, .ldy = hop, .curve = CURVE_SIN});
        for (int i = 0; i < hop; i++)
            y[i] += x->weight[h] * x->amplitude * wave[i];
    }
    k->activate(y, hop, ACT_TANH);
    scratch_give(e->device, s);
}

void op_excitation(struct device *d, float *y, const float *f0, int64_t frames,
    const struct excitation *x, const float *noise)
{
    struct scratch *s = scratch_take(d, (size_t)(frames * x->count) * sizeof(double));
    if (!s)
        return;
    struct excite e = {d, x, f0, noise, y, frames, s->data};
    for (int h = 0; h < x->count; h++) {
        double turns = 0;
        for (int64_t f = 0; f < frames; f++) {
            turns += turns_of(&e, f, h);
            turns -= floor(turns);
            e.turns[f * x->count + h] = turns;
        }
    }
    pool_run(d->pool, excite_task, &e, (int)frames);
    scratch_give(d, s);
}
