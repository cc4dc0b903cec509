/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_PIXELS_H
#define NN_PIXELS_H

#include "inhouse/picture.h"

#include <stdint.h>

/* Eight-bit values of pictures and the range from -1 to 1 that networks draw in. */
void pixels_from_bytes(float *x, const uint8_t *byte, int64_t n);

/* Rounds; what is beyond the range is cut, what is no number becomes 0. */
void pixels_to_bytes(uint8_t *byte, const float *x, int64_t n);

/* Share of white in each square of patch x patch pixels: [height / patch * width / patch]. */
void pixels_shrink_mask(float *out, const struct ih_picture *mask, int patch);

/* The original where the mask is black. */
void pixels_compose(
    struct ih_picture *out, const struct ih_picture *original, const struct ih_picture *mask);

#endif
