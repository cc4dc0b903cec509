/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { GUARD = 0xa5, FRESH = 0xc3, SHOWN = 5, GUARD_BYTES = 256 };

struct check_block {
    struct check_block *next;
    uint8_t *map;
    size_t map_bytes;
    uint8_t *data;
};

bool check_begin(struct check *t, const char *op, bool is_new)
{
    if ((t->filter && !strstr(op, t->filter)) || !(is_new || t->reference))
        return false;
    t->op = op;
    t->failures = 0;
    t->random = t->seed ? t->seed : 1;
    return true;
}

void check_end(struct check *t)
{
    check_release(t);
    if (t->failures)
        t->failed++;
    else
        t->passed++;
    printf("  %-20s %-14s %s\n", t->op, t->tier, t->failures ? "FAILED" : "ok");
    fflush(stdout);
}

void check_failed(struct check *t, const char *format, ...)
{
    if (t->failures++ >= SHOWN)
        return;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s %s (seed %u): ", t->tier, t->op, t->seed);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void *check_block(struct check *t, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (bytes + GUARD_BYTES + page - 1) / page * page;
    struct check_block *b = malloc(sizeof *b);
    uint8_t *map =
        mmap(NULL, inside + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!b || map == MAP_FAILED || mprotect(map + inside, page, PROT_NONE) != 0) {
        perror("checkkernels");
        exit(2);
    }
    *b = (struct check_block){t->blocks, map, inside + page, map + inside - bytes};
    t->blocks = b;
    memset(map, GUARD, inside - bytes);
    memset(b->data, FRESH, bytes);
    return b->data;
}

void check_release(struct check *t)
{
    while (t->blocks) {
        struct check_block *b = t->blocks;
        for (uint8_t *p = b->map; p < b->data; p++) {
            if (*p != GUARD) {
                check_failed(t, "wrote %td bytes before a block", b->data - p);
                break;
            }
        }
        t->blocks = b->next;
        munmap(b->map, b->map_bytes);
        free(b);
    }
}

void check_close(struct check *t, const char *what, const float *got, const float *want, int64_t n,
    float absolute, float relative)
{
    for (int64_t i = 0; i < n; i++) {
        bool same = got[i] == want[i] || (isnan(got[i]) && isnan(want[i]));
        if (!same && !(fabsf(got[i] - want[i]) <= absolute + relative * fabsf(want[i]))) {
            check_failed(t, "%s: [%lld] is %.9g, not %.9g", what, (long long)i, (double)got[i],
                (double)want[i]);
            return;
        }
    }
}

uint32_t check_random(struct check *t)
{
    uint32_t x = t->random; /* xorshift, never zero */
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return t->random = x;
}

int64_t check_range(struct check *t, int64_t low, int64_t high)
{
    return low + (int64_t)(check_random(t) % (uint64_t)(high - low + 1));
}

float check_unit(struct check *t)
{
    return (float)(int32_t)(check_random(t) & 0xffffff00) * 0x1p-31f;
}

void check_fill(struct check *t, float *x, int64_t n, float scale)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = check_unit(t) * scale;
}

void check_fill_bf16(struct check *t, uint16_t *x, int64_t n, float scale)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = f32_to_bf16(check_unit(t) * scale);
}

void check_fill_bytes(struct check *t, void *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)x)[i] = (uint8_t)(check_random(t) >> 16);
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double check_seconds(void (*fn)(void *arg), void *arg)
{
    enum { MOST = 301 };
    static const double budget = 0.25;
    double taken[MOST], start = now();
    int runs = 0, inner = 1;
    fn(arg);
    double one = now() - start;
    if (one < 20e-6) /* too short for the clock: time several at once */
        inner = (int)(20e-6 / (one > 1e-8 ? one : 1e-8)) + 1;
    start = now();
    while (runs < MOST && (runs < 3 || now() - start < budget)) {
        double t0 = now();
        for (int i = 0; i < inner; i++)
            fn(arg);
        taken[runs++] = (now() - t0) / inner;
    }
    qsort(taken, (size_t)runs, sizeof *taken, by_value);
    return taken[runs / 2];
}

enum { RATES = 512 };
static struct {
    char key[80];
    double amount;
} reference_rate[RATES];
static int reference_rates;

void check_rate(struct check *t, const char *op, const char *shape, double amount, const char *unit,
    double limit)
{
    char key[80], share[32] = "", times[32] = "";
    snprintf(key, sizeof key, "%s %s", op, shape);
    if (t->reference && reference_rates < RATES) {
        memcpy(reference_rate[reference_rates].key, key, sizeof key);
        reference_rate[reference_rates++].amount = amount;
    }
    for (int i = 0; i < reference_rates && !t->reference; i++)
        if (strcmp(reference_rate[i].key, key) == 0)
            snprintf(times, sizeof times, "%.1fx C", amount / reference_rate[i].amount);
    if (limit > 0)
        snprintf(share, sizeof share, "%.0f%% of limit", 100 * amount / limit);
    printf("  %-38s %-12s %9.2f %-8s %10s %14s\n", key, t->tier, amount, unit, times, share);
    fflush(stdout);
}
