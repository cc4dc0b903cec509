/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_FLOW_TRANSFORMER_H
#define NN_FLOW_TRANSFORMER_H

#include "nn/load.h"
#include "weights/config.h"

/* The transformer of FLUX.2, as diffusers' Flux2Transformer2DModel computes it: from noisy latents,
 * a text's features and a time to the velocity of the latents. Text and picture pass first through
 * pairs of blocks that share their attention only, then as one sequence, text in front, through
 * single blocks. Layer norms have no weights of their own: scale and shift, and the gates of what
 * is added to the stream, are made from the time, once for all blocks of a kind. No biases.
 *
 * Shapes: D = heads * head_dim width, F width of the feed-forward, T rows of text, N rows of
 * latents. The residual stream [T + N, D] is f32 throughout. */

enum { FLOW_AXES = 8 };

struct flow_config {
    int in, out, context; /* channels of latents, of velocities, of the text's features */
    int layers, single_layers;
    int heads, head_dim, dim, ffn;
    int time_channels;         /* of the sinusoid */
    int axes, axis[FLOW_AXES]; /* values of a head that rotate with each coordinate */
    double theta;
    float eps;
    bool guidance; /* also told how strong the guidance is */
};

/* Reads a config.json; what is computed differently here fails with IH_UNSUPPORTED. */
enum ih_status flow_read_config(
    struct flow_config *out, const struct config *c, const char *path, struct ih_error *e);

/* One side of a pair. */
struct flow_stream {
    struct linear qkv, out;      /* [3 D, D], [D, D] */
    struct linear ff_in, ff_out; /* [2 F, D], [D, F] */
    float *q_norm, *k_norm;      /* [head_dim] */
};

struct flow_pair {
    struct flow_stream text, image;
};

struct flow_single {
    struct linear in, out; /* [3 D + 2 F, D], [D, D + F] */
    float *q_norm, *k_norm;
};

struct flow_transformer {
    struct flow_config config;
    struct linear x_embedder, context_embedder; /* [D, in], [D, context] */
    struct linear time[2], guidance[2];         /* [D, time_channels], [D, D] */
    struct linear image_modulation, text_modulation, single_modulation; /* [6 D, D], .., [3 D, D] */
    struct linear norm_out, proj_out;                                   /* [2 D, D], [out, D] */
    struct flow_pair *pair;
    struct flow_single *single;
    enum dtype activation;
};

/* One of the loader's two walks (nn/load.h), by diffusers' names; config is set before, the rest of
 * *m is zero before the first walk. What the time becomes, and the first and the last layer, keep
 * more bits than l->storage: bf16 for 8 bits, 8 bits for 4. */
void flow_load(struct flow_transformer *m, struct loader *l);
/* What was packed; the arena is the caller's. A model that was freed can be packed again. */
void flow_free(struct flow_transformer *m);

/* Cosines and sines for coordinates [rows, axes], in memory of the arena. False without memory. */
bool flow_rope(struct rope *out, struct arena *a, const struct flow_config *c,
    const float *coordinates, int64_t rows);

/* y [T, D] f32 from a text's features [T, context]: the same in all steps. */
void flow_embed_text(
    struct device *d, struct tensor y, const struct flow_transformer *m, struct tensor features);

/* For tests: "temb", "image_modulation", "text_modulation", "single_modulation", "image"
 * (embedded), then of each pair "pair_text" and "pair_image", of each single block "single", and
 * "norm_out". */
struct flow_watch {
    void (*fn)(void *arg, const char *stage, int index, struct tensor x);
    void *arg;
};

struct flow_input {
    struct tensor latents;          /* [N, in] f32: what is drawn, then what is only seen */
    struct tensor text;             /* [T, D] f32 from flow_embed_text() */
    const struct rope *rope;        /* of T + N rows, the text's first */
    float time;                     /* 1: noise, 0: picture */
    float guidance;                 /* told to a model that wants to know, unless 0 */
    const volatile int *cancel;     /* read before each block; may be null */
    const struct flow_watch *watch; /* may be null */
};

/* Memory of one run, for T + N rows. */
size_t flow_run_bytes(const struct flow_transformer *m, int64_t text, int64_t latents);

/* velocity [rows, out] f32 of the first rows of the latents. */
enum ih_status flow_run(struct device *d, struct arena *a, const struct flow_transformer *m,
    const struct flow_input *in, struct tensor velocity, struct ih_error *e);

#endif
