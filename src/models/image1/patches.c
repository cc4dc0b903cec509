/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as patches, and where these are. */
#include "models/image1/image1.h"

#include "nn/pixels.h"

#include <math.h>
#include <string.h>

/* Row `line` of the patch in row `row` and column `col` begins at this byte. */
static size_t byte_of(const struct ih_picture *p, int patch, int row, int col, int line)
{
    return (((size_t)row * (size_t)patch + (size_t)line) * (size_t)p->width +
               (size_t)col * (size_t)patch) *
           3;
}

void image1_to_patches(float *x, const struct ih_picture *p, int patch)
{
    for (int row = 0; row < p->height / patch; row++)
        for (int col = 0; col < p->width / patch; col++)
            for (int line = 0; line < patch; line++, x += 3 * patch)
                pixels_from_bytes(x, p->rgb + byte_of(p, patch, row, col, line), 3 * patch);
}

void image1_from_patches(struct ih_picture *p, const float *x, int patch)
{
    for (int row = 0; row < p->height / patch; row++)
        for (int col = 0; col < p->width / patch; col++)
            for (int line = 0; line < patch; line++, x += 3 * patch)
                pixels_to_bytes(p->rgb + byte_of(p, patch, row, col, line), x, 3 * patch);
}

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
