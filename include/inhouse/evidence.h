/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_EVIDENCE_H
#define INHOUSE_EVIDENCE_H

#include "inhouse/inhouse.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a text says that can be looked up in the sources it rests on, without any model: quotations,
 * numbers and citations such as [2]. */

struct ih_source {
    const char *name; /* for people; may be null */
    const char *text; /* UTF-8; may be null with 0 bytes */
    size_t bytes;
};

enum ih_finding_kind {
    IH_QUOTATION, /* words in quotation marks, or a block quotation */
    IH_NUMBER,    /* a number, an amount, a share, a date or a time */
    IH_CITATION   /* the number of a source */
};

enum ih_finding_verdict {
    IH_FOUND,     /* a source says so; one that is cited, where any is */
    IH_ELSEWHERE, /* a source says so, but none of those that are cited */
    IH_NOT_SAID,  /* no source says so */
    IH_NO_SOURCE  /* a citation of a source that does not exist */
};

struct ih_finding {
    enum ih_finding_kind kind;
    enum ih_finding_verdict verdict;
    size_t start, bytes;               /* where it stands in the text */
    int source;                        /* where it was found, or what is nearest; -1: nowhere */
    size_t source_start, source_bytes; /* the place in that source */
};

struct ih_evidence {
    struct ih_finding *finding; /* in the order of the text */
    int findings;
};

/* Compares `text`, whose citations [1], [2] ... count the sources from 1. A citation holds for its
 * sentence; one without may rest on any source. Text and sources may be free()d afterwards; *out,
 * to be freed with ih_evidence_free(), is empty after a failure. Any thread may call it. IH_INVALID
 * when something is not UTF-8, IH_NO_MEMORY. What is recognised: docs/review.md. */
enum ih_status ih_evidence_check(struct ih_evidence *out, const char *text, size_t bytes,
    const struct ih_source *source, int sources, struct ih_error *e);
void ih_evidence_free(struct ih_evidence *v);

/* "found", "elsewhere", "not said", "no source"; "quotation", "number", "citation". */
const char *ih_finding_verdict_name(enum ih_finding_verdict v);
const char *ih_finding_kind_name(enum ih_finding_kind k);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
