/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_BPE_BUILD_H
#define TEXT_BPE_BUILD_H

#include "text/bpe.h"
#include "text/merge.h"
#include "text/vocabulary.h"

/* What bpe.c and the reader of tokenizer.json share. */
struct bpe {
    struct vocabulary vocabulary;
    struct merges merges;
    enum bpe_split split;
    bool whole_words; /* a word that is a token needs no merging */
};

#endif
