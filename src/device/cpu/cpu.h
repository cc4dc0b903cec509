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

struct device {
    struct kernels kernels;
    struct pool *pool;
    pthread_mutex_t lock; /* guards `idle` */
    struct scratch *idle;
    atomic_bool exhausted; /* an operation found no scratch memory; see device_exhausted() */
};

/* At least `bytes`, 64-byte aligned, not zeroed. Null when there is no memory: the device then
 * counts as exhausted and the operation leaves its output undefined. */
struct scratch *scratch_take(struct device *d, size_t bytes);
void scratch_give(struct device *d, struct scratch *s);

/* Through an integer, so that a layout can be measured from a null base. */
static inline void *offset(const void *p, size_t bytes)
{
    return (void *)((uintptr_t)p + bytes);
}

#endif
