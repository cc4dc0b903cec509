/* SPDX-License-Identifier: Apache-2.0 */
#include "text/compress.h"

#include <stdlib.h>
#include <zlib.h>

float compression_ratio(const char *text, size_t length)
{
    if (!length)
        return 0;
    uLongf size = compressBound(length);
    Bytef *out = malloc(size);
    float ratio = 0;
    if (out && compress(out, &size, (const Bytef *)text, length) == Z_OK)
        ratio = (float)length / (float)size;
    free(out);
    return ratio;
}
