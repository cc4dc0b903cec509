/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures whose pixels are patches of smaller pixels, and back. */
#include "device/cpu/cpu.h"

#include <assert.h>

struct patch_job {
    struct tensor fine, coarse;
    int64_t width; /* of the coarse picture */
    int p;
    bool apart; /* from coarse to fine */
};

/* All fine pixels of one row of the coarse picture. */
static void patch_task(void *arg, int row, int worker)
{
    (void)worker;
    const struct patch_job *j = arg;
    int64_t n = j->fine.shape[1], p = j->p;
    for (int64_t x = 0; x < j->width; x++) {
        float *coarse = (float *)j->coarse.data + (row * j->width + x) * j->coarse.stride[0];
        for (int64_t a = 0; a < p * p; a++) {
            int64_t at = (row * p + a / p) * j->width * p + x * p + a % p;
            float *fine = (float *)j->fine.data + at * j->fine.stride[0];
            for (int64_t c = 0; c < n; c++)
                if (j->apart)
                    fine[c] = coarse[c * p * p + a];
                else
                    coarse[c * p * p + a] = fine[c];
        }
    }
}

static void run(struct device *d, struct patch_job *j, int64_t height)
{
    assert(j->fine.dtype == DT_F32 && j->coarse.dtype == DT_F32);
    assert(j->coarse.shape[1] == j->fine.shape[1] * j->p * j->p);
    assert(j->coarse.shape[0] == height * j->width);
    assert(j->fine.shape[0] == height * j->width * j->p * j->p);
    pool_run(d->pool, patch_task, j, (int)height);
}

void op_unpatch(
    struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width, int p)
{
    struct patch_job j = {y, x, width, p, true};
    run(d, &j, height);
}

void op_patch(
    struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width, int p)
{
    struct patch_job j = {x, y, width, p, false};
    run(d, &j, height);
}
