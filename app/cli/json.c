/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

json_t *json_name(const char *name)
{
    json_t *json = json_string(name);
    if (json)
        return json;
    char *plain = strdup(name);
    for (char *p = plain; p && *p; p++)
        *p = *p & 0x80 ? '?' : *p;
    json = plain ? json_string(plain) : NULL;
    free(plain);
    return json;
}

const char *json_status(enum ih_status status)
{
    static const char *const names[] = {"ok", "invalid", "bad_data", "not_found", "io", "no_memory",
        "cancelled", "unsupported", "network", "internal"};
    return (size_t)status < sizeof names / sizeof *names ? names[status] : "internal";
}

int json_line(struct output *o, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(json);
    if (!text)
        return -1;
    int failed = output_write(o, text, strlen(text));
    free(text);
    return failed ? failed : output_write(o, "\n", 1);
}
