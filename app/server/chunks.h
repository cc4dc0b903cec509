/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CHUNKS_H
#define SERVER_CHUNKS_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A body in pieces (Transfer-Encoding: chunked, RFC 9112 section 7.1), read strictly: a number that
 * two readers could read differently, or a line that does not end with CR LF, is an error. What
 * stands behind a number and behind the last piece is dropped. */
struct chunks {
    int state;
    int64_t left; /* of a piece; or of its number, as far as that was read */
    int digits;
    int dropped; /* bytes */
};

/* Begins with all zeros. Reads bytes as they come and gives what they carry to take(), which says
 * when it does not want more. IH_BAD_DATA, or what take() says. Bytes behind the end are left. */
enum ih_status chunks_feed(struct chunks *c, const void *data, size_t n,
    enum ih_status (*take)(void *arg, const void *data, size_t n, struct ih_error *e), void *arg,
    struct ih_error *e);
/* There is no more of it, or no telling where it ends. */
bool chunks_ended(const struct chunks *c);
bool chunks_broken(const struct chunks *c);

#endif
