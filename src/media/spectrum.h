/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_SPECTRUM_H
#define MEDIA_SPECTRUM_H

/* Power spectra of frames of 400 real samples, eight frames at a time: each of the eight lanes of
 * an array holds one frame, so that every step is the same plain operation on eight neighbours and
 * a compiler turns it into vector instructions on any machine. A lane's numbers do not depend on
 * what the others hold. */
enum { SPECTRUM_SIZE = 400, SPECTRUM_BINS = SPECTRUM_SIZE / 2 + 1, SPECTRUM_LANES = 8 };

struct spectrum {
    float turn[SPECTRUM_SIZE / 2 + 1][2]; /* exp(-2 pi i k / 400) */
};

/* A complex number for each lane. */
struct lanes {
    float re[SPECTRUM_LANES], im[SPECTRUM_LANES];
};

void spectrum_init(struct spectrum *s);

/* x: sample 2 i of each frame in x[i].re and sample 2 i + 1 in x[i].im, i < 200; overwritten.
 * power: squared magnitudes at frequencies 0 to 200. */
void spectrum_power(const struct spectrum *s, struct lanes *x, float (*power)[SPECTRUM_LANES]);

#endif
