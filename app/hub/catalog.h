/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_CATALOG_H
#define HUB_CATALOG_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Models that are known by a short name: those of catalog.json, which is part of the program, and
 * those of a file of the user's own in the same form. docs/cli.md explains the keys. */
struct catalog_file {
    const char *name, *sha256; /* 64 lower-case digits */
    int64_t size;              /* -1: not said */
};

struct catalog_model {
    const char *name;          /* folder on this machine: "whisper-tiny" */
    const char *alias;         /* the first of its short names: "tiny"; its name without one */
    const char *const *others; /* all short names; ends with null */
    const char *repo;          /* on the hub; null: comes with the program, or is remote */
    json_t *remote; /* where and how it is asked, which is not looked into here; borrowed; null: it
                       runs on this machine */
    const char *revision;               /* "main" when the file does not say */
    const char *task;                   /* "transcribe", "speak", "draw" ... */
    const char *licence, *about, *card; /* "" when the file does not say */
    int megabytes;                      /* of what is fetched, rounded; 0: not said */
    int memory;                         /* megabytes that it needs to work; 0: not said */
    int rank; /* how good it is for transcribing: larger is better; 0: not said */
    const char *const *languages; /* codes; ends with null */
    int language_count;
    const struct catalog_file *files; /* what is known of its files beforehand */
    int file_count;
};

struct catalog;

/* `own` names the user's file, null for none. Its models stand in front and replace those of the
 * same name. IH_BAD_DATA with a sentence that says where it is wrong. */
enum ih_status catalog_open(struct catalog **out, const char *own, struct ih_error *e);
void catalog_close(struct catalog **c);

/* The rest takes a null catalog for an empty one. Those that come with the program first, then
 * those that transcribe, ordered from the smallest, English-only models behind the multilingual of
 * their size; then those that speak and those that draw. */
const struct catalog_model *catalog_models(const struct catalog *c, int *count);

/* By name, short name or repository; null when it is none of these. */
const struct catalog_model *catalog_find(const struct catalog *c, const char *name);

/* Whether every word is found in its name, task, licence or texts, whatever its case, or is the
 * code of one of its languages. */
bool catalog_matches(const struct catalog_model *m, const char *const *words, int count);

/* How good the model of that name is for transcribing, to choose among several; -1 unknown. */
int catalog_rank(const struct catalog *c, const char *name);

#endif
