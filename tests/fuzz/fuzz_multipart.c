/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data: the same body in one piece and in small ones must give the same parts. The
 * first byte says how small, the boundary is B. */
#include "server/multipart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* A digest of all that was handed over, which does not depend on the pieces it came in. */
struct seen {
    uint64_t hash;
    size_t bytes;
    bool open;
};

static void mix(struct seen *s, const void *data, size_t n)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i++)
        s->hash = (s->hash ^ p[i]) * 1099511628211u;
}

static enum ih_status begin(void *arg, const struct part *p, struct ih_error *e)
{
    struct seen *s = arg;
    (void)e;
    demand(!s->open && *p->name && strlen(p->name) < sizeof p->name);
    s->open = true;
    mix(s, p->name, strlen(p->name) + 1);
    mix(s, p->filename, strlen(p->filename) + 1);
    mix(s, p->type, strlen(p->type) + 1);
    mix(s, &p->is_file, 1);
    return IH_OK;
}

static enum ih_status take(void *arg, const void *bytes, size_t n, struct ih_error *e)
{
    struct seen *s = arg;
    (void)e;
    demand(s->open && n > 0);
    s->bytes += n;
    mix(s, bytes, n);
    return IH_OK;
}

static enum ih_status end(void *arg, struct ih_error *e)
{
    struct seen *s = arg;
    (void)e;
    demand(s->open);
    s->open = false;
    mix(s, "\n", 1);
    return IH_OK;
}

static enum ih_status parse(struct seen *s, const uint8_t *data, size_t size, size_t piece)
{
    static struct multipart m;
    struct multipart_sink sink = {s, begin, take, end};
    struct ih_error e = {.text = ""};
    *s = (struct seen){.hash = 14695981039346656037u};
    demand(multipart_init(&m, "multipart/form-data; boundary=B", &sink, &e) == IH_OK);
    enum ih_status status = IH_OK;
    for (size_t i = 0; i < size && !status; i += piece)
        status = multipart_feed(&m, data + i, size - i < piece ? size - i : piece, &e);
    if (!status)
        status = multipart_finish(&m, &e);
    demand(!status || e.text[0]);
    demand(status || !s->open);
    demand(s->bytes <= size);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole, pieces;
    if (size < 2)
        return 0;
    enum ih_status a = parse(&whole, data + 1, size - 1, size);
    enum ih_status b = parse(&pieces, data + 1, size - 1, (size_t)data[0] % 7 + 1);
    demand(a == b);
    demand(whole.hash == pieces.hash || a != IH_OK);
    return 0;
}
