/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_MEL_H
#define MEDIA_MEL_H

#include "base/err.h"

#include <stdint.h>

/* Whisper's log-mel spectrum: 16 kHz, periodic Hann window of 400, hop 160, reflect padding of 200
 * at both ends, power, Slaney filters (80 or 128), log10 with floor 1e-10, the last frame dropped.
 * Source: openai/whisper audio.py; WhisperFeatureExtractor gives the same numbers. */
enum { MEL_RATE = 16000, MEL_WINDOW = 400, MEL_HOP = 160 };

struct mel;

/* filters: [bins, MEL_WINDOW / 2 + 1] f32 to use instead of the computed Slaney bank, or null. */
enum ih_status mel_open(struct mel **out, int bins, const float *filters, struct ih_error *e);
void mel_close(struct mel **m);
int mel_bins(const struct mel *m);

/* Frames for n samples: n / MEL_HOP (the reference's count with its last frame dropped). */
int64_t mel_frames(int64_t samples);

/* Raw log10 energies of frames [first, first + count) of a recording, time-major: out[count, bins].
 * The frames must lie within mel_frames(samples). The recording is reflected at both its ends; who
 * wants zeros after it, as Whisper has up to the end of a 30 s window, puts them into pcm. A
 * recording of 200 samples or less is too short to be reflected and is taken as if zeros followed
 * up to 201. Pure and thread-safe, so frames may be split over threads. */
void mel_log(const struct mel *m, const float *pcm, int64_t samples, int64_t first, int64_t count,
    float *out);

/* The same for all mel_frames(samples) frames, on the device's threads. */
struct device;
void mel_log_all(
    const struct mel *m, struct device *d, const float *pcm, int64_t samples, float *out);

/* max(x, max - 8) and (x + 4) / 4 over a whole window, with the window's own maximum, as
 * WhisperFeatureExtractor does per 30 s window. */
void mel_normalize(float *x, int64_t n);

#endif
