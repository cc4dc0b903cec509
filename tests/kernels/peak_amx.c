/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/peak_loop.h"

#include <immintrin.h>
#include <string.h>

struct config {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
};

static void tiles_on(const void *random)
{
    struct config c = {.palette = 1};
    uint8_t filled[1024] __attribute__((aligned(64)));
    for (int i = 0; i < 8; i++) {
        c.bytes[i] = 64;
        c.rows[i] = 16;
    }
    for (int i = 0; i < 16; i++)
        memcpy(filled + i * 64, random, 64);
    __asm__ volatile("" ::"r"(&c), "r"(filled) : "memory");
    _tile_loadconfig(&c);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, filled, 64);
    _tile_loadd(5, filled, 64);
    _tile_loadd(6, filled, 64);
    _tile_loadd(7, filled, 64);
}

static void bf16(void *arg)
{
    tiles_on(arg);
    for (int i = 0; i < PEAK_ROUNDS; i++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
}

static void i8(void *arg)
{
    tiles_on(arg);
    for (int i = 0; i < PEAK_ROUNDS; i++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_release();
}

void peak_amx(struct peak *p)
{
    peak_avx512bf16(p);
    /* Four instructions a round where peak_rate() counts PEAK_CHAINS. */
    p->bf16 = peak_rate(bf16, 16384.0 * 4 / PEAK_CHAINS);
    p->i8 = peak_rate(i8, 32768.0 * 4 / PEAK_CHAINS);
}
