/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio_mix.h"

#include <string.h>

int sample_bytes(enum sample_type t)
{
    static const int bytes[] = {1, 2, 4, 8, 4, 8};
    return bytes[t];
}

/* Samples may lie at any address. */
static inline double load(const uint8_t *p, enum sample_type t)
{
    union {
        int16_t s16;
        int32_t s32;
        int64_t s64;
        float f32;
        double f64;
    } v;
    switch (t) {
    case SAMPLE_U8:
        return (*p - 128) * 0x1p-7;
    case SAMPLE_S16:
        memcpy(&v.s16, p, sizeof v.s16);
        return v.s16 * 0x1p-15;
    case SAMPLE_S32:
        memcpy(&v.s32, p, sizeof v.s32);
        return v.s32 * 0x1p-31;
    case SAMPLE_S64:
        memcpy(&v.s64, p, sizeof v.s64);
        return (double)v.s64 * 0x1p-63;
    case SAMPLE_F32:
        memcpy(&v.f32, p, sizeof v.f32);
        return v.f32;
    case SAMPLE_F64:
        memcpy(&v.f64, p, sizeof v.f64);
        return v.f64;
    }
    return 0;
}

void mix_mono(const struct mix *m, float *out, int64_t n)
{
    int bytes = sample_bytes(m->type);
    int64_t step = m->planar ? bytes : (int64_t)bytes * m->channels;
    float gain = 1 / (float)m->channels;
    memset(out, 0, sizeof *out * (size_t)n);
    for (int c = 0; c < m->channels; c++) {
        const uint8_t *p = m->planar ? m->planes[c] : m->planes[0] + c * bytes;
        for (int64_t i = 0; i < n; i++)
            out[i] += mix_limit(load(p + i * step, m->type)) * gain;
    }
}
