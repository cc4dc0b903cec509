/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_SSE_H
#define AUTHOR_SSE_H

#include "author/buffer.h"

/* Reads a stream of server-sent events (WHATWG HTML, "text/event-stream") in whatever pieces it
 * comes. Names of events, ids and times to wait are passed over: those who send answers say in the
 * data what it is. An event that the stream breaks off in is none. */
struct sse {
    struct buffer line, data;
    bool any;   /* the event has data, be it empty */
    bool cr;    /* the last byte was one, so a line feed belongs to it */
    bool begun; /* the first line, which may have a byte order mark, is over */
};

/* Most of a line and of an event. */
void sse_init(struct sse *s, size_t most);
void sse_free(struct sse *s);

/* `take` gets the data of each event; what it returns, if it is not IH_OK, ends the reading and is
 * returned. IH_BAD_DATA for a line or event that is too long, or without memory. */
enum ih_status sse_read(struct sse *s, const char *bytes, size_t n,
    enum ih_status (*take)(void *arg, const char *data, size_t n), void *arg);

#endif
