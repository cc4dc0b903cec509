/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/safetensors.h"

#include "weights/config.h"
#include "weights/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_LIMIT = 64 << 20, LENGTH_BYTES = 8 };

struct element {
    const char *name;
    int bytes;
    int dtype; /* of enum dtype, or -1: known, but not computed with */
};

static const struct element elements[] = {
    {"F32", 4, DT_F32},
    {"F16", 2, DT_F16},
    {"BF16", 2, DT_BF16},
    {"I8", 1, DT_I8},
    {"U8", 1, DT_U8},
    {"I32", 4, DT_I32},
    {"I64", 8, DT_I64},
    {"BOOL", 1, -1},
    {"I16", 2, -1},
    {"U16", 2, -1},
    {"U32", 4, -1},
    {"U64", 8, -1},
    {"F64", 8, -1},
    {"C64", 8, -1},
    {"F8_E4M3", 1, -1},
    {"F8_E5M2", 1, -1},
    {"F8_E8M0", 1, -1},
};

struct range {
    uint64_t begin, end;
    const char *name;
};

struct reading {
    struct weights *weights;
    const char *path;
    const unsigned char *data;
    uint64_t size;
    struct range *range;
    size_t ranges;
    struct ih_error *error;
    enum ih_status status;
};

static const struct element *find_element(const char *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, name) == 0)
            return &elements[i];
    return NULL;
}

const char *safetensors_type(enum dtype t)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].dtype == (int)t)
            return elements[i].name;
    return NULL;
}

static enum ih_status bad(
    const struct reading *r, const char *name, const char *format, const char *what)
{
    char text[160];
    snprintf(text, sizeof text, format, what);
    return err_set(r->error, IH_BAD_DATA, "%s: tensor %.255s %s", r->path, name, text);
}

static enum ih_status read_range(
    struct reading *r, const char *name, const struct config_value *v, struct range *out)
{
    const struct config_value *offsets = config_find(v, "data_offsets");
    int64_t begin = config_int_or(config_item(offsets, 0), -1);
    int64_t end = config_int_or(config_item(offsets, 1), -1);
    if (config_length(offsets) != 2 || begin < 0 || end < begin)
        return bad(r, name, "has bad data_offsets; expected %s", "[begin, end] with begin <= end");
    if ((uint64_t)end > r->size)
        return err_set(r->error, IH_BAD_DATA,
            "%s: tensor %s ends at byte %" PRId64 " of the data, but the file holds %" PRIu64
            " (is it complete?)",
            r->path, name, end, r->size);
    *out = (struct range){(uint64_t)begin, (uint64_t)end, name};
    return IH_OK;
}

/* Reads a list of any rank, keeps what fits and multiplies it all. */
static enum ih_status read_shape(
    struct reading *r, const char *name, const struct config_value *v, struct tensor *t, int64_t *n)
{
    const struct config_value *shape = config_find(v, "shape");
    int64_t rank = config_length(shape);
    if (!config_is_list(shape))
        return bad(r, name, "has no shape; expected %s", "a list of lengths");
    *n = 1;
    for (int64_t i = 0; i < rank; i++) {
        int64_t length = config_int_or(config_item(shape, i), -1);
        if (length < 0)
            return bad(r, name, "has a bad shape; expected %s", "lengths of 0 and more");
        if (__builtin_mul_overflow(*n, length, n))
            return bad(r, name, "has a shape of more than %s elements", "2^63");
        if (i < TENSOR_RANK)
            t->shape[i] = length;
    }
    t->rank = rank > TENSOR_RANK ? TENSOR_RANK + 1 : (int)rank;
    if (rank == 0) {
        t->rank = 1;
        t->shape[0] = 1;
    }
    return IH_OK;
}

/* Lengths behind a zero may multiply to anything; then nothing is ever read by these strides. */
static void set_strides(struct tensor *t)
{
    uint64_t stride = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        t->stride[i] = (int64_t)stride;
        stride *= (uint64_t)t->shape[i];
    }
}

/* The reason why a tensor of a sound file cannot be used, or null. */
static const char *unusable(
    char *buf, size_t size, const struct element *element, const char *dtype, int rank)
{
    if (!element || element->dtype < 0)
        snprintf(buf, size,
            "has type %.32s; the types that can be used are F32, F16, BF16, I8, U8, I32 and I64",
            dtype);
    else if (rank > TENSOR_RANK)
        snprintf(buf, size, "has more than %d dimensions", TENSOR_RANK);
    else
        return NULL;
    return buf;
}

static enum ih_status place(
    struct reading *r, const char *name, struct tensor *t, const struct range *range)
{
    size_t n = (size_t)(range->end - range->begin);
    const unsigned char *data = r->data + range->begin;
    t->data = (void *)(uintptr_t)data;
    if ((uintptr_t)data % (uintptr_t)dtype_info(t->dtype)->block_bytes != 0) {
        t->data = arena_alloc(&r->weights->arena, n);
        if (!t->data)
            return err_memory(r->error, r->path);
        memcpy(t->data, data, n);
    }
    set_strides(t);
    return weights_add(r->weights, name, t, r->error);
}

static enum ih_status read_tensor(
    struct reading *r, const char *name, const struct config_value *v, struct range *range)
{
    struct tensor t = {0};
    int64_t n = 0;
    const char *dtype = config_string_or(config_find(v, "dtype"), NULL);
    if (!dtype)
        return bad(r, name, "has no dtype; expected %s", "a type such as \"F32\"");
    enum ih_status status = read_range(r, name, v, range);
    if (!status)
        status = read_shape(r, name, v, &t, &n);
    if (status)
        return status;
    const struct element *element = find_element(dtype);
    uint64_t bytes = range->end - range->begin, expected;
    if (element && (__builtin_mul_overflow((uint64_t)n, (uint64_t)element->bytes, &expected) ||
                       bytes != expected))
        return err_set(r->error, IH_BAD_DATA,
            "%s: tensor %s takes %" PRIu64 " bytes, but its shape holds %" PRId64 " elements of %s",
            r->path, name, bytes, n, dtype);
    char reason[128];
    if (unusable(reason, sizeof reason, element, dtype, t.rank))
        return weights_refuse(r->weights, name, reason, r->error);
    t.dtype = (enum dtype)element->dtype;
    return place(r, name, &t, range);
}

static void read_member(void *arg, const char *name, const struct config_value *v)
{
    struct reading *r = arg;
    if (r->status || strcmp(name, "__metadata__") == 0)
        return;
    r->status = read_tensor(r, name, v, &r->range[r->ranges]);
    r->ranges += !r->status;
}

static int by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static enum ih_status check_cover(const struct reading *r)
{
    qsort(r->range, r->ranges, sizeof *r->range, by_begin);
    uint64_t end = 0;
    for (size_t i = 0; i < r->ranges; i++) {
        const struct range *range = &r->range[i];
        if (range->begin < end)
            return err_set(r->error, IH_BAD_DATA, "%s: the data of tensor %s overlaps tensor %s",
                r->path, range->name, r->range[i - 1].name);
        if (range->begin > end)
            return err_set(r->error, IH_BAD_DATA,
                "%s: the data has a gap of %" PRIu64 " bytes before tensor %s", r->path,
                range->begin - end, range->name);
        end = range->end;
    }
    if (end != r->size)
        return err_set(r->error, IH_BAD_DATA,
            "%s: %" PRIu64 " bytes follow the last tensor; expected the file to end there", r->path,
            r->size - end);
    return IH_OK;
}

static enum ih_status read_header(struct reading *r, const struct config *header)
{
    const struct config_value *root = config_root(header);
    r->range = calloc((size_t)config_length(root) + 1, sizeof *r->range);
    if (!r->range)
        return err_memory(r->error, r->path);
    config_each(root, read_member, r);
    enum ih_status status = r->status ? r->status : check_cover(r);
    free(r->range);
    return status;
}

/* Splits the mapping into header and data. */
static enum ih_status find_header(
    const struct mapfile *m, const char *path, uint64_t *length, struct ih_error *e)
{
    if (m->size < LENGTH_BYTES)
        return err_set(e, IH_BAD_DATA,
            "%s: %zu bytes are too few for a safetensors file (is it complete?)", path, m->size);
    *length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--)
        *length = *length << 8 | m->data[i];
    if (*length > HEADER_LIMIT)
        return err_set(e, IH_BAD_DATA,
            "%s: not a safetensors file: a header of %" PRIu64 " bytes; at most %d are read", path,
            *length, (int)HEADER_LIMIT);
    if (*length > m->size - LENGTH_BYTES)
        return err_set(e, IH_BAD_DATA,
            "%s: the header takes %" PRIu64 " bytes, but the file holds %zu (is it complete?)",
            path, *length, m->size - LENGTH_BYTES);
    if (*length == 0 || m->data[LENGTH_BYTES] != '{')
        return err_set(
            e, IH_BAD_DATA, "%s: not a safetensors file: the header does not begin with {", path);
    return IH_OK;
}

enum ih_status safetensors_read(struct weights *w, const char *path, struct ih_error *e)
{
    struct mapfile map;
    enum ih_status status = mapfile_open(&map, path, e);
    if (status)
        return status;
    const struct mapfile m = map;
    status = weights_own(w, &map, e);
    uint64_t length = 0;
    if (!status)
        status = find_header(&m, path, &length, e);
    if (status)
        return status;
    struct config *header = NULL;
    const char *text = (const char *)m.data + LENGTH_BYTES;
    status = config_parse(&header, text, (size_t)length, path, e);
    if (status)
        return status;
    struct reading r = {
        .weights = w,
        .path = path,
        .data = m.data + LENGTH_BYTES + length,
        .size = m.size - LENGTH_BYTES - length,
        .error = e,
    };
    status = read_header(&r, header);
    config_close(&header);
    return status;
}
