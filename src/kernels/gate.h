/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_GATE_H
#define KERNELS_GATE_H

#include "kernels/kernels.h"

/* Fills rotate, gated and add_scaled with plain C. */
void gate_init_c(struct kernels *k);

#endif
