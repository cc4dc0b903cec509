/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "cli/cli.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "inhouse/options.h"

/* models_pull.c */
int pull_model(const struct args *a, const char *name);

#endif
