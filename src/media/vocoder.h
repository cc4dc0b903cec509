/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_VOCODER_H
#define MEDIA_VOCODER_H

#include "base/arena.h"
#include "device/ops.h"

/* Speech from a pitch contour and two spectral envelopes: pulses and noise through a filter, by
 * overlapping inverse Fourier transforms. Frame i stands for the moment i * hop; its spectrum is
 *     X = H (sqrt(1 - a) P + sqrt(a) N)
 * H: the minimum-phase filter with the envelope's amplitude (Oppenheim and Schafer: the folded
 * cepstrum). a: the noise's share of the power. N: white noise under the frame's window. P: ideal
 * pulses under the same window, each with the power of one period of noise. Windows (Hann, two hops
 * long) of neighbours add up to 1. The phase comes from the pulses, so none has to be learned, and
 * pitch, breath and loudness can be changed without touching anything else.
 *
 * Envelope and share are given at points that are even in mel (2595 log10(1 + f / 700)) from 0 to
 * rate / 2, both included, and run straight between them. Made together with train/voice1/head.py.
 */
struct vocoder;

struct vocoder_shape {
    int rate, hop; /* samples a second, and a frame */
    int fft;       /* points of a transform: at least two hops, see kernels/fft.h */
    int bands;     /* points of the envelope, at least 2 */
    int shares;    /* points of the noise's share, at least 2 */
};

enum ih_status vocoder_open(
    struct vocoder **out, const struct vocoder_shape *shape, struct ih_error *e);
void vocoder_close(struct vocoder **v);

struct vocoder_frames {
    int64_t count;
    const float *envelope; /* [count, bands] ln(amplitude); what is below ln(1e-5) counts as that */
    const float *share;    /* [count, shares] in [0, 1] */
    const float *f0;       /* [count] Hz, above 0 everywhere: it runs straight between frames */
    const float *voiced;   /* [count] 0: noise alone */
    const float *noise; /* [(count + 1) * hop] normal, the first hop before the first frame; null:
                           drawn from the seed */
    uint64_t seed;
};

/* pcm[count * hop], in the arena. */
enum ih_status vocoder_run(const struct vocoder *v, struct device *d,
    const struct vocoder_frames *f, struct arena *a, float **pcm, struct ih_error *e);

#endif
