/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EMULATED_H
#define TESTS_EMULATED_H

#include "kernels/kernels.h"

/* Fills the table with the AMX kernels compiled over tiles in software, so that their source is
 * held to the reference on every machine with AVX-512 BF16. False where the flags lack that. */
#if defined(__x86_64__)
bool kernels_init_amx_emulated(struct kernels *k, unsigned flags);
#else
static inline bool kernels_init_amx_emulated(struct kernels *k, unsigned flags)
{
    (void)k;
    (void)flags;
    return false;
}
#endif

#endif
