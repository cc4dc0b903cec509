/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_AMX_EMULATED_H
#define TESTS_AMX_EMULATED_H

/* The AMX instructions that src/kernels/x86/gemm_amx.c uses, in plain C on tiles in memory, under
 * the names of the intrinsics. A tile instruction before a configuration, outside its shape or on a
 * bad tile number is an assertion. Source: Intel 64 and IA-32 Software Developer's Manual, AMX. */

#include "kernels/dtype.h"

/* A release build leaves assertions out, and these are the test. */
#undef NDEBUG
#include <assert.h>
#include <immintrin.h>

enum { EMULATED_TILES = 8, EMULATED_ROWS = 16, EMULATED_BYTES = 64 };

struct emulated_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};

static _Thread_local struct emulated_config emulated_config;
static _Thread_local uint8_t emulated_tile[EMULATED_TILES][EMULATED_ROWS][EMULATED_BYTES];

static inline void emulated_loadconfig(const void *config)
{
    memcpy(&emulated_config, config, sizeof emulated_config);
    memset(emulated_tile, 0, sizeof emulated_tile);
    assert(emulated_config.palette == 1 && emulated_config.start_row == 0);
    for (int i = 0; i < 16; i++) {
        assert(emulated_config.rows[i] <= EMULATED_ROWS);
        assert(emulated_config.row_bytes[i] <= EMULATED_BYTES);
        assert(i < EMULATED_TILES || (!emulated_config.rows[i] && !emulated_config.row_bytes[i]));
    }
}

static inline void emulated_release(void)
{
    memset(&emulated_config, 0, sizeof emulated_config);
    memset(emulated_tile, 0x7f, sizeof emulated_tile);
}

static inline int emulated_rows(int t)
{
    assert(emulated_config.palette == 1 && t >= 0 && t < EMULATED_TILES);
    return emulated_config.rows[t];
}

static inline void emulated_loadd(int t, const void *base, ptrdiff_t stride)
{
    int rows = emulated_rows(t);
    memset(emulated_tile[t], 0, sizeof emulated_tile[t]);
    for (int r = 0; r < rows; r++)
        memcpy(emulated_tile[t][r], (const char *)base + r * stride, emulated_config.row_bytes[t]);
}

static inline void emulated_stored(int t, void *base, ptrdiff_t stride)
{
    for (int r = 0; r < emulated_rows(t); r++)
        memcpy((char *)base + r * stride, emulated_tile[t][r], emulated_config.row_bytes[t]);
}

static inline void emulated_zero(int t)
{
    assert(emulated_rows(t) > 0);
    memset(emulated_tile[t], 0, sizeof emulated_tile[t]);
}

/* The shapes of c [m][n], a [m][k] and b [k][n] must agree. */
static inline void emulated_shapes(int c, int a, int b)
{
    assert(c != a && c != b && a != b);
    assert(emulated_rows(c) == emulated_rows(a));
    assert(emulated_config.row_bytes[a] == 4 * emulated_rows(b));
    assert(emulated_config.row_bytes[b] == emulated_config.row_bytes[c]);
}

static inline void emulated_dpbf16ps(int c, int a, int b)
{
    emulated_shapes(c, a, b);
    for (int m = 0; m < emulated_rows(c); m++) {
        float sum[16];
        uint16_t x[32], w[32];
        memcpy(sum, emulated_tile[c][m], sizeof sum);
        memcpy(x, emulated_tile[a][m], sizeof x);
        for (int k = 0; k < emulated_rows(b); k++) {
            memcpy(w, emulated_tile[b][k], sizeof w);
            for (int n = 0; n < 16; n++) {
                sum[n] += bf16_to_f32(x[2 * k]) * bf16_to_f32(w[2 * n]);
                sum[n] += bf16_to_f32(x[2 * k + 1]) * bf16_to_f32(w[2 * n + 1]);
            }
        }
        memcpy(emulated_tile[c][m], sum, sizeof sum);
    }
}

/* Unsigned a times signed b. */
static inline void emulated_dpbusd(int c, int a, int b)
{
    emulated_shapes(c, a, b);
    for (int m = 0; m < emulated_rows(c); m++) {
        int32_t sum[16];
        memcpy(sum, emulated_tile[c][m], sizeof sum);
        for (int k = 0; k < emulated_rows(b); k++)
            for (int i = 0; i < 64; i++)
                sum[i / 4] += emulated_tile[a][m][4 * k + i % 4] * (int8_t)emulated_tile[b][k][i];
        memcpy(emulated_tile[c][m], sum, sizeof sum);
    }
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#undef _tile_dpbusd
#define _tile_loadconfig emulated_loadconfig
#define _tile_release    emulated_release
#define _tile_loadd      emulated_loadd
#define _tile_stored     emulated_stored
#define _tile_zero       emulated_zero
#define _tile_dpbf16ps   emulated_dpbf16ps
#define _tile_dpbusd     emulated_dpbusd

#endif
