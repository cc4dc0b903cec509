/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_PICKLE_H
#define WEIGHTS_PICKLE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

/* Reads the pickles that torch.save() writes for state dicts, and nothing else. A pickle is a
 * program; this knows the instructions of protocol 2 that build numbers, strings, tuples and dicts,
 * and five names: OrderedDict, _rebuild_tensor_v2, _rebuild_parameter and the storage types. No
 * other name is accepted, nothing is called, and what comes out is data. */

enum pickle_kind {
    PICKLE_NONE, /* None, booleans and fractions: of no use here */
    PICKLE_INT,
    PICKLE_TEXT,
    PICKLE_TUPLE,
    PICKLE_DICT,
    PICKLE_GLOBAL,
    PICKLE_STORAGE,
    PICKLE_TENSOR,
    PICKLE_MARK,
};

enum { PICKLE_RANK = 8 };

struct pickle_tensor {
    int type; /* index of pickle_storage_name() */
    const char *key;
    size_t key_length;
    int64_t storage; /* elements of the storage */
    int64_t offset;  /* of the first element in it */
    int rank;
    int64_t shape[PICKLE_RANK], stride[PICKLE_RANK]; /* elements; not negative */
};

struct pickle_value {
    enum pickle_kind kind;
    union {
        int64_t integer;
        struct {
            const char *p; /* in the pickle, not terminated */
            size_t length;
        } text;
        struct {
            const struct pickle_value *item;
            int count;
        } tuple;
        struct pickle_dict *dict;
        int global;
        const struct pickle_tensor *tensor; /* PICKLE_STORAGE: without rank and shape */
    };
};

struct pickle_item {
    struct pickle_value key, value;
    struct pickle_item *next;
};

struct pickle_dict {
    struct pickle_item *first, *last; /* as they were set; a key may stand twice */
};

/* *out and all that it points to lives in the arena and in the bytes. `path` is for sentences. */
enum ih_status pickle_read(struct pickle_value *out, const unsigned char *bytes, size_t size,
    const char *path, struct arena *a, struct ih_error *e);

/* "FloatStorage" ... */
const char *pickle_storage_name(int type);

#endif
