/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page.h"

#include <string.h>

/* Nothing is loaded from elsewhere, no script stands in the page itself, and no other page can put
 * this one in a frame. Sounds and pictures that were made here are blobs. */
static const char policy[] =
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    const char *end = strrchr(name, '.');
    for (size_t i = 0; end && i < sizeof types / sizeof *types; i++)
        if (strcmp(end, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

static const struct page_file *find(const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : strrchr(path, '/') + 1;
    for (const struct page_file *f = page_files; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

bool page_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p)
{
    const struct page_file *f = find(path);
    (void)host, (void)form;
    if (!f)
        return problem_set(p, 404, "unknown_url", NULL, "there is nothing at GET %.200s", path);
    answer_header(a, "content-security-policy", "%s", policy);
    answer_header(a, "cross-origin-opener-policy", "same-origin");
    answer_header(a, "permissions-policy", "microphone=(self)");
    answer_header(a, "referrer-policy", "no-referrer");
    if (answer_unchanged(a, f->mark))
        return true;
    if (answer_write(a, f->data, f->bytes))
        return problem_set(p, 503, "out_of_memory", NULL, "the answer could not be kept");
    answer_finish(a, 200, type_of(f->name));
    return true;
}
