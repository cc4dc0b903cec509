/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/dtype.h"

static const struct dtype_info infos[DT_COUNT] = {
    [DT_F32] = {"f32", 1, 4},
    [DT_F16] = {"f16", 1, 2},
    [DT_BF16] = {"bf16", 1, 2},
    [DT_I8] = {"i8", 1, 1},
    [DT_U8] = {"u8", 1, 1},
    [DT_I32] = {"i32", 1, 4},
    [DT_I64] = {"i64", 1, 8},
    [DT_Q8_0] = {"q8_0", 32, 34},
    [DT_Q5_0] = {"q5_0", 32, 22},
    [DT_Q4_0] = {"q4_0", 32, 18},
    [DT_Q4_K] = {"q4_K", 256, 144},
    [DT_Q6_K] = {"q6_K", 256, 210},
    [DT_Q4] = {"q4", 32, 16},
};

const struct dtype_info *dtype_info(enum dtype t)
{
    return &infos[t];
}

size_t dtype_bytes(enum dtype t, int64_t n)
{
    return (size_t)n / (size_t)infos[t].block * (size_t)infos[t].block_bytes;
}

float f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16;
    uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;
    uint32_t u;
    if (exponent == 31)
        u = sign | 0x7f800000 | mantissa << 13;
    else if (exponent)
        u = sign | (exponent + 112) << 23 | mantissa << 13;
    else { /* zero or subnormal: exact as a product with 2^-24 */
        float f = (float)mantissa * 0x1p-24f;
        return sign ? -f : f;
    }
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

uint16_t f32_to_f16(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    uint16_t sign = (uint16_t)(u >> 16 & 0x8000);
    u &= 0x7fffffff;
    if (u > 0x7f800000)
        return sign | 0x7e00;
    if (u >= 0x477ff000) /* rounds to at least 65520: infinity */
        return sign | 0x7c00;
    if (u < 0x38800000) { /* below 2^-14: subnormal; adding 0.5 lets the FPU round */
        float magnitude;
        memcpy(&magnitude, &u, sizeof magnitude);
        magnitude += 0.5f;
        memcpy(&u, &magnitude, sizeof u);
        return (uint16_t)(sign | (u - 0x3f000000));
    }
    u += 0xfff + (u >> 13 & 1);
    return (uint16_t)(sign | (u - 0x38000000) >> 13);
}
