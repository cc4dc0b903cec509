/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_BIND_BLOCK_H
#define NN_BIND_BLOCK_H

#include "nn/bind.h"
#include "nn/block.h"

/* What the parts of a transformer block are called in a file. */
struct block_names {
    const char *self, *cross; /* attention prefixes inside a block */
    const char *q, *k, *v, *out;
    const char *self_norm, *cross_norm, *mlp_norm, *fc1, *fc2;
    bool key_bias; /* Whisper's key projections have none */
};

/* Hugging Face's names for Whisper, BART and their kind. */
extern const struct block_names hub_block_names;

/* NAME.weight and NAME.bias, [n] each. */
enum ih_status bind_norm(const struct binder *b, struct layer_norm *out, const char *name,
    int64_t n, struct ih_error *e);

/* A block whose names all begin with `prefix`. */
enum ih_status bind_block(const struct binder *b, struct block_parts *out,
    const struct block_names *names, const char *prefix, int64_t dim, int64_t ffn, bool cross,
    struct ih_error *e);

#endif
