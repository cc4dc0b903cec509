/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_LSTM_H
#define KERNELS_LSTM_H

#include "kernels/kernels.h"

/* One LSTM cell in PyTorch's layout: the gates lie one behind the other in the order input,
 * forget, cell, output. */
struct lstm {
    int64_t in, hidden;
    const float *w_x; /* [4 * hidden, in] */
    const float *w_h; /* [4 * hidden, hidden] */
    const float *b_x; /* [4 * hidden] or null */
    const float *b_h; /* [4 * hidden] or null */
};

/* h and c [hidden]: the state, replaced by the next one. x [in]. gates [4 * hidden]: scratch. */
void lstm_step(const struct kernels *k, const struct lstm *l, float *h, float *c, const float *x,
    float *gates);

/* The same from gates that are already summed, for who makes the products of many steps at once:
 * c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c). The gates are used up. */
void lstm_gates(const struct kernels *k, int64_t hidden, float *h, float *c, float *gates);

#endif
