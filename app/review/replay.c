/* SPDX-License-Identifier: Apache-2.0 */
/* Records that are shown again: what they must look like, and whether code still says the same. */
#include "review/record.h"
#include "review/words.h"

#include <stdlib.h>
#include <string.h>

static enum ih_status wrong(struct ih_error *e, const char *where)
{
    return review_fail(e, IH_BAD_DATA, "it is no record of a review: %s", where);
}

/* Whether each element of a list unpacks by a format that checks alone. */
static bool each(const json_t *list, const char *format, const char *const *key)
{
    json_t *o;
    size_t i;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, o)
    {
        for (int k = 0; key[k]; k++) {
            const json_t *v = json_object_get(o, key[k]);
            bool fits = format[k] == 's'   ? json_is_string(v)
                        : format[k] == 'i' ? json_is_integer(v)
                        : format[k] == 'b' ? json_is_boolean(v)
                        : format[k] == 'a' ? json_is_array(v)
                                           : json_is_number(v);
            if (!fits)
                return false;
        }
    }
    return true;
}

static bool is_diff(const json_t *list)
{
    const json_t *o;
    size_t i;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, o)
    {
        const char *edit = json_string_value(json_array_get(o, 0));
        if (!edit || !json_is_string(json_array_get(o, 1)) ||
            (strcmp(edit, "keep") != 0 && strcmp(edit, "cut") != 0 && strcmp(edit, "add") != 0))
            return false;
    }
    return true;
}

static const char *const finding_keys[] = {
    "kind", "verdict", "text", "says", "start", "bytes", NULL};

static bool is_verdict(const json_t *v, size_t claims)
{
    static const char *const keys[] = {
        "grounded", "citation", "consistent", "reason", "verdict", "claim", NULL};
    const json_t *gap, *list = json_object_get(v, "claims"), *gaps = json_object_get(v, "missing");
    size_t i;
    if (!v || json_is_null(v))
        return true;
    if (!each(list, "sssssi", keys) || json_array_size(list) != claims || !json_is_array(gaps) ||
        !json_is_string(json_object_get(v, "summary")))
        return false;
    json_array_foreach(gaps, i, gap)
    {
        if (!json_is_string(gap))
            return false;
    }
    return true;
}

static bool is_round(const json_t *r)
{
    static const char *const keys[] = {
        "text", "claim", "start", "bytes", "citations", "objected", NULL};
    const json_t *claims = json_object_get(r, "claims");
    return json_is_string(json_object_get(r, "text")) && each(claims, "siiiab", keys) &&
           each(json_object_get(r, "findings"), "ssssii", finding_keys) &&
           is_verdict(json_object_get(r, "verdict"), json_array_size(claims));
}

static enum ih_status check_parts(const json_t *o, struct ih_error *e)
{
    static const char *const source_keys[] = {"name", "text", NULL};
    static const char *const step_keys[] = {
        "kind", "status", "round", "prompt_tokens", "tokens", "seconds", "cost", NULL};
    const json_t *rounds = json_object_get(o, "rounds"), *r;
    size_t i;
    if (!each(json_object_get(o, "findings"), "ssssii", finding_keys))
        return wrong(e, "\"findings\"");
    if (!is_diff(json_object_get(o, "diff")))
        return wrong(e, "\"diff\"");
    if (!each(json_object_get(o, "sources"), "ss", source_keys) ||
        json_array_size(json_object_get(o, "sources")) > CRITIQUE_SOURCES_MOST)
        return wrong(e, "\"sources\"");
    if (!each(json_object_get(o, "steps"), "ssiiidd", step_keys))
        return wrong(e, "\"steps\"");
    if (!json_is_array(rounds) || json_array_size(rounds) > CRITIQUE_ROUNDS_MOST)
        return wrong(e, "\"rounds\"");
    json_array_foreach(rounds, i, r)
    {
        if (!is_round(r))
            return wrong(e, "\"rounds\"");
    }
    return IH_OK;
}

enum ih_status record_check(const json_t *o, struct ih_error *e)
{
    static const char *const texts[] = {
        "kind", "purpose", "prompt", "drafter", "reviewer", "reason", "draft", "final"};
    const json_t *version = json_object_get(o, "version");
    const json_t *totals = json_object_get(o, "totals");
    if (!json_is_object(o) || !json_is_integer(version))
        return wrong(e, "it has no \"version\"");
    if (json_integer_value(version) != RECORD_VERSION)
        return review_fail(e, IH_UNSUPPORTED, "a record of version %lld; this program reads %d",
            (long long)json_integer_value(version), RECORD_VERSION);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!json_is_string(json_object_get(o, texts[i])))
            return review_fail(
                e, IH_BAD_DATA, "it is no record of a review: \"%s\" is no text", texts[i]);
    if (strcmp(json_string_value(json_object_get(o, "kind")), "review") != 0)
        return wrong(e, "\"kind\"");
    if (!json_is_boolean(json_object_get(o, "reviewed")) ||
        !json_is_boolean(json_object_get(o, "agreed")))
        return wrong(e, "\"reviewed\" and \"agreed\"");
    if (!json_is_number(json_object_get(totals, "cost")) ||
        !json_is_number(json_object_get(totals, "seconds")) ||
        !json_is_integer(json_object_get(totals, "prompt_tokens")) ||
        !json_is_integer(json_object_get(totals, "tokens")))
        return wrong(e, "\"totals\"");
    return check_parts(o, e);
}

/* The setup that code's part depends on, and what it gives. */
struct again {
    struct critique_setup setup;
    struct author drafter, reviewer;
    struct ih_source source[CRITIQUE_SOURCES_MOST];
    struct critique_result result;
};

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static enum ih_status redo_round(struct again *a, const json_t *r, struct ih_error *e)
{
    struct critique_round *to = &a->result.round[a->result.rounds++];
    json_t *verdict = json_object_get(r, "verdict");
    to->text = strdup(text_of(r, "text"));
    to->verdict = json_is_object(verdict) ? json_incref(verdict) : NULL;
    if (!to->text)
        return review_fail(e, IH_NO_MEMORY, "not enough memory for a record");
    enum ih_status status = claims_parse(&to->claim, &to->claims, to->text, e);
    return status ? status
                  : critique_check(
                        &to->findings, to->text, a->source, a->setup.sources, a->setup.purpose, e);
}

static enum ih_status redo(struct again *a, const json_t *record, struct ih_error *e)
{
    const json_t *sources = json_object_get(record, "sources"), *r;
    struct critique_result *out = &a->result;
    enum ih_status status = IH_OK;
    size_t i;
    a->drafter.name = text_of(record, "drafter");
    a->reviewer.name = text_of(record, "reviewer");
    a->setup = (struct critique_setup){.drafter = &a->drafter,
        .reviewer = &a->reviewer,
        .prompt = text_of(record, "prompt"),
        .source = a->source,
        .sources = (int)json_array_size(sources)};
    if (strcmp(text_of(record, "purpose"), "picture") == 0)
        a->setup.purpose = CRITIQUE_PICTURE;
    for (i = 0; i < json_array_size(sources); i++) {
        const json_t *s = json_array_get(sources, i);
        a->source[i] = (struct ih_source){
            text_of(s, "name"), text_of(s, "text"), json_string_length(json_object_get(s, "text"))};
    }
    json_array_foreach(json_object_get(record, "rounds"), i, r)
    {
        status = status ? status : redo_round(a, r, e);
    }
    out->draft = strdup(text_of(record, "draft"));
    out->final = strdup(text_of(record, "final"));
    if (!status && (!out->draft || !out->final))
        status = review_fail(e, IH_NO_MEMORY, "not enough memory for a record");
    if (!status)
        status = critique_check(
            &out->findings, out->final, a->source, a->setup.sources, a->setup.purpose, e);
    return status ? status : diff_words(&out->diff, out->draft, out->final, e);
}

/* The first part that differs, or null. */
static const char *difference(const json_t *old, const json_t *now)
{
    static const char *const parts[] = {"findings", "diff"};
    static const char *const round_parts[] = {"claims", "findings"};
    static const char *const round_names[] = {"claims of a round", "findings of a round"};
    const json_t *then = json_object_get(old, "rounds"), *rounds = json_object_get(now, "rounds");
    for (size_t i = 0; i < json_array_size(then); i++)
        for (int k = 0; k < 2; k++)
            if (!json_equal(json_object_get(json_array_get(then, i), round_parts[k]),
                    json_object_get(json_array_get(rounds, i), round_parts[k])))
                return round_names[k];
    for (int k = 0; k < 2; k++)
        if (!json_equal(json_object_get(old, parts[k]), json_object_get(now, parts[k])))
            return parts[k];
    return NULL;
}

enum ih_status record_compare(
    const json_t *record, bool *same, char *what, size_t size, struct ih_error *e)
{
    struct again *a = calloc(1, sizeof *a);
    enum ih_status status =
        a ? redo(a, record, e) : review_fail(e, IH_NO_MEMORY, "not enough memory for a record");
    json_t *now = status ? NULL : record_json(&a->setup, &a->result, true);
    if (!status && !now)
        status = review_fail(e, IH_NO_MEMORY, "not enough memory for a record");
    if (!status) {
        const char *part = difference(record, now);
        *same = part == NULL;
        snprintf(what, size, "%s", part ? part : "");
    }
    json_decref(now);
    if (a)
        critique_free(&a->result);
    free(a);
    return status;
}
