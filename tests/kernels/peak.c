/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/peak.h"

#include "kernels/check.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    const uint64_t *x;
    size_t n;
    uint64_t sum;
};

/* Four streams at once, as the kernels read: one alone does not keep enough reads in flight. */
static void read_all(void *arg)
{
    enum { STREAMS = 4, WORDS = 8 };
    struct reading *r = arg;
    uint64_t sum = 0;
    size_t part = r->n / STREAMS / WORDS * WORDS;
    for (size_t i = 0; i < part; i += WORDS) {
        for (size_t s = 0; s < STREAMS; s++) {
            const uint64_t *x = r->x + s * part + i;
            __builtin_prefetch(x + 32 * WORDS);
            for (int j = 0; j < WORDS; j++)
                sum += x[j];
        }
    }
    r->sum += sum;
}

double peak_memory(void)
{
    size_t bytes = (size_t)512 << 20;
    uint64_t *x = malloc(bytes);
    if (!x)
        return 0;
    memset(x, 7, bytes);
    struct reading r = {x, bytes / 8, 0};
    double seconds = check_seconds(read_all, &r);
    free(x);
    return r.sum ? (double)bytes / seconds / 1e9 : 0;
}

struct peak peak_of(const char *tier)
{
    struct peak p = {0};
#if defined(__x86_64__)
    if (strcmp(tier, "avx2") == 0)
        peak_avx2(&p);
    else if (strcmp(tier, "avx512") == 0)
        peak_avx512(&p);
    else if (strcmp(tier, "avx512-bf16") == 0)
        peak_avx512bf16(&p);
    else if (strcmp(tier, "amx") == 0)
        peak_amx(&p);
#else
    (void)tier;
#endif
    return p;
}
