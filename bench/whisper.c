/* SPDX-License-Identifier: Apache-2.0 */
/* Times the two halves of a Whisper model on noise: milliseconds per encoded window and per decoded
 * token, medians, and the most memory held. Prints one line of JSON. */
#include "models/whisper/whisper.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, TOKENS = 64 };

struct bench {
    const char *model, *tier, *compute;
    int threads, runs, batch;
    struct device *device;
    struct model *opened;
    struct recognizer_session *session;
    double open_ms, prepare_ms, encode_ms, token_ms;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_value);
    return x[n / 2];
}

static enum ih_compute compute_of(const char *name)
{
    static const char *const names[] = {"auto", "f32", "bf16", "int8", "int4"};
    for (int i = 0; i < 5; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum ih_compute)i;
    fprintf(stderr, "unknown arithmetic %s\n", name);
    exit(2);
}

static void must(enum ih_status status, const struct ih_error *e)
{
    if (!status)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

static void open_all(struct bench *b)
{
    struct ih_error e;
    struct device_options o = {.threads = b->threads};
    if (cpu_mask(b->tier, &o.cpu_mask)) {
        fprintf(stderr, "unknown tier %s\n", b->tier);
        exit(2);
    }
    must(device_open_cpu(&b->device, &o, &e), &e);
    struct model_open open = {b->device, b->model, compute_of(b->compute)};
    double t0 = clock_seconds();
    must(model_open(&b->opened, &open, &e), &e);
    b->open_ms = (clock_seconds() - t0) * 1e3;
    struct recognizer_setup setup = {.windows = b->batch, .width = 1};
    t0 = clock_seconds();
    must(b->opened->family->recognizer->open(&b->session, b->opened, &setup, &e), &e);
    b->prepare_ms = (clock_seconds() - t0) * 1e3;
}

static void time_encoder(struct bench *b)
{
    struct ih_error e;
    int64_t samples =
        (int64_t)(b->opened->family->recognizer->window_seconds(b->opened) * MEL_RATE);
    float *pcm = malloc((size_t)samples * sizeof *pcm);
    uint64_t random = 1;
    for (int64_t i = 0; pcm && i < samples; i++)
        pcm[i] = (float)(rng_unit(&random) - 0.5) * 0.2f;
    const float *windows[64];
    int64_t counts[64];
    for (int i = 0; i < b->batch; i++) {
        windows[i] = pcm;
        counts[i] = samples;
    }
    double took[RUNS_MAX];
    for (int i = -1; i < b->runs; i++) {
        double t0 = clock_seconds();
        must(whisper_encode(b->session, windows, counts, b->batch, &e), &e);
        if (i >= 0)
            took[i] = (clock_seconds() - t0) * 1e3 / b->batch;
    }
    b->encode_ms = median(took, b->runs);
    free(pcm);
}

/* One token at a time for every window of the batch, with the self cache growing from empty. */
static void time_decoder(struct bench *b)
{
    const struct whisper *w = (const struct whisper *)b->opened;
    float *logits = malloc((size_t)b->batch * (size_t)w->config.vocab * sizeof *logits);
    struct whisper_row row[64];
    int32_t token[64];
    double took[TOKENS];
    uint64_t random = 2;
    for (int i = 0; i < b->batch; i++)
        whisper_cache_reset(b->session, i);
    for (int t = -4; logits && t < TOKENS; t++) {
        for (int i = 0; i < b->batch; i++) {
            token[i] = (int32_t)(rng_unit(&random) * w->config.vocab);
            row[i] = (struct whisper_row){i, i, &token[i], 1};
        }
        double t0 = clock_seconds();
        whisper_step(b->session, row, b->batch, logits, NULL, NULL, NULL);
        if (t >= 0)
            took[t] = (clock_seconds() - t0) * 1e3 / b->batch;
    }
    b->token_ms = median(took, TOKENS);
    free(logits);
}

static void parse(struct bench *b, int argc, char **argv)
{
    *b = (struct bench){.tier = "all", .compute = "auto", .threads = 2, .runs = 5, .batch = 1};
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
        else if (strcmp(argv[i], "--batch") == 0)
            b->batch = atoi(value), i++;
        else
            b->model = argv[i];
    }
    if (!b->model || b->runs < 1 || b->runs > RUNS_MAX || b->batch < 1 || b->batch > 64) {
        fprintf(stderr, "usage: bench_whisper MODEL [--tier T] [--compute C] [--threads N] [--runs "
                        "N] [--batch N]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct bench b;
    parse(&b, argc, argv);
    open_all(&b);
    time_encoder(&b);
    time_decoder(&b);
    printf("{\"model\":\"%s\",\"tier\":\"%s\",\"compute\":\"%s\",\"threads\":%d,\"batch\":%d,"
           "\"open_ms\":%.1f,\"prepare_ms\":%.1f,\"encode_ms\":%.1f,\"token_ms\":%.3f,\"peak_mb\":%"
           ".0f}\n",
        b.opened->name, b.tier, b.compute, b.threads, b.batch, b.open_ms, b.prepare_ms, b.encode_ms,
        b.token_ms, (double)mem_peak() / 1e6);
    b.opened->family->recognizer->close(&b.session);
    model_close(&b.opened);
    device_close(&b.device);
    return 0;
}
