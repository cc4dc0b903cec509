/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include "inhouse/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Where models lie, in the order in which they are looked for: what the user fetched, what was
 * installed with the program, what the program was built from. */
enum model_place { PLACE_USER, PLACE_INSTALLED, PLACE_SOURCE, PLACES };

struct model_entry {
    char name[128];
    char path[PATH_MAX];
    char kind[32]; /* model_type of its config.json, architecture of a GGUF file, "ggml", or "" */
    enum model_place place;
    double bytes; /* of all its files */
};

/* The folder of a place; false when there is none (no home). */
bool models_folder(enum model_place place, char *buf, size_t size);
/* The folder of the user's voice profiles. */
bool voices_folder(char *buf, size_t size);
/* The folder that keeps what remote models have cost today. */
bool spending_folder(char *buf, size_t size);
const char *place_name(enum model_place place);

/* The catalog with the user's own, which INHOUSE_CATALOG names, else catalog.json beside the user's
 * folder of models, if it is there. Close it with catalog_close(). */
struct catalog;
enum ih_status catalog_load(struct catalog **out, struct ih_error *e);

/* All models of all places; a name that hides a later one of the same name is given once. Free the
 * list with free(). Returns the number, -1 without memory. */
int models_scan(struct model_entry **out);

/* Finds a model by path, name or short name ("tiny"). */
enum ih_status model_locate(struct model_entry *out, const char *name, struct ih_error *e);

/* What is used when nobody names a model: the best Whisper the user has fetched, else the model
 * that comes with the program. */
enum ih_status model_default(struct model_entry *out, struct ih_error *e);

/* The same for speaking: the program's own model, else a Kokoro that was fetched. */
enum ih_status model_default_voice(struct model_entry *out, struct ih_error *e);

/* The same for drawing: the program's own model, else a FLUX.2 that was fetched. */
enum ih_status model_default_painter(struct model_entry *out, struct ih_error *e);

/* A text model that was fetched. */
enum ih_status model_default_writer(struct model_entry *out, struct ih_error *e);

/* Of enum ih_task: what a model is for, as far as its folder tells; else 0. */
unsigned model_tasks(const struct model_entry *m);

/* The program's own model that turns words into phonemes; false when it is not there. */
bool speller_locate(struct model_entry *out);

/* The voice activity model's file; false when there is none. */
bool vad_locate(char *path, size_t size);

/* Formats "%s/%s"; false when it does not fit. */
bool path_join(char *buf, size_t size, const char *folder, const char *name);

/* Looks for a program where the shell would; its path in buf. */
bool program_find(const char *name, char *buf, size_t size);

/* mkdir -p. */
enum ih_status make_folders(const char *path, struct ih_error *e);

/* Sums regular files below a folder, or the size of a file. */
double path_bytes(const char *path);

enum ih_status fail(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
