/* SPDX-License-Identifier: Apache-2.0 */
/* Checks against sources: bytes that are a text and its sources, parted by 0xff. Findings lie
 * inside, in order; a text that is its own only source says nothing that is not there. */
#include "inhouse/evidence.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check(
    const struct ih_evidence *v, size_t bytes, const struct ih_source *source, int sources)
{
    size_t at = 0;
    for (int i = 0; i < v->findings; i++) {
        const struct ih_finding *f = &v->finding[i];
        demand(f->start >= at && f->bytes > 0 && f->start + f->bytes <= bytes);
        demand(f->source >= -1 && f->source < sources);
        demand((f->verdict == IH_NO_SOURCE) <= (f->kind == IH_CITATION));
        demand(f->source >= 0 || f->verdict == IH_NOT_SAID || f->verdict == IH_NO_SOURCE);
        if (f->source >= 0)
            demand(f->source_start + f->source_bytes <= source[f->source].bytes);
        at = f->start;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = memchr(text, 0xff, size);
    size_t bytes = end ? (size_t)(end - text) : size;
    struct ih_source source[SOURCES] = {{0}};
    int sources = 0;
    for (const char *s = end; s && sources < SOURCES;) {
        s++;
        const char *next = memchr(s, 0xff, size - (size_t)(s - text));
        source[sources++] = (struct ih_source){
            .text = s, .bytes = next ? (size_t)(next - s) : size - (size_t)(s - text)};
        s = next;
    }
    struct ih_evidence v;
    struct ih_error e = {.text = ""};
    enum ih_status status = ih_evidence_check(&v, text, bytes, source, sources, &e);
    demand(status == IH_OK || (status == IH_INVALID && e.text[0] && !v.finding));
    if (status == IH_OK)
        check(&v, bytes, source, sources);
    ih_evidence_free(&v);
    struct ih_source own = {.text = text, .bytes = bytes};
    if (ih_evidence_check(&v, text, bytes, &own, 1, NULL) == IH_OK)
        for (int i = 0; i < v.findings; i++)
            demand(v.finding[i].kind == IH_CITATION || v.finding[i].verdict == IH_FOUND);
    ih_evidence_free(&v);
    return 0;
}
