/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/vector.h"

#include "kernels/arm/math_neon.h"

#include "kernels/vector_tier.h"

#include "kernels/gate_tier.h"

void vector_init_neon(struct kernels *k)
{
    vector_fill(k);
    gate_fill(k);
}
