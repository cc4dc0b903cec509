/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_GGML_H
#define WEIGHTS_GGML_H

#include "weights/weights.h"

/* whisper.cpp's ggml .bin: hyper-parameters, mel filters, vocabulary and tensors in one file, all
 * little-endian and without any alignment:
 *
 *     u32 magic, i32[11] the numbers n_vocab .. ftype below
 *     i32 mel_rows, i32 mel_cols, f32[mel_rows * mel_cols]
 *     i32 tokens, then for each: u32 length, its bytes
 *     until the end, for each tensor: i32 rank, i32 name length, i32 type, i32[rank] lengths with
 * the innermost first, name, data
 *
 * f32, f16, bf16, q8_0 and q5_0 are read; another type fails at open. All numbers are checked to be
 * positive and of a size that fits a model. */
struct ggml_file {
    int32_t n_vocab, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer;
    int32_t n_text_ctx, n_text_state, n_text_head, n_text_layer, n_mels;
    int32_t ftype;            /* without the quantization version */
    const float *mel_filters; /* [mel_rows, mel_cols] in the mapping, unaligned: memcpy only */
    int32_t mel_rows, mel_cols;
    int32_t tokens;              /* at most n_vocab; special tokens are not among them */
    const unsigned char **token; /* [tokens], each a byte string in the mapping */
    int32_t *token_length;

    /* Tensors under their ggml (OpenAI) names, shapes in PyTorch order. They stay in the mapping
     * and so are NOT aligned for their type: copying would double the memory of a big model. Read
     * them with blocks_to_f32() or memcpy. */
    struct weights *weights;
};

enum ih_status ggml_open(struct ggml_file **out, const char *path, struct ih_error *e);
/* Closes the weights too. */
void ggml_close(struct ggml_file **f);

/* 1 when the file begins with the magic number, else 0. */
int ggml_probe(const char *path);

#endif
