/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_BLOCKS_H
#define KERNELS_BLOCKS_H

#include "kernels/dtype.h"

/* out[i] = the value of element i of `in`, which is DT_F32, DT_F16, DT_BF16, DT_Q8_0 or DT_Q5_0 and
 * may lie at any address: whisper.cpp's files align nothing. n is a multiple of the block.
 *
 * A block of q8_0 is an f16 scale d and 32 i8 values q: d * q. A block of q5_0 is an f16 scale d,
 * 32 bits h and 16 bytes b: element j < 16 is d * ((b[j] & 15 | bit j of h * 16) - 16), element 16
 * + j d * ((b[j] >> 4 | bit 16 + j of h * 16) - 16). */
void blocks_to_f32(enum dtype t, float *out, const void *in, int64_t n);

#endif
