/* SPDX-License-Identifier: Apache-2.0 */
#include "media/vocoder.h"

#include "base/rng.h"
#include "kernels/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 };

static const float lowest = -11.512925f; /* ln(1e-5) */
static const float blocker = 0.99f;      /* pole of the filter that takes the constant part away */

/* A bin lies between two points of an envelope. */
struct place {
    int first;
    float second; /* share of the point behind it */
};

struct vocoder {
    struct vocoder_shape shape;
    struct fft *fft;
    float *window;                /* [2 * hop] */
    struct place *bands, *shares; /* [fft / 2 + 1] */
};

static double mel(double hertz)
{
    return 2595 * log10(1 + hertz / 700);
}

static void fill_places(struct place *place, const struct vocoder_shape *s, int points)
{
    for (int k = 0; k <= s->fft / 2; k++) {
        double at = mel((double)k * s->rate / s->fft) / mel(s->rate / 2.0) * (points - 1);
        int first = (int)at < points - 2 ? (int)at : points - 2;
        place[k] = (struct place){first, (float)(at - first)};
    }
}

enum ih_status vocoder_open(
    struct vocoder **out, const struct vocoder_shape *shape, struct ih_error *e)
{
    *out = NULL;
    if (shape->hop < 1 || shape->fft < 2 * shape->hop || shape->rate < 1 || shape->bands < 2 ||
        shape->shares < 2)
        return err_set(e, IH_BAD_DATA,
            "a vocoder cannot have frames of %d samples, %d points and %d bands", shape->hop,
            shape->fft, shape->bands);
    struct vocoder *v = calloc(1, sizeof *v);
    if (!v)
        return err_memory(e, "a vocoder");
    v->shape = *shape;
    size_t bins = (size_t)shape->fft / 2 + 1;
    v->window = malloc(2 * (size_t)shape->hop * sizeof *v->window);
    v->bands = malloc(bins * sizeof *v->bands);
    v->shares = malloc(bins * sizeof *v->shares);
    enum ih_status status = v->window && v->bands && v->shares ? IH_OK : err_memory(e, "a vocoder");
    if (!status)
        status = fft_open(&v->fft, shape->fft, e);
    if (status) {
        vocoder_close(&v);
        return status;
    }
    for (int i = 0; i < 2 * shape->hop; i++)
        v->window[i] = (float)(0.5 - 0.5 * cos(M_PI * i / shape->hop));
    fill_places(v->bands, shape, shape->bands);
    fill_places(v->shares, shape, shape->shares);
    *out = v;
    return IH_OK;
}

void vocoder_close(struct vocoder **v)
{
    if (!*v)
        return;
    fft_close(&(*v)->fft);
    free((*v)->window);
    free((*v)->bands);
    free((*v)->shares);
    free(*v);
    *v = NULL;
}

struct pulse {
    double at;      /* samples */
    float strength; /* root of the period in samples */
};

/* What one call works on. */
struct run {
    const struct vocoder *v;
    struct device *d;
    struct vocoder_frames f;
    struct pulse *pulse;
    int64_t *first_pulse; /* [count + 1]: of those at or behind each frame's moment */
    float *piece;         /* [count, fft] */
    float *scratch;       /* [workers, 3 * (fft + 2)] */
    float *pcm;
};

/* A pulse is where the integral of F0 passes a whole number, counted from 0 at the first frame.
 * Returns how many there are. */
static int64_t place_pulses(struct run *r)
{
    const struct vocoder_shape *s = &r->v->shape;
    double phase = 0;
    int64_t found = 0;
    for (int64_t i = 0; i < r->f.count; i++) {
        double f0 = r->f.f0[i], next = r->f.f0[i + 1 < r->f.count ? i + 1 : i];
        r->first_pulse[i] = found;
        for (int j = 0; j < s->hop; j++) {
            double step = (f0 + (next - f0) * j / s->hop) / s->rate;
            phase += step;
            if (phase < 1)
                continue;
            phase -= floor(phase);
            r->pulse[found++] =
                (struct pulse){(double)(i * s->hop + j + 1) - phase / step, (float)sqrt(1 / step)};
        }
    }
    r->first_pulse[r->f.count] = found;
    return found;
}

/* Adds strength * window(place) * exp(-2 pi i k place / fft) to every bin. */
static void add_pulse(const struct vocoder *v, float *spectrum, double place, double strength)
{
    int n = v->shape.fft;
    double weight = strength * (0.5 - 0.5 * cos(M_PI * place / v->shape.hop));
    double angle = -2 * M_PI * place / n, turn_re = cos(angle), turn_im = sin(angle);
    double re = weight, im = 0;
    for (int k = 0; k <= n / 2; k++) {
        spectrum[2 * k] += (float)re;
        spectrum[2 * k + 1] += (float)im;
        double next = re * turn_re - im * turn_im;
        im = re * turn_im + im * turn_re;
        re = next;
    }
}

/* The pulses under frame i's window: those from one hop before its moment to one behind. */
static void pulse_spectrum(const struct run *r, int64_t i, float *spectrum)
{
    int hop = r->v->shape.hop;
    memset(spectrum, 0, ((size_t)r->v->shape.fft + 2) * sizeof *spectrum);
    int64_t first = r->first_pulse[i > 0 ? i - 1 : 0], end = r->first_pulse[i + 1];
    for (int64_t p = first; p < end; p++)
        add_pulse(r->v, spectrum, r->pulse[p].at - (double)((i - 1) * hop), r->pulse[p].strength);
}

static void noise_spectrum(const struct run *r, int64_t i, float *spectrum, float *scratch)
{
    const struct vocoder *v = r->v;
    int hop = v->shape.hop;
    const float *noise = r->f.noise + i * hop;
    for (int j = 0; j < 2 * hop; j++)
        scratch[j] = noise[j] * v->window[j];
    memset(scratch + 2 * hop, 0, (size_t)(v->shape.fft - 2 * hop) * sizeof *scratch);
    fft_forward(v->fft, spectrum, scratch);
}

static float between(const float *point, struct place p)
{
    return point[p.first] + p.second * (point[p.first + 1] - point[p.first]);
}

/* x = sqrt(1 - a) x + sqrt(a) noise */
static void mix(const struct run *r, int64_t i, float *x, const float *noise)
{
    const struct vocoder *v = r->v;
    const float *share = r->f.share + i * v->shape.shares;
    bool voiced = r->f.voiced[i] != 0;
    for (int k = 0; k <= v->shape.fft / 2; k++) {
        float a = voiced ? fminf(fmaxf(between(share, v->shares[k]), 0), 1) : 1;
        float pulses = sqrtf(1 - a), breath = sqrtf(a);
        x[2 * k] = pulses * x[2 * k] + breath * noise[2 * k];
        x[2 * k + 1] = pulses * x[2 * k + 1] + breath * noise[2 * k + 1];
    }
}

/* ln H of the minimum-phase filter, in `filter`: the cepstrum of the amplitude's logarithm, folded
 * onto positive times. */
static void log_filter(const struct run *r, int64_t i, float *filter, float *scratch)
{
    const struct vocoder *v = r->v;
    int n = v->shape.fft;
    const float *envelope = r->f.envelope + i * v->shape.bands;
    for (int k = 0; k <= n / 2; k++) {
        struct place p = v->bands[k];
        float low = fmaxf(envelope[p.first], lowest), high = fmaxf(envelope[p.first + 1], lowest);
        filter[2 * k] = low + p.second * (high - low);
        filter[2 * k + 1] = 0;
    }
    fft_inverse(v->fft, scratch, filter);
    for (int j = 1; j < n / 2; j++)
        scratch[j] *= 2;
    memset(scratch + n / 2 + 1, 0, (size_t)(n / 2 - 1) * sizeof *scratch);
    fft_forward(v->fft, filter, scratch);
}

static void apply_filter(float *x, const float *filter, int bins)
{
    for (int k = 0; k < bins; k++) {
        float size = expf(filter[2 * k]);
        float re = size * cosf(filter[2 * k + 1]), im = size * sinf(filter[2 * k + 1]);
        float kept = x[2 * k];
        x[2 * k] = kept * re - x[2 * k + 1] * im;
        x[2 * k + 1] = kept * im + x[2 * k + 1] * re;
    }
}

static void make_pieces(void *arg, int task, int worker)
{
    struct run *r = arg;
    int n = r->v->shape.fft;
    float *x = r->scratch + (int64_t)worker * 3 * (n + 2), *filter = x + n + 2,
          *rest = filter + n + 2;
    int64_t end =
        (int64_t)(task + 1) * BLOCK < r->f.count ? (int64_t)(task + 1) * BLOCK : r->f.count;
    for (int64_t i = (int64_t)task * BLOCK; i < end; i++) {
        pulse_spectrum(r, i, x);
        noise_spectrum(r, i, filter, rest);
        mix(r, i, x, filter);
        log_filter(r, i, filter, rest);
        apply_filter(x, filter, n / 2 + 1);
        fft_inverse(r->v->fft, r->piece + i * n, x);
    }
}

/* Frame i's samples: the sum of all pieces that reach them. A piece begins one hop before its
 * frame's moment. */
static void add_pieces(void *arg, int task, int worker)
{
    struct run *r = arg;
    (void)worker;
    int hop = r->v->shape.hop, n = r->v->shape.fft, reach = (n + hop - 1) / hop;
    int64_t end =
        (int64_t)(task + 1) * BLOCK < r->f.count ? (int64_t)(task + 1) * BLOCK : r->f.count;
    for (int64_t i = (int64_t)task * BLOCK; i < end; i++) {
        float *to = r->pcm + i * hop;
        memset(to, 0, (size_t)hop * sizeof *to);
        for (int64_t from = i + 2 - reach > 0 ? i + 2 - reach : 0;
             from <= i + 1 && from < r->f.count; from++) {
            int64_t offset = (i + 1 - from) * hop;
            const float *piece = r->piece + from * n + offset;
            for (int64_t j = 0; j < hop && offset + j < n; j++)
                to[j] += piece[j];
        }
    }
}

static void block_constant(float *x, int64_t n)
{
    float before = 0, out = 0;
    for (int64_t i = 0; i < n; i++) {
        out = x[i] - before + blocker * out;
        before = x[i];
        x[i] = out;
    }
}

/* Normal deviates by Box and Muller. */
static void draw_noise(float *noise, int64_t n, uint64_t seed)
{
    uint64_t state = seed;
    for (int64_t i = 0; i < n; i += 2) {
        float size = sqrtf(-2 * logf((float)(1 - rng_unit(&state))));
        float angle = (float)(2 * M_PI * rng_unit(&state));
        noise[i] = size * cosf(angle);
        if (i + 1 < n)
            noise[i + 1] = size * sinf(angle);
    }
}

static bool reserve(struct run *r, struct arena *a, int64_t pulses)
{
    const struct vocoder_shape *s = &r->v->shape;
    size_t count = (size_t)r->f.count, row = (size_t)s->fft + 2;
    r->pcm = arena_alloc(a, count * (size_t)s->hop * sizeof *r->pcm);
    r->pulse = arena_alloc(a, (size_t)pulses * sizeof *r->pulse);
    r->first_pulse = arena_alloc(a, (count + 1) * sizeof *r->first_pulse);
    r->piece = arena_alloc(a, count * (size_t)s->fft * sizeof *r->piece);
    r->scratch = arena_alloc(a, (size_t)device_threads(r->d) * 3 * row * sizeof *r->scratch);
    if (!r->f.noise) {
        size_t n = (count + 1) * (size_t)s->hop;
        float *noise = arena_alloc(a, n * sizeof *noise);
        if (noise)
            draw_noise(noise, (int64_t)n, r->f.seed);
        r->f.noise = noise;
    }
    return r->pcm && r->pulse && r->first_pulse && r->piece && r->scratch && r->f.noise;
}

/* Most pulses there can be: one each time the phase passes a whole number. */
static int64_t most_pulses(const struct run *r)
{
    double turns = 2;
    for (int64_t i = 0; i < r->f.count; i++) {
        float next = r->f.f0[i + 1 < r->f.count ? i + 1 : i];
        turns += fmax(r->f.f0[i], next) * r->v->shape.hop / r->v->shape.rate;
    }
    return (int64_t)turns + 1;
}

enum ih_status vocoder_run(const struct vocoder *v, struct device *d,
    const struct vocoder_frames *f, struct arena *a, float **pcm, struct ih_error *e)
{
    struct run r = {.v = v, .d = d, .f = *f};
    int tasks = (int)((f->count + BLOCK - 1) / BLOCK);
    if (!reserve(&r, a, most_pulses(&r)))
        return err_memory(e, "the sound of a sentence");
    place_pulses(&r);
    op_parallel(d, make_pieces, &r, tasks);
    op_parallel(d, add_pieces, &r, tasks);
    block_constant(r.pcm, f->count * v->shape.hop);
    *pcm = r.pcm;
    return IH_OK;
}
