/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_GGUF_H
#define WEIGHTS_GGUF_H

#include "weights/weights.h"

/* llama.cpp's GGUF, version 2 and 3: what is to know about a model and its tensors in one file, all
 * little-endian:
 *
 *     "GGUF", u32 version, u64 tensors, u64 fields
 *     each field: string key, u32 type, value
 *     each tensor: string name, u32 rank, u64[rank] lengths with the innermost first, u32 type, u64
 *     offset of its data; then padding to general.alignment (32), from where offsets count
 *
 * A string is a u64 length and its bytes; a list a u32 type, a u64 length and its values. f32, f16,
 * bf16, q8_0, q5_0, q4_0, q4_K and q6_K are read; tensors of another type are refused when they are
 * asked for. Every length and offset is checked at open. */
struct gguf_field;
struct gguf_file {
    struct weights *weights; /* under their names in the file, shapes in PyTorch order */
    struct gguf_field *field;
    int fields;
};

enum ih_status gguf_open(struct gguf_file **out, const char *path, struct ih_error *e);
/* Closes the weights too. */
void gguf_close(struct gguf_file **f);
bool gguf_probe(const char *path);

/* A field that is absent or of another kind gives the fallback. Whole numbers and booleans are
 * numbers too. */
int64_t gguf_int(const struct gguf_file *f, const char *key, int64_t fallback);
double gguf_number(const struct gguf_file *f, const char *key, double fallback);

/* Bytes in the mapping: not ended by a zero byte, and of any content. */
struct gguf_text {
    const char *s;
    size_t n;
};
/* s is null where there is none. */
struct gguf_text gguf_string(const struct gguf_file *f, const char *key);

/* A list, to be read from front to back. */
struct gguf_list {
    const unsigned char *at;
    uint64_t left; /* values */
    uint32_t type;
};
struct gguf_list gguf_list(const struct gguf_file *f, const char *key);
/* The next value; false at the end or when the list holds something else. */
bool gguf_next_string(struct gguf_list *l, struct gguf_text *out);
bool gguf_next_int(struct gguf_list *l, int64_t *out);

#endif
