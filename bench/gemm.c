/* SPDX-License-Identifier: Apache-2.0 */
/* Products y = x W^T of an encoder's shapes on random numbers, f32 in and out, ours beside oneDNN's
 * (2.x, where its header was found): GFLOP/s, medians of rounds that alternate. Converting or
 * quantizing x to the type of the weights is part of the time on both sides; packing W is not. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "device/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef BENCH_ONEDNN
#    include <dnnl.h>
#endif

enum { ROUNDS = 15 };

/* Each side runs that long before the call that counts, until its threads are awake. */
static const double WARM_SECONDS = 0.02;

struct shape {
    int64_t m, k, n;
};

/* Linear layers of Whisper tiny, base, small and large, and a decoder's batch. */
static const struct shape shapes[] = {{1500, 384, 1536}, {1500, 1536, 384}, {1500, 512, 2048},
    {1500, 768, 3072}, {1500, 1280, 1280}, {1500, 1280, 5120}, {1500, 5120, 1280},
    {64, 1280, 5120}};
static const struct {
    const char *name;
    enum dtype type;
} types[] = {{"f32", DT_F32}, {"bf16", DT_BF16}, {"int8", DT_I8}};

struct product {
    struct shape s;
    float *x, *w, *y;
    struct device *device;
    struct linear linear;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void must(int failed, const char *what)
{
    if (!failed)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static float *noise(int64_t n, uint64_t seed)
{
    float *x = aligned_alloc(64, ((size_t)n * sizeof *x + 63) / 64 * 64);
    must(!x, "allocation");
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)rng_unit(&seed) - 0.5f;
    return x;
}

static double run_ours(struct product *p)
{
    struct tensor y = tensor_2d(p->y, DT_F32, p->s.m, p->s.n);
    struct tensor x = tensor_2d(p->x, DT_F32, p->s.m, p->s.k);
    double t0 = clock_seconds();
    op_linear(p->device, y, x, &p->linear, ACT_NONE, (struct tensor){0});
    return clock_seconds() - t0;
}

#ifdef BENCH_ONEDNN

struct peer {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_t from, x, w, y;
    dnnl_primitive_t convert, multiply; /* convert is null for f32 */
};

static dnnl_memory_desc_t describe(int64_t rows, int64_t cols, dnnl_data_type_t t, int any)
{
    dnnl_memory_desc_t d;
    dnnl_dims_t dims = {rows, cols};
    must(dnnl_memory_desc_init_by_tag(&d, 2, dims, t, any ? dnnl_format_tag_any : dnnl_ab),
        "describing a matrix");
    return d;
}

static dnnl_memory_t memory(struct peer *o, const dnnl_memory_desc_t *d, void *data)
{
    dnnl_memory_t m;
    must(dnnl_memory_create(&m, d, o->engine, data), "allocating a matrix");
    return m;
}

static void execute(
    struct peer *o, dnnl_primitive_t p, dnnl_memory_t x, dnnl_memory_t w, dnnl_memory_t y)
{
    dnnl_exec_arg_t arg[] = {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}, {DNNL_ARG_WEIGHTS, w}};
    must(dnnl_primitive_execute(p, o->stream, w ? 3 : 2, arg), "a primitive");
    must(dnnl_stream_wait(o->stream), "a primitive");
}

/* A reorder; scale multiplies. */
static dnnl_primitive_t reorder(
    struct peer *o, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to, float scale)
{
    dnnl_primitive_attr_t attr;
    dnnl_primitive_desc_t d;
    dnnl_primitive_t p;
    must(dnnl_primitive_attr_create(&attr), "attributes");
    must(dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale), "a scale");
    must(dnnl_reorder_primitive_desc_create(&d, from, o->engine, to, o->engine, attr), "a reorder");
    must(dnnl_primitive_create(&p, d), "a reorder");
    dnnl_primitive_desc_destroy(d);
    dnnl_primitive_attr_destroy(attr);
    return p;
}

static dnnl_primitive_desc_t plan(
    struct peer *o, const struct product *p, dnnl_data_type_t left, dnnl_data_type_t right)
{
    dnnl_memory_desc_t x = describe(p->s.m, p->s.k, left, 0),
                       w = describe(p->s.k, p->s.n, right, 1),
                       y = describe(p->s.m, p->s.n, dnnl_f32, 0);
    dnnl_matmul_desc_t d;
    dnnl_primitive_attr_t attr;
    dnnl_primitive_desc_t made;
    float scale = left == dnnl_u8 ? 1 / (255.0f * 127.0f) : 1;
    must(dnnl_matmul_desc_init(&d, &x, &w, NULL, &y), "a product");
    must(dnnl_primitive_attr_create(&attr), "attributes");
    must(dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale), "a scale");
    must(dnnl_primitive_desc_create(&made, &d, attr, o->engine, NULL), "a product");
    dnnl_primitive_attr_destroy(attr);
    return made;
}

static void peer_open(struct peer *o, struct product *p, enum dtype type)
{
    dnnl_data_type_t left = type == DT_F32 ? dnnl_f32 : type == DT_BF16 ? dnnl_bf16 : dnnl_u8;
    dnnl_data_type_t right = type == DT_I8 ? dnnl_s8 : left;
    *o = (struct peer){0};
    must(dnnl_engine_create(&o->engine, dnnl_cpu, 0), "opening oneDNN");
    must(dnnl_stream_create(&o->stream, o->engine, dnnl_stream_default_flags), "opening oneDNN");
    dnnl_primitive_desc_t made = plan(o, p, left, right);
    must(dnnl_primitive_create(&o->multiply, made), "a product");
    dnnl_memory_desc_t plain_x = describe(p->s.m, p->s.k, dnnl_f32, 0);
    dnnl_memory_desc_t plain_w = describe(p->s.k, p->s.n, dnnl_f32, 0);
    const dnnl_memory_desc_t *x = dnnl_primitive_desc_query_md(made, dnnl_query_src_md, 0);
    const dnnl_memory_desc_t *w = dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0);
    const dnnl_memory_desc_t *y = dnnl_primitive_desc_query_md(made, dnnl_query_dst_md, 0);
    o->from = memory(o, &plain_x, p->x);
    o->w = memory(o, w, DNNL_MEMORY_ALLOCATE);
    o->y = memory(o, y, p->y);
    o->x = type == DT_F32 ? o->from : memory(o, x, DNNL_MEMORY_ALLOCATE);
    if (type != DT_F32)
        o->convert = reorder(o, &plain_x, x, type == DT_I8 ? 255 : 1);
    dnnl_memory_t given = memory(o, &plain_w, p->w);
    dnnl_primitive_t pack = reorder(o, &plain_w, w, type == DT_I8 ? 127 : 1);
    execute(o, pack, given, NULL, o->w);
    dnnl_primitive_destroy(pack);
    dnnl_memory_destroy(given);
    dnnl_primitive_desc_destroy(made);
}

static double peer_run(struct peer *o)
{
    double t0 = clock_seconds();
    if (o->convert)
        execute(o, o->convert, o->from, NULL, o->x);
    execute(o, o->multiply, o->x, o->w, o->y);
    return clock_seconds() - t0;
}

static void peer_close(struct peer *o)
{
    dnnl_primitive_destroy(o->multiply);
    if (o->convert) {
        dnnl_primitive_destroy(o->convert);
        dnnl_memory_destroy(o->x);
    }
    dnnl_memory_destroy(o->from);
    dnnl_memory_destroy(o->w);
    dnnl_memory_destroy(o->y);
    dnnl_stream_destroy(o->stream);
    dnnl_engine_destroy(o->engine);
}

#else

struct peer {
    int none;
};
static void peer_open(struct peer *o, struct product *p, enum dtype type)
{
    (void)p, (void)type;
    o->none = 1;
}
static double peer_run(struct peer *o)
{
    (void)o;
    return 0;
}
static void peer_close(struct peer *o)
{
    (void)o;
}

#endif

/* Threads of the other side that still wait for work, spinning, must not cost this one a core. */
static void settle(void)
{
    struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
}

static void measure(struct device *device, const struct shape *s, int type)
{
    struct product p = {.s = *s, .device = device};
    struct peer peer;
    double ours[ROUNDS], theirs[ROUNDS];
    p.x = noise(s->m * s->k, 1);
    p.w = noise(s->n * s->k, 2);
    p.y = noise(s->m * s->n, 3);
    struct linear_part part = {.w = {.w = tensor_2d(p.w, DT_F32, s->n, s->k)}};
    struct ih_error e;
    must(linear_pack(device, &p.linear, &part, 1, types[type].type, &e), "packing");
    peer_open(&peer, &p, types[type].type);
    for (int i = 0; i < ROUNDS; i++) {
        settle();
        for (double t = 0; t < WARM_SECONDS;)
            t += ours[i] = run_ours(&p);
        settle();
        for (double t = 0; t < WARM_SECONDS;)
            t += theirs[i] = peer_run(&peer);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_value);
    qsort(theirs, ROUNDS, sizeof *theirs, by_value);
    double work = 2.0 * (double)s->m * (double)s->n * (double)s->k / 1e9;
    double a = work / ours[ROUNDS / 2], b = theirs[ROUNDS / 2] > 0 ? work / theirs[ROUNDS / 2] : 0;
    printf("| %s | %lld x %lld x %lld | %.0f | ", types[type].name, (long long)s->m,
        (long long)s->k, (long long)s->n, a);
    if (b > 0)
        printf("%.0f | %.2f |\n", b, a / b);
    else
        printf("- | - |\n");
    fflush(stdout);
    peer_close(&peer);
    linear_free(&p.linear);
    free(p.x);
    free(p.w);
    free(p.y);
}

int main(int argc, char **argv)
{
    struct device_options o = {.threads = argc > 1 ? atoi(argv[1]) : 2, .cpu_mask = CPU_ALL};
    struct device *device;
    struct ih_error e;
    must(device_open_cpu(&device, &o, &e), "opening the device");
    printf("| type | rows x inputs x outputs | inhouse GFLOP/s | oneDNN GFLOP/s | ratio |\n"
           "|---|---|---|---|---|\n");
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
            measure(device, &shapes[i], (int)t);
    device_close(&device);
    return 0;
}
