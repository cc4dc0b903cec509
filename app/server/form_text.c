/* SPDX-License-Identifier: Apache-2.0 */
#include "server/kept.h"
#include "server/store/json.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

static json_t *fields_json(const struct form *f)
{
    json_t *list = json_array();
    for (int i = 0; i < f->fields; i++) {
        const struct field *x = &f->field[i];
        json_array_append_new(list, json_pack("[ss%i]", x->name, x->text, x->bytes, (int)x->kind));
    }
    return list;
}

static json_t *uploads_json(const struct form *f)
{
    json_t *list = json_array();
    for (int i = 0; i < f->uploads; i++) {
        const struct upload *x = &f->upload[i];
        json_array_append_new(list, json_pack("[sss]", x->name, x->filename, x->type));
    }
    return list;
}

char *form_to_text(const struct form *f)
{
    json_t *fields = fields_json(f), *uploads = uploads_json(f);
    /* What could not be packed is missing, and half a request is none. */
    bool whole = json_array_size(fields) == (size_t)f->fields &&
                 json_array_size(uploads) == (size_t)f->uploads;
    json_t *json =
        json_pack("{sb so so}", "typed", (int)f->typed, "fields", fields, "uploads", uploads);
    if (json && *f->asked.deployment.name)
        json_object_set_new(json, "deployment", deployment_json(&f->asked.deployment));
    char *text = json && whole ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

static enum ih_status read_field(struct form *f, json_t *x, struct ih_error *e)
{
    const char *name, *text;
    size_t bytes;
    int kind;
    if (json_unpack(x, "[ss%i]", &name, &text, &bytes, &kind) != 0 || kind < FIELD_TEXT ||
        kind > FIELD_JSON)
        return explain(e, IH_BAD_DATA, "a field of the job cannot be read");
    return form_add(f, name, text, bytes, (enum field_kind)kind, e);
}

static enum ih_status read_upload(
    struct form *f, json_t *x, struct store *s, const char *id, struct ih_error *e)
{
    const char *name, *filename, *type;
    char blob[BLOB_NAME], path[4200];
    snprintf(blob, sizeof blob, "%s.%d", id, f->uploads);
    if (json_unpack(x, "[sss]", &name, &filename, &type) != 0 ||
        !store_blob_path(s, blob, path, sizeof path))
        return explain(e, IH_BAD_DATA, "an upload of the job cannot be read");
    return form_add_file(f, name, filename, type, path, e);
}

/* As it was when the job was submitted. */
static void read_deployment(struct deployment *d, json_t *x)
{
    const char *name = json_string_value(json_object_get(x, "name"));
    const char *model = json_string_value(json_object_get(x, "model"));
    if (!name || !model)
        return;
    snprintf(d->name, sizeof d->name, "%s", name);
    snprintf(d->model, sizeof d->model, "%s", model);
    for (int l = 0; l < LIMITS; l++)
        d->limit[l] = json_number_value(json_object_get(x, limit_name((enum deployment_limit)l)));
}

enum ih_status form_from_text(
    struct form *f, const char *text, struct store *s, const char *id, struct ih_error *e)
{
    size_t i;
    json_t *x;
    json_t *json = json_loads(text, 0, NULL);
    json_t *fields = json_object_get(json, "fields"), *uploads = json_object_get(json, "uploads");
    enum ih_status status = json_is_array(fields) && json_is_array(uploads)
                                ? IH_OK
                                : explain(e, IH_BAD_DATA, "the job cannot be read");
    f->typed = json_is_true(json_object_get(json, "typed"));
    read_deployment(&f->asked.deployment, json_object_get(json, "deployment"));
    for (i = 0; !status && (x = json_array_get(fields, i)); i++)
        status = read_field(f, x, e);
    for (i = 0; !status && (x = json_array_get(uploads, i)); i++)
        status = read_upload(f, x, s, id, e);
    json_decref(json);
    return status;
}
