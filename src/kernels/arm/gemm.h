/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_ARM_GEMM_H
#define KERNELS_ARM_GEMM_H

#include "kernels/kernels.h"

void gemm_f32_neon(const struct gemm *g);
void gemm_bf16_neon(const struct gemm *g);
void gemm_i8_neon(const struct gemm *g);
void gemm_q4_neon(const struct gemm *g);

#endif
