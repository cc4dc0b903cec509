/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/kernels.h"
#include "kernels/x86/gemm.h"
#include "kernels/x86/vector.h"

void kernels_init_avx2(struct kernels *k, unsigned flags)
{
    if (!(flags & CPU_AVX2))
        return;
    k->gemm_f32 = gemm_f32_avx2;
    k->gemm_bf16 = gemm_bf16_avx2;
    k->gemm_i8 = gemm_i8_avx2;
    k->gemm_q4 = gemm_q4_avx2;
    vector_init_avx2(k);
}
