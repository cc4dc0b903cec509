/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_BLOCK_H
#define NN_BLOCK_H

#include "base/arena.h"
#include "device/ops.h"

/* The pre-norm transformer block with layer norms and a two-matrix MLP:
 *     x += out(attention(q, k, v of norm(x)))
 *     x += cross_out(attention(cross_q(norm(x)), encoder's k, v))      decoders only
 *     x += fc2(act(fc1(norm(x))))
 * Shapes: d = heads * head_dim. The residual stream x is f32 throughout. */
struct layer_norm {
    float *w, *b;
};

/* Where a block's weights lie in the file. */
struct block_parts {
    struct layer_norm attention_norm, cross_norm, mlp_norm;
    struct linear_part q, k, v, out;
    struct linear_part cross_q, cross_k, cross_v, cross_out; /* no data: no cross attention */
    struct linear_part fc1, fc2;
};

/* The block as the device multiplies it. */
struct block {
    struct layer_norm attention_norm, cross_norm, mlp_norm;
    struct linear qkv, out;                     /* [3d, d], [d, d] */
    struct linear cross_q, cross_kv, cross_out; /* [d, d], [2d, d], [d, d] */
    struct linear fc1, fc2;                     /* [ffn, d], [d, ffn] */
};

struct block_shape {
    int dim, heads, ffn;
    float eps;
    enum act act;
    enum dtype activation; /* of what passes between operations inside the block */
};

enum ih_status block_pack(struct device *d, struct block *b, const struct block_parts *parts,
    enum dtype storage, struct ih_error *e);
void block_free(struct block *b);

/* One sequence in a batch: its rows of x and its caches for one layer. Without `cross` there is no
 * cross attention. */
struct sequence {
    int64_t row0, rows;
    struct kv *self;
    const struct kv *cross;
};

/* Encoder: rows of a sequence attend to each other; `self` is emptied first and may be the same for
 * all sequences. x is changed in place. */
void block_encode(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count);

/* Gets the cross-attention queries [rows, d] as they are about to be used. */
struct block_tap {
    void (*fn)(void *arg, struct tensor q);
    void *arg;
};

/* Decoder: rows extend `self` and see it causally, then `cross`. tap may be null. */
void block_decode(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count,
    const struct block_tap *tap);

/* Fills a cross cache from the encoder's output [rows, d]. */
void block_cross(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor encoded, struct kv *cross);

#endif
