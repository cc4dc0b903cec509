/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_BLOCKS_H
#define KERNELS_BLOCKS_H

#include "kernels/dtype.h"

#include <stdbool.h>

/* Whether blocks_to_f32() reads a type. */
bool blocks_known(enum dtype t);

/* out[i] = the value of element i of `in`, which is DT_F32, DT_F16, DT_BF16 or one of ggml's blocks
 * (DT_Q8_0 to DT_Q6_K) and may lie at any address: whisper.cpp's files align nothing. n is a
 * multiple of the block.
 *
 * A block of q8_0 is an f16 scale d and 32 i8 values q: d * q. A block of q5_0 is an f16 scale d,
 * 32 bits h and 16 bytes b: element j < 16 is d * ((b[j] & 15 | bit j of h * 16) - 16), element 16
 * + j d * ((b[j] >> 4 | bit 16 + j of h * 16) - 16). A block of q4_0 is the same without h and with
 * 8 for 16. The blocks of 256 are described in blocks.c. */
void blocks_to_f32(enum dtype t, float *out, const void *in, int64_t n);

#endif
