/* SPDX-License-Identifier: Apache-2.0 */
#include "server/batch_line.h"

#include "server/access.h"
#include "server/deploy.h"
#include "server/kept.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const line_endpoints[] = {"/v1/audio/transcriptions", "/v1/audio/translations",
    "/v1/audio/speech", "/v1/images/generations", "/v1/images/edits", "/v1/chat/completions",
    "/v1/responses", NULL};

const struct operation *line_operation(const char *url)
{
    /* In the order of the addresses. */
    static const struct operation *const operations[] = {&operation_transcribe,
        &operation_translate, &operation_speak, &operation_draw, &operation_edit, &operation_chat,
        &operation_respond};
    for (size_t i = 0; line_endpoints[i]; i++)
        if (strcmp(line_endpoints[i], url) == 0)
            return operations[i];
    return NULL;
}

char *line_to_text(
    const struct batch_row *b, int64_t at, size_t bytes, const char *code, const char *fault)
{
    json_t *json =
        json_pack("{ss ss sI sI ss* so*}", "batch", b->id, "url", b->endpoint, "at", (json_int_t)at,
            "bytes", (json_int_t)bytes, "code", code, "fault", fault ? problem_text(fault) : NULL);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

static const char *text_at(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

/* The line as JSON, a new reference; null fills in the problem. */
static json_t *load_line(struct store *s, const json_t *place, struct problem *p)
{
    char name[BLOB_NAME], path[4200];
    struct ih_error e = {0};
    struct spool *lines = NULL;
    json_error_t why = {.text = ""};
    json_t *json = NULL;
    int64_t at = json_integer_value(json_object_get(place, "at"));
    size_t bytes = (size_t)json_integer_value(json_object_get(place, "bytes"));
    char *text = malloc(bytes + 1);
    snprintf(name, sizeof name, "%s.0", text_at(place, "batch"));
    if (text && store_blob_path(s, name, path, sizeof path) &&
        spool_open_file(&lines, path, &e) == IH_OK &&
        spool_read(lines, at, text, bytes) == (int64_t)bytes)
        json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
    else
        problem_set(p, 503, "unavailable", NULL, "the batch cannot be read now");
    if (!json && *why.text)
        problem_set(p, 400, "invalid_json_line", NULL, "the line is not JSON: %s", why.text);
    spool_close(&lines);
    free(text);
    return json;
}

/* Data as they stand in the line: "data:TYPE;base64,DATA". */
static bool add_data(struct form *f, const struct host *host, const char *folder, const char *name,
    const char *text, struct problem *p)
{
    enum { MEMORY = 256 << 10 };
    char type[128] = "";
    size_t bytes = 0, n = strcspn(text, ",");
    const char *data = text[n] ? text + n + 1 : text + n;
    size_t head = n > 12 ? n - 12 : 0; /* "data:" and ";base64" */
    struct ih_error e = {0};
    if (n < 12 || strncmp(text + n - 7, ";base64", 7) != 0)
        return problem_set(p, 400, "invalid_value", name,
            "%s is a data URI that does not begin as data:TYPE;base64,", name);
    snprintf(type, sizeof type, "%.*s", (int)(head < 100 ? head : 100), text + 5);
    unsigned char *raw = malloc(strlen(data) / 4 * 3 + 3);
    if (!raw)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    bool good = text_base64_read(raw, &bytes, data, strlen(data));
    if (!good)
        problem_set(p, 400, "invalid_value", name, "%s is not base64", name);
    else if (form_add_data(f, name,
                 &(struct form_data){"data", type, raw, bytes, folder, MEMORY,
                     (int64_t)host->settings->upload_megabytes << 20},
                 &e) != IH_OK)
        good = problem_from(p, &e);
    free(raw);
    return good;
}

static bool add_file(struct form *f, const struct host *host, const char *name, const char *id,
    int64_t owner, struct problem *p)
{
    char path[4200];
    struct file_row file;
    struct ih_error e = {0};
    if (file_find(host->store, id, owner, &file, &e) == IH_OK &&
        store_blob_path(host->store, file.id, path, sizeof path) &&
        form_add_file(f, name, file.name, file.type, path, &e) == IH_OK)
        return true;
    if (e.code != IH_NOT_FOUND)
        return problem_from(p, &e);
    return problem_set(p, 400, "file_not_found", name,
        "%s must be the id of a file that was uploaded, or a data URI; there is no file '%.60s'",
        name, id);
}

/* What a request in multipart/form-data would bring as a file. */
static bool add_uploads(
    struct form *f, const struct host *host, const char *folder, int64_t owner, struct problem *p)
{
    static const char *const names[] = {"file", "image", "mask"};
    bool good = true;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        for (int i = 0; good && i < f->fields; i++) {
            const struct field *x = &f->field[i];
            if (strcmp(x->name, names[n]) != 0)
                continue;
            if (x->kind != FIELD_TEXT)
                return problem_set(p, 400, "invalid_type", names[n],
                    "%s must be the id of a file that was uploaded, or a data URI", names[n]);
            good = strncmp(x->text, "data:", 5) == 0
                       ? add_data(f, host, folder, names[n], x->text, p)
                       : add_file(f, host, names[n], x->text, owner, p);
        }
        form_remove(f, names[n]);
    }
    return good;
}

/* "/v1/audio/speech", or, as Azure's clients write it, "/audio/speech". */
static bool is_for(const char *url, const char *endpoint)
{
    return strcmp(url, endpoint) == 0 || strcmp(url, strchr(endpoint + 1, '/')) == 0;
}

/* The line's own words, before those of its body. */
static bool check_line(const json_t *line, const char *endpoint, struct problem *p)
{
    const char *url = text_at(line, "url"), *method = text_at(line, "method");
    if (!json_is_object(line))
        return problem_set(p, 400, "invalid_json_line", NULL, "the line is not a JSON object");
    if (strcmp(method, "POST") != 0)
        return problem_set(p, 400, "invalid_method", "method", "the method must be POST");
    if (!is_for(url, endpoint))
        return problem_set(p, 400, "invalid_url", "url",
            "the batch is for %.60s; the line's url is '%.60s'", endpoint, url);
    return json_is_object(json_object_get(line, "body")) ||
           problem_set(p, 400, "invalid_request", "body", "the body must be a JSON object");
}

static bool read_body(struct form *form, const json_t *line, struct problem *p)
{
    struct ih_error e = {0};
    char *body = json_dumps(json_object_get(line, "body"), JSON_COMPACT);
    enum ih_status status = body ? form_read_json(form, body, strlen(body), &e)
                                 : explain(&e, IH_NO_MEMORY, "not enough memory");
    free(body);
    if (status == IH_INVALID || status == IH_BAD_DATA)
        return problem_set(p, 400, "invalid_body", NULL, "%s", e.text);
    return status == IH_OK || problem_from(p, &e);
}

/* As a request at the door: access.c, exchange.c. */
static bool admit(const struct host *host, const struct operation *operation, int64_t owner,
    const char *folder, struct form *form, struct problem *p)
{
    struct key k = {0};
    struct ih_error e = {0};
    if (owner && key_by_id(host->store, owner, &k, &e) != IH_OK)
        return problem_set(p, 503, "unavailable", NULL, "the key cannot be looked up now");
    if (owner && !key_is_valid(host->store, &k))
        return access_refuse_key(&k, p);
    int64_t sees = !owner || k.admin ? -1 : owner;
    return access_allows(&k, operation, form, p) && deploy_resolve(host, form, p) &&
           add_uploads(form, host, folder, sees, p) && operation->check(host, form, p) &&
           job_has_no_stream(form, p);
}

bool line_read(const struct host *host, const char *folder, const struct job_row *row,
    const char *text, struct form *form, const struct operation **operation, struct problem *p)
{
    json_t *place = json_loads(text, 0, NULL), *line = NULL;
    const char *fault = text_at(place, "fault"), *url = text_at(place, "url");
    *operation = line_operation(url);
    form->asked.key = row->owner;
    bool good = *operation || problem_set(p, 500, "internal_error", NULL, "the line is lost");
    if (good && *fault) {
        bool twice = strcmp(text_at(place, "code"), "duplicate_custom_id") == 0;
        good = problem_set(
            p, 400, twice ? "duplicate_custom_id" : "invalid_json_line", NULL, "%s", fault);
    }
    if (good)
        good = (line = load_line(host->store, place, p));
    good = good && check_line(line, url, p) && read_body(form, line, p) &&
           admit(host, *operation, row->owner, folder, form, p);
    json_decref(line);
    json_decref(place);
    return good;
}

static bool keep_text(struct store *s, const char *id, const char *text, size_t n)
{
    char name[BLOB_NAME];
    struct blob b;
    struct ih_error e;
    snprintf(name, sizeof name, "%s.result", id);
    return blob_begin(&b, s, name, &e) == IH_OK && blob_write(&b, text, n, &e) == IH_OK &&
           blob_finish(&b, &e) == IH_OK;
}

static bool keep_json(struct store *s, struct job_row *row, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    size_t n = text ? strlen(text) : 0;
    bool good = text && keep_text(s, row->id, text, n);
    json_decref(json);
    free(text);
    row->bytes = (int64_t)n;
    snprintf(row->type, sizeof row->type, "application/json");
    return good;
}

static bool keep_string(struct store *s, struct job_row *row, struct answer *a)
{
    size_t n = (size_t)answer_state(a).bytes;
    char *text = malloc(n + 1);
    bool good = text && answer_read(a, 0, text, n) == (int64_t)n &&
                keep_json(s, row, json_stringn(text, n));
    free(text);
    return good;
}

static bool keep_file(struct store *s, struct job_row *row, struct answer *a, struct file_row *file)
{
    const char *ending = strchr(row->type, '/');
    *file = (struct file_row){.owner = row->owner, .bytes = answer_state(a).bytes};
    snprintf(file->purpose, sizeof file->purpose, "batch_output");
    snprintf(file->type, sizeof file->type, "%s", row->type);
    snprintf(file->name, sizeof file->name, "%s.%s", row->id, ending ? ending + 1 : "bin");
    return id_new(file->id, "file-") && keep_answer(s, file->id, a) &&
           keep_json(s, row,
               json_pack("{ss ss sI}", "file_id", file->id, "content_type", file->type, "bytes",
                   (json_int_t)file->bytes));
}

bool line_keep(
    struct store *s, struct job_row *row, struct answer *a, struct file_row *file, bool *has_file)
{
    char name[BLOB_NAME];
    *has_file = false;
    snprintf(row->type, sizeof row->type, "%s", answer_type(a));
    if (strncmp(row->type, "application/json", 16) == 0) {
        snprintf(name, sizeof name, "%s.result", row->id);
        row->bytes = answer_state(a).bytes;
        return keep_answer(s, name, a);
    }
    if (strncmp(row->type, "text/", 5) == 0 || strstr(row->type, "subrip"))
        return keep_string(s, row, a);
    *has_file = keep_file(s, row, a, file);
    return *has_file;
}
