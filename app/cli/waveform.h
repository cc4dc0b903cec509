/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_WAVEFORM_H
#define CLI_WAVEFORM_H

#include <stdint.h>
#include <stdio.h>

/* The shape of a sound of any length, in few numbers: peaks of stretches that double in length
 * whenever they have filled the room. */
enum { WAVEFORM_PEAKS = 256 };

struct waveform {
    float peak[WAVEFORM_PEAKS];
    int count;       /* stretches that are complete */
    int64_t stretch; /* samples in each */
    int64_t held;    /* samples in the next one */
    float open;      /* its peak */
};

void waveform_init(struct waveform *w);
void waveform_add(struct waveform *w, const float *pcm, int64_t samples);

/* Draws it in block characters, `columns` wide, without a line break; nothing for no sound. */
void waveform_draw(const struct waveform *w, FILE *f, int columns);

#endif
