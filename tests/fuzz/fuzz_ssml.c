/* SPDX-License-Identifier: Apache-2.0 */
/* SSML: whatever was taken must hang together. */
#include "speech/ssml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Runs cover the text, in order; places lie in the input; events are in order. */
static void check(const struct script *s, size_t size)
{
    int runs, events;
    const struct run *run = script_runs(s, &runs);
    const struct event *event = script_events(s, &events);
    const struct manner *manner = script_manners(s);
    size_t at = 0, bytes = script_bytes(s);
    for (int i = 0; i < runs; i++) {
        demand(run[i].begin == at && run[i].end > at);
        demand((run[i].kind == RUN_TEXT) == !run[i].said);
        demand(manner[run[i].manner].rate > 0 && manner[run[i].manner].volume >= 0);
        at = run[i].end;
    }
    demand(at == bytes);
    for (int i = 0; i < events; i++) {
        demand(event[i].at <= bytes && (i == 0 || event[i].at >= event[i - 1].at));
        demand((event[i].kind == EVENT_MARK) == (event[i].name != NULL));
    }
    for (size_t i = 0; i < bytes; i++)
        demand(script_source(s, i) < size && script_source_end(s, i + 1) <= size &&
               (i == 0 || script_source(s, i) >= script_source(s, i - 1)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script s;
    struct warnings w = {.count = 0};
    struct ih_error e = {.text = ""};
    script_init(&s);
    if (!ssml_read(&s, (const char *)data, size, &w, &e))
        check(&s, size);
    else
        demand(e.text[0] != 0);
    script_free(&s);
    return 0;
}
