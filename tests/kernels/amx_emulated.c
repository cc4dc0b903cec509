/* SPDX-License-Identifier: Apache-2.0 */

/* The AMX kernels' own source once more, under other names and on tiles in software. */
#include "kernels/amx_emulated.h"

#define gemm_bf16_amx gemm_bf16_amx_emulated
#define gemm_i8_amx   gemm_i8_amx_emulated
#include "../../src/kernels/x86/gemm_amx.c"

#include "base/cpu.h"
#include "kernels/emulated.h"

bool kernels_init_amx_emulated(struct kernels *k, unsigned flags)
{
    unsigned mask;
    if (cpu_mask("avx512-bf16", &mask) != 0 || (mask & ~flags))
        return false;
    kernels_init(k, mask);
    k->flags |= CPU_AMX_BF16 | CPU_AMX_INT8;
    k->gemm_bf16 = gemm_bf16_amx;
    k->gemm_i8 = gemm_i8_amx;
    return true;
}
