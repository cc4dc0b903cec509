/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_GEMM_H
#define KERNELS_X86_GEMM_H

#include "kernels/kernels.h"

void gemm_f32_avx2(const struct gemm *g);
void gemm_bf16_avx2(const struct gemm *g);
void gemm_i8_avx2(const struct gemm *g);
void gemm_q4_avx2(const struct gemm *g);

void gemm_f32_avx512(const struct gemm *g);
void gemm_bf16_avx512(const struct gemm *g);
void gemm_i8_avx512(const struct gemm *g);
void gemm_q4_avx512(const struct gemm *g);

/* With VNNI and BF16 instructions. */
void gemm_bf16_avx512bf16(const struct gemm *g);
void gemm_i8_avx512bf16(const struct gemm *g);
void gemm_q4_avx512bf16(const struct gemm *g);

/* A whole call of fewer than 16 rows goes to the version above. */
void gemm_bf16_amx(const struct gemm *g);
void gemm_i8_amx(const struct gemm *g);

#endif
