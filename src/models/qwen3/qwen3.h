/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_QWEN3_QWEN3_H
#define MODELS_QWEN3_QWEN3_H

#include "models/writer.h"
#include "nn/decoder.h"

#include <pthread.h>

/* Qwen3 (Qwen team 2025, "Qwen3 Technical Report"), Qwen2.5 and Llama 3, as the hub publishes them:
 * a folder with config.json, tokenizer.json and safetensors, or as llama.cpp's GGUF, in one file.
 * The network is nn/decoder.h's. */

enum { STOPS = 16 };

struct qwen3 {
    struct model base;
    struct weights *weights; /* of the hub's files or in the GGUF file */
    struct gguf_file *gguf;
    struct bpe *bpe;
    struct arena arena;
    struct decoder decoder;
    enum dtype storage;
    bool narrow; /* what the file has in 4 bits is computed in 4 bits */
    enum chat_kind chat;
    int32_t stop[STOPS];
    int stops;

    /* The weights as the device multiplies them are made at the first job. */
    pthread_mutex_t prepare_lock;
    bool prepared;
};

extern const struct family qwen3_family, qwen2_family, llama3_family;

/* open.c: packs the weights once; later calls return at once. */
enum ih_status qwen3_prepare(struct qwen3 *m, struct ih_error *e);

/* gguf.c */
bool qwen3_gguf_probe(const char *path, const char *architecture);
enum ih_status qwen3_open_gguf(struct qwen3 *m, const char *path, struct ih_error *e);
/* open.c: the first of the two walks over the weights, and one more token that ends an answer,
 * or those that all these models end one with. */
enum ih_status qwen3_look(struct qwen3 *m, struct ih_error *e);
void qwen3_add_stop(struct qwen3 *m, int64_t id);
void qwen3_add_usual_stops(struct qwen3 *m);

/* session.c */
extern const struct writer qwen3_writer;

#endif
