/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_MERGE_H
#define TEXT_MERGE_H

#include "text/vocabulary.h"

/* Byte pair merging. Which pairs may merge, and which goes first, is told either by a table of
 * pairs (tokenizer.json) or by the vocabulary itself (tiktoken): a pair merges when its bytes are a
 * token, and the smaller id goes first. Zero it before use. */
struct merges {
    struct merge_pair *pair; /* [mask + 1], by hash; null: the vocabulary decides */
    uint32_t mask, filled;
};

enum ih_status merges_reserve(struct merges *m, uint32_t count, struct ih_error *e);
void merges_free(struct merges *m);

/* There must be room. The first of two equal pairs counts. */
void merges_add(struct merges *m, int32_t left, int32_t right, int32_t rank, int32_t merged);

/* Ids of one word of at most `length` bytes; bytes that are no token are left out. `scratch` is
 * null or has merge_scratch(length) bytes. Without it, length must be at most MERGE_SMALL. Returns
 * how many there are; id has room for length. */
size_t merge_word(const struct merges *m, const struct vocabulary *v, const unsigned char *word,
    size_t length, void *scratch, int32_t *id);
enum { MERGE_SMALL = 128 };
size_t merge_scratch(size_t length);

#endif
