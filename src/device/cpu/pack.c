/* SPDX-License-Identifier: Apache-2.0 */
#include "device/cpu/cpu.h"

#include "base/mem.h"
#include "kernels/blocks.h"
#include "kernels/pack.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { Q4_GROUP = 32 };

static void i8_rows_to_f32(
    float *out, const int8_t *w, const float *scale, int64_t rows, int64_t cols)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++)
            out[r * cols + c] = (float)w[r * cols + c] * scale[r];
}

static void q4_row_to_f32(float *out, const uint8_t *w, const float *scale, int64_t cols)
{
    for (int64_t g = 0; g < cols / Q4_GROUP; g++, w += Q4_GROUP / 2, out += Q4_GROUP)
        for (int j = 0; j < Q4_GROUP / 2; j++) {
            out[j] = (float)((w[j] & 15) - 8) * scale[g];
            out[j + Q4_GROUP / 2] = (float)((w[j] >> 4) - 8) * scale[g];
        }
}

void matrix_to_f32(
    const struct kernels *k, float *out, const struct matrix *x, int64_t row0, int64_t rows)
{
    int64_t cols = x->w.shape[1], n = rows * cols;
    const void *data = offset(x->w.data, dtype_bytes(x->w.dtype, row0 * cols));
    const float *scale = x->scale.data;
    /* whisper.cpp's files keep 16-bit values at odd addresses. */
    bool half = x->w.dtype == DT_F16 || x->w.dtype == DT_BF16;
    if (half && (uintptr_t)data % 2) {
        blocks_to_f32(x->w.dtype, out, data, n);
        return;
    }
    switch (x->w.dtype) {
    case DT_F32:
        memcpy(out, data, (size_t)n * sizeof *out);
        return;
    case DT_F16:
        k->f16_to_f32(out, data, n);
        return;
    case DT_BF16:
        k->bf16_to_f32(out, data, n);
        return;
    case DT_I8:
        i8_rows_to_f32(out, data, scale + row0, rows, cols);
        return;
    case DT_Q4:
        for (int64_t r = 0; r < rows; r++)
            q4_row_to_f32(out + r * cols, (const uint8_t *)data + r * cols / 2,
                scale + (row0 + r) * (cols / Q4_GROUP), cols);
        return;
    default:
        blocks_to_f32(x->w.dtype, out, data, n);
    }
}

struct packing {
    struct device *device;
    struct linear *linear;
    const struct linear_part *part;
    int parts;
    int64_t panels_per_task;
    bool kept; /* blocks of q4_0 that stay what they are */
    atomic_bool failed;
};

/* Rows [row0, row0 + rows) of the stacked parts. */
static void stacked_to_f32(const struct packing *p, float *out, int64_t row0, int64_t rows)
{
    int64_t first = 0, in = p->linear->in;
    for (int i = 0; i < p->parts && rows > 0; i++) {
        const struct matrix *m = &p->part[i].w;
        int64_t last = first + m->w.shape[0];
        if (row0 < last) {
            int64_t count = last - row0 < rows ? last - row0 : rows;
            matrix_to_f32(&p->device->kernels, out, m, row0 - first, count);
            out += count * in;
            row0 += count;
            rows -= count;
        }
        first = last;
    }
}

/* Packs one panel whose rows lie in w. */
static void pack_panel(struct linear *l, int64_t panel, const float *w, int64_t rows)
{
    void *b = offset(l->packed, (size_t)panel * pack_panel_bytes(l->dtype, l->in));
    switch (l->dtype) {
    case DT_F32:
        pack_f32(b, w, l->in, rows, l->in, 0, 1);
        break;
    case DT_BF16:
        pack_bf16(b, w, l->in, rows, l->in, 0, 1);
        break;
    case DT_I8:
        pack_i8(b, l->scale + panel * PACK_N, l->sum + panel * PACK_N, w, l->in, rows, l->in, 0, 1);
        break;
    default:
        pack_q4(
            b, l->scale + panel * PACK_N * (pack_k(l->in) / Q4_GROUP), w, l->in, rows, l->in, 0, 1);
    }
}

static const uint8_t *stacked_row(const struct packing *p, int64_t row)
{
    int i = 0;
    while (i < p->parts && row >= p->part[i].w.w.shape[0])
        row -= p->part[i++].w.w.shape[0];
    const struct tensor *t = &p->part[i].w.w;
    return i < p->parts ? (const uint8_t *)t->data + dtype_bytes(t->dtype, row * t->shape[1])
                        : NULL;
}

static void keep_panel(const struct packing *p, int64_t panel)
{
    struct linear *l = p->linear;
    const uint8_t *row[PACK_N];
    for (int r = 0; r < PACK_N; r++)
        row[r] = stacked_row(p, panel * PACK_N + r);
    pack_q4_rows(offset(l->packed, (size_t)panel * pack_panel_bytes(l->dtype, l->in)),
        l->scale + panel * PACK_N * (pack_k(l->in) / Q4_GROUP), row, l->in);
}

static bool is_kept(const struct linear *l, const struct linear_part *part, int parts)
{
    bool kept = l->dtype == DT_Q4;
    for (int i = 0; i < parts; i++)
        kept &= part[i].w.w.dtype == DT_Q4_0;
    return kept;
}

static void pack_task(void *arg, int task, int worker)
{
    (void)worker;
    struct packing *p = arg;
    struct linear *l = p->linear;
    struct scratch *s = scratch_try(p->device, (size_t)(PACK_N * l->in) * sizeof(float));
    if (!s) {
        atomic_store(&p->failed, true);
        return;
    }
    int64_t begin = task * p->panels_per_task, end = begin + p->panels_per_task;
    if (end > pack_panels(l->out))
        end = pack_panels(l->out);
    for (int64_t panel = begin; panel < end; panel++) {
        int64_t row0 = panel * PACK_N;
        int64_t rows = l->out - row0 < PACK_N ? l->out - row0 : PACK_N;
        if (p->kept) {
            keep_panel(p, panel);
            continue;
        }
        stacked_to_f32(p, s->data, row0, rows);
        pack_panel(l, panel, s->data, rows);
    }
    scratch_give(p->device, s);
}

static void count_in(struct account *a, size_t bytes)
{
    size_t now = atomic_fetch_add(&a->now, bytes) + bytes, most = atomic_load(&a->most);
    while (now > most && !atomic_compare_exchange_weak(&a->most, &most, now))
        continue;
}

/* One block holds the panels, then scales, sums and bias. */
static bool linear_allocate(struct linear *l, bool has_bias)
{
    size_t panels = (size_t)pack_panels(l->out);
    size_t data = panels * pack_panel_bytes(l->dtype, l->in);
    size_t scales = l->dtype == DT_I8   ? panels * PACK_N
                    : l->dtype == DT_Q4 ? panels * PACK_N * (size_t)(pack_k(l->in) / Q4_GROUP)
                                        : 0;
    size_t sums = l->dtype == DT_I8 ? panels * PACK_N : 0;
    size_t bias = has_bias ? panels * PACK_N : 0;
    l->bytes = data + (scales + sums + bias) * 4;
    l->packed = mem_pages(l->bytes);
    if (!l->packed)
        return false;
    float *tail = offset(l->packed, data);
    l->scale = scales ? tail : NULL;
    l->sum = sums ? (int32_t *)(tail + scales) : NULL;
    l->bias = bias ? tail + scales + sums : NULL;
    return true;
}

static void read_biases(
    const struct device *d, struct linear *l, const struct linear_part *part, int parts)
{
    int64_t row = 0;
    for (int i = 0; i < parts; i++) {
        int64_t rows = part[i].w.w.shape[0];
        if (part[i].bias.data) {
            struct matrix m = {.w = part[i].bias};
            m.w.shape[0] = 1;
            m.w.shape[1] = rows;
            matrix_to_f32(&d->kernels, l->bias + row, &m, 0, 1);
        }
        row += rows;
    }
}

enum ih_status linear_pack(struct device *d, struct linear *out, const struct linear_part *part,
    int parts, enum dtype storage, struct ih_error *e)
{
    *out = (struct linear){.in = part[0].w.w.shape[1], .dtype = storage};
    bool has_bias = false;
    for (int i = 0; i < parts; i++) {
        assert(part[i].w.w.shape[1] == out->in);
        out->out += part[i].w.w.shape[0];
        has_bias |= part[i].bias.data != NULL;
    }
    if (!linear_allocate(out, has_bias))
        return err_memory(e, "a weight matrix");
    out->account = d->account;
    if (out->account)
        count_in(out->account, out->bytes);
    if (has_bias)
        read_biases(d, out, part, parts);
    struct packing p = {
        .device = d, .linear = out, .part = part, .parts = parts, .panels_per_task = 8};
    p.kept = is_kept(out, part, parts);
    pool_run(d->pool, pack_task, &p, (int)((pack_panels(out->out) + 7) / 8));
    if (atomic_load(&p.failed)) {
        linear_free(out);
        return err_memory(e, "packing a weight matrix");
    }
    return IH_OK;
}

void linear_free(struct linear *l)
{
    mem_pages_free(l->packed, l->bytes);
    if (l->packed && l->account)
        atomic_fetch_sub(&l->account->now, l->bytes);
    *l = (struct linear){0};
}
