/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/arm/gemm.h"
#include "kernels/arm/vector.h"
#include "kernels/kernels.h"

void kernels_init_neon(struct kernels *k, unsigned flags)
{
    if (!(flags & CPU_NEON))
        return;
    k->gemm_f32 = gemm_f32_neon;
    k->gemm_bf16 = gemm_bf16_neon;
    k->gemm_i8 = gemm_i8_neon;
    k->gemm_q4 = gemm_q4_neon;
    vector_init_neon(k);
}
