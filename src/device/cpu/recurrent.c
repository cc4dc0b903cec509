/* SPDX-License-Identifier: Apache-2.0 */
#include "device/cpu/cpu.h"
#include "kernels/lstm.h"

#include <assert.h>

struct lstm_run {
    struct device *device;
    const struct recurrent *r;
    struct tensor y, gates; /* [m, directions * 4 * hidden]: the input's part */
    float *memory;          /* [directions][c, h, gates of one step: 6 * hidden] */
};

/* One direction from its first to its last step: one product with the state each. */
static void direction_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct lstm_run *l = arg;
    int64_t hidden = l->r->hidden, rows = l->y.shape[0];
    const struct linear *w = &l->r->state[task];
    float *c = l->memory + task * 6 * hidden, *h = c + hidden, *gates = h + hidden;
    memset(c, 0, (size_t)hidden * 2 * sizeof *c);
    for (int64_t i = 0; i < rows; i++) {
        int64_t t = task ? rows - 1 - i : i;
        struct gemm g = {
            .m = 1,
            .n = 4 * hidden,
            .k = hidden,
            .a = h,
            .lda = hidden,
            .b = w->packed,
            .residual = (float *)l->gates.data + t * l->gates.stride[0] + task * 4 * hidden,
            .ldr = 4 * hidden,
            .c = gates,
            .ldc = 4 * hidden,
        };
        l->device->kernels.gemm_f32(&g);
        lstm_gates(&l->device->kernels, hidden, h, c, gates);
        memcpy(
            (float *)l->y.data + t * l->y.stride[0] + task * hidden, h, (size_t)hidden * sizeof *h);
    }
}

void op_recurrent(struct device *d, struct tensor y, struct tensor x, const struct recurrent *r)
{
    assert(y.dtype == DT_F32 && y.shape[0] == x.shape[0] && x.shape[1] == r->in);
    assert(y.shape[1] == r->directions * r->hidden);
    int64_t rows = x.shape[0], width = r->directions * 4 * r->hidden;
    struct scratch *s =
        scratch_take(d, (size_t)(rows * width + r->directions * 6 * r->hidden) * sizeof(float));
    if (!s)
        return;
    struct lstm_run l = {.device = d, .r = r, .y = y};
    l.gates = tensor_2d(s->data, DT_F32, rows, width);
    l.memory = (float *)s->data + rows * width;
    op_linear(d, l.gates, x, &r->input, ACT_NONE, (struct tensor){0});
    pool_run(d->pool, direction_task, &l, r->directions);
    scratch_give(d, s);
}

void recurrent_free(struct recurrent *r)
{
    linear_free(&r->input);
    linear_free(&r->state[0]);
    linear_free(&r->state[1]);
    *r = (struct recurrent){0};
}
