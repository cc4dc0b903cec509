/* SPDX-License-Identifier: Apache-2.0 */
/* Previews without a network: the linear map from normalised latents to colours that is best on
 * photographs, as scripts/fit_flux2_glimpse.py finds it. Its error there is 14% of the range:
 * enough to see what becomes of a picture, no more. */
#include "models/flux2/flux2.h"

#include <stdlib.h>

enum { LATENT = 32 };

/* Of each channel, and what is added. */
static const float colour[LATENT + 1][3] = {
    {-0.0114f, -0.0210f, -0.0422f},
    {-0.0019f, -0.0144f, -0.0001f},
    {-0.0429f, 0.0238f, 0.0702f},
    {0.1139f, 0.2637f, 0.3290f},
    {0.0571f, -0.0246f, -0.0569f},
    {0.0205f, -0.0064f, -0.0304f},
    {-0.0614f, 0.0974f, 0.0585f},
    {0.0236f, 0.0177f, 0.0122f},
    {-0.2828f, -0.1458f, -0.0562f},
    {-0.0446f, -0.0278f, -0.0107f},
    {-0.0243f, 0.0109f, 0.0230f},
    {0.0917f, -0.0183f, -0.0974f},
    {-0.0248f, -0.0067f, 0.0273f},
    {-0.0017f, -0.0337f, -0.0503f},
    {0.0277f, 0.0056f, -0.0185f},
    {-0.0921f, 0.0385f, 0.0957f},
    {0.0206f, 0.0297f, 0.0081f},
    {0.0406f, 0.0234f, 0.0194f},
    {0.0020f, 0.0341f, 0.0498f},
    {0.0760f, -0.0646f, -0.0960f},
    {-0.0034f, -0.0029f, -0.0067f},
    {0.0158f, -0.0077f, -0.0137f},
    {-0.0351f, -0.0107f, -0.0045f},
    {-0.0167f, 0.0572f, 0.0871f},
    {0.0073f, 0.0404f, 0.0370f},
    {-0.0491f, -0.0690f, -0.0542f},
    {0.0513f, 0.0012f, -0.0152f},
    {-0.0539f, -0.0265f, -0.0214f},
    {-0.0265f, 0.0042f, 0.0347f},
    {-0.0398f, -0.0065f, 0.0047f},
    {0.0097f, 0.0174f, 0.0100f},
    {0.0247f, -0.0327f, -0.0592f},
    {0.0322f, -0.0521f, -0.1066f},
};

enum ih_status flux2_glimpse(
    struct ih_picture *out, const float *latents, int64_t rows, int64_t columns, struct ih_error *e)
{
    int64_t width = columns * 2, height = rows * 2;
    float *rgb = calloc((size_t)(width * height * 3), sizeof *rgb);
    if (!rgb)
        return err_memory(e, "a preview");
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            /* A row of latents is [32, 2, 2]: channel, row, column. */
            const float *from = latents + ((y / 2) * columns + x / 2) * LATENT * 4;
            float *to = rgb + (y * width + x) * 3;
            from += y % 2 * 2 + x % 2;
            for (int c = 0; c < 3; c++) {
                to[c] = colour[LATENT][c];
                for (int i = 0; i < LATENT; i++)
                    to[c] += from[4 * i] * colour[i][c];
            }
        }
    enum ih_status status = flux2_to_picture(out, rgb, (int)width, (int)height, e);
    free(rgb);
    return status;
}
