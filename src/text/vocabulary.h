/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_VOCABULARY_H
#define TEXT_VOCABULARY_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tokens as byte strings, by id and by content. Zero it before use. */
struct vocabulary {
    struct vocabulary_token *token; /* [capacity]; ids nobody uses have length 0 */
    int32_t count;                  /* largest id + 1 */
    int32_t capacity;
    unsigned char *bytes;
    size_t used, room;
    int32_t *slot; /* [mask + 1]: id + 1 or 0, by hash of the content */
    uint32_t mask, filled;
    uint32_t longest; /* bytes of the longest token that is not special */
};

struct vocabulary_token {
    uint32_t begin, length;
    bool special;
};

enum { VOCABULARY_IDS = 1 << 22, TOKEN_BYTES = 4096 };

/* Makes room for so many tokens and bytes in all; only a help for speed. */
enum ih_status vocabulary_reserve(
    struct vocabulary *v, int32_t tokens, size_t bytes, struct ih_error *e);
void vocabulary_free(struct vocabulary *v);

/* Copies the bytes. Refuses an id that stands for something else already and lengths and ids beyond
 * the limits above. Where two tokens have the same content, the special one is found, else the
 * first. */
enum ih_status vocabulary_add(struct vocabulary *v, const void *bytes, size_t length, int64_t id,
    bool special, struct ih_error *e);

/* Whether this is what an id stands for. */
bool vocabulary_is(const struct vocabulary *v, int32_t id, const void *bytes, size_t length);

/* -1: there is none. */
int32_t vocabulary_find(const struct vocabulary *v, const void *bytes, size_t length);

#endif
