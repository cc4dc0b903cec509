/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DATA_H
#define CLI_DATA_H

#include "cli/cli.h"
#include "server/store/keys.h"

/* Opens the server's data folder that --data, the environment or the server's configuration names;
 * an exit code after saying why not. */
int data_open(struct store **out, const struct args *a);

/* What a command does by its first argument; with one more, which names a `thing`, where it says
 * so. Without an argument the one called "list". */
struct data_action {
    const char *name;
    bool named;
    int (*run)(struct store *s, const struct args *a);
};
/* action ends with a null name. An exit code. */
int data_run(const struct args *a, const struct data_action *action, const char *thing);

/* What an error of the data folder means as an exit code, after saying it. */
int data_failed(const struct ih_error *e);

#endif
