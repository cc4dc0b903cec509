/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/kernels.h"
#include "kernels/x86/gemm.h"

void kernels_init_amx(struct kernels *k, unsigned flags)
{
    if (!(flags & CPU_AVX512_BF16) || !(flags & CPU_AVX512_VNNI))
        return; /* short calls go there */
    if (flags & CPU_AMX_BF16)
        k->gemm_bf16 = gemm_bf16_amx;
    if (flags & CPU_AMX_INT8)
        k->gemm_i8 = gemm_i8_amx;
}
