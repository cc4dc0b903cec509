/* SPDX-License-Identifier: Apache-2.0 */
/* Times an autoencoder of FLUX.2: milliseconds elapsed and of processor time of decoding random
 * latents (or, with --encode, of encoding a random picture), medians, and the most memory held.
 * With --picture, a PPM file, it encodes and decodes that and says how like it came out. Prints one
 * line of JSON. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "models/flux2/taef2.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS_MAX = 64, MULTIPLE = 16, CHANNELS = 128 };

struct bench {
    const char *model, *tier, *compute, *picture;
    int threads, runs, width, height;
    bool encode, tiny;
    double budget_mb;
    enum dtype storage;
    struct device *device;
    struct vae *vae;
    struct taef2 *taef2;
    float *rgb, *latents;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void must(enum ih_status status, const struct ih_error *e)
{
    if (!status)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

static void refuse(const char *what, const char *value)
{
    fprintf(stderr, "%s %s\n", what, value);
    exit(2);
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum dtype storage_of(const char *name)
{
    if (strcmp(name, "bf16") == 0)
        return DT_BF16;
    if (strcmp(name, "int8") == 0)
        return DT_I8;
    if (strcmp(name, "f32") != 0)
        refuse("unknown arithmetic", name);
    return DT_F32;
}

static void parse(struct bench *b, int argc, char **argv)
{
    const char *size = "512x512";
    *b = (struct bench){.tier = "all", .compute = "bf16", .threads = 2, .runs = 5};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--tier") == 0)
            b->tier = value, i++;
        else if (strcmp(argv[i], "--compute") == 0)
            b->compute = value, i++;
        else if (strcmp(argv[i], "--threads") == 0)
            b->threads = atoi(value), i++;
        else if (strcmp(argv[i], "--runs") == 0)
            b->runs = atoi(value), i++;
        else if (strcmp(argv[i], "--size") == 0)
            size = value, i++;
        else if (strcmp(argv[i], "--budget") == 0)
            b->budget_mb = atof(value), i++;
        else if (strcmp(argv[i], "--picture") == 0)
            b->picture = value, i++;
        else if (strcmp(argv[i], "--encode") == 0)
            b->encode = true;
        else if (strcmp(argv[i], "--taef2") == 0)
            b->tiny = true;
        else
            b->model = argv[i];
    }
    b->storage = storage_of(b->compute);
    if (!b->model || b->runs < 1 || b->runs > RUNS_MAX ||
        sscanf(size, "%dx%d", &b->width, &b->height) != 2) {
        fprintf(stderr, "usage: bench_autoencoder MODEL [--taef2] [--encode] [--size WxH] "
                        "[--picture PPM] [--budget MB] [--tier T] [--compute C] [--threads N] "
                        "[--runs N]\n");
        exit(2);
    }
}

/* What fits of a binary PPM of 8 bits from its upper left corner. */
static void read_picture(struct bench *b)
{
    int width, height, most;
    FILE *f = fopen(b->picture, "rb");
    if (!f || fscanf(f, "P6 %d %d %d", &width, &height, &most) != 3 || most != 255)
        refuse("not a binary PPM:", b->picture);
    fgetc(f);
    b->width = width / MULTIPLE * MULTIPLE;
    b->height = height / MULTIPLE * MULTIPLE;
    b->rgb = malloc((size_t)b->width * (size_t)b->height * 3 * sizeof *b->rgb);
    for (int y = 0; y < b->height; y++)
        for (int x = 0; x < width * 3; x++) {
            int value = fgetc(f);
            if (x < b->width * 3)
                b->rgb[y * b->width * 3 + x] = (float)value / 127.5f - 1;
        }
    fclose(f);
}

static void make_input(struct bench *b)
{
    size_t pixels = (size_t)b->width * (size_t)b->height;
    uint32_t state = 1;
    if (b->picture)
        read_picture(b);
    else
        b->rgb = malloc(pixels * 3 * sizeof *b->rgb);
    pixels = (size_t)b->width * (size_t)b->height;
    b->latents = malloc(pixels / (MULTIPLE * MULTIPLE) * CHANNELS * sizeof *b->latents);
    for (size_t i = 0; i < pixels / (MULTIPLE * MULTIPLE) * CHANNELS; i++) {
        state = state * 1664525u + 1013904223u;
        b->latents[i] = (float)(state >> 8) / (1 << 22) - 2;
    }
    for (size_t i = 0; i < pixels * 3 && !b->picture; i++) {
        state = state * 1664525u + 1013904223u;
        b->rgb[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
}

static void run(const struct bench *b, bool encode, float *to, const float *from)
{
    struct ih_error e;
    struct vae_job job = {.budget = (size_t)(b->budget_mb * 1e6)};
    if (b->tiny)
        must(encode ? taef2_encode(b->taef2, to, from, b->width, b->height, &job, &e)
                    : taef2_decode(b->taef2, to, from, b->width, b->height, &job, &e),
            &e);
    else
        must(encode ? vae_encode(b->vae, to, from, b->width, b->height, &job, &e)
                    : vae_decode(b->vae, to, from, b->width, b->height, &job, &e),
            &e);
}

/* Decibels, of the picture that came out limited to its range. */
static double likeness(const struct bench *b)
{
    size_t n = (size_t)b->width * (size_t)b->height * 3;
    float *out = malloc(n * sizeof *out);
    double square = 0;
    run(b, true, b->latents, b->rgb);
    run(b, false, out, b->latents);
    for (size_t i = 0; i < n; i++) {
        double d = fmax(-1, fmin(1, out[i])) - b->rgb[i];
        square += d * d;
    }
    free(out);
    return 10 * log10(4 * (double)n / square);
}

int main(int argc, char **argv)
{
    struct bench b;
    struct ih_error e;
    double took[RUNS_MAX], used[RUNS_MAX], psnr = 0;
    parse(&b, argc, argv);
    struct device_options o = {.threads = b.threads};
    if (cpu_mask(b.tier, &o.cpu_mask))
        refuse("unknown tier", b.tier);
    must(device_open_cpu(&b.device, &o, &e), &e);
    if (b.tiny)
        must(taef2_open(&b.taef2, b.device, b.model, b.storage, &e), &e);
    else
        must(vae_open(&b.vae, b.device, b.model, b.storage, &e), &e);
    make_input(&b);
    if (b.picture)
        psnr = likeness(&b);
    float *to = malloc((size_t)b.width * (size_t)b.height * 3 * sizeof *to);
    for (int i = -1; i < b.runs; i++) {
        double t0 = clock_seconds(), cpu = processor_seconds();
        run(&b, b.encode, to, b.encode ? b.rgb : b.latents);
        if (i >= 0) {
            took[i] = clock_seconds() - t0;
            used[i] = processor_seconds() - cpu;
        }
    }
    qsort(took, (size_t)b.runs, sizeof *took, by_value);
    qsort(used, (size_t)b.runs, sizeof *used, by_value);
    size_t stated = b.tiny     ? taef2_bytes(b.taef2, b.width, b.height)
                    : b.encode ? vae_encode_bytes(b.vae, b.width, b.height)
                               : vae_decode_bytes(b.vae, b.width, b.height);
    printf(
        "{\"tier\":\"%s\",\"compute\":\"%s\",\"threads\":%d,\"width\":%d,\"height\":%d,\"ms\":%.1f,"
        "\"cpu_ms\":%.0f,\"stated_mb\":%.0f,\"peak_mb\":%.0f,\"psnr\":%.2f}\n",
        b.tier, b.compute, b.threads, b.width, b.height, took[b.runs / 2] * 1e3,
        used[b.runs / 2] * 1e3, (double)stated / 1e6, (double)mem_peak() / 1e6, psnr);
    free(to);
    free(b.rgb);
    free(b.latents);
    vae_close(&b.vae);
    taef2_close(&b.taef2);
    device_close(&b.device);
    return 0;
}
