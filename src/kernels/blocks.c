/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/blocks.h"

#include <assert.h>

enum { BLOCK = 32, Q8_0_BYTES = 34, Q5_0_BYTES = 22, Q4_0_BYTES = 18 };
enum { SUPER = 256, Q4_K_BYTES = 144, Q6_K_BYTES = 210 };

/* Files are little-endian, and so is every machine this runs on. */
static uint16_t load_u16(const unsigned char *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static void q8_0_to_f32(float *out, const unsigned char *in, int64_t n)
{
    for (; n > 0; n -= BLOCK, out += BLOCK, in += Q8_0_BYTES) {
        float scale = f16_to_f32(load_u16(in));
        int8_t q[BLOCK];
        memcpy(q, in + 2, sizeof q);
        for (int i = 0; i < BLOCK; i++)
            out[i] = scale * (float)q[i];
    }
}

static void q5_0_to_f32(float *out, const unsigned char *in, int64_t n)
{
    for (; n > 0; n -= BLOCK, out += BLOCK, in += Q5_0_BYTES) {
        float scale = f16_to_f32(load_u16(in));
        uint32_t high;
        memcpy(&high, in + 2, sizeof high);
        const unsigned char *low = in + 6;
        for (int i = 0; i < BLOCK / 2; i++) {
            int first = (low[i] & 15) | (int)(high >> i & 1) << 4;
            int second = low[i] >> 4 | (int)(high >> (i + BLOCK / 2) & 1) << 4;
            out[i] = scale * (float)(first - 16);
            out[i + BLOCK / 2] = scale * (float)(second - 16);
        }
    }
}

static void q4_0_to_f32(float *out, const unsigned char *in, int64_t n)
{
    for (; n > 0; n -= BLOCK, out += BLOCK, in += Q4_0_BYTES) {
        float scale = f16_to_f32(load_u16(in));
        for (int i = 0; i < BLOCK / 2; i++) {
            out[i] = scale * (float)((in[2 + i] & 15) - 8);
            out[i + BLOCK / 2] = scale * (float)((in[2 + i] >> 4) - 8);
        }
    }
}

/* f16 d, f16 m, 12 bytes with 8 scales and 8 minima of 6 bits, 128 bytes. Element i of group g is
 * d * scale[g] * q - m * minimum[g]; groups 2k and 2k + 1 are the low and the high halves of bytes
 * 32 k and on. Of the 12 bytes b, the low 6 bits of b[g] and b[4 + g] are scale and minimum of
 * group g < 4; those of group 4 + g have their low 4 bits in the halves of b[8 + g] and their high
 * 2 at the top of b[g] and b[4 + g]. */
static void q4_k_to_f32(float *out, const unsigned char *in, int64_t n)
{
    for (; n > 0; n -= SUPER, out += SUPER, in += Q4_K_BYTES) {
        float d = f16_to_f32(load_u16(in)), m = f16_to_f32(load_u16(in + 2));
        const unsigned char *b = in + 4, *q = in + 16;
        for (int g = 0; g < 8; g++) {
            int low = g & 3;
            int scale = g < 4 ? b[g] & 63 : (b[8 + low] & 15) | b[low] >> 6 << 4;
            int minimum = g < 4 ? b[4 + g] & 63 : b[8 + low] >> 4 | b[4 + low] >> 6 << 4;
            float of_scale = d * (float)scale, of_minimum = m * (float)minimum;
            for (int i = 0; i < BLOCK; i++) {
                int value = q[g / 2 * BLOCK + i] >> g % 2 * 4 & 15;
                out[g * BLOCK + i] = of_scale * (float)value - of_minimum;
            }
        }
    }
}

/* 128 bytes with the low 4 bits, 64 with the high 2, 16 scales of 8 bits, f16 d. Element 128 h + 32
 * k
 * + i (i < 32) has its low bits in byte 64 h + 32 (k % 2) + i, in the low half for k < 2, and its
 * high bits in byte 32 h + i from bit 2 k on; its value is d * scale[8 h + 2 k + i / 16] * (q -
 * 32).
 */
static void q6_k_to_f32(float *out, const unsigned char *in, int64_t n)
{
    for (; n > 0; n -= SUPER, out += SUPER, in += Q6_K_BYTES) {
        const unsigned char *low = in, *high = in + 128;
        int8_t scale[16];
        memcpy(scale, in + 192, sizeof scale);
        float d = f16_to_f32(load_u16(in + 208));
        for (int e = 0; e < SUPER; e++) {
            int h = e / 128, k = e / 32 % 4, i = e % 32;
            int q = (low[64 * h + 32 * (k % 2) + i] >> k / 2 * 4 & 15) |
                    (high[32 * h + i] >> 2 * k & 3) << 4;
            out[e] = d * (float)scale[8 * h + 2 * k + i / 16] * (float)(q - 32);
        }
    }
}

bool blocks_known(enum dtype t)
{
    return t == DT_F32 || t == DT_F16 || t == DT_BF16 || (t >= DT_Q8_0 && t <= DT_Q6_K);
}

void blocks_to_f32(enum dtype t, float *out, const void *data, int64_t n)
{
    const unsigned char *in = data;
    assert(n % dtype_info(t)->block == 0);
    switch (t) {
    case DT_F32:
        memcpy(out, in, (size_t)n * sizeof *out);
        break;
    case DT_F16:
        for (int64_t i = 0; i < n; i++)
            out[i] = f16_to_f32(load_u16(in + 2 * i));
        break;
    case DT_BF16:
        for (int64_t i = 0; i < n; i++)
            out[i] = bf16_to_f32(load_u16(in + 2 * i));
        break;
    case DT_Q8_0:
        q8_0_to_f32(out, in, n);
        break;
    case DT_Q5_0:
        q5_0_to_f32(out, in, n);
        break;
    case DT_Q4_0:
        q4_0_to_f32(out, in, n);
        break;
    case DT_Q4_K:
        q4_k_to_f32(out, in, n);
        break;
    case DT_Q6_K:
        q6_k_to_f32(out, in, n);
        break;
    default:
        assert(!"a type without blocks or floats");
    }
}
