/* SPDX-License-Identifier: Apache-2.0 */
#include "server/routes.h"

#include "server/azure.h"
#include "server/operations.h"
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

static json_t *model_json(const char *name, int64_t created)
{
    return json_pack("{sssssIss}", "id", name, "object", "model", "created", (json_int_t)created,
        "owned_by", "inhouse");
}

static bool models(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    json_t *list = json_array();
    const char *name;
    int64_t created;
    (void)path, (void)form, (void)p;
    for (int i = 0; (name = depot_name(host->depot, i, &created)); i++)
        json_array_append_new(list, model_json(name, created));
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
            answer_json(a, 200, model_json(name, created));
            return true;
        }
    return problem_set(
        p, 404, "model_not_found", "model", "the model '%.100s' does not exist here", wanted);
}

/* clang-format off */
static const struct route table[] = {
    {"GET",  "/healthz", &dialect_openai, NULL, health, true, NULL},
    {"GET",  "/readyz", &dialect_openai, NULL, ready, true, NULL},
    {"GET",  "/v1/models", &dialect_openai, NULL, models, false, NULL},
    {"GET",  "/v1/models/{model}", &dialect_openai, NULL, model, false, NULL},
    {"POST", "/v1/audio/transcriptions", &dialect_openai, &operation_transcribe, NULL, false, NULL},
    {"POST", "/v1/audio/translations", &dialect_openai, &operation_translate, NULL, false, NULL},
    {"GET",  "/v1/audio/voices", &dialect_openai, NULL, voices_now, false, NULL},
    {"POST", "/v1/audio/speech", &dialect_openai, &operation_speak, NULL, false, NULL},
    {"POST", "/v1/images/generations", &dialect_openai, &operation_draw, NULL, false, NULL},
    {"POST", "/v1/images/edits", &dialect_openai, &operation_edit, NULL, false, NULL},

    {"GET",  "/v1/realtime", &dialect_openai, NULL, realtime_now, false, NULL},

    {"GET",  "/openai/realtime", &dialect_azure, NULL, realtime_now, false, NULL},
    {"GET",  "/mai/v1/realtime", &dialect_azure, NULL, realtime_now, false, NULL},
    {"GET",  "/openai/models", &dialect_azure, NULL, models, false, NULL},
    {"GET",  "/openai/models/{model}", &dialect_azure, NULL, model, false, NULL},
    {"POST", "/openai/deployments/{name}/audio/transcriptions", &dialect_azure,
        &operation_transcribe, NULL, false, &azure_deployment},
    {"POST", "/openai/deployments/{name}/audio/translations", &dialect_azure,
        &operation_translate, NULL, false, &azure_deployment},
    {"POST", "/openai/deployments/{name}/audio/speech", &dialect_azure,
        &operation_speak, NULL, false, &azure_deployment},
    {"POST", "/openai/deployments/{name}/images/generations", &dialect_azure,
        &operation_draw, NULL, false, &azure_deployment},
    {"POST", "/openai/deployments/{name}/images/edits", &dialect_azure,
        &operation_edit, NULL, false, &azure_deployment},
    {"POST", "/speechtotext/transcriptions:transcribe", &dialect_azure,
        &operation_recognize, NULL, false, &azure_transcription},
    {"POST", "/cognitiveservices/v1", &dialect_azure, &operation_speak, NULL, false, &azure_speech},
    {"GET",  "/cognitiveservices/voices/list", &dialect_azure, NULL, azure_voices, false, NULL},
    {"POST", "/mai/v1/images/generations", &dialect_azure, &operation_draw, NULL, false, &azure_picture},
    {"POST", "/mai/v1/images/edits", &dialect_azure, &operation_edit, NULL, false, &azure_picture},
};
/* clang-format on */

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
