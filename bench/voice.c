/* SPDX-License-Identifier: Apache-2.0 */
/* Times a model that speaks, on phonemes (the front end has its own cost, which is small): seconds
 * of sound per second of computing for a paragraph, milliseconds until a short sentence is there,
 * and the most memory held. Prints one line of JSON. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "models/synthesizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64 };

static const char *const paragraph[] = {
    "ðə tɹˈeɪn tə lˈʌndən lˈiːvz æt nˈaɪn fɪftˈiːn fɹʌm plˈætfɔːɹm tˈuː.",
    "maɪ bɹˈʌðɚ lˈɪvz ɪn ɐ smˈɔːl hˈaʊs baɪ ðə sˈiː, ænd ɪn wˈɪntɚ wiː vˈɪzɪt hɪm ˈɛvɹi wˈiːk.",
    "ɪf juː hˌɪɹ ðɪs sˈɛntəns wɪðˌaʊt ɐ lˈɔŋ pˈɔːz, ðə məʃˈiːn ɪz fˈæst ɪnˈʌf.",
};
static const char short_sentence[] = "həlˈoʊ, hˌaʊ ɑːɹ juː?";

struct bench {
    const char *model, *tier;
    enum ih_compute compute;
    int threads, runs;
    struct device *device;
    struct model *opened;
    const struct synthesizer *synthesizer;
    struct synthesizer_session *session;
    struct arena arena;
    double open_ms, cold_ms, first_ms, speed;
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

static void must(enum ih_status status, const struct ih_error *e)
{
    if (!status)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

/* Seconds of sound. */
static double say(struct bench *b, const char *phonemes)
{
    struct ih_error e;
    struct synthesized out;
    struct synthesis_request r = {
        .phonemes = phonemes, .language = "en", .speed = 1, .range = 1, .energy = 1, .seed = 1};
    must(b->synthesizer->voice(b->opened, 0, &r.voice, &e), &e);
    struct arena_mark mark = arena_mark(&b->arena);
    must(b->synthesizer->speak(b->session, &r, NULL, &b->arena, &out, &e), &e);
    double seconds = (double)out.samples / b->synthesizer->rate(b->opened);
    arena_rewind(&b->arena, mark);
    return seconds;
}

/* Until the first sound of a process that has just begun, all but loading the program. */
static void open_all(struct bench *b)
{
    struct ih_error e;
    struct device_options o = {.threads = b->threads};
    if (cpu_mask(b->tier, &o.cpu_mask)) {
        fprintf(stderr, "unknown tier %s\n", b->tier);
        exit(2);
    }
    double t0 = clock_seconds();
    must(device_open_cpu(&b->device, &o, &e), &e);
    struct model_open open = {b->device, b->model, b->compute};
    must(model_open(&b->opened, &open, &e), &e);
    b->open_ms = (clock_seconds() - t0) * 1e3;
    b->synthesizer = b->opened->family->synthesizer;
    if (!b->synthesizer) {
        fprintf(stderr, "%s cannot speak\n", b->model);
        exit(1);
    }
    must(b->synthesizer->open(&b->session, b->opened, &e), &e);
    say(b, short_sentence);
    b->cold_ms = (clock_seconds() - t0) * 1e3;
}

static void time_speech(struct bench *b)
{
    double took[RUNS_MAX], speed[RUNS_MAX];
    for (int i = -1; i < b->runs; i++) {
        double t0 = clock_seconds(), seconds = 0;
        say(b, short_sentence);
        double t1 = clock_seconds();
        for (size_t p = 0; p < sizeof paragraph / sizeof *paragraph; p++)
            seconds += say(b, paragraph[p]);
        if (i < 0)
            continue;
        took[i] = (t1 - t0) * 1e3;
        speed[i] = seconds / (clock_seconds() - t1);
    }
    b->first_ms = median(took, b->runs);
    b->speed = median(speed, b->runs);
}

static void parse(struct bench *b, int argc, char **argv)
{
    *b = (struct bench){.tier = "all", .threads = 2, .runs = 11};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--tier") == 0)
            b->tier = value, i++;
        else if (strcmp(argv[i], "--f32") == 0)
            b->compute = IH_COMPUTE_F32;
        else if (strcmp(argv[i], "--threads") == 0)
            b->threads = atoi(value), i++;
        else if (strcmp(argv[i], "--runs") == 0)
            b->runs = atoi(value), i++;
        else
            b->model = argv[i];
    }
    if (!b->model || b->runs < 1 || b->runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench_voice MODEL [--tier T] [--f32] [--threads N] [--runs N]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct bench b;
    parse(&b, argc, argv);
    open_all(&b);
    time_speech(&b);
    printf("{\"model\":\"%s\",\"tier\":\"%s\",\"threads\":%d,\"open_ms\":%.1f,\"cold_ms\":%.1f,"
           "\"first_ms\":%.2f,\"times_real\":%.1f,\"peak_mb\":%.0f}\n",
        b.opened->name, b.tier, b.threads, b.open_ms, b.cold_ms, b.first_ms, b.speed,
        (double)mem_peak() / 1e6);
    b.synthesizer->close(&b.session);
    model_close(&b.opened);
    device_close(&b.device);
    arena_free(&b.arena);
    return 0;
}
