/* SPDX-License-Identifier: Apache-2.0 */
/* Rotations and gates in plain C. */
#include "kernels/gate.h"

#include "kernels/act.h"

static float load(const void *x, bool bf16, int64_t i)
{
    return bf16 ? bf16_to_f32(((const uint16_t *)x)[i]) : ((const float *)x)[i];
}

static void store(void *y, bool bf16, int64_t i, float v)
{
    if (bf16)
        ((uint16_t *)y)[i] = f32_to_bf16(v);
    else
        ((float *)y)[i] = v;
}

static void rotate_c(const struct rotation *r)
{
    int64_t half = r->dim / 2;
    for (int64_t row = 0; row < r->rows; row++)
        for (int64_t h = 0; h < r->heads; h++)
            for (int64_t i = 0; i < half; i++) {
                int64_t head = row * r->ldx + h * r->head_dim;
                int64_t first = head + (r->interleaved ? 2 * i : i);
                int64_t second = r->interleaved ? first + 1 : first + half;
                float a = load(r->x, r->x_bf16, first), b = load(r->x, r->x_bf16, second);
                float c = r->cos[row * r->ldt + i], s = r->sin[row * r->ldt + i];
                store(r->x, r->x_bf16, first, a * c - b * s);
                store(r->x, r->x_bf16, second, b * c + a * s);
            }
}

static void gated_c(const struct gated_rows *g)
{
    for (int64_t r = 0; r < g->rows; r++)
        for (int64_t i = 0; i < g->n; i++) {
            float gate = load(g->x, g->x_bf16, r * g->ldx + i);
            float value = load(g->x, g->x_bf16, r * g->ldx + g->n + i);
            store(g->y, g->y_bf16, r * g->ldy + i, act_value(gate, g->act) * value);
        }
}

static void add_scaled_c(float *y, const float *w, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += w[i] * x[i];
}

static void add_scaled_bf16_c(float *y, const float *w, const uint16_t *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += w[i] * bf16_to_f32(x[i]);
}

void gate_init_c(struct kernels *k)
{
    k->rotate = rotate_c;
    k->gated = gated_c;
    k->add_scaled = add_scaled_c;
    k->add_scaled_bf16 = add_scaled_bf16_c;
}
