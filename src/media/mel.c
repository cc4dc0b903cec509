/* SPDX-License-Identifier: Apache-2.0 */
#include "media/mel.h"

#include "device/ops.h"
#include "media/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = MEL_WINDOW / 2 + 1, HALF = MEL_WINDOW / 2, MAX_MELS = 1024, TASK_FRAMES = 50 };

/* A filter is zero outside a few neighbouring frequencies, so only those are kept. */
struct filter {
    int first, count;
    int offset; /* of its first value in `values` */
};

struct mel {
    int bins;
    float window[MEL_WINDOW];
    struct spectrum spectrum;
    struct filter *filter;
    float *values;
};

/* Slaney's scale: 200/3 Hz a mel up to 1 kHz, then 27 mels to each factor of 6.4. */
static double mel_to_hz(double m)
{
    const double linear = 200.0 / 3, knee = 1000 / linear;
    return m < knee ? linear * m : 1000 * exp((m - knee) * log(6.4) / 27);
}

static double hz_to_mel(double f)
{
    const double linear = 200.0 / 3;
    return f < 1000 ? f / linear : 1000 / linear + log(f / 1000) * 27 / log(6.4);
}

/* Triangles between neighbouring points of the mel scale, each with area 1: [bins, BINS]. */
static void slaney_bank(float *bank, int bins)
{
    double step = hz_to_mel(MEL_RATE / 2) / (bins + 1);
    for (int b = 0; b < bins; b++) {
        double low = mel_to_hz(b * step), mid = mel_to_hz((b + 1) * step),
               high = mel_to_hz((b + 2) * step);
        for (int k = 0; k < BINS; k++) {
            double f = (double)k * MEL_RATE / MEL_WINDOW;
            double side = fmin((f - low) / (mid - low), (high - f) / (high - mid));
            bank[b * BINS + k] = (float)(fmax(side, 0) * 2 / (high - low));
        }
    }
}

static enum ih_status keep_filters(struct mel *m, const float *bank, struct ih_error *e)
{
    int total = 0;
    for (int b = 0; b < m->bins; b++) {
        const float *row = bank + (size_t)b * BINS;
        int first = 0, end = BINS;
        while (first < BINS && row[first] == 0)
            first++;
        while (end > first && row[end - 1] == 0)
            end--;
        m->filter[b] = (struct filter){first, end - first, total};
        total += end - first;
    }
    m->values = malloc(sizeof *m->values * (size_t)(total + 1));
    if (!m->values)
        return err_memory(e, "mel filters");
    for (int b = 0; b < m->bins; b++) {
        const struct filter *f = &m->filter[b];
        memcpy(m->values + f->offset, bank + (size_t)b * BINS + f->first,
            sizeof *m->values * (size_t)f->count);
    }
    return IH_OK;
}

enum ih_status mel_open(struct mel **out, int bins, const float *filters, struct ih_error *e)
{
    *out = NULL;
    if (bins < 1 || bins > MAX_MELS)
        return err_set(e, IH_INVALID, "%d mel bins asked for, 1 to %d can be had", bins, MAX_MELS);
    float *bank = NULL;
    struct mel *m = calloc(1, sizeof *m);
    if (m)
        m->filter = calloc((size_t)bins, sizeof *m->filter);
    if (m && m->filter && !filters)
        bank = malloc(sizeof *bank * (size_t)bins * BINS);
    if (!m || !m->filter || (!filters && !bank)) {
        mel_close(&m);
        return err_memory(e, "mel filters");
    }
    m->bins = bins;
    for (int i = 0; i < MEL_WINDOW; i++)
        m->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / MEL_WINDOW));
    spectrum_init(&m->spectrum);
    if (bank)
        slaney_bank(bank, bins);
    enum ih_status status = keep_filters(m, filters ? filters : bank, e);
    free(bank);
    if (status)
        mel_close(&m);
    *out = m;
    return status;
}

void mel_close(struct mel **m)
{
    if (*m) {
        free((*m)->filter);
        free((*m)->values);
        free(*m);
        *m = NULL;
    }
}

int mel_bins(const struct mel *m)
{
    return m->bins;
}

int64_t mel_frames(int64_t samples)
{
    return samples < 0 ? 0 : samples / MEL_HOP;
}

/* Sample i of the recording with its reflections; the edge itself is not repeated. */
static float reflected(const float *pcm, int64_t samples, int64_t i)
{
    int64_t n = samples > HALF ? samples : HALF + 1;
    if (i < 0)
        i = -i;
    if (i >= n)
        i = 2 * (n - 1) - i;
    return i >= 0 && i < samples ? pcm[i] : 0;
}

/* Frame `frame`, windowed, into lane l. */
static void cut_frame(
    const struct mel *m, const float *pcm, int64_t samples, int64_t frame, struct lanes *x, int l)
{
    int64_t begin = frame * MEL_HOP - HALF;
    float edge[MEL_WINDOW];
    const float *from = edge;
    if (begin >= 0 && begin + MEL_WINDOW <= samples)
        from = pcm + begin;
    else
        for (int i = 0; i < MEL_WINDOW; i++)
            edge[i] = reflected(pcm, samples, begin + i);
    for (int i = 0; i < HALF; i++) {
        x[i].re[l] = from[2 * i] * m->window[2 * i];
        x[i].im[l] = from[2 * i + 1] * m->window[2 * i + 1];
    }
}

void mel_log(const struct mel *m, const float *pcm, int64_t samples, int64_t first, int64_t count,
    float *out)
{
    /* log2f is several times as fast as log10f and as exact. */
    const float log10_2 = 0.30102999566398120f;
    struct lanes x[HALF];
    float power[BINS][SPECTRUM_LANES];
    memset(x, 0, sizeof x);
    for (int64_t done = 0; done < count; done += SPECTRUM_LANES) {
        int frames = count - done < SPECTRUM_LANES ? (int)(count - done) : SPECTRUM_LANES;
        for (int l = 0; l < frames; l++)
            cut_frame(m, pcm, samples, first + done + l, x, l);
        spectrum_power(&m->spectrum, x, power);
        for (int b = 0; b < m->bins; b++) {
            const struct filter *f = &m->filter[b];
            float sum[SPECTRUM_LANES] = {0};
            for (int i = 0; i < f->count; i++)
                for (int l = 0; l < SPECTRUM_LANES; l++)
                    sum[l] += m->values[f->offset + i] * power[f->first + i][l];
            for (int l = 0; l < frames; l++)
                out[(done + l) * m->bins + b] = log2f(fmaxf(sum[l], 1e-10f)) * log10_2;
        }
    }
}

struct mel_job {
    const struct mel *mel;
    const float *pcm;
    int64_t samples, frames;
    float *out;
};

static void mel_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct mel_job *j = arg;
    int64_t first = task * (int64_t)TASK_FRAMES, left = j->frames - first;
    mel_log(j->mel, j->pcm, j->samples, first, left < TASK_FRAMES ? left : TASK_FRAMES,
        j->out + first * j->mel->bins);
}

void mel_log_all(
    const struct mel *m, struct device *d, const float *pcm, int64_t samples, float *out)
{
    struct mel_job job = {m, pcm, samples, mel_frames(samples), out};
    op_parallel(d, mel_task, &job, (int)((job.frames + TASK_FRAMES - 1) / TASK_FRAMES));
}

void mel_normalize(float *x, int64_t n)
{
    float max = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    for (int64_t i = 0; i < n; i++)
        x[i] = ((x[i] > max - 8 ? x[i] : max - 8) + 4) / 4;
}
