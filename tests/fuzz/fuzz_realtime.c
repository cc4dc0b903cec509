/* SPDX-License-Identifier: Apache-2.0 */
/* Live transcriptions: a client's events, one a line. Whatever it says, each event for it is JSON
 * with a name, sound is whole samples and no more than was sent, and settings are within their
 * limits. */
#include "support/session.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Takes the next event for the client; false when there is none. */
static bool hear(struct realtime *r)
{
    char *text = realtime_next(r);
    json_t *event = text ? json_loads(text, 0, NULL) : NULL;
    demand(!text || (json_string_value(json_object_get(event, "type")) &&
                        json_string_value(json_object_get(event, "event_id"))));
    json_decref(event);
    free(text);
    return text != NULL;
}

static void check_config(const struct realtime_config *c)
{
    demand(c->rate == 16000 || c->rate == 24000);
    demand(memchr(c->model, 0, sizeof c->model) && memchr(c->language, 0, sizeof c->language) &&
           memchr(c->prompt, 0, sizeof c->prompt));
}

static void check_sound(struct realtime *r, size_t sent)
{
    struct piece *p;
    size_t bytes = 0;
    while ((p = session_take(r))) {
        demand(p->bytes % 2 == 0 && (p->kind == PIECE_SOUND) == (p->bytes > 0));
        bytes += p->bytes;
        free(p);
    }
    demand(bytes == r->held && bytes <= sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct realtime r;
    session_init(&r);
    for (size_t i = 0; i < size && !r.ended;) {
        const uint8_t *line = memchr(data + i, '\n', size - i);
        size_t n = line ? (size_t)(line - (data + i)) : size - i;
        int mistakes = r.mistakes;
        realtime_read(&r, (const char *)data + i, n);
        check_config(&r.config);
        bool told = hear(&r);
        demand(told || r.mistakes == mistakes); /* none is passed over in silence */
        while (told)
            told = hear(&r);
        i += n + 1;
    }
    check_sound(&r, size);
    session_free(&r);
    return 0;
}
