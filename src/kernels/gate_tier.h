/* SPDX-License-Identifier: Apache-2.0 */
/* Rotations and gates of one tier; included behind vector_tier.h, whose loads and stores it uses.
 */

/* n < LANES values as v_load_twice() of n / 2 elements. */
static inline vf load_twice_part(const float *p, int64_t n)
{
    float part[LANES / 2] = {0};
    memcpy(part, p, (size_t)(n / 2) * sizeof *p);
    return v_load_twice(part);
}

/* One head: pairs next to each other; `signs` is -1, 1, -1, 1 ... */
static inline void rotate_pairs(
    const struct rotation *r, bool bf16, int64_t at, const float *cos, const float *sin, vf signs)
{
    for (int64_t i = 0; i < r->dim; i += LANES) {
        int64_t n = r->dim - i;
        vf c = n < LANES ? load_twice_part(cos + i / 2, n) : v_load_twice(cos + i / 2);
        vf s = n < LANES ? load_twice_part(sin + i / 2, n) : v_load_twice(sin + i / 2);
        vf x = load_as(r->x, bf16, at + i, n);
        vf turned = v_mul(v_mul(v_swap_pairs(x), signs), s);
        store_as(r->x, bf16, at + i, v_fma(x, c, turned), n);
    }
}

/* One head: pairs a half apart. */
static inline void rotate_halves(
    const struct rotation *r, bool bf16, int64_t at, const float *cos, const float *sin)
{
    int64_t half = r->dim / 2;
    for (int64_t i = 0; i < half; i += LANES) {
        int64_t n = half - i;
        vf c = load_as(cos, false, i, n), s = load_as(sin, false, i, n);
        vf a = load_as(r->x, bf16, at + i, n), b = load_as(r->x, bf16, at + half + i, n);
        store_as(r->x, bf16, at + i, v_sub(v_mul(a, c), v_mul(b, s)), n);
        store_as(r->x, bf16, at + half + i, v_fma(b, c, v_mul(a, s)), n);
    }
}

/* Called with a constant, so that no element asks for its type. */
static inline void rotate_as(const struct rotation *r, bool bf16)
{
    float sign[LANES];
    for (int i = 0; i < LANES; i++)
        sign[i] = i % 2 ? 1.0f : -1.0f;
    vf signs = v_load(sign);
    for (int64_t row = 0; row < r->rows; row++) {
        const float *cos = r->cos + row * r->ldt, *sin = r->sin + row * r->ldt;
        for (int64_t h = 0; h < r->heads; h++) {
            int64_t at = row * r->ldx + h * r->head_dim;
            if (r->interleaved)
                rotate_pairs(r, bf16, at, cos, sin, signs);
            else
                rotate_halves(r, bf16, at, cos, sin);
        }
    }
}

static void rotate(const struct rotation *r)
{
    if (r->x_bf16)
        rotate_as(r, true);
    else
        rotate_as(r, false);
}

static inline void gated_as(const struct gated_rows *g, enum act act, bool x_bf16, bool y_bf16)
{
    for (int64_t r = 0; r < g->rows; r++)
        for (int64_t i = 0; i < g->n; i += LANES) {
            int64_t n = g->n - i, at = r * g->ldx + i;
            vf gate = v_act(load_as(g->x, x_bf16, at, n), act);
            vf value = load_as(g->x, x_bf16, at + g->n, n);
            store_as(g->y, y_bf16, r * g->ldy + i, v_mul(gate, value), n);
        }
}

static inline void gated_typed(const struct gated_rows *g, enum act act)
{
    if (g->x_bf16 && g->y_bf16)
        gated_as(g, act, true, true);
    else if (!g->x_bf16 && !g->y_bf16)
        gated_as(g, act, false, false);
    else
        gated_as(g, act, g->x_bf16, g->y_bf16);
}

/* SiLU, which today's models have, with a constant; the others ask at each register. */
static void gated(const struct gated_rows *g)
{
    if (g->act == ACT_SILU)
        gated_typed(g, ACT_SILU);
    else
        gated_as(g, g->act, g->x_bf16, g->y_bf16);
}

static void add_scaled(float *y, const float *w, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i += LANES) {
        vf sum = v_fma(
            load_as(w, false, i, n - i), load_as(x, false, i, n - i), load_as(y, false, i, n - i));
        store_as(y, false, i, sum, n - i);
    }
}

static void add_scaled_bf16(float *y, const float *w, const uint16_t *x, int64_t n)
{
    for (int64_t i = 0; i < n; i += LANES) {
        vf sum = v_fma(
            load_as(w, false, i, n - i), load_as(x, true, i, n - i), load_as(y, false, i, n - i));
        store_as(y, false, i, sum, n - i);
    }
}

static void gate_fill(struct kernels *k)
{
    k->rotate = rotate;
    k->gated = gated;
    k->add_scaled = add_scaled;
    k->add_scaled_bf16 = add_scaled_bf16;
}
