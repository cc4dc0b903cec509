/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_ACT_H
#define KERNELS_ACT_H

#include "kernels/kernels.h"

#include <math.h>

/* One activation by libm: the definition that vector versions are held to. */
static inline float act_value(float x, enum act act)
{
    switch (act) {
    case ACT_NONE:
        return x;
    case ACT_GELU:
        return 0.5f * x * (1.0f + erff(x * 0.707106781f));
    case ACT_GELU_TANH:
        return 0.5f * x * (1.0f + tanhf(0.797884561f * (x + 0.044715f * x * x * x)));
    case ACT_SILU:
        return x / (1.0f + expf(-x));
    case ACT_RELU:
        return x < 0.0f ? 0.0f : x;
    case ACT_SIGMOID:
        return 1.0f / (1.0f + expf(-x));
    case ACT_TANH:
        return tanhf(x);
    }
    return x;
}

#endif
