/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pack.h"

#include <math.h>

/* All of these walk a panel's 16 rows of the weight one after the other and write the row's words
 * of 4 bytes into every line: the panel stays in cache, and a row is read from front to back. */

static int64_t rows_of_panel(int64_t n, int64_t p)
{
    int64_t left = n - p * PACK_N;
    return left < PACK_N ? left : PACK_N;
}

void pack_f32(float *b, const float *w, int64_t ldw, int64_t n, int64_t k, int64_t p0, int64_t p1)
{
    for (int64_t p = p0; p < p1; p++) {
        float *out = b + p * pack_k(k) * PACK_N;
        int64_t rows = rows_of_panel(n, p);
        if (rows < PACK_N || pack_k(k) != k)
            memset(out, 0, pack_panel_bytes(DT_F32, k));
        for (int64_t r = 0; r < rows; r++) {
            const float *row = w + (p * PACK_N + r) * ldw;
            for (int64_t i = 0; i < k; i++)
                out[i * PACK_N + r] = row[i];
        }
    }
}

void pack_bf16(
    uint16_t *b, const float *w, int64_t ldw, int64_t n, int64_t k, int64_t p0, int64_t p1)
{
    for (int64_t p = p0; p < p1; p++) {
        uint32_t *out = (uint32_t *)(void *)b + p * pack_k(k) / 2 * PACK_N;
        int64_t rows = rows_of_panel(n, p), i;
        if (rows < PACK_N || pack_k(k) != k)
            memset(out, 0, pack_panel_bytes(DT_BF16, k));
        for (int64_t r = 0; r < rows; r++) {
            const float *row = w + (p * PACK_N + r) * ldw;
            for (i = 0; i + 1 < k; i += 2)
                out[i / 2 * PACK_N + r] =
                    (uint32_t)f32_to_bf16(row[i]) | (uint32_t)f32_to_bf16(row[i + 1]) << 16;
            if (i < k)
                out[i / 2 * PACK_N + r] = f32_to_bf16(row[i]);
        }
    }
}

static float largest(const float *x, int64_t n)
{
    float most = 0.0f;
    for (int64_t i = 0; i < n; i++) {
        float size = fabsf(x[i]);
        most = size > most ? size : most;
    }
    return most;
}

/* Puts one row of i8 into its column of a zeroed panel and returns its sum. */
static int32_t place_i8(int8_t *out, const int8_t *row, int64_t k)
{
    int32_t sum = 0;
    for (int64_t i = 0; i < k; i++) {
        sum += row[i];
        out[i / 4 * (4 * PACK_N) + i % 4] = row[i];
    }
    return sum;
}

/* Rounds half to even and clamps; NaN becomes `low`. The sum with 1.5 * 2^23 has no room for a
 * fraction, so the addition itself rounds. */
static inline int32_t nearest(float x, float low, float high)
{
    x = x > low ? x : low;
    x = x < high ? x : high;
    float sum = x + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits - 0x4b400000;
}

void pack_i8(int8_t *b, float *scale, int32_t *sum, const float *w, int64_t ldw, int64_t n,
    int64_t k, int64_t p0, int64_t p1)
{
    enum { STEP = 256 }; /* a multiple of 4, so that steps begin at a word */
    for (int64_t p = p0; p < p1; p++) {
        int8_t *out = b + p * pack_k(k) * PACK_N;
        int64_t rows = rows_of_panel(n, p);
        memset(out, 0, pack_panel_bytes(DT_I8, k));
        for (int64_t r = 0; r < PACK_N; r++) {
            int64_t col = p * PACK_N + r;
            scale[col] = 0.0f;
            sum[col] = 0;
            if (r >= rows)
                continue;
            const float *row = w + col * ldw;
            float most = largest(row, k), inverse = most > 0.0f ? 127.0f / most : 0.0f;
            scale[col] = most / 127.0f;
            for (int64_t i = 0; i < k; i += STEP) {
                int8_t q[STEP];
                int64_t count = k - i < STEP ? k - i : STEP;
                for (int64_t j = 0; j < count; j++)
                    q[j] = (int8_t)nearest(row[i + j] * inverse, -127.0f, 127.0f);
                sum[col] += place_i8(out + i * PACK_N + 4 * r, q, count);
            }
        }
    }
}

void pack_i8_rows(int8_t *b, int32_t *sum, const int8_t *w, int64_t ldw, int64_t n, int64_t k,
    int64_t p0, int64_t p1)
{
    for (int64_t p = p0; p < p1; p++) {
        int8_t *out = b + p * pack_k(k) * PACK_N;
        int64_t rows = rows_of_panel(n, p);
        memset(out, 0, pack_panel_bytes(DT_I8, k));
        for (int64_t r = 0; r < PACK_N; r++) {
            int64_t col = p * PACK_N + r;
            sum[col] = r < rows ? place_i8(out + 4 * r, w + col * ldw, k) : 0;
        }
    }
}

/* The value of largest size becomes -8, the end of the range that has one value more; so a group
 * that came from 4 bits gets its own scale back and every value with it. */
static float quantize_q4(uint8_t q[32], const float *x, int64_t n)
{
    float most = 0.0f;
    for (int64_t i = 0; i < n; i++)
        most = fabsf(x[i]) > fabsf(most) ? x[i] : most;
    float scale = most / -8.0f, inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
    for (int64_t i = 0; i < 32; i++)
        q[i] = i < n ? (uint8_t)(nearest(x[i] * inverse, -8.0f, 7.0f) + 8) : 8;
    return scale;
}

/* Puts a group of 32 into its column of four lines. */
static void place_q4(uint8_t *to, const uint8_t q[32])
{
    for (int i = 0; i < 32; i += 8, to += 4 * PACK_N)
        for (int j = 0; j < 4; j++)
            to[j] = (uint8_t)(q[i + j] | q[i + 4 + j] << 4);
}

void pack_q4_rows(uint8_t *b, float *scale, const uint8_t *const row[PACK_N], int64_t k)
{
    enum { BLOCK = 18 }; /* an f16 scale, then values j and 16 + j in the halves of byte j */
    int64_t groups = pack_k(k) / 32;
    for (int r = 0; r < PACK_N; r++)
        for (int64_t group = 0; group < groups; group++) {
            uint8_t q[32];
            uint16_t half = 0;
            const uint8_t *block = row[r] && group < k / 32 ? row[r] + group * BLOCK : NULL;
            if (block)
                memcpy(&half, block, sizeof half);
            for (int j = 0; j < 16; j++) {
                q[j] = block ? block[2 + j] & 15 : 8;
                q[16 + j] = block ? block[2 + j] >> 4 : 8;
            }
            scale[group * PACK_N + r] = f16_to_f32(half);
            place_q4(b + group * 16 * PACK_N + 4 * r, q);
        }
}

void pack_q4(uint8_t *b, float *scale, const float *w, int64_t ldw, int64_t n, int64_t k,
    int64_t p0, int64_t p1)
{
    int64_t groups = pack_k(k) / 32;
    for (int64_t p = p0; p < p1; p++) {
        uint8_t *out = b + p * (int64_t)pack_panel_bytes(DT_Q4, k);
        int64_t rows = rows_of_panel(n, p);
        for (int64_t r = 0; r < PACK_N; r++) {
            const float *row = w + (p * PACK_N + (r < rows ? r : 0)) * ldw;
            for (int64_t group = 0; group < groups; group++) {
                uint8_t q[32];
                int64_t left = r < rows ? k - group * 32 : 0, count = left < 32 ? left : 32;
                scale[(p * groups + group) * PACK_N + r] =
                    quantize_q4(q, row + group * 32, count > 0 ? count : 0);
                place_q4(out + group * 16 * PACK_N + 4 * r, q);
            }
        }
    }
}
