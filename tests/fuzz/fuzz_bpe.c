/* SPDX-License-Identifier: Apache-2.0 */
/* A tokenizer.json, and behind its first zero byte a text to encode with it. */
#include "text/bpe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IDS = 256 };

/* Whatever was encoded decodes, whole and in halves, to the same length. */
static void use(const struct bpe *b, const char *text, size_t length)
{
    int32_t id[IDS];
    size_t n = bpe_encode(b, text, length, id, IDS);
    if (n > IDS)
        n = IDS;
    char out[64];
    size_t whole = bpe_decode(b, id, n, out, sizeof out);
    size_t half = bpe_complete(b, id, n / 2);
    size_t parts =
        bpe_decode(b, id, half, out, sizeof out) + bpe_decode(b, id + half, n - half, NULL, 0);
    if (half > n / 2 || parts != whole)
        __builtin_trap();
    for (size_t i = 0; i < n; i++)
        if (id[i] < 0 || id[i] >= bpe_count(b) || bpe_is_special(b, id[i]))
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char fallback[] = "It's 2 a.m.\n \xe4\xb8\xad\xff";
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t json = zero ? (size_t)(zero - data) : size;
    struct bpe *b;
    struct ih_error e;
    if (bpe_parse(&b, (const char *)data, json, "fuzz", &e) == IH_OK) {
        if (zero)
            use(b, (const char *)zero + 1, size - json - 1);
        use(b, fallback, sizeof fallback - 1);
        bpe_close(&b);
    }
    return 0;
}
