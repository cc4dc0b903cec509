/* SPDX-License-Identifier: Apache-2.0 */
/* Readings of Chinese and Japanese: reads them, then cuts the input itself into words. */
#include "fuzz/memory_file.h"
#include "speech/readings.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void cut(const struct readings *r, const char *text, size_t n)
{
    struct arena a = {0};
    struct reading *word;
    int count;
    size_t at = 0;
    if (!readings_find(r, text, n, &a, &word, &count, NULL)) {
        for (int i = 0; i < count; i++) {
            if (word[i].begin != at || !word[i].bytes)
                abort();
            at += word[i].bytes;
        }
        if (at != n)
            abort();
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const languages[] = {"zh", "ja"};
    struct memory_file f = memory_file_open(data, size);
    for (int i = 0; i < 2; i++) {
        struct readings *r;
        if (readings_open(&r, f.path, languages[i], NULL))
            continue;
        cut(r, (const char *)data, size);
        readings_close(&r);
    }
    memory_file_close(&f);
    return 0;
}
