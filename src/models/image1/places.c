/* SPDX-License-Identifier: Apache-2.0 */
/* Where the tokens of a picture are. */
#include "models/image1/image1.h"

#include <math.h>
#include <string.h>

/* A picture reaches over the same range at any resolution, its centre at 0. */
static double place(const struct image1_config *c, int i, int n, int rows, int cols)
{
    return (i + 0.5 - n / 2.0) * c->span / sqrt((double)rows * cols);
}

void image1_places(const struct image1_config *c, float *out, int64_t stride, int rows, int cols)
{
    const double pi = 3.14159265358979323846;
    int waves = c->places / 4;
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++, out += stride) {
            double at[] = {place(c, row, rows, rows, cols), place(c, col, cols, rows, cols)};
            for (int i = 0; i < 2 * waves; i++) {
                double angle = at[i / waves] * pi / c->span * ldexp(1, i % waves);
                out[i] = (float)sin(angle);
                out[2 * waves + i] = (float)cos(angle);
            }
        }
}

void image1_positions(const struct image1_config *c, float *out, int words, int rows, int cols)
{
    for (int i = 0; i < words; i++, out += IMAGE1_AXES)
        memcpy(out, (float[]){0, 0, 0, (float)i}, IMAGE1_AXES * sizeof *out);
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++, out += IMAGE1_AXES) {
            float y = (float)place(c, row, rows, rows, cols);
            float x = (float)place(c, col, cols, rows, cols);
            memcpy(out, (float[]){0, y, x, 0}, IMAGE1_AXES * sizeof *out);
        }
}
