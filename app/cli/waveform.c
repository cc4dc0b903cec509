/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/waveform.h"

#include <math.h>

void waveform_init(struct waveform *w)
{
    *w = (struct waveform){.stretch = 256};
}

static void close_stretch(struct waveform *w)
{
    if (w->count == WAVEFORM_PEAKS) {
        for (int i = 0; i < WAVEFORM_PEAKS / 2; i++)
            w->peak[i] = fmaxf(w->peak[2 * i], w->peak[2 * i + 1]);
        w->count = WAVEFORM_PEAKS / 2;
        w->stretch *= 2;
        return; /* the open stretch has half of its new length */
    }
    w->peak[w->count++] = w->open;
    w->held = 0;
    w->open = 0;
}

void waveform_add(struct waveform *w, const float *pcm, int64_t samples)
{
    for (int64_t i = 0; i < samples; i++) {
        w->open = fmaxf(w->open, fabsf(pcm[i]));
        if (++w->held >= w->stretch)
            close_stretch(w);
    }
}

void waveform_draw(const struct waveform *w, FILE *f, int columns)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    if (w->count == 0 || columns < 1)
        return;
    columns = columns < w->count ? columns : w->count;
    for (int c = 0; c < columns; c++) {
        int from = c * w->count / columns, to = (c + 1) * w->count / columns;
        float most = 0;
        for (int i = from; i < to; i++)
            most = fmaxf(most, w->peak[i]);
        /* Loudness goes with the logarithm: 45 dB from the lowest block to the highest. */
        float level = most > 0 ? 1 + 20 * log10f(most) / 45 : 0;
        int block = (int)(level * 8 + 0.5f);
        fputs(blocks[block < 0 ? 0 : block > 8 ? 8 : block], f);
    }
}
