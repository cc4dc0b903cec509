/* SPDX-License-Identifier: Apache-2.0 */
#include "server/chunks.h"

#include "server/text.h"

#include <ctype.h>

enum { DIGITS_MOST = 8, DROPPED_MOST = 4096 };

enum state {
    NUMBER,
    EXTENSION,
    NUMBER_END,
    DATA,
    DATA_CR,
    DATA_END,
    TRAILER, /* the beginning of a line */
    TRAILER_LINE,
    TRAILER_END,
    LAST_END,
    ENDED,
    BROKEN,
};

static enum ih_status bad(struct chunks *c, struct ih_error *e)
{
    c->state = BROKEN;
    return explain(e, IH_BAD_DATA, "the body is not in pieces as its Transfer-Encoding says");
}

static int digit(unsigned char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool read_number(struct chunks *c, unsigned char byte)
{
    if (isxdigit(byte) && c->digits < DIGITS_MOST) {
        c->left = c->left * 16 + digit(byte);
        c->digits++;
        return true;
    }
    c->state = byte == '\r' ? NUMBER_END : EXTENSION;
    return c->digits > 0 && (byte == '\r' || byte == ';' || byte == ' ' || byte == '\t');
}

/* Text that means nothing here, up to the end of its line. */
static bool drop(struct chunks *c, unsigned char byte, enum state then)
{
    if (byte == '\r')
        c->state = (int)then;
    return ++c->dropped <= DROPPED_MOST &&
           (byte == '\r' || byte == '\t' || (byte >= ' ' && byte != 0x7F));
}

static bool expect(struct chunks *c, unsigned char byte, unsigned char wanted, enum state then)
{
    c->state = (int)then;
    return byte == wanted;
}

static bool end_number(struct chunks *c, unsigned char byte)
{
    bool last = c->left == 0;
    c->digits = 0;
    return expect(c, byte, '\n', last ? TRAILER : DATA);
}

/* One byte that is no data. */
static bool step(struct chunks *c, unsigned char byte)
{
    switch (c->state) {
    case NUMBER:
        return read_number(c, byte);
    case EXTENSION:
        return drop(c, byte, NUMBER_END);
    case NUMBER_END:
        return end_number(c, byte);
    case DATA_CR:
        return expect(c, byte, '\r', DATA_END);
    case DATA_END:
        return expect(c, byte, '\n', NUMBER);
    case TRAILER:
        c->state = byte == '\r' ? LAST_END : TRAILER_LINE;
        return byte == '\r' || drop(c, byte, TRAILER_END);
    case TRAILER_LINE:
        return drop(c, byte, TRAILER_END);
    case TRAILER_END:
        return expect(c, byte, '\n', TRAILER);
    default:
        return expect(c, byte, '\n', ENDED);
    }
}

enum ih_status chunks_feed(struct chunks *c, const void *data, size_t n,
    enum ih_status (*take)(void *arg, const void *data, size_t n, struct ih_error *e), void *arg,
    struct ih_error *e)
{
    const unsigned char *at = data, *end = at + n;
    while (at < end && !chunks_ended(c)) {
        if (c->state != DATA) {
            if (!step(c, *at++))
                return bad(c, e);
            continue;
        }
        size_t some = (size_t)(end - at) < (size_t)c->left ? (size_t)(end - at) : (size_t)c->left;
        enum ih_status status = take(arg, at, some, e);
        if (status)
            return status;
        at += some;
        c->left -= (int64_t)some;
        if (c->left == 0)
            c->state = DATA_CR;
    }
    return IH_OK;
}

bool chunks_ended(const struct chunks *c)
{
    return c->state == ENDED || c->state == BROKEN;
}

bool chunks_broken(const struct chunks *c)
{
    return c->state == BROKEN;
}
