/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_TOUCH_H
#define TESTS_FUZZ_TOUCH_H

#include "weights/weights.h"

#include <stdlib.h>
#include <string.h>

/* Reads every byte of every tensor of a set, each found by its name again. */
static inline unsigned touch_tensors(const struct weights *w)
{
    unsigned sum = 0;
    for (int i = 0; i < weights_count(w); i++) {
        const struct tensor *t = weights_find(w, weights_name(w, i));
        struct tensor same;
        if (t != weights_at(w, i) ||
            weights_get(&same, w, weights_name(w, i), t->rank, t->shape, NULL))
            abort();
        const unsigned char *p = t->data;
        size_t n = dtype_bytes(t->dtype, tensor_count(t));
        for (size_t k = 0; k < n; k++)
            sum += p[k];
    }
    return sum;
}

#endif
