/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's filtering of one tier: a part of vector_tier.h, whose operations it is written over.
 */

/* One register of channels of one patch; n lanes. */
static inline void winograd_patch(const struct winograd_in *w, int64_t t, int64_t c, int64_t n)
{
    vf d[4][4];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            d[i][j] = load_as(w->x, false, i * w->ldx + (2 * t + j) * w->n + c, n);
    for (int j = 0; j < 4; j++) {
        vf b = d[1][j], e = d[2][j];
        d[0][j] = v_sub(d[0][j], e);
        d[1][j] = v_add(b, e);
        d[2][j] = v_sub(e, b);
        d[3][j] = v_sub(b, d[3][j]);
    }
    float *v = w->v + t * w->n + c;
    for (int i = 0; i < 4; i++) {
        const vf *r = d[i];
        store_as(v + (4 * i) * w->ldv, false, 0, v_sub(r[0], r[2]), n);
        store_as(v + (4 * i + 1) * w->ldv, false, 0, v_add(r[1], r[2]), n);
        store_as(v + (4 * i + 2) * w->ldv, false, 0, v_sub(r[2], r[1]), n);
        store_as(v + (4 * i + 3) * w->ldv, false, 0, v_sub(r[1], r[3]), n);
    }
}

static void winograd_in(const struct winograd_in *w)
{
    for (int64_t t = 0; t < w->tiles; t++) {
        int64_t c = 0;
        for (; c + LANES <= w->n; c += LANES)
            winograd_patch(w, t, c, LANES);
        if (c < w->n)
            winograd_patch(w, t, c, w->n - c);
    }
}

static inline void winograd_store(
    const struct winograd_out *w, int i, int64_t col, int64_t c, vf v, int64_t n)
{
    if (w->bias)
        v = v_add(v, load_as(w->bias, false, c, n));
    if (w->act != ACT_NONE)
        v = v_act(v, w->act);
    if (w->residual)
        v = v_add(v, load_as(w->residual, false, i * w->row_r + col * w->ldr + c, n));
    store_as(w->c, w->c_bf16, i * w->row_c + col * w->ldc + c, v, n);
}

static inline void winograd_pixels(const struct winograd_out *w, int64_t t, int64_t c, int64_t n)
{
    vf h[2][4];
    for (int j = 0; j < 4; j++) {
        const float *m = w->m + j * w->ldm + t * w->n + c;
        vf middle = load_as(m + 4 * w->ldm, false, 0, n);
        vf lower = load_as(m + 8 * w->ldm, false, 0, n);
        h[0][j] = v_add(v_add(load_as(m, false, 0, n), middle), lower);
        h[1][j] = v_sub(v_sub(middle, lower), load_as(m + 12 * w->ldm, false, 0, n));
    }
    for (int i = 0; i < w->rows; i++) {
        winograd_store(w, i, 2 * t, c, v_add(v_add(h[i][0], h[i][1]), h[i][2]), n);
        if (2 * t + 1 < w->cols)
            winograd_store(w, i, 2 * t + 1, c, v_sub(v_sub(h[i][1], h[i][2]), h[i][3]), n);
    }
}

static void winograd_out(const struct winograd_out *w)
{
    for (int64_t t = 0; t < w->tiles; t++) {
        int64_t c = 0;
        for (; c + LANES <= w->n; c += LANES)
            winograd_pixels(w, t, c, LANES);
        if (c < w->n)
            winograd_pixels(w, t, c, w->n - c);
    }
}
