/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_DECODER_H
#define NN_DECODER_H

#include "nn/load.h"
#include "weights/config.h"
#include "weights/gguf.h"

/* The text decoder of Qwen3, Qwen2.5 and Llama 3, as transformers' Qwen3ForCausalLM,
 * Qwen2ForCausalLM and LlamaForCausalLM compute it: every layer is
 *     x += out(attention(q, k, v of norm(x)))      causal; K of H heads have keys and values
 *     x += down(silu(gate(norm(x))) * up(norm(x)))
 * with RMS norms and with rotated q and k, which Qwen3 norms head by head first; q, k and v of
 * Qwen2.5 have biases.
 * Shapes: D width, H heads, K heads of keys, d a head's width (H d is not D in general), F the
 * feed-forward's width, V vocabulary. The residual stream x is f32 throughout. */

/* Rotation slowed down for texts longer than those of the training, by `factor`: of all pairs; of
 * those that turn less than `low` times over the `original` length, with a passage up to `high`
 * times, as Llama 3.1 does it; or as YaRN does it (Peng et al. 2023), where the passage lies
 * between pairs, not frequencies, and cosines and sines are multiplied by `gain`. */
enum rope_kind { ROPE_PLAIN, ROPE_LINEAR, ROPE_LLAMA3, ROPE_YARN };
struct rope_stretch {
    enum rope_kind kind;
    double factor, low, high, original, gain;
    bool between; /* YaRN: the passage may begin and end between two pairs */
};

struct decoder_config {
    int vocab, dim, layers, heads, kv_heads, head_dim, ffn;
    int positions; /* of the longest sequence it was made for */
    float eps;
    double theta;
    struct rope_stretch stretch;
    bool tied;     /* the output matrix is the embedding */
    bool qk_norm;  /* of Qwen3 */
    bool qkv_bias; /* of Qwen2.5 */
    bool out_bias; /* of the attention's output */
    /* The pairs that are rotated lie next to each other: rows of q and k in GGUF files of Llama. */
    bool interleaved;
};

/* Reads a config.json, whose model_type is qwen3, qwen2 or llama; what this decoder does not
 * compute (other biases, windows, other kinds of rotation) fails with IH_UNSUPPORTED. `path` is for
 * sentences. */
enum ih_status decoder_read_config(
    struct decoder_config *out, const struct config *c, const char *path, struct ih_error *e);

/* The same from the fields of a GGUF file, whose architecture is qwen3, qwen2 or llama. */
enum ih_status decoder_gguf_config(
    struct decoder_config *out, const struct gguf_file *f, struct ih_error *e);

/* For both: a stretch of ROPE_YARN, or another kind, whose numbers were read. Fails when they make
 * no sense; `where` is for sentences. YaRN's gain of 0 becomes that of the paper; the model then
 * reads texts of the stretched length. */
enum ih_status decoder_check_rope(struct decoder_config *c, const char *where, struct ih_error *e);

struct decoder_layer {
    float *attention_norm, *mlp_norm; /* [D] */
    float *q_norm, *k_norm;           /* [d], or null */
    struct linear qkv, out;           /* [(H + 2 K) d, D], [D, H d] */
    struct linear gate_up, down;      /* [2 F, D], [D, F] */
};

struct decoder {
    struct decoder_config config;
    int depth;               /* layers there are; all of them when there are logits */
    bool writes;             /* has logits */
    struct matrix embedding; /* [V, D] as the file has it */
    struct decoder_layer *layer;
    float *norm;          /* [D] */
    struct linear logits; /* [V, D] */
    float *frequency;     /* [d / 2] radians a position */
    enum dtype activation, kv_type;
};

/* One of the loader's two walks (nn/load.h), under its prefix and the hub's names or GGUF's: layers
 * [0, depth), which are all that is ever packed; with `writes`, which needs all layers, the
 * last norm and the output matrix too. 4-bit storage leaves the output matrix at 8 bits; with
 * l->narrow what the file has in 4 bits stays so, that one too. config is set before; *m is zero
 * before the first walk. */
void decoder_load(struct decoder *m, struct loader *l, int depth, bool writes);
/* What was packed; the arena is the caller's. */
void decoder_free(struct decoder *m);

/* Bytes of keys and values of one sequence in one layer, in decoder_step()'s caches. */
size_t decoder_kv_bytes(const struct decoder *m, int64_t positions);
void decoder_kv_init(const struct decoder *m, struct kv *kv, void *memory, int64_t positions);

/* Memory for a step with so many rows in all, of which `outputs` want logits. */
size_t decoder_step_bytes(
    const struct decoder *m, int64_t rows, int64_t sequences, int64_t outputs);

/* One sequence of a step: tokens that follow what its caches hold. */
struct decoder_row {
    const int32_t *token;
    int count;
    struct kv *cache; /* [depth] */
    float *logits;    /* [V] of what follows the last token, or null */
};

/* For tests: x after "embedded", "layer" (numbered) and "normed". */
struct decoder_watch {
    void (*fn)(void *arg, const char *stage, int layer, struct tensor x);
    void *arg;
};

/* Runs all rows through all layers together: the weights are read once however many sequences
 * there are. The caches have room for what is added; a step that is cancelled (IH_CANCELLED; read
 * before each layer) leaves them as they were. watch may be null. */
enum ih_status decoder_step(struct device *d, struct arena *a, const struct decoder *m,
    const struct decoder_row *row, int rows, const volatile int *cancel,
    const struct decoder_watch *watch, struct ih_error *e);

/* Hidden states as features of a text, for models that are told what to draw: for each of `padded`
 * positions the states after after[0], after[1] ... layers (transformers' hidden_states of these
 * numbers) side by side, out [padded, taps * D] f32. The first `count` tokens are the text; what
 * follows is padding, which sees the text and is seen by nobody. after[] rises and ends at
 * m->depth or before. */
struct decoder_features {
    const int32_t *token; /* [padded] */
    int count, padded;
    const int *after;
    int taps;
};
size_t decoder_features_bytes(const struct decoder *m, int64_t padded);
enum ih_status decoder_read(struct device *d, struct arena *a, const struct decoder *m,
    const struct decoder_features *f, struct tensor out, const volatile int *cancel,
    struct ih_error *e);

#endif
