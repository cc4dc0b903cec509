/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"

#include "server/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int data_failed(const struct ih_error *e)
{
    complain("%s", e->text);
    switch (e->code) {
    case IH_INVALID:
        return EXIT_USAGE;
    case IH_NO_MEMORY:
    case IH_INTERNAL:
        return EXIT_INTERNAL;
    case IH_IO:
        return EXIT_OUTPUT;
    default:
        return EXIT_INPUT;
    }
}

int data_open(struct store **out, const struct args *a)
{
    struct settings s;
    struct ih_error e;
    const char *file = getenv("INHOUSE_CONFIG");
    *out = NULL;
    enum ih_status status = settings_init(&s, &e);
    if (!status && file && *file)
        status = settings_read_file(&s, file, &e);
    if (!status)
        status = settings_read_environment(&s, getenv, &e);
    const char *folder = status ? "" : args_value(a, "data", s.data);
    int code = EXIT_DONE;
    if (status)
        code = usage_error(a->command, "%s", e.text);
    else if (!*folder)
        code = usage_error(
            a->command, "name the server's data folder: --data DIR, or set INHOUSE_DATA");
    else if (store_open(out, folder, &e) != IH_OK)
        code = data_failed(&e);
    settings_free(&s);
    return code;
}

int data_run(const struct args *a, const struct data_action *action, const char *thing)
{
    struct store *s;
    char names[128] = "";
    const char *word = a->count ? a->arg[0] : "list";
    for (int i = 0; action[i].name; i++) {
        size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s",
            i == 0               ? ""
            : action[i + 1].name ? ", "
                                 : " and ",
            action[i].name);
        if (strcmp(action[i].name, word) != 0)
            continue;
        if (a->count > 1 + action[i].named)
            return usage_error(
                a->command, "'%s' is one argument too many", a->arg[1 + action[i].named]);
        if (action[i].named && a->count < 2)
            return usage_error(a->command, "name the %s", thing);
        int code = data_open(&s, a);
        if (!code)
            code = action[i].run(s, a);
        store_close(&s);
        return code;
    }
    return usage_error(a->command, "'%s' is none of %s", word, names);
}
