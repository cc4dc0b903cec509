/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_IMAGE1_IMAGE1_H
#define MODELS_IMAGE1_IMAGE1_H

#include "models/image1/autoencoder.h"
#include "models/image1/head.h"
#include "models/painter.h"
#include "nn/part.h"
#include "text/bpe.h"

/* image-1, our own text to image: FLUX.2's transformer at a small size over the tokens of an
 * autoencoder of its own, convolutions behind it (head.h), and a small text encoder with Qwen3's
 * blocks. The network says what the
 * clean picture looks like. What it computes stands in train/image1/README.md. Shapes: N tokens of
 * V numbers each, L tokens of the prompt. */

enum { IMAGE1_AXES = 4 }; /* which picture, y, x, which word */

struct image1_config {
    int patch;    /* pixels a side of a token */
    int places;   /* numbers behind a token's values that say where it is */
    int longest;  /* tokens of a prompt with the end token */
    int size;     /* pixels a side of its own pictures */
    int multiple; /* of sides */
    int side_least, side_most;
    int steps;
    double span; /* of the positions of a square picture */
    double shift;
    float guidance, least_sigma;
};

struct image1 {
    struct model base;
    struct arena arena;
    struct image1_config config;
    struct bpe *bpe;
    int32_t end; /* token */
    struct text_part text;
    struct flow_part flow;
    struct head head;
    struct autoencoder autoencoder;
};

struct painter_session {
    struct image1 *model;
    struct device *device; /* a fork of the model's */
    struct arena arena;
};

/* config.c: image1.json, everything checked against the transformer and the text encoder. */
enum ih_status image1_read_config(struct image1 *m, const char *folder, struct ih_error *e);

/* prompt.c: at most config.longest ids, the end token last; null is the empty prompt. Returns how
 * many; *cut (may be null) is set when some were left out. 0 without memory. */
int image1_tokens(const struct image1 *m, const char *prompt, int32_t *id, bool *cut);
/* What the text encoder makes of it: out [L, D] f32 in the arena. */
enum ih_status image1_read(struct image1 *m, struct device *d, struct arena *a, const char *prompt,
    bool *cut, const volatile int *cancel, struct tensor *out, struct ih_error *e);

/* places.c. Where the tokens of a picture are, in rows of config.places numbers, `stride` apart. */
void image1_places(const struct image1_config *c, float *out, int64_t stride, int rows, int cols);
/* The same for the transformer: `words` tokens of the text, then the picture, IMAGE1_AXES numbers
 * each. */
void image1_positions(const struct image1_config *c, float *out, int words, int rows, int cols);

/* For tests. */
struct image1_watch {
    /* "clean" and "clean_empty" [N, V], with the prompt and without, and "x" after each step. */
    void (*fn)(void *arg, const char *stage, int index, struct tensor x);
    void *arg;
};

/* paint.c. noise [N, V] is drawn from the seed when it is null; watch may be null. */
enum ih_status image1_paint(struct painter_session *s, const struct painting_request *r,
    const float *noise, const struct image1_watch *watch, const volatile int *cancel,
    struct ih_picture *out, struct ih_error *e);

extern const struct family image1_family;

#endif
