/* SPDX-License-Identifier: Apache-2.0 */
#include "device/cpu/cpu.h"

#include "base/cpu.h"
#include "base/mem.h"

#include <stdlib.h>

static struct lender *lender_new(void)
{
    struct lender *l = calloc(1, sizeof *l);
    if (l)
        pthread_mutex_init(&l->lock, NULL);
    return l;
}

static void lender_free(struct lender *l)
{
    while (l && l->idle) {
        struct scratch *s = l->idle;
        l->idle = s->next;
        mem_pages_free(s->data, s->size);
        free(s);
    }
    if (l)
        pthread_mutex_destroy(&l->lock);
    free(l);
}

enum ih_status device_open_cpu(
    struct device **out, const struct device_options *options, struct ih_error *e)
{
    *out = NULL;
    struct device *d = calloc(1, sizeof *d);
    if (!d)
        return err_memory(e, "the device");
    kernels_init(&d->kernels, cpu_flags() & options->cpu_mask);
    d->lender = lender_new();
    enum ih_status status =
        d->lender ? pool_open(&d->pool, options->threads, e) : err_memory(e, "the device");
    if (status)
        device_close(&d);
    *out = d;
    return status;
}

enum ih_status device_fork(struct device **out, struct device *of, struct ih_error *e)
{
    struct device *d = calloc(1, sizeof *d);
    *out = d;
    if (!d)
        return err_memory(e, "a job");
    d->kernels = of->kernels;
    d->pool = of->pool;
    d->lender = of->lender;
    d->account = of->account;
    d->forked = true;
    return IH_OK;
}

enum ih_status device_fork_account(struct device **out, struct device *of, struct ih_error *e)
{
    enum ih_status status = device_fork(out, of, e);
    if (!status)
        (*out)->account = &(*out)->own;
    return status;
}

const struct account *device_account(const struct device *d)
{
    return d->account;
}

void device_close(struct device **dp)
{
    struct device *d = *dp;
    if (!d)
        return;
    if (!d->forked) {
        pool_close(&d->pool);
        lender_free(d->lender);
    }
    free(d);
    *dp = NULL;
}

int device_threads(const struct device *d)
{
    return pool_threads(d->pool);
}

unsigned device_flags(const struct device *d)
{
    return d->kernels.flags;
}

const struct kernels *device_kernels(const struct device *d)
{
    return &d->kernels;
}

bool device_exhausted(struct device *d)
{
    return atomic_exchange(&d->exhausted, false);
}

enum dtype device_activation(const struct device *d, enum dtype storage)
{
    return storage != DT_F32 && d->kernels.fast_bf16 ? DT_BF16 : DT_F32;
}

void op_parallel(
    struct device *d, void (*fn)(void *arg, int task, int worker), void *arg, int tasks)
{
    pool_run(d->pool, fn, arg, tasks);
}

static bool grow(struct scratch *s, size_t bytes)
{
    size_t size = bytes + bytes / 4 + 4096;
    void *data = mem_pages(size);
    if (!data)
        return false;
    mem_pages_free(s->data, s->size);
    s->data = data;
    s->size = size;
    return true;
}

/* Takes the largest idle block, so that few blocks grow. */
static struct scratch *take_largest(struct lender *l)
{
    struct scratch **best = NULL;
    for (struct scratch **p = &l->idle; *p; p = &(*p)->next)
        if (!best || (*p)->size > (*best)->size)
            best = p;
    if (!best)
        return NULL;
    struct scratch *s = *best;
    *best = s->next;
    return s;
}

struct scratch *scratch_try(struct device *d, size_t bytes)
{
    pthread_mutex_lock(&d->lender->lock);
    struct scratch *s = take_largest(d->lender);
    pthread_mutex_unlock(&d->lender->lock);
    if (!s)
        s = calloc(1, sizeof *s);
    if (s && (s->size >= bytes || grow(s, bytes)))
        return s;
    if (s)
        scratch_give(d, s);
    return NULL;
}

struct scratch *scratch_take(struct device *d, size_t bytes)
{
    struct scratch *s = scratch_try(d, bytes);
    if (!s)
        atomic_store(&d->exhausted, true);
    return s;
}

void scratch_give(struct device *d, struct scratch *s)
{
    pthread_mutex_lock(&d->lender->lock);
    s->next = d->lender->idle;
    d->lender->idle = s;
    pthread_mutex_unlock(&d->lender->lock);
}
