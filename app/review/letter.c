/* SPDX-License-Identifier: Apache-2.0 */
#include "review/letter.h"

#include "review/verdict.h"
#include "review/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1000, WRITTEN_MOST = 400, POINTS_MOST = 12, REFERENCES_MOST = 16 };

static const char *const lists[] = {"agreements", "differences", "single"};
enum { LISTS = 3, SINGLE = 2 };

static json_t *text_schema(bool bounded, int most)
{
    json_t *s = json_pack("{ss}", "type", "string");
    if (s && bounded)
        json_object_set_new(s, "maxLength", json_integer(most));
    return s;
}

static json_t *list_schema(json_t *items, bool bounded, int most)
{
    json_t *s = json_pack("{ssso}", "type", "array", "items", items);
    if (s && bounded)
        json_object_set_new(s, "maxItems", json_integer(most));
    return s;
}

static json_t *points_schema(bool bounded)
{
    json_t *point = json_pack("{ss s{so so} s[ss] sb}", "type", "object", "properties", "text",
        text_schema(bounded, WRITTEN_MOST), "references",
        list_schema(text_schema(bounded, 8), bounded, REFERENCES_MOST), "required", "text",
        "references", "additionalProperties", 0);
    return list_schema(point, bounded, POINTS_MOST);
}

char *letter_schema(bool bounded)
{
    json_t *whole = json_pack("{ss s{so so so so} s[ssss] sb}", "type", "object", "properties",
        lists[0], points_schema(bounded), lists[1], points_schema(bounded), lists[2],
        points_schema(bounded), "summary", text_schema(bounded, WRITTEN_MOST), "required", lists[0],
        lists[1], lists[2], "summary", "additionalProperties", 0);
    char *text = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
    json_decref(whole);
    return text;
}

/* The answer that "B3" names, from 0, where its sentence exists; else -1. */
static int reference(const char *text, const int *sentences, int answers)
{
    int who = text && isupper((unsigned char)*text) ? *text - 'A' : -1;
    char *end;
    if (who < 0 || who >= answers || !isdigit((unsigned char)text[1]))
        return -1;
    long number = strtol(text + 1, &end, 10);
    return !*end && number >= 1 && number <= sentences[who] ? who : -1;
}

/* What is wrong with a point of a list; null: nothing. */
static const char *fault(const json_t *point, int list, const int *sentences, int answers)
{
    const json_t *refs = json_object_get(point, "references"), *ref;
    unsigned named = 0;
    int count = 0;
    size_t i;
    if (!json_is_string(json_object_get(point, "text")))
        return "a point has no text";
    if (!json_array_size(refs) || json_array_size(refs) > REFERENCES_MOST)
        return "a point has no list of 1 to 16 references";
    json_array_foreach(refs, i, ref)
    {
        int who = reference(json_string_value(ref), sentences, answers);
        if (who < 0)
            return "it names a sentence that does not exist";
        count += !(named >> who & 1);
        named |= 1u << who;
    }
    if (list == SINGLE)
        return count == 1 ? NULL : "what only one saw must name one answer alone";
    return count > 1 ? NULL : "where answers agree or differ, at least two must be named";
}

static json_t *bounded(const json_t *t)
{
    const char *text = json_string_value(t);
    return text ? json_stringn(text, word_fit(text, json_string_length(t), TEXT_MOST))
                : json_string("");
}

struct reading {
    const int *sentences;
    int answers, kept, left_out;
    bool lenient;
};

static enum ih_status read_list(
    struct reading *r, json_t *to, const json_t *from, int list, struct ih_error *e)
{
    json_t *point;
    size_t i;
    if (!json_is_array(from))
        return review_fail(e, IH_BAD_DATA, "there is no list \"%s\"", lists[list]);
    json_array_foreach(from, i, point)
    {
        const char *wrong = fault(point, list, r->sentences, r->answers);
        if (wrong && !r->lenient)
            return review_fail(e, IH_BAD_DATA, "%s, point %d: %s", lists[list], (int)i + 1, wrong);
        if (wrong || json_array_size(to) >= POINTS_MOST) {
            r->left_out++;
            continue;
        }
        json_array_append_new(
            to, json_pack("{so sO}", "text", bounded(json_object_get(point, "text")), "references",
                    json_object_get(point, "references")));
        r->kept++;
    }
    return IH_OK;
}

enum ih_status letter_read(json_t **out, const char *text, const int *sentences, int answers,
    bool lenient, int *left_out, struct ih_error *e)
{
    struct reading r = {.sentences = sentences, .answers = answers, .lenient = lenient};
    json_t *given = verdict_find_json(text), *to = json_object();
    enum ih_status status = IH_OK;
    *out = NULL;
    if (!json_is_object(given))
        status = review_fail(e, IH_BAD_DATA, "it is no JSON object");
    json_object_set_new(to, "summary", bounded(json_object_get(given, "summary")));
    for (int i = 0; i < LISTS && !status; i++) {
        json_t *list = json_array();
        json_object_set_new(to, lists[i], list);
        status = read_list(&r, list, json_object_get(given, lists[i]), i, e);
    }
    if (!status && !r.kept)
        status = review_fail(e, IH_BAD_DATA, "it makes no point that could be kept");
    json_decref(given);
    *left_out = r.left_out;
    if (!status)
        *out = to;
    else
        json_decref(to);
    return status;
}
