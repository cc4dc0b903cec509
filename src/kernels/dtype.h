/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_DTYPE_H
#define KERNELS_DTYPE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Element types of files and of memory. The block types hold 32 elements a block, those named K
 * 256. */
enum dtype {
    DT_F32,
    DT_F16,
    DT_BF16,
    DT_I8,
    DT_U8,
    DT_I32,
    DT_I64,
    DT_Q8_0, /* ggml: f16 scale, 32 x i8 */
    DT_Q5_0, /* ggml: f16 scale, 32 high bits, 32 x 4 low bits, minus 16 */
    DT_Q4_0, /* ggml: f16 scale, 32 x 4 bits, minus 8 */
    DT_Q4_K, /* ggml: 8 groups of 32 x 4 bits with 6-bit scales and minima */
    DT_Q6_K, /* ggml: 16 groups of 16 x 6 bits, minus 32, with 8-bit scales */
    DT_Q4,   /* group of 32: 4-bit values minus 8, two to a byte; f32 scales kept apart */
    DT_COUNT,
};

struct dtype_info {
    const char *name;
    int block;       /* elements in a block */
    int block_bytes; /* bytes of a block */
};

const struct dtype_info *dtype_info(enum dtype t);

/* Bytes of n elements; n must be a multiple of the block. */
size_t dtype_bytes(enum dtype t, int64_t n);

static inline float bf16_to_f32(uint16_t h)
{
    uint32_t u = (uint32_t)h << 16;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/* Rounds to nearest, ties to even; NaN stays NaN. */
static inline uint16_t f32_to_bf16(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    if ((u & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

float f16_to_f32(uint16_t h);
uint16_t f32_to_f16(float f);

#endif
