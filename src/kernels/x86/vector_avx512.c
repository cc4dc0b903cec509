/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/vector.h"

#include "kernels/x86/math_avx512.h"

#include "kernels/vector_tier.h"

#include "kernels/gate_tier.h"

void vector_init_avx512(struct kernels *k)
{
    vector_fill(k);
    gate_fill(k);
}
