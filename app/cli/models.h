/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "cli/cli.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "hub/hub.h"
#include "inhouse/options.h"

#include <jansson.h>

struct catalog_model;

/* What `list` and `show` tell of a model. */
json_t *entry_json(const struct model_entry *m);
/* "3.9 billion", "37 million", "640" in buf, which it returns. */
const char *count_text(int64_t n, char *buf, size_t size);
/* What the catalog calls the model of a short name; false when it does not know it. */
bool known_name(const char *name, char *buf, size_t size);

/* models_progress.c: one line that moves, and signals that stop the work. begin sets the hub's
 * callbacks; `label` is borrowed. */
struct transfer {
    struct progress progress;
    bool quiet, begun;
    double first_time;
    int64_t first_bytes; /* here when this call began */
    volatile int stop;
};
void transfer_begin(struct transfer *t, struct hub *hub, const char *label, bool quiet);
void transfer_end(struct transfer *t);

/* models_list.c */
int list_models(const struct args *a);
int search_models(const struct args *a);
/* All that the catalog says, as `search --json` does but for its files; null after saying why it
 * cannot be read. */
json_t *catalog_json_list(void);
/* models_remote.c: remote models of the catalog, without asking them. */
json_t *remote_json(const struct catalog_model *m);
/* A table of those that there are; false without any. */
bool remote_table(const struct catalog_model *known, int count, const struct terminal *t);
/* An exit code; -1 where it is none. */
int show_remote(const struct args *a, const char *name);
/* models_pull.c */
int pull_model(const struct args *a, const char *name);
/* models_import.c: a model's folder or file, or a bundle. */
int import_model(const struct args *a, const char *path);
/* Where a model of that name belongs in the user's folder, which is made; 0, or an exit code after
 * saying what is wrong, which it also is that something of that name is there, without --force. */
int import_target(const struct args *a, const char *name, char *path, size_t size);
/* Whether the engine takes it. */
enum ih_status try_model(const char *path, struct ih_error *e);
/* What a failure while models are written means as an exit code, after saying it. */
int import_failed(enum ih_status status, const struct ih_error *e);
/* models_bundle.c */
int import_bundle(const struct args *a, const char *path);
int bundle_models(const struct args *a);
/* models_evict.c */
int evict_models(const struct args *a);

#endif
