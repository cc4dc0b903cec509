/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_RESAMPLE_H
#define MEDIA_AUDIO_RESAMPLE_H

#include "base/err.h"

#include <stddef.h>

/* Mono f32 from one rate to another. */
struct SwrContext;

enum { RATE_MIN = 1000, RATE_MAX = 768000 };

struct resampler {
    struct SwrContext *swr; /* null when the rates are equal */
    int from, to;
};

/* A zeroed or open resampler; what an open one still holds is dropped. Both rates within RATE_MIN
 * and RATE_MAX. */
enum ih_status resampler_set(struct resampler *r, int from, int to, struct ih_error *e);
void resampler_free(struct resampler *r);

/* Gives up to `room` samples and says in *used how many of the n were taken. n of 0 with a null x
 * brings out what is held back at the end. */
enum ih_status resampler_run(struct resampler *r, const float *x, size_t n, size_t *used,
    float *out, size_t room, size_t *got, struct ih_error *e);

#endif
