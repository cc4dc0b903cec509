/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/json.h"

#include <string.h>

/* Text that came from outside may be none, or cut inside a character. */
static json_t *text_json(const char *text)
{
    json_t *json = json_string(text);
    for (size_t n = strlen(text); !json && n > 0;)
        json = json_stringn(text, --n);
    return json ? json : json_null();
}

static json_t *time_json(int64_t at)
{
    return at ? json_integer((json_int_t)at) : json_null();
}

static json_t *names_json(const char *list)
{
    if (!*list)
        return json_null(); /* all */
    json_t *json = json_array();
    for (const char *p = list; *p; p += strcspn(p, "\n") + 1)
        json_array_append_new(json, json_stringn(p, strcspn(p, "\n")));
    return json;
}

static json_t *quotas_json(const struct key *k)
{
    json_t *list = json_array();
    for (int u = 0; u < UNITS; u++)
        for (int w = 0; w < SPANS; w++)
            if (k->quota[u][w] > 0)
                json_array_append_new(
                    list, json_pack("{ss ss sf}", "unit", unit_name((enum unit)u), "span",
                              span_name((enum span)w), "amount", k->quota[u][w]));
    return list;
}

json_t *key_json(const struct store *s, const struct key *k)
{
    return json_pack("{ss ss ss sb so so so so so so}", "name", k->name, "begins", k->hint, "state",
        key_state(s, k), "admin", (int)k->admin, "models", names_json(k->models), "voices",
        names_json(k->voices), "quotas", quotas_json(k), "created", time_json(k->created),
        "expires", time_json(k->expires), "used", time_json(k->used));
}

/* A whole number is written as one. */
static json_t *amount_json(double x)
{
    return x < 9e15 && x == (double)(json_int_t)x ? json_integer((json_int_t)x) : json_real(x);
}

json_t *deployment_json(const struct deployment *d)
{
    json_t *json =
        json_pack("{ss ss ss}", "object", "deployment", "name", d->name, "model", d->model);
    for (int l = 0; json && l < LIMITS; l++)
        json_object_set_new(json, limit_name((enum deployment_limit)l),
            d->limit[l] > 0 ? amount_json(d->limit[l]) : json_null());
    if (json) {
        json_object_set_new(json, "created", time_json(d->created));
        json_object_set_new(json, "changed", time_json(d->changed));
    }
    return json;
}

json_t *usage_json(const struct usage_row *row)
{
    char day[16] = "";
    if (row->day >= 0)
        day_text(row->day, day);
    return json_pack("{so so so ss so}", "day", *day ? json_string(day) : json_null(), "key",
        *row->name ? json_string(row->name) : json_null(), "model",
        *row->model ? json_string(row->model) : json_null(), "unit", unit_name(row->unit), "amount",
        amount_json(row->amount));
}

json_t *file_json(const struct file_row *f)
{
    return json_pack("{ss ss sI sI so so ss ss}", "id", f->id, "object", "file", "bytes",
        (json_int_t)f->bytes, "created_at", (json_int_t)f->created, "expires_at",
        time_json(f->expires), "filename", text_json(f->name), "purpose", f->purpose, "status",
        "processed");
}

json_t *job_json(const struct job_row *r)
{
    json_t *json = json_pack("{ss ss ss ss so so so so}", "id", r->id, "object", "job", "operation",
        r->operation, "status", job_state_name(r->state), "created_at", time_json(r->created),
        "started_at", time_json(r->started), "ended_at", time_json(r->ended), "idempotency_key",
        *r->once ? json_string(r->once) : json_null());
    if (json && r->state == JOB_RUNNING && r->cancel)
        json_object_set_new(json, "cancelling", json_true());
    if (json && r->state >= JOB_SUCCEEDED && r->status)
        json_object_set_new(json, "result",
            json_pack(
                "{si ss sI}", "status", r->status, "type", r->type, "bytes", (json_int_t)r->bytes));
    return json;
}

static json_t *id_json(const char *id)
{
    return *id ? json_string(id) : json_null();
}

/* JSON that was written by us; null for "". */
static json_t *kept_json(const char *text)
{
    json_t *json = *text ? json_loads(text, 0, NULL) : NULL;
    return json ? json : json_null();
}

static json_t *faults_json(const struct batch_row *r)
{
    if (!*r->faults)
        return json_null();
    return json_pack("{ss so}", "object", "list", "data", kept_json(r->faults));
}

json_t *batch_json(const struct batch_row *r)
{
    static const char *const ends[] = {"completed_at", "failed_at", "cancelled_at", "expired_at"};
    json_t *json = json_pack("{ss ss ss so ss ss ss so so sI so sI so so}", "id", r->id, "object",
        "batch", "endpoint", r->endpoint, "errors", faults_json(r), "input_file_id", r->input,
        "completion_window", "24h", "status", batch_state_name(r->state), "output_file_id",
        id_json(r->output), "error_file_id", id_json(r->errors), "created_at",
        (json_int_t)r->created, "in_progress_at", time_json(r->begun), "expires_at",
        (json_int_t)r->expires, "finalizing_at", time_json(r->finalizing), "cancelling_at",
        time_json(r->cancelling));
    for (int i = 0; json && i < 4; i++)
        json_object_set_new(
            json, ends[i], time_json((int)r->state == (int)BATCH_COMPLETED + i ? r->ended : 0));
    if (json) {
        json_object_set_new(json, "request_counts",
            json_pack("{sI sI sI}", "total", (json_int_t)r->total, "completed",
                (json_int_t)r->completed, "failed", (json_int_t)r->failed));
        json_object_set_new(json, "metadata", kept_json(r->metadata));
    }
    return json;
}

bool usage_read_by(const char *text, unsigned *by)
{
    static const struct {
        const char *name;
        enum usage_by by;
    } known[] = {{"day", BY_DAY}, {"key", BY_KEY}, {"model", BY_MODEL}};
    *by = 0;
    while (*text) {
        size_t n = strcspn(text, ","), i = 0;
        for (; i < 3; i++)
            if (strlen(known[i].name) == n && strncmp(text, known[i].name, n) == 0)
                break;
        if (i == 3)
            return false;
        *by |= (unsigned)known[i].by;
        text += n + (text[n] == ',');
    }
    return true;
}
