/* SPDX-License-Identifier: Apache-2.0 */
#include "server/form.h"

#include "server/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_upload(struct upload *u)
{
    free(u->name);
    free(u->filename);
    free(u->type);
    spool_close(&u->data);
}

void form_free(struct form *f)
{
    for (int i = 0; i < f->fields; i++) {
        free(f->field[i].name);
        free(f->field[i].text);
    }
    for (int i = 0; i < f->uploads; i++)
        free_upload(&f->upload[i]);
    *f = (struct form){0};
}

const struct field *form_find(const struct form *f, const char *name)
{
    for (int i = f->fields; i-- > 0;)
        if (strcmp(f->field[i].name, name) == 0)
            return &f->field[i];
    return NULL;
}

const struct upload *form_upload(const struct form *f, const char *name)
{
    for (int i = f->uploads; i-- > 0;)
        if (strcmp(f->upload[i].name, name) == 0)
            return &f->upload[i];
    return NULL;
}

static enum ih_status no_memory(struct ih_error *e)
{
    return explain(e, IH_NO_MEMORY, "not enough memory");
}

enum ih_status form_add(struct form *f, const char *name, const char *text, size_t bytes,
    enum field_kind kind, struct ih_error *e)
{
    size_t n = strlen(name);
    if (n > 2 && strcmp(name + n - 2, "[]") == 0)
        n -= 2;
    if (f->fields == FIELDS_MOST)
        return explain(e, IH_INVALID, "a request has at most %d fields", FIELDS_MOST);
    struct field field = {
        .name = text_copy(name, n), .text = text_copy(text, bytes), .bytes = bytes, .kind = kind};
    if (!field.name || !field.text) {
        free(field.name);
        free(field.text);
        return no_memory(e);
    }
    f->field[f->fields++] = field;
    return IH_OK;
}

void form_remove(struct form *f, const char *name)
{
    int kept = 0;
    for (int i = 0; i < f->fields; i++) {
        if (strcmp(f->field[i].name, name) != 0) {
            f->field[kept++] = f->field[i];
            continue;
        }
        free(f->field[i].name);
        free(f->field[i].text);
    }
    f->fields = kept;
}

void form_remove_upload(struct form *f, const char *name)
{
    int kept = 0;
    for (int i = 0; i < f->uploads; i++)
        if (strcmp(f->upload[i].name, name) == 0)
            free_upload(&f->upload[i]);
        else
            f->upload[kept++] = f->upload[i];
    f->uploads = kept;
}

void form_rename_upload(struct form *f, const char *from, const char *to)
{
    for (int i = 0; i < f->uploads; i++)
        if (strcmp(f->upload[i].name, from) == 0)
            memcpy(f->upload[i].name, to, strlen(to) + 1);
}

enum ih_status form_read_argument(struct form *f, const char *argument, struct ih_error *e)
{
    char name[64];
    size_t n = strcspn(argument, "=");
    const char *value = argument + n + (argument[n] == '=');
    if (!text_is_utf8(argument, strlen(argument)) || n == 0 || n >= sizeof name)
        return explain(e, IH_INVALID, "the address has an argument that cannot be read");
    memcpy(name, argument, n);
    name[n] = 0;
    return form_add(f, name, value, strlen(value), FIELD_TEXT, e);
}

static enum ih_status add_as_json(
    struct form *f, const char *name, const json_t *value, struct ih_error *e)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!text)
        return no_memory(e);
    enum field_kind kind = json_is_number(value) ? FIELD_NUMBER : FIELD_JSON;
    enum ih_status status = form_add(f, name, text, strlen(text), kind, e);
    free(text);
    return status;
}

static enum ih_status add_plain(
    struct form *f, const char *name, const json_t *value, struct ih_error *e)
{
    if (json_is_string(value))
        return form_add(
            f, name, json_string_value(value), json_string_length(value), FIELD_TEXT, e);
    if (json_is_boolean(value))
        return form_add(f, name, json_is_true(value) ? "true" : "false",
            json_is_true(value) ? 4 : 5, FIELD_BOOL, e);
    return add_as_json(f, name, value, e);
}

static bool is_plain_list(const json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)value, i,
        item) if (json_is_object(item) || json_is_array(item) || json_is_null(item)) return false;
    return json_is_array(value);
}

enum ih_status form_read_json(struct form *f, const char *text, size_t bytes, struct ih_error *e)
{
    json_error_t why;
    const char *name;
    json_t *value, *item;
    size_t i;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!root)
        return explain(e, IH_BAD_DATA, "the body is not JSON: %s (line %d, column %d)", why.text,
            why.line, why.column);
    enum ih_status status =
        json_is_object(root) ? IH_OK : explain(e, IH_BAD_DATA, "the body is not a JSON object");
    f->typed = true;
    json_object_foreach(root, name, value)
    {
        if (status || json_is_null(value))
            continue;
        if (!is_plain_list(value)) {
            status = add_plain(f, name, value, e);
            continue;
        }
        json_array_foreach(value, i, item) if (!status) status = add_plain(f, name, item, e);
    }
    json_decref(root);
    return status;
}

/* Without its data yet; it is the last. */
static enum ih_status add_upload(
    struct form *f, const char *name, const char *filename, const char *type, struct ih_error *e)
{
    struct upload u = {0};
    size_t n = strlen(name);
    if (n > 2 && strcmp(name + n - 2, "[]") == 0)
        n -= 2;
    if (f->uploads == UPLOADS_MOST)
        return explain(e, IH_INVALID, "a request has at most %d files", UPLOADS_MOST);
    u.name = text_copy(name, n);
    u.filename = text_copy(filename, strlen(filename));
    u.type = text_copy(type, strlen(type));
    f->upload[f->uploads++] = u;
    return u.name && u.filename && u.type ? IH_OK : no_memory(e);
}

enum ih_status form_add_file(struct form *f, const char *name, const char *filename,
    const char *type, const char *path, struct ih_error *e)
{
    enum ih_status status = add_upload(f, name, filename, type, e);
    return status ? status : spool_open_file(&f->upload[f->uploads - 1].data, path, e);
}

enum ih_status form_add_data(
    struct form *f, const char *name, const struct form_data *d, struct ih_error *e)
{
    enum ih_status status = add_upload(f, name, d->filename, d->type, e);
    if (status)
        return status;
    struct spool **s = &f->upload[f->uploads - 1].data;
    status = spool_open(s, d->folder, d->memory, d->limit, e);
    return status ? status : spool_write(*s, d->data, d->bytes, e);
}

enum ih_status form_add_spool(struct form *f, const char *name, const char *filename,
    const char *type, struct spool **data, struct ih_error *e)
{
    enum ih_status status = add_upload(f, name, filename, type, e);
    if (status)
        spool_close(data);
    else
        f->upload[f->uploads - 1].data = *data;
    *data = NULL;
    return status;
}

static enum ih_status begin_upload(
    struct form_reader *r, const struct part *part, struct ih_error *e)
{
    struct form *f = r->form;
    enum ih_status status = add_upload(f, part->name, part->filename, part->type, e);
    return status ? status
                  : spool_open(
                        &f->upload[f->uploads - 1].data, r->folder, r->memory, r->upload_most, e);
}

static enum ih_status begin(void *arg, const struct part *part, struct ih_error *e)
{
    struct form_reader *r = arg;
    r->in_file = part->is_file;
    r->room = 0;
    return part->is_file ? begin_upload(r, part, e)
                         : form_add(r->form, part->name, "", 0, FIELD_TEXT, e);
}

static enum ih_status append(struct form_reader *r, const void *data, size_t n, struct ih_error *e)
{
    struct field *field = &r->form->field[r->form->fields - 1];
    if (n > r->fields_most - r->field_bytes)
        return explain(
            e, IH_NO_MEMORY, "the fields are larger than the limit of %zu bytes", r->fields_most);
    if (field->bytes + n > r->room) {
        size_t room = 2 * (field->bytes + n);
        char *grown = realloc(field->text, room + 1);
        if (!grown)
            return no_memory(e);
        field->text = grown;
        r->room = room;
    }
    memcpy(field->text + field->bytes, data, n);
    field->bytes += n;
    field->text[field->bytes] = 0;
    r->field_bytes += n;
    return IH_OK;
}

static enum ih_status data(void *arg, const void *bytes, size_t n, struct ih_error *e)
{
    struct form_reader *r = arg;
    if (!r->in_file)
        return append(r, bytes, n, e);
    return spool_write(r->form->upload[r->form->uploads - 1].data, bytes, n, e);
}

static enum ih_status end(void *arg, struct ih_error *e)
{
    struct form_reader *r = arg;
    if (r->in_file)
        return IH_OK;
    const struct field *f = &r->form->field[r->form->fields - 1];
    if (!text_is_utf8(f->text, f->bytes) || memchr(f->text, 0, f->bytes))
        return explain(e, IH_BAD_DATA, "%s is not text in UTF-8", f->name);
    return IH_OK;
}

enum ih_status form_reader_init(struct form_reader *r, const char *content_type, struct ih_error *e)
{
    struct multipart_sink sink = {.arg = r, .begin = begin, .data = data, .end = end};
    return multipart_init(&r->multipart, content_type, &sink, e);
}
