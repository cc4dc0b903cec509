/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_PIXELS_H
#define NN_PIXELS_H

#include <stdint.h>

/* Eight-bit values of pictures and the range from -1 to 1 that networks draw in. */
void pixels_from_bytes(float *x, const uint8_t *byte, int64_t n);

/* Rounds; what is beyond the range is cut, what is no number becomes 0. */
void pixels_to_bytes(uint8_t *byte, const float *x, int64_t n);

#endif
