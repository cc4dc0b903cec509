/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/kernels.h"
#include "kernels/x86/gemm.h"
#include "kernels/x86/vector.h"

void kernels_init_avx512(struct kernels *k, unsigned flags)
{
    if (!(flags & CPU_AVX512))
        return;
    k->gemm_f32 = gemm_f32_avx512;
    k->gemm_bf16 = gemm_bf16_avx512;
    k->gemm_i8 = gemm_i8_avx512;
    k->gemm_q4 = gemm_q4_avx512;
    vector_init_avx512(k);
    if (!(flags & CPU_AVX512_VNNI) || !(flags & CPU_AVX512_BF16))
        return;
    k->gemm_bf16 = gemm_bf16_avx512bf16;
    k->gemm_i8 = gemm_i8_avx512bf16;
    k->gemm_q4 = gemm_q4_avx512bf16;
    vector_init_avx512bf16(k);
    k->fast_bf16 = true;
}
