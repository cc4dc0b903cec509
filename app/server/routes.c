/* SPDX-License-Identifier: Apache-2.0 */
#include "server/routes.h"

#include "server/azure.h"
#include "server/deploy.h"
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

/* Ready as soon as one of the tasks can be done. */
static bool ready(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    bool transcribe = depot_can(host->depot, IH_TRANSCRIBE),
         speak = depot_can(host->depot, IH_SPEAK), draw = depot_can(host->depot, IH_DRAW),
         chat = depot_can(host->depot, IH_CHAT);
    (void)path, (void)form;
    if (!transcribe && !speak && !draw && !chat)
        return problem_set(p, 503, "not_ready", NULL, "no model could be opened");
    answer_json(a, 200,
        json_pack("{sssbsbsbsb}", "status", "ready", "transcribe", transcribe, "speak", speak,
            "draw", draw, "chat", chat));
    return true;
}

static void add_number(json_t *json, const char *name, int64_t n)
{
    if (n > 0)
        json_object_set_new(json, name, json_integer(n));
}

static void add_facts(json_t *json, const struct ih_model_facts *f)
{
    if (*f->family)
        json_object_set_new(json, "family", json_string(f->family));
    if (*f->numbers)
        json_object_set_new(json, "numbers", json_string(f->numbers));
    add_number(json, "weights", f->weights);
    add_number(json, "bytes", f->bytes);
    add_number(json, "context", f->context);
    add_number(json, "vocabulary", f->vocabulary);
}

/* OpenAI's fields, and: root, the model that the name stands for; tasks, where they are known; what
 * the model's files say. */
static json_t *model_json(const struct offered *o)
{
    static const struct {
        enum ih_task task;
        const char *name;
    } names[] = {
        {IH_TRANSCRIBE, "transcribe"}, {IH_SPEAK, "speak"}, {IH_DRAW, "draw"}, {IH_CHAT, "chat"}};
    json_t *list = o->tasks ? json_array() : NULL;
    for (size_t t = 0; list && t < sizeof names / sizeof *names; t++)
        if (o->tasks & names[t].task)
            json_array_append_new(list, json_string(names[t].name));
    json_t *json = json_pack("{sssssIssssso*}", "id", o->name, "object", "model", "created",
        (json_int_t)o->created, "owned_by", o->host ? o->host : "inhouse", "root", o->root, "tasks",
        list);
    add_facts(json, &o->facts);
    return json;
}

static void add_model(void *list, const struct offered *o)
{
    json_array_append_new(list, model_json(o));
}

static bool models(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    json_t *list = json_array();
    (void)path, (void)form;
    if (!deploy_each(host, add_model, list, p)) {
        json_decref(list);
        return false;
    }
    answer_json(a, 200, json_pack("{ssso}", "object", "list", "data", list));
    return true;
}

struct wanted_model {
    const char *name;
    json_t *json;
};

static void take_wanted(void *wanted, const struct offered *o)
{
    struct wanted_model *w = wanted;
    if (!w->json && strcmp(o->name, w->name) == 0)
        w->json = model_json(o);
}

static bool model(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    struct wanted_model wanted = {.name = strrchr(path, '/') + 1};
    (void)form;
    if (!deploy_each(host, take_wanted, &wanted, p))
        return false;
    if (!wanted.json)
        return problem_set(p, 404, "model_not_found", "model",
            "the model '%.100s' does not exist here", wanted.name);
    answer_json(a, 200, wanted.json);
    return true;
}

/* What the key may do, so that a page shows no more than that. */
static bool own_key(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path, (void)p;
    answer_json(a, 200,
        json_pack("{ss sb sb}", "object", "key", "admin", (int)form->asked.admin, "keeps",
            host->store != NULL));
    return true;
}

#define KEPT(o)       .dialect = &dialect_openai, .operation = &o, .kept = true
#define AZURE(o, a)   .dialect = &dialect_azure, .operation = &o, .adapter = &a
#define AZURE_KEPT(o) .dialect = &dialect_azure, .operation = &o, .kept = true
#define PERSONA(o)    AZURE(o, azure_persona), .kept = true

/* clang-format off */
static const char *const types_text[] = {"text/plain", NULL};
static const char *const types_page[] = {"text/html", "text/css", "text/javascript", "image/svg+xml", NULL};
static const struct field_rule voices_rules[] = {
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"), RULE_END};
static const struct field_rule consent_rules[] = {
    RULE_OWN("who", SHAPE_TEXT, "the person's name"), RULE_OWN("company", SHAPE_TEXT, "who may use the voice"),
    RULE_OWN("language", SHAPE_TEXT, "of the sentence, such as de"), RULE_END};
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
    {.method = "GET", .path = "/v1/catalog", .dialect = &dialect_openai, .now = catalog_now, .about = "Models that there are for this program, here or not."},
    {.method = "POST", .path = "/v1/models/{model}/pull", .dialect = &dialect_openai, .now = pull_new_now, .admin = true, .about = "Fetches a model of the catalog.", .status = 202},
    {.method = "GET", .path = "/v1/models/{model}/pull", .dialect = &dialect_openai, .now = pull_now, .admin = true, .about = "How far a model on its way is."},
    {.method = "DELETE", .path = "/v1/models/{model}/pull", .dialect = &dialect_openai, .now = pull_end_now, .admin = true, .about = "Ends the fetching of a model."},
    {.method = "POST", .path = "/v1/models/hf:{owner}/{name}/pull", .dialect = &dialect_openai, .now = repo_new_now, .admin = true, .about = "Fetches a model of any repository of the hub.", .status = 202},
    {.method = "GET", .path = "/v1/models/hf:{owner}/{name}/pull", .dialect = &dialect_openai, .now = repo_now, .admin = true, .about = "How far a repository on its way is."},
    {.method = "DELETE", .path = "/v1/models/hf:{owner}/{name}/pull", .dialect = &dialect_openai, .now = repo_end_now, .admin = true, .about = "Ends the fetching of a repository."},
    {.method = "GET", .path = "/v1/key", .dialect = &dialect_openai, .now = own_key, .about = "What the key may do."},
    {.method = "POST", .path = "/v1/chat/completions", .dialect = &dialect_openai, .operation = &operation_chat},
    {.method = "POST", .path = "/v1/responses", .dialect = &dialect_openai, .operation = &operation_respond},
    {.method = "GET", .path = "/v1/responses/{id}", KEPT(operation_response)},
    {.method = "DELETE", .path = "/v1/responses/{id}", KEPT(operation_response_end)},
    {.method = "GET", .path = "/v1/responses/{id}/input_items", KEPT(operation_response_items)},
    {.method = "POST", .path = "/v1/audio/transcriptions", .dialect = &dialect_openai, .operation = &operation_transcribe},
    {.method = "POST", .path = "/v1/audio/translations", .dialect = &dialect_openai, .operation = &operation_translate},
    {.method = "GET", .path = "/v1/audio/voices", .dialect = &dialect_openai, .now = voices_now, .about = "Voices that a model has.", .rules = voices_rules},
    {.method = "POST", .path = "/v1/audio/voices", .dialect = &dialect_openai, .operation = &operation_profile_new, .admin = true},
    {.method = "DELETE", .path = "/v1/audio/voices/{name}", .dialect = &dialect_openai, .now = voice_end_now, .admin = true, .about = "Deletes a voice profile."},
    {.method = "GET", .path = "/v1/audio/voice_consents", .dialect = &dialect_openai, .now = consent_now, .about = "The sentence in which a person allows a voice.", .rules = consent_rules},
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
    {.method = "POST", .path = "/v1/batches", KEPT(operation_batch_new)},
    {.method = "GET", .path = "/v1/batches", KEPT(operation_batches)},
    {.method = "GET", .path = "/v1/batches/{id}", KEPT(operation_batch)},
    {.method = "POST", .path = "/v1/batches/{id}/cancel", KEPT(operation_batch_cancel), .bare = true},
    {.method = "GET", .path = "/v1/usage", KEPT(operation_usage_own)},
    {.method = "GET", .path = "/v1/admin/usage", KEPT(operation_usage_all), .admin = true},
    {.method = "GET", .path = "/v1/admin/keys", KEPT(operation_keys), .admin = true},
    {.method = "POST", .path = "/v1/admin/keys", KEPT(operation_key_new), .admin = true},
    {.method = "DELETE", .path = "/v1/admin/keys/{name}", KEPT(operation_key_end), .admin = true},

    {.method = "GET", .path = "/v1/deployments", KEPT(operation_deployments), .admin = true},
    {.method = "GET", .path = "/v1/deployments/{name}", KEPT(operation_deployment), .admin = true},
    {.method = "PUT", .path = "/v1/deployments/{name}", KEPT(operation_deployment_put), .admin = true},
    {.method = "DELETE", .path = "/v1/deployments/{name}", KEPT(operation_deployment_end), .admin = true},

    {.method = "GET", .path = "/v1/realtime", .dialect = &dialect_openai, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},

    {.method = "GET", .path = "/openai/realtime", .dialect = &dialect_azure, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},
    {.method = "GET", .path = "/mai/v1/realtime", .dialect = &dialect_azure, .now = realtime_now, .about = "Live transcription over WebSocket.", .rules = realtime_rules},
    {.method = "GET", .path = "/openai/models", .dialect = &dialect_azure, .now = models, .about = "Models that requests may name."},
    {.method = "GET", .path = "/openai/models/{model}", .dialect = &dialect_azure, .now = model, .about = "One of them."},
    {.method = "POST", .path = "/openai/deployments/{name}/chat/completions", AZURE(operation_chat, azure_deployment)},
    {.method = "POST", .path = "/openai/v1/responses", .dialect = &dialect_azure, .operation = &operation_respond},
    {.method = "GET", .path = "/openai/v1/responses/{id}", AZURE_KEPT(operation_response)},
    {.method = "DELETE", .path = "/openai/v1/responses/{id}", AZURE_KEPT(operation_response_end)},
    {.method = "GET", .path = "/openai/v1/responses/{id}/input_items", AZURE_KEPT(operation_response_items)},
    {.method = "GET", .path = "/openai/v1/models", .dialect = &dialect_azure, .now = models, .about = "Models that requests may name."},
    {.method = "GET", .path = "/openai/v1/models/{model}", .dialect = &dialect_azure, .now = model, .about = "One of them."},
    {.method = "POST", .path = "/openai/v1/chat/completions", .dialect = &dialect_azure, .operation = &operation_chat},
    {.method = "POST", .path = "/openai/v1/audio/transcriptions", .dialect = &dialect_azure, .operation = &operation_transcribe},
    {.method = "POST", .path = "/openai/v1/audio/translations", .dialect = &dialect_azure, .operation = &operation_translate},
    {.method = "POST", .path = "/openai/v1/audio/speech", .dialect = &dialect_azure, .operation = &operation_speak},
    {.method = "POST", .path = "/openai/v1/images/generations", .dialect = &dialect_azure, .operation = &operation_draw},
    {.method = "POST", .path = "/openai/v1/images/edits", .dialect = &dialect_azure, .operation = &operation_edit},
    {.method = "POST", .path = "/openai/v1/files", AZURE_KEPT(operation_file_new)},
    {.method = "GET", .path = "/openai/v1/files", AZURE_KEPT(operation_files)},
    {.method = "GET", .path = "/openai/v1/files/{id}", AZURE_KEPT(operation_file)},
    {.method = "GET", .path = "/openai/v1/files/{id}/content", AZURE_KEPT(operation_file_content)},
    {.method = "DELETE", .path = "/openai/v1/files/{id}", AZURE_KEPT(operation_file_end)},
    {.method = "POST", .path = "/openai/v1/batches", AZURE(operation_batch_new, azure_batch), .kept = true},
    {.method = "GET", .path = "/openai/v1/batches", AZURE_KEPT(operation_batches)},
    {.method = "GET", .path = "/openai/v1/batches/{id}", AZURE_KEPT(operation_batch)},
    {.method = "POST", .path = "/openai/v1/batches/{id}/cancel", AZURE_KEPT(operation_batch_cancel), .bare = true},
    {.method = "POST", .path = "/openai/responses", .dialect = &dialect_azure, .operation = &operation_respond},
    {.method = "GET", .path = "/openai/responses/{id}", AZURE_KEPT(operation_response)},
    {.method = "DELETE", .path = "/openai/responses/{id}", AZURE_KEPT(operation_response_end)},
    {.method = "GET", .path = "/openai/responses/{id}/input_items", AZURE_KEPT(operation_response_items)},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/transcriptions", AZURE(operation_transcribe, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/translations", AZURE(operation_translate, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/audio/speech", AZURE(operation_speak, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/images/generations", AZURE(operation_draw, azure_deployment)},
    {.method = "POST", .path = "/openai/deployments/{name}/images/edits", AZURE(operation_edit, azure_deployment)},
    {.method = "POST", .path = "/openai/files", AZURE_KEPT(operation_file_new)},
    {.method = "GET", .path = "/openai/files", AZURE_KEPT(operation_files)},
    {.method = "GET", .path = "/openai/files/{id}", AZURE_KEPT(operation_file)},
    {.method = "GET", .path = "/openai/files/{id}/content", AZURE_KEPT(operation_file_content)},
    {.method = "DELETE", .path = "/openai/files/{id}", AZURE_KEPT(operation_file_end)},
    {.method = "POST", .path = "/openai/batches", AZURE(operation_batch_new, azure_batch), .kept = true},
    {.method = "GET", .path = "/openai/batches", AZURE_KEPT(operation_batches)},
    {.method = "GET", .path = "/openai/batches/{id}", AZURE_KEPT(operation_batch)},
    {.method = "POST", .path = "/openai/batches/{id}/cancel", AZURE_KEPT(operation_batch_cancel), .bare = true},
    {.method = "POST", .path = "/speechtotext/transcriptions:transcribe", AZURE(operation_recognize, azure_transcription)},
    {.method = "POST", .path = "/cognitiveservices/v1", AZURE(operation_speak, azure_speech)},
    {.method = "GET", .path = "/cognitiveservices/voices/list", .dialect = &dialect_azure, .now = azure_voices, .about = "Voices that there are."},
    {.method = "GET", .path = "/customvoice/projects", PERSONA(operation_personas)},
    {.method = "GET", .path = "/customvoice/consents", PERSONA(operation_personas)},
    {.method = "GET", .path = "/customvoice/personalvoices", PERSONA(operation_personas)},
    {.method = "GET", .path = "/customvoice/projects/{id}", PERSONA(operation_persona)},
    {.method = "GET", .path = "/customvoice/consents/{id}", PERSONA(operation_persona)},
    {.method = "GET", .path = "/customvoice/personalvoices/{id}", PERSONA(operation_persona)},
    {.method = "DELETE", .path = "/customvoice/projects/{id}", PERSONA(operation_persona_end)},
    {.method = "DELETE", .path = "/customvoice/consents/{id}", PERSONA(operation_persona_end)},
    {.method = "DELETE", .path = "/customvoice/personalvoices/{id}", PERSONA(operation_persona_end)},
    {.method = "PUT", .path = "/customvoice/projects/{id}", PERSONA(operation_project_new)},
    {.method = "POST", .path = "/customvoice/consents/{id}", PERSONA(operation_consent_new)},
    {.method = "POST", .path = "/customvoice/personalvoices/{id}", PERSONA(operation_voice_new)},
    {.method = "POST", .path = "/mai/v1/chat/completions", .dialect = &dialect_azure, .operation = &operation_chat},
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
    const char *brace = strchr(r->path, '{'), *end = strrchr(r->path, '}');
    const char *piece = brace ? path + (brace - r->path) : "";
    size_t behind = end ? strlen(end + 1) : 0, n = strlen(piece) - behind;
    snprintf(buf, size, "%.*s", n < size ? (int)n : 0, piece);
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
        "/openai/", "/speechtotext/", "/cognitiveservices/", "/mai/", "/customvoice/"};
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
