/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/lstm.h"

void lstm_gates(const struct kernels *k, int64_t hidden, float *h, float *c, float *gates)
{
    const float *in = gates, *forget = gates + hidden, *cell = gates + 2 * hidden,
                *out = gates + 3 * hidden;
    k->activate(gates, 2 * hidden, ACT_SIGMOID);
    k->activate(gates + 2 * hidden, hidden, ACT_TANH);
    k->activate(gates + 3 * hidden, hidden, ACT_SIGMOID);
    for (int64_t i = 0; i < hidden; i++)
        h[i] = c[i] = forget[i] * c[i] + in[i] * cell[i];
    k->activate(h, hidden, ACT_TANH);
    for (int64_t i = 0; i < hidden; i++)
        h[i] *= out[i];
}

void lstm_step(
    const struct kernels *k, const struct lstm *l, float *h, float *c, const float *x, float *gates)
{
    for (int64_t g = 0; g < 4 * l->hidden; g++) {
        float sum = k->dot(l->w_x + g * l->in, x, l->in);
        sum += k->dot(l->w_h + g * l->hidden, h, l->hidden);
        sum += l->b_x ? l->b_x[g] : 0.0f;
        gates[g] = sum + (l->b_h ? l->b_h[g] : 0.0f);
    }
    lstm_gates(k, l->hidden, h, c, gates);
}
