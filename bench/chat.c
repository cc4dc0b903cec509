/* SPDX-License-Identifier: Apache-2.0 */
/* Times a text model. Reads a command a line and answers each with the seconds that it took, so
 * that whoever asks can take turns with another program (bench/chat.py): prompt N            reads
 * a prompt of N tokens tokens N AFTER      writes N tokens, one by one, behind a prompt of AFTER
 *     together N AFTER K  the same in K conversations at once
 *     memory              the most memory held, in MB
 * Which tokens they are makes no difference: the next one is chosen by nobody. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "models/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONVERSATIONS = 16, CONTEXT = 1024 };

struct bench {
    const char *model, *tier, *compute;
    int threads;
    struct device *device;
    struct model *opened;
    const struct writer *writer;
    struct writer_info info;
    struct writer_session *session;
    int32_t token[CONTEXT];
    float *logits;
};

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

static void parse(struct bench *b, int argc, char **argv)
{
    *b = (struct bench){.tier = "all", .compute = "auto", .threads = 2};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--tier") == 0)
            b->tier = value, i++;
        else if (strcmp(argv[i], "--compute") == 0)
            b->compute = value, i++;
        else if (strcmp(argv[i], "--threads") == 0)
            b->threads = atoi(value), i++;
        else
            b->model = argv[i];
    }
    if (b->model)
        return;
    fprintf(stderr, "usage: bench_chat MODEL [--tier T] [--compute C] [--threads N]\n");
    exit(2);
}

static void open_model(struct bench *b)
{
    struct ih_error e;
    struct device_options o = {.threads = b->threads};
    if (cpu_mask(b->tier, &o.cpu_mask)) {
        fprintf(stderr, "unknown tier %s\n", b->tier);
        exit(2);
    }
    must(device_open_cpu(&b->device, &o, &e), &e);
    const struct model_open open = {b->device, b->model, compute_of(b->compute)};
    must(model_open(&b->opened, &open, &e), &e);
    b->writer = b->opened->family->writer;
    if (!b->writer) {
        fprintf(stderr, "%s writes no text\n", b->model);
        exit(1);
    }
    b->writer->info(b->opened, &b->info);
    int context = b->info.context < CONTEXT ? b->info.context : CONTEXT;
    must(
        b->writer->open(&b->session, b->opened, &(struct writer_setup){CONVERSATIONS, context}, &e),
        &e);
    b->logits = calloc((size_t)b->info.vocab * CONVERSATIONS, sizeof *b->logits);
    for (int i = 0; i < CONTEXT && b->logits; i++)
        b->token[i] = (i * 37 + 5) % b->info.vocab;
}

/* The next `n` tokens of the first `together` conversations. */
static void feed(struct bench *b, int n, int together)
{
    struct writer_feed feed[CONVERSATIONS];
    struct ih_error e;
    const int32_t *held;
    for (int i = 0; i < together; i++) {
        int at = b->writer->held(b->session, i, &held);
        feed[i] = (struct writer_feed){
            i, b->token + at, n, b->logits + (size_t)i * (size_t)b->info.vocab};
    }
    must(b->writer->feed(b->session, feed, together, NULL, &e), &e);
}

/* Seconds for `n` tokens, one by one, behind a prompt of `after`; of a prompt of `n` without it. */
static double run(struct bench *b, int n, int after, int together)
{
    for (int i = 0; i < CONVERSATIONS; i++)
        b->writer->truncate(b->session, i, 0);
    if (after)
        feed(b, after, together);
    double began = clock_seconds();
    for (int i = 0; i < n; i += after ? 1 : n)
        feed(b, after ? 1 : n, together);
    return clock_seconds() - began;
}

int main(int argc, char **argv)
{
    struct bench b;
    char line[128], what[16];
    parse(&b, argc, argv);
    open_model(&b);
    while (b.logits && fgets(line, sizeof line, stdin)) {
        int n = 0, after = 0, together = 1;
        int found = sscanf(line, "%15s %d %d %d", what, &n, &after, &together);
        bool fits = n >= 0 && after >= 0 && n <= CONTEXT - after && together >= 1 &&
                    together <= CONVERSATIONS;
        if (found < 1 || !fits) {
            fprintf(stderr, "what is '%s'?\n", line);
            return 2;
        }
        if (strcmp(what, "memory") == 0)
            printf("%.0f\n", (double)mem_peak() / 1e6);
        else
            printf("%.6f\n", run(&b, n, after, together));
        fflush(stdout);
    }
    b.writer->close(&b.session);
    model_close(&b.opened);
    device_close(&b.device);
    free(b.logits);
    return 0;
}
