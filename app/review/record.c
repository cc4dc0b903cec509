/* SPDX-License-Identifier: Apache-2.0 */
#include "review/record.h"

#include "review/prompt.h"
#include "review/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const purposes[] = {"answer", "picture"};

/* Bytes of a text that begin and end with whole characters. */
static json_t *piece_json(const char *text, size_t bytes)
{
    return json_stringn(text, bytes);
}

static json_t *says(const struct critique_setup *s, const struct ih_finding *f, const char *text)
{
    struct pad pad;
    json_t *out = NULL;
    if (pad_open(&pad)) {
        prompt_finding(pad.file, f, text, s->source, s->sources);
        char *line = pad_take(&pad);
        out = line ? json_string(line) : NULL;
        free(line);
    }
    return out;
}

/* r: null for a text that is no round's. */
static json_t *findings_json(const struct critique_setup *s, const struct ih_evidence *v,
    const char *text, const struct critique_round *r)
{
    json_t *list = json_array();
    for (int i = 0; i < v->findings; i++) {
        const struct ih_finding *f = &v->finding[i];
        json_t *o = json_pack("{ss ss so sI sI so}", "kind", ih_finding_kind_name(f->kind),
            "verdict", ih_finding_verdict_name(f->verdict), "text",
            piece_json(text + f->start, f->bytes), "start", (json_int_t)f->start, "bytes",
            (json_int_t)f->bytes, "says", says(s, f, text));
        int claim = r ? critique_claim_of(r, f) : -1;
        if (claim >= 0)
            json_object_set_new(o, "claim", json_integer(claim + 1));
        if (f->source >= 0 && f->verdict != IH_NO_SOURCE) {
            json_object_set_new(o, "source", json_integer(f->source + 1));
            json_object_set_new(o, "source_start", json_integer((json_int_t)f->source_start));
            json_object_set_new(o, "source_bytes", json_integer((json_int_t)f->source_bytes));
        }
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *claims_json(const struct critique_round *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->claims; i++) {
        const struct claim *c = &r->claim[i];
        json_t *numbers = json_array();
        for (int k = 0; k < c->citations; k++)
            json_array_append_new(numbers, json_integer(c->citation[k]));
        json_array_append_new(list,
            json_pack("{si so sI sI so sb}", "claim", i + 1, "text",
                piece_json(r->text + c->start, c->bytes), "start", (json_int_t)c->start, "bytes",
                (json_int_t)c->bytes, "citations", numbers, "objected", critique_objects(r, i)));
    }
    return list;
}

static json_t *round_json(const struct critique_setup *s, const struct critique_round *r)
{
    return json_pack("{ss so so sO?}", "text", r->text, "claims", claims_json(r), "findings",
        findings_json(s, &r->findings, r->text, r), "verdict", r->verdict);
}

static json_t *diff_json(const struct diff *d)
{
    json_t *list = json_array();
    for (int i = 0; i < d->pieces; i++)
        json_array_append_new(list, json_pack("[so]", diff_edit_name(d->piece[i].edit),
                                        piece_json(d->piece[i].text, d->piece[i].bytes)));
    return list;
}

static json_t *sources_json(const struct critique_setup *s, bool whole)
{
    json_t *list = json_array();
    for (int i = 0; i < s->sources; i++) {
        json_t *o = json_pack("{ss sI}", "name", s->source[i].name ? s->source[i].name : "",
            "bytes", (json_int_t)s->source[i].bytes);
        if (whole)
            json_object_set_new(o, "text",
                piece_json(s->source[i].text ? s->source[i].text : "", s->source[i].bytes));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *options_json(const struct critique_setup *s)
{
    return json_pack("{si sb ss si si sI sf sf}", "rounds", s->rounds ? s->rounds : 1, "swap",
        s->swap, "revises", s->reviewer_revises ? "reviewer" : "drafter", "tokens", s->tokens,
        "context", s->context, "seed", (json_int_t)s->seed, "timeout", s->timeout, "budget",
        s->budget);
}

static json_t *steps_json(const struct step_log *log, bool whole)
{
    json_t *list = json_array();
    for (int i = 0; i < log->steps; i++)
        json_array_append_new(list, step_json(&log->step[i], whole));
    return list;
}

json_t *record_json(const struct critique_setup *s, const struct critique_result *r, bool whole)
{
    json_t *rounds = json_array();
    for (int i = 0; i < r->rounds; i++)
        json_array_append_new(rounds, round_json(s, &r->round[i]));
    json_t *out = json_pack("{si ss ss ss ss sb sb ss ss? ss? ss? so}", "version", RECORD_VERSION,
        "kind", "review", "purpose", purposes[s->purpose], "drafter",
        s->swap ? s->reviewer->name : s->drafter->name, "reviewer",
        s->swap ? s->drafter->name : s->reviewer->name, "reviewed", r->reviewed, "agreed",
        r->agreed, "reason", r->reason, "note", r->note, "draft", r->draft, "final", r->final,
        "rounds", rounds);
    if (!out)
        return NULL;
    json_object_set_new(
        out, "findings", r->final ? findings_json(s, &r->findings, r->final, NULL) : json_array());
    json_object_set_new(out, "diff", diff_json(&r->diff));
    json_object_set_new(out, "sources", sources_json(s, whole));
    json_object_set_new(out, "steps", steps_json(&r->log, whole));
    json_object_set_new(out, "totals", step_totals(&r->log));
    if (whole) {
        json_object_set_new(out, "prompt", json_string(s->prompt));
        json_object_set_new(out, "options", options_json(s));
    }
    return out;
}
