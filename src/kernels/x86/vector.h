/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_VECTOR_H
#define KERNELS_X86_VECTOR_H

#include "kernels/kernels.h"

/* Each fills what the tier does better than the one before. */
void vector_init_avx2(struct kernels *k);
void vector_init_avx512(struct kernels *k);

/* Only what writes bf16: with the instruction that rounds, for which denormals are zero. */
void vector_init_avx512bf16(struct kernels *k);

#endif
