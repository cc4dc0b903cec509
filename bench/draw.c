/* SPDX-License-Identifier: Apache-2.0 */
/* Times one step of FLUX.2-klein-4B on random weights of the real sizes: a pair of blocks, a single
 * block and what surrounds them are measured apart, and a step counted from them (5 pairs, 20
 * single blocks). Prints one line of JSON. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/flow_transformer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAIRS = 5, SINGLES = 20, TEXT = 512, RUNS_MAX = 16, LARGEST = 27648 * 3072 };

struct bench {
    const char *tier, *storage;
    int threads, runs, width, height;
    struct device *device;
    struct arena arena;
    struct flow_transformer model;
    uint16_t *random; /* bf16 [LARGEST] */
    struct tensor latents, text, velocity;
    struct rope rope;
};

static void need(const void *p)
{
    if (p)
        return;
    fprintf(stderr, "no memory\n");
    exit(1);
}

static void must(enum ih_status status, const struct ih_error *e)
{
    if (!status)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

static enum dtype storage_of(const char *name)
{
    static const char *const names[] = {"f32", "bf16", "int8", "int4"};
    static const enum dtype types[] = {DT_F32, DT_BF16, DT_I8, DT_Q4};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0)
            return types[i];
    fprintf(stderr, "unknown storage %s\n", name);
    exit(2);
}

static void fill(struct bench *b, struct linear *out, int64_t rows, int64_t cols, enum dtype t)
{
    struct ih_error e;
    const struct linear_part part = {.w.w = tensor_2d(b->random, DT_BF16, rows, cols)};
    must(linear_pack(b->device, out, &part, 1, t, &e), &e);
}

static float *ones(struct bench *b, int64_t n)
{
    float *x = arena_alloc(&b->arena, (size_t)n * sizeof *x);
    need(x);
    for (int64_t i = 0; i < n; i++)
        x[i] = 1;
    return x;
}

static void fill_stream(struct bench *b, struct flow_stream *s, enum dtype t)
{
    int64_t dim = b->model.config.dim, ffn = b->model.config.ffn;
    fill(b, &s->qkv, 3 * dim, dim, t);
    fill(b, &s->out, dim, dim, t);
    fill(b, &s->ff_in, 2 * ffn, dim, t);
    fill(b, &s->ff_out, dim, ffn, t);
    s->q_norm = s->k_norm = ones(b, b->model.config.head_dim);
}

static void fill_model(struct bench *b)
{
    struct flow_transformer *m = &b->model;
    enum dtype t = storage_of(b->storage), fine = t == DT_I8 ? DT_BF16 : t == DT_Q4 ? DT_I8 : t;
    m->config = (struct flow_config){.in = 128,
        .out = 128,
        .context = 7680,
        .layers = 1,
        .single_layers = 1,
        .heads = 24,
        .head_dim = 128,
        .dim = 3072,
        .ffn = 9216,
        .time_channels = 256,
        .axes = 4,
        .axis = {32, 32, 32, 32},
        .theta = 2000,
        .eps = 1e-6f};
    m->activation = device_activation(b->device, t);
    int64_t dim = m->config.dim, ffn = m->config.ffn;
    m->pair = arena_calloc(&b->arena, 1, sizeof *m->pair);
    m->single = arena_calloc(&b->arena, 1, sizeof *m->single);
    need(m->pair);
    need(m->single);
    fill(b, &m->x_embedder, dim, 128, fine);
    fill(b, &m->time[0], dim, 256, fine);
    fill(b, &m->time[1], dim, dim, fine);
    fill(b, &m->image_modulation, 6 * dim, dim, fine);
    fill(b, &m->text_modulation, 6 * dim, dim, fine);
    fill(b, &m->single_modulation, 3 * dim, dim, fine);
    fill(b, &m->norm_out, 2 * dim, dim, fine);
    fill(b, &m->proj_out, 128, dim, fine);
    fill_stream(b, &m->pair->text, t);
    fill_stream(b, &m->pair->image, t);
    fill(b, &m->single->in, 3 * dim + 2 * ffn, dim, t);
    fill(b, &m->single->out, dim, dim + ffn, t);
    m->single->q_norm = m->single->k_norm = ones(b, 128);
}

static struct tensor noise(struct bench *b, int64_t rows, int64_t cols, uint64_t seed)
{
    float *x = arena_alloc(&b->arena, (size_t)(rows * cols) * sizeof *x);
    need(x);
    rng_normal(&seed, x, rows * cols);
    return tensor_2d(x, DT_F32, rows, cols);
}

static void prepare(struct bench *b)
{
    struct ih_error e;
    struct device_options o = {.threads = b->threads};
    if (cpu_mask(b->tier, &o.cpu_mask)) {
        fprintf(stderr, "unknown tier %s\n", b->tier);
        exit(2);
    }
    must(device_open_cpu(&b->device, &o, &e), &e);
    b->random = malloc((size_t)LARGEST * sizeof *b->random);
    need(b->random);
    uint64_t seed = 1;
    for (int64_t i = 0; i < LARGEST; i++)
        b->random[i] = f32_to_bf16(((float)rng_unit(&seed) - 0.5f) * 0.06f);
    fill_model(b);
    free(b->random);
    int64_t drawn = (int64_t)b->width / 16 * (b->height / 16), rows = TEXT + drawn;
    b->latents = noise(b, drawn, 128, 2);
    b->text = noise(b, TEXT, b->model.config.dim, 3);
    b->velocity = noise(b, drawn, 128, 4);
    float *at = arena_calloc(&b->arena, (size_t)rows * 4, sizeof *at);
    need(at);
    for (int64_t i = 0; i < rows; i++) {
        at[4 * i + 1] = (float)(i / 64);
        at[4 * i + 2] = (float)(i % 64);
    }
    if (!flow_rope(&b->rope, &b->arena, &b->model.config, at, rows))
        need(NULL);
    if (arena_reserve(&b->arena, flow_run_bytes(&b->model, TEXT, drawn)))
        need(NULL);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the clock, and of the processors' time divided by the threads, which others on the machine do
 * not lengthen so much. */
struct took {
    double wall, busy;
};

static double busy_seconds(const struct bench *b)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return ((double)t.tv_sec + (double)t.tv_nsec * 1e-9) / b->threads;
}

static struct took measure(struct bench *b, int pairs, int singles)
{
    struct ih_error e;
    double wall[RUNS_MAX], busy[RUNS_MAX];
    struct flow_input in = {.latents = b->latents, .text = b->text, .rope = &b->rope, .time = 0.7f};
    b->model.config.layers = pairs;
    b->model.config.single_layers = singles;
    for (int i = -1; i < b->runs; i++) {
        double t0 = clock_seconds(), b0 = busy_seconds(b);
        must(flow_run(b->device, &b->arena, &b->model, &in, b->velocity, &e), &e);
        if (i < 0)
            continue;
        wall[i] = clock_seconds() - t0;
        busy[i] = busy_seconds(b) - b0;
    }
    qsort(wall, (size_t)b->runs, sizeof *wall, by_value);
    qsort(busy, (size_t)b->runs, sizeof *busy, by_value);
    return (struct took){wall[b->runs / 2], busy[b->runs / 2]};
}

static void parse(struct bench *b, int argc, char **argv)
{
    *b = (struct bench){
        .tier = "all", .storage = "int8", .threads = 2, .runs = 3, .width = 512, .height = 512};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--tier") == 0)
            b->tier = argv[i + 1];
        else if (strcmp(argv[i], "--storage") == 0)
            b->storage = argv[i + 1];
        else if (strcmp(argv[i], "--threads") == 0)
            b->threads = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--runs") == 0)
            b->runs = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--size") == 0)
            b->width = b->height = atoi(argv[i + 1]);
        else
            b->runs = 0;
    }
    if (b->runs < 1 || b->runs > RUNS_MAX || b->width < 16 || b->width > 4096) {
        fprintf(stderr, "usage: bench_draw [--tier T] [--storage f32|bf16|int8|int4] [--threads N] "
                        "[--runs N] [--size PIXELS]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct bench b;
    parse(&b, argc, argv);
    prepare(&b);
    struct took ends = measure(&b, 0, 0), pair = measure(&b, 1, 0), single = measure(&b, 0, 1);
    double pair_busy = pair.busy - ends.busy, single_busy = single.busy - ends.busy;
    double wall = ends.wall + PAIRS * (pair.wall - ends.wall) + SINGLES * (single.wall - ends.wall);
    double busy = ends.busy + PAIRS * pair_busy + SINGLES * single_busy;
    double rows = (double)(TEXT + b.latents.shape[0]), dim = b.model.config.dim;
    /* Products of a single block and its attention; a pair has as many of both. */
    double work = 2 * rows * dim * (4 * dim + 3.0 * b.model.config.ffn) + 4 * rows * rows * dim;
    printf("{\"tier\":\"%s\",\"storage\":\"%s\",\"threads\":%d,\"size\":%d,\"ends_ms\":%.1f,"
           "\"pair_ms\":%.1f,\"single_ms\":%.1f,\"step_s\":%.2f,\"step_wall_s\":%.2f,"
           "\"single_gflops\":%.0f,\"peak_mb\":%.0f}\n",
        b.tier, b.storage, b.threads, b.width, ends.busy * 1e3, pair_busy * 1e3, single_busy * 1e3,
        busy, wall, work / single_busy / 1e9, (double)mem_peak() / 1e6);
    flow_free(&b.model);
    arena_free(&b.arena);
    device_close(&b.device);
    return 0;
}
