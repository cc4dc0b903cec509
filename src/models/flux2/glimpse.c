/* SPDX-License-Identifier: Apache-2.0 */
/* Previews without a network: the linear map from normalised latents to colours that is best on
 * photographs, as scripts/fit_flux2_glimpse.py finds it. Its error there is 11% of the range:
 * enough to see what becomes of a picture, no more. */
#include "models/flux2/flux2.h"

#include <stdlib.h>

enum { LATENT = 32 };

/* Of each channel, and what is added. */
static const float colour[LATENT + 1][3] = {
    {0.0077f, -0.0054f, -0.0279f},
    {-0.0249f, -0.0105f, 0.0155f},
    {-0.0520f, 0.0010f, 0.0540f},
    {0.1241f, 0.1993f, 0.2337f},
    {0.0557f, 0.0213f, 0.0000f},
    {0.0490f, 0.0303f, 0.0034f},
    {-0.0531f, 0.0608f, 0.0216f},
    {-0.0391f, 0.0060f, 0.0334f},
    {-0.2902f, -0.1940f, -0.1185f},
    {0.0091f, -0.0230f, -0.0273f},
    {-0.0107f, -0.0097f, -0.0188f},
    {0.0498f, -0.0239f, -0.0799f},
    {-0.0441f, -0.0304f, 0.0107f},
    {0.0131f, 0.0084f, -0.0135f},
    {-0.0115f, 0.0075f, 0.0154f},
    {-0.0508f, 0.0057f, 0.0223f},
    {0.0206f, 0.0404f, 0.0152f},
    {0.0071f, 0.0067f, 0.0247f},
    {0.0590f, 0.0397f, 0.0156f},
    {0.0662f, -0.0252f, -0.0441f},
    {-0.0497f, -0.0244f, -0.0017f},
    {-0.0135f, 0.0036f, 0.0137f},
    {0.0162f, 0.0088f, 0.0023f},
    {-0.0182f, -0.0043f, 0.0169f},
    {-0.0085f, 0.0370f, 0.0400f},
    {-0.0258f, -0.0722f, -0.0755f},
    {0.0594f, 0.0264f, 0.0173f},
    {-0.0471f, -0.0172f, -0.0206f},
    {0.0073f, -0.0006f, -0.0024f},
    {-0.0435f, 0.0095f, 0.0195f},
    {-0.0234f, -0.0156f, -0.0253f},
    {0.0143f, -0.0215f, -0.0327f},
    {-0.0375f, -0.2133f, -0.2785f},
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
