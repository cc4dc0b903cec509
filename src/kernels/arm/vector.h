/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_ARM_VECTOR_H
#define KERNELS_ARM_VECTOR_H

#include "kernels/kernels.h"

void vector_init_neon(struct kernels *k);

#endif
