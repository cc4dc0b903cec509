/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of checks against sources. */
#include "base/err.h"
#include "base/utf8.h"
#include "inhouse/evidence.h"
#include "text/evidence.h"

#include <stdlib.h>

enum ih_status ih_evidence_check(struct ih_evidence *out, const char *text, size_t bytes,
    const struct ih_source *source, int sources, struct ih_error *e)
{
    *out = (struct ih_evidence){0};
    if (sources < 0 || (sources && !source) || (bytes && !text))
        return err_set(e, IH_INVALID, "a text and its sources are needed");
    if (!utf8_valid(text ? text : "", bytes))
        return err_set(e, IH_INVALID, "the text is not UTF-8");
    for (int i = 0; i < sources; i++) {
        if (source[i].bytes && !source[i].text)
            return err_set(e, IH_INVALID, "source %d has no text", i + 1);
        if (!utf8_valid(source[i].text ? source[i].text : "", source[i].bytes))
            return err_set(e, IH_INVALID, "source %d (%s) is not UTF-8", i + 1,
                source[i].name ? source[i].name : "without a name");
    }
    return evidence_check(out, text, bytes, source, sources, e);
}

void ih_evidence_free(struct ih_evidence *v)
{
    free(v->finding);
    *v = (struct ih_evidence){0};
}

const char *ih_finding_verdict_name(enum ih_finding_verdict v)
{
    static const char *const names[] = {"found", "elsewhere", "not said", "no source"};
    return (unsigned)v < sizeof names / sizeof *names ? names[v] : "";
}

const char *ih_finding_kind_name(enum ih_finding_kind k)
{
    static const char *const names[] = {"quotation", "number", "citation"};
    return (unsigned)k < sizeof names / sizeof *names ? names[k] : "";
}
