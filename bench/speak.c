/* SPDX-License-Identifier: Apache-2.0 */
/* Times a synthesizer on one utterance: milliseconds elapsed and of processor time (medians), those
 * from opening the model to the first sound, seconds of sound, and the most memory held. Prints one
 * line of JSON. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "models/synthesizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64 };

struct bench {
    const char *model, *tier, *compute, *phonemes, *language;
    int threads, runs;
    struct device *device;
    struct model *opened;
    struct synthesizer_session *session;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
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

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void parse(struct bench *b, int argc, char **argv)
{
    *b =
        (struct bench){.tier = "all", .compute = "auto", .threads = 2, .runs = 5, .language = "en"};
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
        else if (strcmp(argv[i], "--language") == 0)
            b->language = value, i++;
        else if (strcmp(argv[i], "--phonemes") == 0)
            b->phonemes = value, i++;
        else
            b->model = argv[i];
    }
    if (!b->model || !b->phonemes || b->runs < 1 || b->runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench_speak MODEL --phonemes IPA [--language L] [--tier T] "
                        "[--compute C] [--threads N] [--runs N]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct bench b;
    struct ih_error e;
    parse(&b, argc, argv);
    struct device_options o = {.threads = b.threads};
    if (cpu_mask(b.tier, &o.cpu_mask)) {
        fprintf(stderr, "unknown tier %s\n", b.tier);
        exit(2);
    }
    double began = clock_seconds(), cold = 0;
    must(device_open_cpu(&b.device, &o, &e), &e);
    struct model_open open = {b.device, b.model, compute_of(b.compute)};
    must(model_open(&b.opened, &open, &e), &e);
    const struct synthesizer *s = b.opened->family->synthesizer;
    double t0 = clock_seconds(), took[RUNS_MAX], used[RUNS_MAX], seconds = 0;
    must(s->open(&b.session, b.opened, &e), &e);
    double prepare = clock_seconds() - t0;
    struct synthesis_request r = {.phonemes = b.phonemes,
        .language = b.language,
        .speed = 1,
        .range = 1,
        .energy = 1,
        .seed = 1};
    must(s->voice(b.opened, 0, &r.voice, &e), &e);
    for (int i = -1; i < b.runs; i++) {
        struct arena a = {0};
        struct synthesized out;
        double cpu = processor_seconds();
        t0 = clock_seconds();
        must(s->speak(b.session, &r, NULL, &a, &out, &e), &e);
        if (i < 0) {
            cold = clock_seconds() - began;
        } else {
            took[i] = clock_seconds() - t0;
            used[i] = processor_seconds() - cpu;
        }
        seconds = (double)out.samples / s->rate(b.opened);
        arena_free(&a);
    }
    qsort(took, (size_t)b.runs, sizeof *took, by_value);
    qsort(used, (size_t)b.runs, sizeof *used, by_value);
    printf(
        "{\"model\":\"%s\",\"tier\":\"%s\",\"compute\":\"%s\",\"threads\":%d,\"prepare_ms\":%.0f,"
        "\"cold_ms\":%.0f,\"sound_s\":%.2f,\"speak_ms\":%.1f,\"cpu_ms\":%.0f,\"peak_mb\":%.0f}\n",
        b.opened->name, b.tier, b.compute, b.threads, prepare * 1e3, cold * 1e3, seconds,
        took[b.runs / 2] * 1e3, used[b.runs / 2] * 1e3, (double)mem_peak() / 1e6);
    s->close(&b.session);
    model_close(&b.opened);
    device_close(&b.device);
    return 0;
}
