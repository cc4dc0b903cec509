/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_BPE_BUILD_H
#define TEXT_BPE_BUILD_H

#include "text/alphabet.h"
#include "text/bpe.h"
#include "text/merge.h"
#include "text/vocabulary.h"

/* What bpe.c and the reader of tokenizer.json share. */
struct bpe {
    struct vocabulary vocabulary;
    struct merges merges;
    enum bpe_split split;
    bool whole_words; /* a word that is a token needs no merging */
    bool nfc;         /* text is brought into NFC first */
    int32_t *added;   /* [added_count] ids of added tokens */
    int32_t added_count, added_room;
};

/* A merge of two tokens as a file writes them, at most 2 * TOKEN_BYTES each; there must be room for
 * it. `guess` is what it may make, since tokens usually stand in the order of their merges, and is
 * moved on. */
enum ih_status bpe_add_merge(struct bpe *b, const struct alphabet *a, const char *const side[2],
    const size_t length[2], int32_t rank, int32_t *guess, struct ih_error *e);

/* bpe_add_special() for an added token of either kind. */
enum ih_status bpe_add(
    struct bpe *b, const char *text, int64_t id, bool special, struct ih_error *e);

#endif
