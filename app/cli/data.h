/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DATA_H
#define CLI_DATA_H

#include "cli/cli.h"
#include "server/store/keys.h"

/* Opens the server's data folder that --data, the environment or the server's configuration names;
 * an exit code after saying why not. */
int data_open(struct store **out, const struct args *a);

/* What an error of the data folder means as an exit code, after saying it. */
int data_failed(const struct ih_error *e);

#endif
