/* SPDX-License-Identifier: Apache-2.0 */
#include "review/verdict.h"

#include "review/words.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1000, WRITTEN_MOST = 400, MISSING_MOST = 8 };

static const char *const grounded[] = {"yes", "partly", "no", "not needed", NULL};
static const char *const citation[] = {"right", "wrong", "missing", "not needed", NULL};
static const char *const consistent[] = {"yes", "no", NULL};
static const char *const verdicts[] = {"keep", "change", "remove", NULL};

static json_t *words_schema(const char *const *word)
{
    json_t *list = json_array();
    for (int i = 0; word[i]; i++)
        json_array_append_new(list, json_string(word[i]));
    return json_pack("{ssso}", "type", "string", "enum", list);
}

static json_t *text_schema(bool bounded)
{
    json_t *s = json_pack("{ss}", "type", "string");
    if (s && bounded)
        json_object_set_new(s, "maxLength", json_integer(WRITTEN_MOST));
    return s;
}

static json_t *list_schema(json_t *items, bool bounded, int least, int most)
{
    json_t *s = json_pack("{ssso}", "type", "array", "items", items);
    if (s && bounded && least)
        json_object_set_new(s, "minItems", json_integer(least));
    if (s && bounded)
        json_object_set_new(s, "maxItems", json_integer(most));
    return s;
}

/* The reason stands in front of the verdict, so that it is not made up for it. */
static json_t *claim_schema(int claims, bool bounded)
{
    json_t *numbers = json_array();
    for (int i = 1; i <= claims; i++)
        json_array_append_new(numbers, json_integer(i));
    json_t *members = json_pack("{s{ssso} so so so so so}", "claim", "type", "integer", "enum",
        numbers, "grounded", words_schema(grounded), "citation", words_schema(citation),
        "consistent", words_schema(consistent), "reason", text_schema(bounded), "verdict",
        words_schema(verdicts));
    return json_pack("{ss so s[ssssss] sb}", "type", "object", "properties", members, "required",
        "claim", "grounded", "citation", "consistent", "reason", "verdict", "additionalProperties",
        0);
}

char *verdict_schema(int claims, bool bounded)
{
    json_t *members = json_pack("{so so so}", "claims",
        list_schema(claim_schema(claims, bounded), bounded, claims, claims), "missing",
        list_schema(text_schema(bounded), bounded, 0, MISSING_MOST), "summary",
        text_schema(bounded));
    json_t *whole = json_pack("{ss so s[sss] sb}", "type", "object", "properties", members,
        "required", "claims", "missing", "summary", "additionalProperties", 0);
    char *text = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
    json_decref(whole);
    return text;
}

/* The first brace, or one that begins a line: not those within what is broken. */
json_t *verdict_find_json(const char *text)
{
    const char *from = strchr(text, '{');
    while (from) {
        json_t *found = json_loads(from, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL);
        if (found)
            return found;
        from = strstr(from, "\n{");
        from += from != NULL;
    }
    return NULL;
}

/* The word of a list, or null after saying what is wrong. */
static const char *choice(
    const json_t *c, const char *key, const char *const *word, int number, struct ih_error *e)
{
    const char *given = json_string_value(json_object_get(c, key));
    for (int i = 0; given && word[i]; i++)
        if (strcmp(word[i], given) == 0)
            return word[i];
    if (given)
        review_fail(e, IH_BAD_DATA, "claim %d: \"%s\" must not be \"%.40s\"", number, key, given);
    else
        review_fail(e, IH_BAD_DATA, "claim %d: \"%s\" is missing", number, key);
    return NULL;
}

/* A text of at most TEXT_MOST bytes; a new reference. */
static json_t *bounded_text(const json_t *t)
{
    const char *text = json_string_value(t);
    return text ? json_stringn(text, word_fit(text, json_string_length(t), TEXT_MOST)) : NULL;
}

static enum ih_status read_claim(json_t **kept, const json_t *c, int claims, struct ih_error *e)
{
    const json_t *number = json_object_get(c, "claim"), *reason = json_object_get(c, "reason");
    json_int_t n = json_integer_value(number);
    if (!json_is_integer(number) || n < 1 || n > claims)
        return review_fail(e, IH_BAD_DATA, "\"claim\" must be a number from 1 to %d", claims);
    if (kept[n - 1])
        return review_fail(e, IH_BAD_DATA, "claim %d is judged twice", (int)n);
    const char *a = choice(c, "grounded", grounded, (int)n, e);
    const char *b = a ? choice(c, "citation", citation, (int)n, e) : NULL;
    const char *d = b ? choice(c, "consistent", consistent, (int)n, e) : NULL;
    const char *v = d ? choice(c, "verdict", verdicts, (int)n, e) : NULL;
    if (!v)
        return IH_BAD_DATA;
    if (!json_is_string(reason))
        return review_fail(e, IH_BAD_DATA, "claim %d: \"reason\" is missing", (int)n);
    kept[n - 1] = json_pack("{sI ss ss ss so ss}", "claim", n, "grounded", a, "citation", b,
        "consistent", d, "reason", bounded_text(reason), "verdict", v);
    return kept[n - 1] ? IH_OK : review_fail(e, IH_NO_MEMORY, "not enough memory for a verdict");
}

static enum ih_status read_claims(json_t **kept, const json_t *v, int claims, struct ih_error *e)
{
    const json_t *list = json_object_get(v, "claims");
    enum ih_status status = IH_OK;
    if (!json_is_array(list))
        return review_fail(e, IH_BAD_DATA, "there is no list \"claims\"");
    for (size_t i = 0; i < json_array_size(list) && !status; i++)
        status = read_claim(kept, json_array_get(list, i), claims, e);
    for (int i = 0; i < claims && !status; i++)
        if (!kept[i])
            status = review_fail(e, IH_BAD_DATA, "claim %d is not judged", i + 1);
    return status;
}

static enum ih_status build(
    json_t **out, json_t **kept, const json_t *v, int claims, struct ih_error *e)
{
    const json_t *missing = json_object_get(v, "missing"), *summary = json_object_get(v, "summary");
    json_t *list = json_array(), *gaps = json_array();
    if (missing && !json_is_array(missing)) {
        json_decref(list), json_decref(gaps);
        return review_fail(e, IH_BAD_DATA, "\"missing\" must be a list");
    }
    for (int i = 0; i < claims; i++)
        json_array_append(list, kept[i]);
    for (size_t i = 0; i < json_array_size(missing) && json_array_size(gaps) < MISSING_MOST; i++) {
        const char *text = json_string_value(json_array_get(missing, i));
        if (text && text[strspn(text, " \t\r\n")])
            json_array_append_new(gaps, bounded_text(json_array_get(missing, i)));
    }
    json_t *said = json_is_string(summary) ? bounded_text(summary) : json_string("");
    *out = json_pack("{so so so}", "claims", list, "missing", gaps, "summary", said);
    return *out ? IH_OK : review_fail(e, IH_NO_MEMORY, "not enough memory for a verdict");
}

enum ih_status verdict_read(json_t **out, const char *text, int claims, struct ih_error *e)
{
    json_t *v = verdict_find_json(text);
    json_t **kept = calloc((size_t)claims + 1, sizeof(json_t *));
    enum ih_status status;
    *out = NULL;
    if (!kept)
        status = review_fail(e, IH_NO_MEMORY, "not enough memory for a verdict");
    else if (!json_is_object(v))
        status = review_fail(e, IH_BAD_DATA, "it is no JSON object");
    else if ((status = read_claims(kept, v, claims, e)) == IH_OK)
        status = build(out, kept, v, claims, e);
    for (int i = 0; kept && i < claims; i++)
        json_decref(kept[i]);
    free(kept);
    json_decref(v);
    return status;
}

static bool says(const json_t *c, const char *key, const char *word)
{
    const char *v = json_string_value(json_object_get(c, key));
    return v && strcmp(v, word) == 0;
}

bool verdict_keeps(const json_t *verdict, int claim)
{
    const json_t *c = json_array_get(json_object_get(verdict, "claims"), (size_t)claim);
    return says(c, "verdict", "keep") && !says(c, "grounded", "no") &&
           !says(c, "citation", "wrong") && !says(c, "consistent", "no");
}
