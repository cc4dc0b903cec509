/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_MULTIPART_H
#define SERVER_MULTIPART_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>

/* multipart/form-data (RFC 7578) as it comes in, in pieces of any size, down to a byte. Nothing of
 * the parts' content is kept here. */

struct part {
    char name[128];
    bool is_file; /* it says a file name */
    char filename[256];
    char type[128]; /* Content-Type; "" where it says none */
};

/* Called for each part in turn; the part is borrowed for the call. Anything but IH_OK ends the
 * reading with that. */
struct multipart_sink {
    void *arg;
    enum ih_status (*begin)(void *arg, const struct part *part, struct ih_error *e);
    enum ih_status (*data)(void *arg, const void *data, size_t n, struct ih_error *e);
    enum ih_status (*end)(void *arg, struct ih_error *e);
};

enum { BOUNDARY_MOST = 70, PART_HEADERS_MOST = 4096 };

struct multipart {
    struct multipart_sink sink;
    char delimiter[BOUNDARY_MOST + 5]; /* CR LF - - boundary */
    size_t length, matched;            /* of the delimiter */
    int state;
    char headers[PART_HEADERS_MOST];
    size_t header_bytes;
    int parts;
};

/* Takes the boundary from a Content-Type header; IH_INVALID when that has none that may be one. */
enum ih_status multipart_init(struct multipart *m, const char *content_type,
    const struct multipart_sink *sink, struct ih_error *e);
enum ih_status multipart_feed(struct multipart *m, const void *data, size_t n, struct ih_error *e);
/* At the end of the body: IH_BAD_DATA when it broke off. */
enum ih_status multipart_finish(const struct multipart *m, struct ih_error *e);

#endif
