/* SPDX-License-Identifier: Apache-2.0 */
#include "server/routes.h"

#include "server/azure.h"
#include "server/fields.h"
#include "server/metrics.h"
#include "server/openapi.h"
#include "server/operations.h"
#include "server/page.h"
#include "server/realtime.h"

#include <stdio.h>
#include <string.h>

static bool health(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)host, (void)path, (void)form, (void)p;
    answer_json(a, 200, json_pack("{ss}", "status", "ok"));
    return true;
}

/* Ready as soon as one of the three tasks can be done. */
static bool ready(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    bool transcribe = depot_can(host->depot, IH_TRANSCRIBE),
         speak = depot_can(host->depot, IH_SPEAK), draw = depot_can(host->depot, IH_DRAW);
    (void)path, (void)form;
    if (!transcribe && !speak && !draw)
        return problem_set(p, 503, "not_ready", NULL, "no model could be opened");
    answer_json(a, 200,
        json_pack("{sssbsbsb}", "status", "ready", "transcribe", transcribe, "speak", speak, "draw",
            draw));
    return true;
}

/* OpenAI's fields, and: root, the model that the name stands for; tasks, where they are known. */
static json_t *model_json(const struct depot *d, int i, const char *name, int64_t created)
{
    static const struct {
        enum ih_task task;
        const char *name;
    } names[] = {{IH_TRANSCRIBE, "transcribe"}, {IH_SPEAK, "speak"}, {IH_DRAW, "draw"}};
    unsigned tasks;
    const char *root = depot_stands_for(d, i, &tasks);
    json_t *list = tasks ? json_array() : NULL;
    for (size_t t = 0; list && t < sizeof names / sizeof *names; t++)
        if (tasks & names[t].task)
            json_array_append_new(list, json_string(names[t].name));
    return json_pack("{sssssIssssso*}", "id", name, "object", "model", "created",
        (json_int_t)created, "owned_by", "inhouse", "root", root, "tasks", list);
}

static bool models(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    json_t *list = json_array();
    const char *name;
    int64_t created;
    (void)path, (void)form, (void)p;
    for (int i = 0; (name = depot_name(host->depot, i, &created)); i++)
        json_array_append_new(list, model_json(host->depot, i, name, created));
    answer_json(a, 200, json_pack("{ssso}", "object", "list", "data", list));
    return true;
}

static bool model(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    const char *wanted = strrchr(path, '/') + 1, *name;
    int64_t created;
    (void)form;
    for (int i = 0; (name = depot_name(host->depot, i, &created)); i++)
        if (strcmp(name, wanted) == 0) {
            answer_json(a, 200, model_json(host->depot, i, name, created));
            return true;
        }
    return problem_set(
        p, 404, "model_not_found", "model", "the model '%.100s' does not exist here", wanted);
}

#define KEPT(o)     .dialect = &dialect_openai, .operation = &o, .kept = true
#define AZURE(o, a) .dialect = &dialect_azure, .operation = &o, .adapter = &a

/* clang-format off */
static const char *const types_text[] = {"text/plain", NULL};
static const char *const types_page[] = {"text/html", "text/css", "text/javascript", "image/svg+xml", NULL};
static const struct field_rule voices_rules[] = {
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"), RULE_END};
static const struct field_rule realtime_rules[] = {
    RULE_OWN("intent", SHAPE_TEXT, "transcription"), RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models"),
    RULE_OWN("deployment", SHAPE_TEXT, "the same"), RULE_END};
static const struct route table[] = {
    {.method = "GET", .path = "/healthz", .dialect = &dialect_openai, .now = health, .open = true, .about = "The program runs."},
    {.method = "GET", .path = "/readyz", .dialect = &dialect_openai, .now = ready, .open = true, .about = "There is something that it can do."},
    {.method = "GET", .path = "/openapi.json", .dialect = &dialect_openai, .now = openapi_now, .about = "This description."},
    {.method = "GET", .path = "/metrics", .dialect = &dialect_openai, .now = metrics_now, .admin = true, .watch = true, .about = "The server in numbers, for Prometheus.", .types = types_text},
    {.method = "GET", .path = "/", .dialect = &dialect_openai, .now = page_now, .open = true, .about = "The page.", .types = types_page},
    {.method = "GET", .path = "/page/{file}", .dialect = &dialect_openai, .now = page_now, .open = true, .about = "The page's files.", .types = types_page},
    {.method = "GET", .path = "/v1/models", .dialect = &dialect_openai, .now = models, .about = "Models that requests may name."},
    {.method = "GET", .path = "/v1/models/{model}", .dialect = &dialect_openai, .now = model, .about = "One of them."},
    {.method = "POST", .path = "/v1/audio/transcriptions", .dialect = &dialect_openai, .operation = &operation_transcribe},
    {.method = "POST", .path = "/v1/audio/translations", .dialect = &dialect_openai, .operation = &operation_translate},
    {.method = "GET", .path = "/v1/audio/voices", .dialect = &dialect_openai, .now = voices_now, .about = "Voices that a model has.", .rules = voices_rules},
    {.method = "POST", .path = "/v1/audio/speech", .dialect = &dialect_openai, .operation = &operation_speak},
    {.method = "POST", .path = "/v1/images/generations", .dialect = &dialect_openai, .operation = &operation_draw},
    {.method = "POST", .path = "/v1/images/edits", .dialect = &dialect_openai, .operation = &operation_edit},
    {.method = "GET", .path = "/v1/jobs", KEPT(operation_jobs)},
    {.method = "GET", .path = "/v1/jobs/{id}", KEPT(operation_job)},
    {.method = "GET", .path = "/v1/jobs/{id}/result", KEPT(operation_job_result)},
    {.method = "DELETE", .path = "/v1/jobs/{id}", KEPT(operation_job_end)},
    {.method = "POST", .path = "/v1/files", KEPT(operation_file_new)},
    {.method = "GET", .path = "/v1/files", KEPT(operation_files)},
    {.method = "GET", .path = "/v1/files/{id}", KEPT(operation_file)},
    {.method = "GET", .path = "/v1/files/{id}/content", KEPT(operation_file_content)},
    {.method = "DELETE", .path = "/v1/files/{id}", KEPT(operation_file_end)},
    {.method = "GET", .path = "/v1/usage", KEPT(operation_usage_own)},
    {.method = "GET", .path = "/v1/admin/usage", KEPT(operation_usage_all), .admin = true},
    {.method = "GET", .path = "/v1/admin/keys", KEPT(operation_keys), .admin = true},
    {.method = "POST", .path = "/v1/admin/keys", KEPT(operation_key_new), .admin = true},
    {.method = "DELETE", .path = "/v1/admin/keys/{name}", KEPT(operation_key_end), .admin = true},

    {.method = "GET", .path = "/v1/realtime", .dialect = &dialect_openai, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},

    {.method = "GET", .path = "/openai/realtime", .dialect = &dialect_azure, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},
    {.method = "GET", .path = "/mai/v1/realtime", .dialect = &dialect_azure, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},
    {.method = "GET", .path = "/openai/models", .dialect = &dialect_azure, .now = models, .about = "Models that requests may name."},
    {.method = "GET", .path = "/openai/models/{model}", .dialect = &dialect_azure, .now = model, .about = "One of them."},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/transcriptions", AZURE(operation_transcribe, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/translations", AZURE(operation_translate, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/speech", AZURE(operation_speak, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/images/generations", AZURE(operation_draw, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/images/edits", AZURE(operation_edit, azure_deployment)},
    {.method = "POST", .path = "/speechtotext/transcriptions:transcribe", AZURE(operation_recognize, azure_transcription)},
    {.method = "POST", .path = "/cognitiveservices/v1", AZURE(operation_speak, azure_speech)},
    {.method = "GET", .path = "/cognitiveservices/voices/list", .dialect = &dialect_azure, .now = azure_voices, .about = "Voices that there are."},
    {.method = "POST", .path = "/mai/v1/images/generations", AZURE(operation_draw, azure_picture)},
    {.method = "POST", .path = "/mai/v1/images/edits", AZURE(operation_edit, azure_picture)},
};
/* clang-format on */

const struct route *routes_table(int *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

static bool matches(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        if (*pattern == '{') {
            size_t n = strcspn(path, "/");
            if (n == 0)
                return false;
            path += n;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == 0 && *path == 0;
}

void route_item(const struct route *r, const char *path, char *buf, size_t size)
{
    const char *brace = strchr(r->path, '{');
    const char *piece = brace ? path + (brace - r->path) : "";
    snprintf(buf, size, "%.*s", (int)strcspn(piece, "/"), piece);
}

static void add_method(char allow[64], const char *method)
{
    size_t n = strlen(allow);
    snprintf(allow + n, 64 - n, "%s%s", n ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        add_method(allow, "HEAD");
}

/* For addresses at which there is nothing. */
static const struct dialect *dialect_of(const char *path)
{
    static const char *const azure[] = {
        "/openai/", "/speechtotext/", "/cognitiveservices/", "/mai/"};
    for (size_t i = 0; i < sizeof azure / sizeof *azure; i++)
        if (strncmp(path, azure[i], strlen(azure[i])) == 0)
            return &dialect_azure;
    return &dialect_openai;
}

const struct route *route_find(const char *method, const char *path, const struct dialect **dialect,
    char allow[64], struct problem *problem)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    *dialect = dialect_of(path);
    *allow = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!matches(table[i].path, path))
            continue;
        *dialect = table[i].dialect;
        if (strcmp(table[i].method, wanted) == 0)
            return &table[i];
        add_method(allow, table[i].method);
    }
    if (*allow)
        problem_set(problem, 405, "method_not_allowed", NULL, "%s %.200s is not possible; %s is",
            method, path, allow);
    else
        problem_set(
            problem, 404, "unknown_url", NULL, "there is nothing at %s %.200s", method, path);
    return NULL;
}
