/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_HEAD_H
#define SERVER_HEAD_H

#include "server/exchange.h"

struct lws;

enum { VALUE_MOST = 1024 /* bytes of a header that is looked at */, ARGUMENTS_MOST = 16 };

/* The head of a request, copied out of the library; `request` points into the rest. */
struct head {
    struct request_head request;
    char type[VALUE_MOST], length[VALUE_MOST], coding[VALUE_MOST], key[VALUE_MOST];
    char authorization[VALUE_MOST], expect[VALUE_MOST], version[VALUE_MOST], output[VALUE_MOST];
    char prefer[VALUE_MOST], once[VALUE_MOST], hook[VALUE_MOST], known[VALUE_MOST];
    char protocol[VALUE_MOST]; /* of WebSocket */
    char arguments[ARGUMENTS_MOST][VALUE_MOST];
    const char *list[ARGUMENTS_MOST + 1];
};

/* `path` is kept. Where something is too long, the request says only that (too_large). */
void head_read(struct head *h, struct lws *wsi, const char *path);

#endif
