/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "server/job.h"

/* The playground: the files of app/page/, which are part of the program (scripts/embed.cmake). */
struct page_file {
    const char *name; /* "index.html"; null behind the last */
    const char *mark; /* its ETag, with the quotes */
    const unsigned char *data;
    size_t bytes;
};
extern const struct page_file page_files[];

/* As in struct route: "/" is index.html, "/page/NAME" any other. */
bool page_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p);

#endif
