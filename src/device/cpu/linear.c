/* SPDX-License-Identifier: Apache-2.0 */
#include "device/cpu/cpu.h"

#include <assert.h>

/* How a product is split. Kernels may treat fewer than ROWS_MIN rows differently, so rows are cut
 * only in multiples of it and a short rest joins its neighbour: the result of a row then does not
 * depend on the number of threads. */
enum { ROWS_MIN = 64, ROWS_MAX = 384, SMALL_WORK = 1 << 15 };

struct product {
    struct device *device;
    struct tensor x, y, residual;
    const struct linear *w;
    enum act act;
    int64_t chunk;  /* rows of one task */
    int64_t chunks; /* tasks along rows */
    int64_t panels; /* panels of one task */
    void *a;        /* prepared left-hand side, [m, lda], or null when x serves as it is */
    int64_t lda;
    float *a_scale;
    bool prepared; /* before the tasks began */
};

static enum dtype left_type(const struct linear *w)
{
    return w->dtype == DT_F32 ? DT_F32 : w->dtype == DT_BF16 ? DT_BF16 : DT_U8;
}

static void convert_row(const struct kernels *k, void *out, enum dtype to, const void *x,
    enum dtype from, int64_t n, int64_t padded)
{
    if (to == DT_F32) {
        k->bf16_to_f32(out, x, n);
        return;
    }
    uint16_t *y = out;
    if (from == DT_F32)
        k->f32_to_bf16(y, x, n);
    else
        memcpy(y, x, (size_t)n * 2);
    memset(y + n, 0, (size_t)(padded - n) * 2);
}

static float quantize_row(
    const struct kernels *k, uint8_t *q, const void *x, enum dtype from, int64_t n, int64_t padded)
{
    float scale = from == DT_F32 ? k->quantize_u8(q, x, n) : k->quantize_u8_bf16(q, x, n);
    memset(q + n, 128, (size_t)(padded - n));
    return scale;
}

static void prepare_rows(const struct product *p, int64_t begin, int64_t end)
{
    const struct kernels *k = &p->device->kernels;
    enum dtype to = left_type(p->w);
    int64_t n = p->w->in;
    for (int64_t r = begin; r < end; r++) {
        const void *x = offset(p->x.data, dtype_bytes(p->x.dtype, r * p->x.stride[0]));
        void *a = offset(p->a, dtype_bytes(to, r * p->lda));
        if (to == DT_U8)
            p->a_scale[r] = quantize_row(k, a, x, p->x.dtype, n, p->lda);
        else
            convert_row(k, a, to, x, p->x.dtype, n, p->lda);
    }
}

static void multiply(
    const struct product *p, int64_t row, int64_t rows, int64_t panel, int64_t panels)
{
    const struct linear *w = p->w;
    const struct kernels *k = &p->device->kernels;
    int64_t col = panel * PACK_N, left = w->out - col;
    bool own = !p->a;
    size_t stride = pack_panel_bytes(w->dtype, w->in);
    size_t scales = w->dtype == DT_Q4 ? (size_t)(pack_k(w->in) / 32) : 1;
    struct gemm g = {
        .m = rows,
        .n = left < panels * PACK_N ? left : panels * PACK_N,
        .k = w->in,
        .a = own ? offset(p->x.data, dtype_bytes(p->x.dtype, row * p->x.stride[0]))
                 : offset(p->a, dtype_bytes(left_type(w), row * p->lda)),
        .lda = own ? p->x.stride[0] : p->lda,
        .b = offset(w->packed, (size_t)panel * stride),
        .a_scale = p->a_scale ? p->a_scale + row : NULL,
        .b_scale = w->scale ? w->scale + (size_t)col * scales : NULL,
        .b_sum = w->sum ? w->sum + col : NULL,
        .bias = w->bias ? w->bias + col : NULL,
        .residual = p->residual.data
                        ? (const float *)p->residual.data + row * p->residual.stride[0] + col
                        : NULL,
        .ldr = p->residual.stride[0],
        .c = offset(p->y.data, dtype_bytes(p->y.dtype, row * p->y.stride[0] + col)),
        .ldc = p->y.stride[0],
        .c_bf16 = p->y.dtype == DT_BF16,
        .act = p->act,
    };
    gemm_fn fn = w->dtype == DT_F32    ? k->gemm_f32
                 : w->dtype == DT_BF16 ? k->gemm_bf16
                 : w->dtype == DT_I8   ? k->gemm_i8
                                       : k->gemm_q4;
    fn(&g);
}

static void product_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct product *p = arg;
    int64_t i = task % p->chunks, j = task / p->chunks;
    int64_t m = p->x.shape[0], begin = i * p->chunk;
    int64_t end = i + 1 == p->chunks ? m : begin + p->chunk;
    int64_t all = pack_panels(p->w->out), panel = j * p->panels;
    if (!p->prepared && p->a)
        prepare_rows(p, begin, end);
    multiply(p, begin, end - begin, panel, all - panel < p->panels ? all - panel : p->panels);
}

/* Many rows: each task takes a stretch of rows with all columns and prepares its own rows. Few
 * rows: everything is prepared first and the columns are split. */
static int split(struct product *p)
{
    int64_t m = p->x.shape[0], threads = pool_threads(p->device->pool);
    int64_t all = pack_panels(p->w->out);
    p->chunk = m;
    p->chunks = 1;
    p->panels = all;
    if (m * p->w->out * p->w->in < SMALL_WORK)
        return 1;
    if (m >= ROWS_MIN * threads) {
        int64_t rounds = (m + ROWS_MAX * threads - 1) / (ROWS_MAX * threads);
        int64_t chunk = (m + rounds * threads - 1) / (rounds * threads);
        p->chunk = (chunk + ROWS_MIN - 1) / ROWS_MIN * ROWS_MIN;
        p->chunks = m / p->chunk + (m % p->chunk >= ROWS_MIN);
        return (int)p->chunks;
    }
    int64_t tasks = m < 16 ? threads : 2 * threads;
    p->panels = (all + tasks - 1) / tasks;
    /* Pairs of panels share loads of A. */
    p->panels += p->panels & 1;
    return (int)((all + p->panels - 1) / p->panels);
}

static void prepare_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct product *p = arg;
    int64_t m = p->x.shape[0], begin = task * (int64_t)ROWS_MIN;
    prepare_rows(p, begin, begin + ROWS_MIN < m ? begin + ROWS_MIN : m);
}

/* x serves as it is when it has the type the kernel reads and no padding is needed. */
static bool ready(const struct product *p)
{
    enum dtype t = left_type(p->w);
    return p->x.dtype == t && (t == DT_F32 || p->w->in % PACK_K == 0);
}

void op_linear(struct device *d, struct tensor y, struct tensor x, const struct linear *w,
    enum act act, struct tensor residual)
{
    assert(x.shape[1] == w->in && y.shape[1] == w->out && x.shape[0] == y.shape[0]);
    struct product p = {.device = d, .x = x, .y = y, .residual = residual, .w = w, .act = act};
    int64_t m = x.shape[0];
    if (m == 0)
        return;
    struct scratch *s = NULL;
    if (!ready(&p)) {
        p.lda = left_type(w) == DT_F32 ? w->in : pack_k(w->in);
        size_t rows = dtype_bytes(left_type(w), m * p.lda);
        rows = (rows + 63) / 64 * 64;
        s = scratch_take(d, rows + (size_t)m * sizeof(float));
        if (!s)
            return;
        p.a = s->data;
        p.a_scale = left_type(w) == DT_U8 ? offset(s->data, rows) : NULL;
    }
    int tasks = split(&p);
    if (p.a && p.chunks == 1) {
        pool_run(d->pool, prepare_task, &p, (int)((m + ROWS_MIN - 1) / ROWS_MIN));
        p.prepared = true;
    }
    pool_run(d->pool, product_task, &p, tasks);
    if (s)
        scratch_give(d, s);
}
