/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operations.h"

#include <stdlib.h>
#include <string.h>

int event_write_named(struct answer *a, const char *name, json_t *json)
{
    if (answer_write(a, "event: ", 7) || answer_write(a, name, strlen(name)) ||
        answer_write(a, "\n", 1)) {
        json_decref(json);
        return -1;
    }
    return event_write(a, json);
}

int event_write(struct answer *a, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    int failed = !text || answer_write(a, "data: ", 6) || answer_write(a, text, strlen(text)) ||
                 answer_write(a, "\n\n", 2);
    free(text);
    json_decref(json);
    return failed ? -1 : 0;
}

void event_fail(struct answer *a, const struct problem *p)
{
    if (answer_state(a).stream) {
        json_t *error = dialect_openai.error(p);
        if (error)
            json_object_set_new(error, "type", json_string("error"));
        event_write(a, error);
    }
    answer_fail(a, p);
}
