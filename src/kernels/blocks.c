/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/blocks.h"

#include <assert.h>

enum { BLOCK = 32, Q8_0_BYTES = 34, Q5_0_BYTES = 22 };

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
    default:
        assert(!"a type without blocks or floats");
    }
}
