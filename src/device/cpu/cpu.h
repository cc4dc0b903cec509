/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_CPU_CPU_H
#define DEVICE_CPU_CPU_H

#include "base/pool.h"
#include "device/ops.h"

#include <pthread.h>
#include <stdatomic.h>

/* Scratch memory is lent, not owned: a call takes a block, grown when it is too small, and puts it
 * back. As many blocks exist as calls ran at once. */
struct scratch {
    struct scratch *next;
    void *data;
    size_t size;
};

struct lender {
    pthread_mutex_t lock; /* guards `idle` */
    struct scratch *idle;
};

struct device {
    struct kernels kernels;
    struct pool *pool;
    struct lender *lender; /* this and the pool are shared with forks */
    bool forked;
    struct account own, *account; /* null: nothing is counted */
    atomic_bool exhausted;        /* an operation found no scratch memory; see device_exhausted() */
};

/* At least `bytes`, 64-byte aligned, not zeroed. Null when there is no memory: the device then
 * counts as exhausted and the operation leaves its output undefined. */
struct scratch *scratch_take(struct device *d, size_t bytes);
/* The same for those that report a failure themselves: the device does not count as exhausted. */
struct scratch *scratch_try(struct device *d, size_t bytes);
void scratch_give(struct device *d, struct scratch *s);

/* f (or null) of `count` pixels of one row of a picture from column `from` on, dense in type t;
 * zeros where there is no pixel. */
void lay_pixels(const struct device *d, void *to, enum dtype t, struct tensor x, int64_t height,
    int64_t width, int64_t row, int64_t from, int64_t count, const struct channels *f);

/* op_conv2d() by Winograd's filtering, where conv2d_pack() chose it. */
struct picture_conv {
    struct tensor y, x, residual;
    int64_t height, width; /* of the input */
    const struct conv2d *c;
    const struct channels *f;
    enum act act;
};
void conv2d_winograd(struct device *d, const struct picture_conv *p);
/* Row `o` of part `k` of 16 of the transformed weight, [in]. */
void winograd_weights(float *to, const struct conv2d_part *p, int64_t o, int k);

/* Through an integer, so that a layout can be measured from a null base. */
static inline void *offset(const void *p, size_t bytes)
{
    return (void *)((uintptr_t)p + bytes);
}

#endif
