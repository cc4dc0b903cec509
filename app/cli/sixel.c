/* SPDX-License-Identifier: Apache-2.0 */
/* Sixels (DEC VT340): bands of six rows; for each colour of a band a row of characters whose six
 * bits are pixels. Colours are a cube of 6x6x6, dithered with a 4x4 matrix (Bayer 1973). */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 6, COLOURS = LEVELS * LEVELS * LEVELS, BAND = 6 };

static int level(int value, int x, int y)
{
    static const int bayer[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    return (value * (LEVELS - 1) * 16 + 255 * bayer[y & 3][x & 3] + 127) / (255 * 16);
}

static int colour(const struct ih_picture *p, int x, int y)
{
    const uint8_t *c = p->rgb + ((size_t)y * (size_t)p->width + (size_t)x) * 3;
    return (level(c[0], x, y) * LEVELS + level(c[1], x, y)) * LEVELS + level(c[2], x, y);
}

/* A character n times. */
static void put_run(FILE *f, int character, int n)
{
    if (n > 3) {
        fprintf(f, "!%d%c", n, character);
        return;
    }
    for (; n > 0; n--)
        fputc(character, f);
}

static void put_colour(FILE *f, const uint8_t *index, int width, int rows, int which)
{
    int run = 0, last = 0;
    for (int x = 0; x < width; x++) {
        int bits = 0;
        for (int y = 0; y < rows; y++)
            bits |= (index[y * width + x] == which) << y;
        if (bits != last || run == 0) {
            put_run(f, '?' + last, run);
            run = 0;
        }
        last = bits;
        run++;
    }
    if (last)
        put_run(f, '?' + last, run);
}

/* index: [6][width], room for the band. */
static void put_band(FILE *f, const struct ih_picture *p, int top, uint8_t *index)
{
    bool used[COLOURS] = {false};
    int rows = p->height - top < BAND ? p->height - top : BAND;
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < p->width; x++) {
            int c = colour(p, x, top + y);
            index[y * p->width + x] = (uint8_t)c;
            used[c] = true;
        }
    bool first = true;
    for (int c = 0; c < COLOURS; c++) {
        if (!used[c])
            continue;
        fprintf(f, "%s#%d", first ? "" : "$", c);
        put_colour(f, index, p->width, rows, c);
        first = false;
    }
    fputc('-', f);
}

void sixel_write(FILE *f, const struct ih_picture *p)
{
    uint8_t *index = malloc((size_t)p->width * BAND);
    if (!index)
        return;
    fprintf(f, "\033P0;1;0q\"1;1;%d;%d", p->width, p->height);
    for (int c = 0; c < COLOURS; c++)
        fprintf(f, "#%d;2;%d;%d;%d", c, c / (LEVELS * LEVELS) * 20, c / LEVELS % LEVELS * 20,
            c % LEVELS * 20);
    for (int top = 0; top < p->height; top += BAND)
        put_band(f, p, top, index);
    fputs("\033\\", f);
    free(index);
}
