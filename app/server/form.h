/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_FORM_H
#define SERVER_FORM_H

#include "inhouse/error.h"
#include "server/multipart.h"
#include "server/spool.h"
#include "server/store/deployments.h"

#include <stdbool.h>
#include <stddef.h>

/* What a request asks for, whichever way it was written down: fields with their values in order,
 * and uploaded files. An operation (job.h) sees this and no HTTP. */

enum field_kind {
    FIELD_TEXT,
    FIELD_NUMBER, /* as written */
    FIELD_BOOL,   /* "true" or "false" */
    FIELD_JSON,   /* an object, or an array of more than plain values, as JSON text */
};

struct field {
    char *name; /* of a list without the "[]" behind it */
    char *text; /* with a NUL behind it */
    size_t bytes;
    enum field_kind kind;
};

struct upload {
    char *name, *filename, *type;
    struct spool *data;
};

/* What a request says besides its fields. */
struct asked {
    int64_t key;                  /* who asks: a key of the store; 0 where there is none */
    bool admin;                   /* may see what belongs to others */
    char item[128];               /* what stands for {name} in its address, or "" */
    char once[128];               /* Idempotency-Key, or "" */
    char hook[512];               /* address that is told when a job or a batch ends, or "" */
    const char *operation;        /* that is to be kept as a job; null: none */
    const char *dialect;          /* of the address, by its name; null: ours */
    struct deployment deployment; /* that was named as its model; all zeros: none */
};

enum { FIELDS_MOST = 256, UPLOADS_MOST = 32 };

struct form {
    struct field field[FIELDS_MOST]; /* a list is its values one after the other */
    int fields;
    struct upload upload[UPLOADS_MOST];
    int uploads;
    bool typed; /* from JSON: a text is no number */
    struct asked asked;
};

void form_free(struct form *f);

/* Null when it is not there; of several the last. */
const struct field *form_find(const struct form *f, const char *name);
const struct upload *form_upload(const struct form *f, const char *name);

/* A copy of text as one more field, and a file that is there already, under a path that only the
 * caller chooses, as one more upload. */
enum ih_status form_add(struct form *f, const char *name, const char *text, size_t bytes,
    enum field_kind kind, struct ih_error *e);
enum ih_status form_add_file(struct form *f, const char *name, const char *filename,
    const char *type, const char *path, struct ih_error *e);
/* Bytes as one more upload, with `memory` and `limit` as in spool_open(). */
struct form_data {
    const char *filename, *type;
    const void *data;
    size_t bytes;
    const char *folder;
    size_t memory;
    int64_t limit;
};
enum ih_status form_add_data(
    struct form *f, const char *name, const struct form_data *d, struct ih_error *e);
/* What is already read; *data is taken, also where that fails. */
enum ih_status form_add_spool(struct form *f, const char *name, const char *filename,
    const char *type, struct spool **data, struct ih_error *e);
/* Takes out all fields of that name. */
void form_remove(struct form *f, const char *name);
void form_remove_upload(struct form *f, const char *name);
/* Gives uploads of one name another, which is no longer. */
void form_rename_upload(struct form *f, const char *from, const char *to);

/* Adds "name=value", as an address has it behind the question mark, decoded. */
enum ih_status form_read_argument(struct form *f, const char *argument, struct ih_error *e);

/* Adds the fields of a JSON object; null values count as not given. */
enum ih_status form_read_json(struct form *f, const char *text, size_t bytes, struct ih_error *e);

/* Fills a form from the parts of a multipart body as they come. */
struct form_reader {
    struct form *form;
    const char *folder; /* for uploads */
    size_t memory;      /* of each before it goes to a file */
    int64_t upload_most;
    size_t fields_most; /* bytes of all fields together */
    struct multipart multipart;
    size_t field_bytes, room; /* of all before this one; of this one */
    bool in_file;
};
enum ih_status form_reader_init(
    struct form_reader *r, const char *content_type, struct ih_error *e);

#endif
