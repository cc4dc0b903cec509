/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_MIX_H
#define MEDIA_AUDIO_MIX_H

#include <stdbool.h>
#include <stdint.h>

/* How one sample is stored. */
enum sample_type { SAMPLE_U8, SAMPLE_S16, SAMPLE_S32, SAMPLE_S64, SAMPLE_F32, SAMPLE_F64 };

/* Samples to average: of channel c at time i in planes[c][i], or in planes[0][i * channels + c]
 * when not planar. */
struct mix {
    const uint8_t *const *planes;
    enum sample_type type;
    bool planar;
    int channels;
};

int sample_bytes(enum sample_type t);

/* out[n]: the mean over the channels in [-1, 1] for integers; not-a-number becomes 0, the rest is
 * limited to [-4, 4]. */
void mix_mono(const struct mix *m, float *out, int64_t n);

static inline float mix_limit(double x)
{
    return x >= -4 ? (x <= 4 ? (float)x : 4) : x < -4 ? -4 : 0;
}

#endif
