/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/kernels.h"

#include "kernels/gate.h"
#include "kernels/gemm.h"
#include "kernels/vector.h"

void kernels_init_c(struct kernels *k)
{
    k->gemm_f32 = gemm_f32_c;
    k->gemm_bf16 = gemm_bf16_c;
    k->gemm_i8 = gemm_i8_c;
    k->gemm_q4 = gemm_q4_c;
    vector_init_c(k);
    gate_init_c(k);
}

void kernels_init(struct kernels *k, unsigned flags)
{
    *k = (struct kernels){.flags = flags};
    kernels_init_c(k);
#if defined(__x86_64__)
    kernels_init_avx2(k, flags);
    kernels_init_avx512(k, flags);
    kernels_init_amx(k, flags);
#elif defined(__aarch64__)
    kernels_init_neon(k, flags);
#endif
}
