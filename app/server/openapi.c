/* SPDX-License-Identifier: Apache-2.0 */
#include "server/openapi.h"

#include "server/azure.h"
#include "server/fields.h"
#include "server/operations.h"
#include "server/page.h"
#include "server/realtime.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "post_v1_audio_speech" */
static json_t *operation_id(const struct route *r)
{
    char id[200];
    size_t n = 0;
    for (const char *c = r->method; *c && n + 2 < sizeof id; c++)
        id[n++] = (char)tolower((unsigned char)*c);
    for (const char *c = r->path; *c && n + 2 < sizeof id; c++) {
        if (isalnum((unsigned char)*c))
            id[n++] = (char)tolower((unsigned char)*c);
        else if (id[n - 1] != '_')
            id[n++] = '_';
    }
    while (n && id[n - 1] == '_')
        n--;
    return json_stringn(id, n);
}

/* Errors: what a dialect writes, as a schema. `bare` is the same of an error of which less is
 * known, or null: what it lacks is not always there. */
static json_t *shape_of(const json_t *full, const json_t *bare)
{
    const char *name;
    json_t *value;
    if (!json_is_object(full))
        return bare && json_is_null(bare) ? json_pack("{s[ss]}", "type", "string", "null")
                                          : json_pack("{ss}", "type", "string");
    json_t *properties = json_object(), *needed = json_array();
    json_object_foreach((json_t *)full, name, value)
    {
        const json_t *other = json_object_get(bare, name);
        json_object_set_new(properties, name, shape_of(value, other));
        if (other)
            json_array_append_new(needed, json_string(name));
    }
    return json_pack("{sssoso}", "type", "object", "properties", properties, "required", needed);
}

static json_t *error_schema(const struct dialect *d)
{
    struct problem full, bare;
    problem_set(&full, 400, "code", "field", "sentence");
    problem_set(&bare, 400, NULL, NULL, "sentence");
    json_t *f = d->error(&full), *b = d->error(&bare), *schema = shape_of(f, b);
    json_decref(f);
    json_decref(b);
    return schema;
}

/* Components are made when they are first referred to. */
static json_t *error_response(json_t *components, const struct dialect *d, int status)
{
    char name[40], at[80];
    json_t *schemas = json_object_get(components, "schemas"),
           *responses = json_object_get(components, "responses");
    snprintf(name, sizeof name, "error_%s", d->name);
    if (!json_object_get(schemas, name))
        json_object_set_new(schemas, name, error_schema(d));
    snprintf(at, sizeof at, "#/components/schemas/%s", name);
    snprintf(name, sizeof name, "%s_%d", d->name, status);
    if (!json_object_get(responses, name))
        json_object_set_new(responses, name,
            json_pack("{sss{s{s{ss}}}s{s{s{ss}}}}", "description", status_phrase(status), "content",
                "application/json", "schema", "$ref", at, "headers", "x-request-id", "schema",
                "type", "string"));
    snprintf(at, sizeof at, "#/components/responses/%s", name);
    return json_pack("{ss}", "$ref", at);
}

static bool has_body(const struct route *r)
{
    return r->operation && r->method[0] == 'P'; /* POST, PUT, PATCH */
}

static bool is_work(const struct route *r)
{
    return (r->operation && r->operation->measure) || r->now == realtime_now;
}

/* A job's result is the answer that the work gave, whatever that was. */
static bool may_fail_as_work(const struct route *r)
{
    return is_work(r) || r->operation == &operation_job_result;
}

static bool may_answer(const struct route *r, int status)
{
    bool item = strchr(r->path, '{') != NULL;
    switch (status) {
    case 401:
        return !r->open;
    case 403:
        return r->admin || may_fail_as_work(r) || r->adapter == &azure_persona;
    case 404:
        return !r->open || item;
    case 408:
    case 411:
    case 413:
    case 415:
    case 501:
        return has_body(r);
    case 409:
        return item && (r->kept || r->admin);
    case 426:
        return r->now == realtime_now;
    case 429:
        return is_work(r);
    case 504:
        return may_fail_as_work(r) || (r->operation && !r->operation->quick);
    default:
        return true;
    }
}

static struct described fields_of(const struct route *r, const struct settings *s)
{
    const struct adapter *a = r->adapter;
    struct described d = {.rules = r->rules, .settings = s};
    if (r->operation) {
        d.rules = r->operation->rules;
        d.task = r->operation->task;
    }
    if (a && a->rules) {
        d.rules = a->rules;
        d.task = 0;
    }
    d.more = a ? a->more : NULL;
    return d;
}

/* The status of what was done. */
static int good_status(const struct route *r)
{
    int status = r->operation ? r->operation->status : r->status;
    return r->now == realtime_now ? 101 : status ? status : 200;
}

static json_t *good_response(const struct route *r, const struct described *d)
{
    const char *const *types = r->operation ? r->operation->types : r->types;
    json_t *list = types ? json_array() : openapi_types(d), *content = json_object(), *type;
    size_t i;
    for (; types && *types; types++)
        json_array_append_new(list, json_string(*types));
    json_array_foreach(list, i, type)
    {
        json_object_set_new(content, json_string_value(type), json_object());
    }
    json_decref(list);
    return json_pack("{ssso}", "description", status_phrase(good_status(r)), "content", content);
}

static json_t *plain_response(int status)
{
    return json_pack("{ss}", "description", status_phrase(status));
}

static json_t *responses_of(const struct route *r, const struct described *d, json_t *components)
{
    static const int errors[] = {
        400, 401, 403, 404, 408, 409, 411, 413, 415, 426, 429, 431, 500, 501, 503, 504};
    json_t *responses = json_object();
    char text[8];
    snprintf(text, sizeof text, "%d", good_status(r));
    json_object_set_new(responses, text,
        good_status(r) == 101 || good_status(r) == 204 ? plain_response(good_status(r))
                                                       : good_response(r, d));
    if (r->now == page_now)
        json_object_set_new(responses, "304", plain_response(304));
    if (r->operation && r->operation->measure)
        json_object_set_new(responses, "202",
            json_pack("{sss{s{}}}", "description", "Accepted: a job, where Prefer asks for one",
                "content", "application/json"));
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (!may_answer(r, errors[i]))
            continue;
        snprintf(text, sizeof text, "%d", errors[i]);
        json_object_set_new(responses, text, error_response(components, r->dialect, errors[i]));
    }
    return responses;
}

static json_t *body_of(const struct route *r, const struct described *d)
{
    bool file;
    const char *const *types = r->adapter ? r->adapter->types : NULL;
    json_t *content = json_object();
    json_t *schema = types ? json_pack("{ss}", "type", "string") : openapi_body(d, &file);
    for (const char *const *t = types; t && *t; t++)
        json_object_set_new(content, *t, json_pack("{sO}", "schema", schema));
    if (!types && !file)
        json_object_set_new(content, "application/json", json_pack("{sO}", "schema", schema));
    if (!types)
        json_object_set_new(content, "multipart/form-data", json_pack("{sO}", "schema", schema));
    json_decref(schema);
    return json_pack("{sbso}", "required", (int)!r->bare, "content", content);
}

static void add_path_parameters(json_t *list, const char *path)
{
    for (const char *c = strchr(path, '{'); c; c = strchr(c + 1, '{')) {
        size_t n = strcspn(c + 1, "}");
        json_array_append_new(list, json_pack("{ss%sssbs{sssi}}", "name", c + 1, n, "in", "path",
                                        "required", 1, "schema", "type", "string", "minLength", 1));
    }
}

/* What may be said besides the fields, and is the same for many. */
static void add_common_parameters(json_t *list, const struct route *r)
{
    static const struct field_rule azure[] = {
        RULE_OWN("api-version", SHAPE_TEXT, "makes no difference"), RULE_END};
    static const struct field_rule jobs[] = {
        RULE_OWN("Prefer", SHAPE_TEXT, "respond-async: keep it as a job, with a data folder"),
        RULE_OWN("Idempotency-Key", SHAPE_TEXT, "the same makes no second job"),
        RULE_OWN("X-Inhouse-Webhook", SHAPE_TEXT, "address that is told when the job ends"),
        RULE_END};
    static const struct field_rule batches[] = {
        RULE_OWN("Idempotency-Key", SHAPE_TEXT, "the same makes no second batch"),
        RULE_OWN("X-Inhouse-Webhook", SHAPE_TEXT, "address that is told when the batch ends"),
        RULE_END};
    struct described d = {.rules = azure};
    if (r->dialect == &dialect_azure)
        openapi_parameters(list, &d, "query");
    d.rules = jobs;
    if (r->operation && r->operation->measure)
        openapi_parameters(list, &d, "header");
    d.rules = batches;
    if (r->operation == &operation_batch_new)
        openapi_parameters(list, &d, "header");
    d.rules = r->adapter ? r->adapter->headers : NULL;
    openapi_parameters(list, &d, "header");
}

static json_t *security_of(const struct route *r)
{
    if (r->open)
        return json_array();
    return json_pack("[{s[]}{s[]}]", "bearer", "key");
}

static json_t *describe(const struct route *r, const struct settings *s, json_t *components)
{
    struct described d = fields_of(r, s);
    json_t *parameters = json_array();
    const char *about = r->operation ? r->operation->about : r->about;
    json_t *json = json_pack("{sos[s]so}", "operationId", operation_id(r), "tags", r->dialect->name,
        "security", security_of(r));
    if (about)
        json_object_set_new(json, "summary", json_string(about));
    add_path_parameters(parameters, r->path);
    if (!has_body(r))
        openapi_parameters(parameters, &d, "query");
    add_common_parameters(parameters, r);
    if (json_array_size(parameters))
        json_object_set(json, "parameters", parameters);
    json_decref(parameters);
    if (has_body(r))
        json_object_set_new(json, "requestBody", body_of(r, &d));
    json_object_set_new(json, "responses", responses_of(r, &d, components));
    return json;
}

static json_t *components_new(void)
{
    json_t *schemes = json_pack("{s{ssss}s{ssssss}}", "bearer", "type", "http", "scheme", "bearer",
        "key", "type", "apiKey", "in", "header", "name", "api-key");
    return json_pack("{sos{}s{}}", "securitySchemes", schemes, "schemas", "responses");
}

static void add_route(json_t *paths, const struct route *r, const struct settings *s, json_t *c)
{
    char method[12];
    json_t *path = json_object_get(paths, r->path);
    if (!path) {
        path = json_object();
        json_object_set_new(paths, r->path, path);
    }
    snprintf(method, sizeof method, "%s", r->method);
    for (char *m = method; *m; m++)
        *m = (char)tolower((unsigned char)*m);
    json_object_set_new(path, method, describe(r, s, c));
}

bool openapi_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    int count;
    const struct route *table = routes_table(&count);
    json_t *paths = json_object(), *components = components_new();
    (void)path, (void)form, (void)p;
    for (int i = 0; i < count; i++)
        add_route(paths, &table[i], host->settings, components);
    answer_json(a, 200,
        json_pack("{sss{ssssss}s[{ss}]soso}", "openapi", "3.1.0", "info", "title", "inhouse",
            "version", host->version ? host->version : "0", "summary",
            "Speech to text, text to speech and text to pictures on one's own machines", "servers",
            "url", "/", "paths", paths, "components", components));
    return true;
}
