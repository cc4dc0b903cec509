/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "cli/cli.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "inhouse/options.h"

#include <jansson.h>

/* What `list` and `show` tell of a model. */
json_t *entry_json(const struct model_entry *m);

/* models_list.c */
int list_models(const struct args *a);
int search_models(const struct args *a);
/* models_pull.c */
int pull_model(const struct args *a, const char *name);

#endif
