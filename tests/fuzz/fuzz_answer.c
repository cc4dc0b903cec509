/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of endpoints, as a stream of events and whole, in two dialects and with a schema: what is
 * read is whole, what is not says why. The first byte chooses. */
#include "author/reply.h"
#include "author/sse.h"
#include "inhouse/chat.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096 };

static void demand(bool holds)
{
    if (!holds)
        abort();
}

struct reading {
    struct reply y;
    struct ih_error e;
    size_t shown;
};

static void show(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct reading *r = arg;
    (void)reasoning;
    demand(bytes && !memchr(text, 0, bytes));
    r->shown += bytes;
}

static enum ih_status take(void *arg, const char *data, size_t n)
{
    struct reading *r = arg;
    return reply_event(&r->y, data, n, &r->e);
}

static void finish(struct reading *r, enum ih_status status)
{
    struct ih_chat_answer a;
    demand(!status || r->e.text[0] || status == IH_BAD_DATA);
    if (!status)
        status = reply_check(&r->y, &r->e);
    demand(!status || r->e.text[0] || status == IH_BAD_DATA);
    demand(reply_take(&r->y, &a, 100, &r->e) == IH_OK);
    demand(a.text && strlen(a.text) <= MOST && a.tokens >= 0 && a.prompt_tokens >= 0);
    for (int i = 0; i < a.calls; i++)
        demand(*a.call[i].name && *a.call[i].arguments);
    ih_chat_answer_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remote_entry entry = {.api = API_OPENAI};
    struct ih_chat_options o = {0};
    struct ask ask = {.r = &entry, .o = &o};
    struct reading *r = calloc(1, sizeof *r);
    struct sse s;
    unsigned how = size ? data[0] : 0;
    size_t step = 1 + how % 7;
    enum ih_status status = IH_OK;
    entry.api = how & 8 ? API_ANTHROPIC : API_OPENAI;
    o.schema = how & 16 ? "{}" : NULL;
    ask.way = how & 32 ? SCHEMA_TEXT : entry.api == API_ANTHROPIC ? SCHEMA_TOOL : SCHEMA_NATIVE;
    if (!r)
        return 0;
    reply_init(&r->y, &ask, MOST);
    r->y.text_out = show;
    r->y.arg = r;
    sse_init(&s, MOST);
    if (how & 64 && size)
        status = reply_whole(&r->y, (const char *)data + 1, size - 1, &r->e);
    for (size_t i = 1; !(how & 64) && !status && i < size; i += step)
        status = sse_read(&s, (const char *)data + i, size - i < step ? size - i : step, take, r);
    finish(r, status);
    reply_free(&r->y);
    sse_free(&s);
    free(r);
    return 0;
}
