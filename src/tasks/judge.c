/* SPDX-License-Identifier: Apache-2.0 */
/* What can be told from samples alone. */
#include "base/utf8.h"
#include "tasks/speak.h"

#include <math.h>
#include <string.h>

/* The longest natural phoneme, a drawled or final vowel, stays under 0.4 s; and room for the breath
 * at the ends. */
static const double phoneme_seconds = 0.4, end_seconds = 1;
static const float audible = 1e-3f; /* 60 dB below full scale */
static const float peak_limit = 0.98f, fade_seconds = 0.004f;

/* Code points that are said: no spaces, no punctuation. */
static int count_said(const char *phonemes)
{
    size_t n = strlen(phonemes);
    int said = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        int length = utf8_decode(phonemes + i, n - i, &c);
        said += length > 0 && c != 0x2014 && !(c < 128 && strchr(" .,;:?!", (int)c));
        i += length > 0 ? (size_t)length : 1;
    }
    return said;
}

enum sound_fault sound_judge(
    const float *pcm, int64_t samples, int rate, const char *phonemes, float slowest, int64_t *most)
{
    int said = count_said(phonemes), whole = (int)utf8_count(phonemes, strlen(phonemes));
    float peak = 0;
    *most = (int64_t)((end_seconds + phoneme_seconds * whole / (double)slowest) * rate);
    for (int64_t i = 0; i < samples; i++) {
        if (!isfinite(pcm[i]))
            return SOUND_BROKEN;
        peak = fmaxf(peak, fabsf(pcm[i]));
    }
    if (samples > *most)
        return SOUND_RUNAWAY;
    return said > 0 && peak < audible ? SOUND_SILENT : SOUND_GOOD;
}

int64_t sound_finish(
    float *out, const float *pcm, int64_t samples, int64_t most, int rate, float gain)
{
    int64_t n = samples < most ? samples : most, fade = (int64_t)(fade_seconds * (float)rate);
    float peak = 0;
    for (int64_t i = 0; i < n; i++) {
        out[i] = isfinite(pcm[i]) ? pcm[i] * gain : 0;
        peak = fmaxf(peak, fabsf(out[i]));
    }
    float down = peak > peak_limit ? peak_limit / peak : 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t edge = i < n - 1 - i ? i : n - 1 - i;
        out[i] *= edge < fade ? down * (float)edge / (float)fade : down;
    }
    return n;
}
