/* SPDX-License-Identifier: Apache-2.0 */
/* The speaker encoder: how somebody sounds, from a few seconds of speech. */
#include "models/voice1/voice1.h"

#include <math.h>
#include <string.h>

/* Mean and standard deviation of each column: [2 * cols]. */
static void pool(float *out, struct tensor x)
{
    int64_t rows = x.shape[0], cols = x.shape[1];
    const float *data = x.data;
    for (int64_t c = 0; c < cols; c++) {
        double sum = 0, squares = 0;
        for (int64_t r = 0; r < rows; r++)
            sum += data[r * cols + c];
        double mean = sum / (double)rows;
        for (int64_t r = 0; r < rows; r++)
            squares += (data[r * cols + c] - mean) * (data[r * cols + c] - mean);
        out[c] = (float)mean;
        out[cols + c] = (float)sqrt(squares / (double)rows + 1e-5);
    }
}

static void make_unit(float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    float scale = (float)(1 / fmax(sqrt(sum), 1e-12));
    for (int i = 0; i < n; i++)
        x[i] *= scale;
}

enum ih_status voice1_hear(struct synthesizer_session *s, const float *pcm, int64_t samples,
    struct arena *a, float *style, struct ih_error *e)
{
    struct voice1 *m = s->model;
    struct device *d = s->device;
    int width = m->config.width / 2;
    int64_t frames = mel_frames(samples);
    if (frames < 50)
        return err_set(
            e, IH_INVALID, "half a second of speech is the least that says how somebody sounds");
    if (arena_reserve(a, (size_t)frames * (SPEAKER_MELS + 3 * width) * 4 + 65536) != 0)
        return err_memory(e, "a speaker's recording");
    struct tensor x =
        tensor_2d(arena_alloc(a, (size_t)frames * SPEAKER_MELS * 4), DT_F32, frames, SPEAKER_MELS);
    mel_log_all(m->mel, d, pcm, samples, x.data);
    mel_normalize(x.data, frames * SPEAKER_MELS);
    for (int i = 0; i < SPEAKER_CONVS; i++) {
        struct tensor y =
            tensor_2d(arena_alloc(a, (size_t)frames * width * 4), DT_F32, frames, width);
        op_conv(d, y, x, &m->speaker_conv[i], NULL, ACT_GELU, (struct tensor){0});
        x = y;
    }
    float *pooled = arena_alloc(a, 2 * (size_t)width * sizeof *pooled);
    pool(pooled, x);
    struct tensor summary = tensor_2d(pooled, DT_F32, 1, 2 * width);
    op_linear(d, tensor_2d(style, DT_F32, 1, m->config.speaker), summary, &m->speaker_out, ACT_NONE,
        (struct tensor){0});
    op_linear(d, tensor_2d(style + m->config.speaker, DT_F32, 1, 1), summary, &m->speaker_pitch,
        ACT_NONE, (struct tensor){0});
    if (device_exhausted(d))
        return err_memory(e, "a speaker's recording");
    make_unit(style, m->config.speaker);
    return IH_OK;
}
