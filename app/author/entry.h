/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_ENTRY_H
#define AUTHOR_ENTRY_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What a catalog says of an endpoint: the object "remote" of docs/cli.md. */

enum remote_api { API_OPENAI, API_AZURE, API_ANTHROPIC };

/* How an answer is made to keep to a schema. */
enum schema_way {
    SCHEMA_NATIVE, /* a field of the request */
    SCHEMA_OBJECT, /* a field asks for some JSON, the instructions for this */
    SCHEMA_TOOL,   /* it is what a function is to be called with */
    SCHEMA_TEXT    /* the instructions alone */
};

/* What an endpoint may not take. */
enum without {
    WITHOUT_TEMPERATURE = 1 << 0,
    WITHOUT_TOP_P = 1 << 1,
    WITHOUT_SEED = 1 << 2,
    WITHOUT_STOP = 1 << 3,
    WITHOUT_TOOLS = 1 << 4,
    WITHOUT_USAGE = 1 << 5 /* of a stream */
};

struct remote_entry {
    json_t *json; /* owned; has the texts */
    char name[128];
    enum remote_api api;
    const char *url; /* without a slash at its end */
    char *address;   /* that requests go to; owned */
    char host[256];  /* with its port, where one is named */
    bool loopback;   /* the host is this machine */
    const char *model, *api_version;
    const char *key_env, *key_file; /* at most one; without either no key is sent */
    const char *max_tokens;         /* the field's name */
    const char *effort;             /* that thinking is asked for with; null: it is not */
    enum schema_way schema;
    unsigned without; /* enum without */
    double read_price, write_price;
    double day_dollars, run_dollars, day_tokens, run_tokens; /* budget; 0: none */
    double connect, first_byte, idle, whole;                 /* seconds */
    int tries;
    double backoff;      /* seconds that the first wait is below */
    int failures;        /* in a row, behind which it is left alone; 0: never */
    double rest;         /* seconds for that */
    int context;         /* tokens of a conversation; 0: unknown */
    int tokens;          /* most of an answer whose request does not say */
    double answer_bytes; /* most of what an answer may be long, as it is sent */
};

/* Checks and takes in an entry; `json` may be freed behind it. IH_BAD_DATA with a sentence about
 * the key that is wrong. */
enum ih_status entry_read(
    struct remote_entry *out, const char *name, json_t *json, struct ih_error *e);
void entry_free(struct remote_entry *r);

/* Whether a key is needed, and there: "set", "missing" or "not needed". Nothing of it is told. */
const char *entry_key_state(const struct remote_entry *r);
const char *entry_api_name(const struct remote_entry *r);

/* A key, out of the environment or of a file that only its owner can read; null where none is
 * needed. To be freed with entry_key_free(), which wipes it. IH_IO, and no part
 * of the key in the sentence. */
enum ih_status entry_key(const struct remote_entry *r, char **out, struct ih_error *e);
void entry_key_free(char **key);

#endif
