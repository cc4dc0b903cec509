/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"

#include "server/settings.h"

#include <stdlib.h>

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
