/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/gguf.h"

#include "weights/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 1 << 16, TENSORS = 1 << 20, ALIGNMENT = 32, ALIGNMENT_LIMIT = 1 << 16, HEAD = 24 };

/* The numbers of value types in the file. */
enum { U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, LIST, U64, I64, F64, TYPES };

struct gguf_field {
    struct gguf_text key;
    uint32_t type;
    const unsigned char *value; /* of a list: its first */
    uint32_t of;                /* the type of a list's values */
    uint64_t count;             /* of a list's values */
};

/* What is left to read. */
struct cursor {
    const unsigned char *p;
    size_t left;
    const char *path;
    struct ih_error *error;
};

static enum ih_status take(struct cursor *c, const unsigned char **p, uint64_t n, const char *what)
{
    if (n > c->left)
        return err_set(c->error, IH_BAD_DATA,
            "%s: the file ends inside %s: %" PRIu64 " bytes expected, %zu left (is it complete?)",
            c->path, what, n, c->left);
    *p = c->p;
    c->p += n;
    c->left -= (size_t)n;
    return IH_OK;
}

static enum ih_status take_u32(struct cursor *c, uint32_t *out, const char *what)
{
    const unsigned char *p = NULL;
    enum ih_status status = take(c, &p, sizeof *out, what);
    if (!status)
        memcpy(out, p, sizeof *out);
    return status;
}

static enum ih_status take_u64(struct cursor *c, uint64_t *out, const char *what)
{
    const unsigned char *p = NULL;
    enum ih_status status = take(c, &p, sizeof *out, what);
    if (!status)
        memcpy(out, p, sizeof *out);
    return status;
}

static enum ih_status take_text(struct cursor *c, struct gguf_text *out, const char *what)
{
    const unsigned char *p = NULL;
    uint64_t n = 0;
    enum ih_status status = take_u64(c, &n, what);
    if (!status)
        status = take(c, &p, n, what);
    if (!status)
        *out = (struct gguf_text){(const char *)p, (size_t)n};
    return status;
}

/* Bytes of a value of a fixed size; 0 for the others. */
static size_t value_bytes(uint32_t type)
{
    static const unsigned char bytes[TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < TYPES ? bytes[type] : 0;
}

static enum ih_status bad_type(const struct cursor *c, uint32_t type, const char *what)
{
    return err_set(
        c->error, IH_BAD_DATA, "%s: %s has a value of unknown type %" PRIu32, c->path, what, type);
}

static enum ih_status take_list(struct cursor *c, struct gguf_field *f, const char *what)
{
    enum ih_status status = take_u32(c, &f->of, what);
    if (!status)
        status = take_u64(c, &f->count, what);
    if (status)
        return status;
    size_t bytes = value_bytes(f->of);
    if (!bytes && f->of != STRING)
        return bad_type(c, f->of, what);
    if (f->count > c->left / (bytes ? bytes : sizeof(uint64_t)))
        return err_set(c->error, IH_BAD_DATA,
            "%s: %s has %" PRIu64 " values, more than the file can hold", c->path, what, f->count);
    f->value = c->p;
    if (bytes)
        return take(c, &f->value, f->count * bytes, what);
    struct gguf_text text;
    for (uint64_t i = 0; i < f->count && !status; i++)
        status = take_text(c, &text, what);
    return status;
}

static enum ih_status take_field(struct cursor *c, struct gguf_field *f, int index)
{
    char what[48];
    snprintf(what, sizeof what, "field %d", index);
    enum ih_status status = take_text(c, &f->key, what);
    if (!status)
        status = take_u32(c, &f->type, what);
    if (status)
        return status;
    if (f->type == LIST)
        return take_list(c, f, what);
    if (f->type == STRING) {
        struct gguf_text text;
        f->value = c->p;
        return take_text(c, &text, what);
    }
    size_t bytes = value_bytes(f->type);
    return bytes ? take(c, &f->value, bytes, what) : bad_type(c, f->type, what);
}

/* ggml's number of an element type. */
static bool find_type(uint32_t type, enum dtype *out)
{
    static const struct {
        uint32_t type;
        enum dtype dtype;
    } types[] = {{0, DT_F32}, {1, DT_F16}, {2, DT_Q4_0}, {6, DT_Q5_0}, {8, DT_Q8_0}, {12, DT_Q4_K},
        {14, DT_Q6_K}, {26, DT_I32}, {27, DT_I64}, {30, DT_BF16}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type) {
            *out = types[i].dtype;
            return true;
        }
    return false;
}

/* A tensor as its head describes it. */
struct tensor_head {
    char name[NAME_LIMIT + 1];
    struct tensor tensor; /* without data */
    uint32_t type;
    uint64_t offset;
    bool known;
};

static enum ih_status take_name(struct cursor *c, char *out, int index)
{
    char what[48];
    struct gguf_text name = {0};
    snprintf(what, sizeof what, "the name of tensor %d", index);
    enum ih_status status = take_text(c, &name, what);
    if (status)
        return status;
    if (name.n < 1 || name.n > NAME_LIMIT || memchr(name.s, 0, name.n))
        return err_set(c->error, IH_BAD_DATA,
            "%s: %s has %zu bytes; expected 1 to %d without zeros", c->path, what, name.n,
            NAME_LIMIT);
    memcpy(out, name.s, name.n);
    out[name.n] = 0;
    return IH_OK;
}

/* Lengths come innermost first; a tensor without any is a scalar, kept as rank 1. */
static enum ih_status take_shape(struct cursor *c, struct tensor_head *h)
{
    struct tensor *t = &h->tensor;
    uint32_t rank = 0;
    uint64_t length[TENSOR_RANK] = {1};
    enum ih_status status = take_u32(c, &rank, h->name);
    if (!status && rank > TENSOR_RANK)
        status = err_set(c->error, IH_BAD_DATA,
            "%s: tensor %s has %" PRIu32 " dimensions; expected up to %d", c->path, h->name, rank,
            TENSOR_RANK);
    for (uint32_t i = 0; i < rank && !status; i++)
        status = take_u64(c, &length[i], h->name);
    t->rank = rank ? (int)rank : 1;
    int64_t n = 1;
    for (int i = t->rank - 1; i >= 0 && !status; i--) {
        uint64_t of = length[t->rank - 1 - i];
        t->shape[i] = (int64_t)of;
        t->stride[i] = n;
        if (of < 1 || of > INT64_MAX / 16 || __builtin_mul_overflow(n, t->shape[i], &n) ||
            n > INT64_MAX / 16)
            status =
                err_set(c->error, IH_BAD_DATA, "%s: tensor %s has a bad shape", c->path, h->name);
    }
    return status;
}

static enum ih_status take_head(struct cursor *c, struct tensor_head *h, int index)
{
    *h = (struct tensor_head){0};
    enum ih_status status = take_name(c, h->name, index);
    if (!status)
        status = take_shape(c, h);
    if (!status)
        status = take_u32(c, &h->type, h->name);
    if (!status)
        status = take_u64(c, &h->offset, h->name);
    if (status)
        return status;
    h->known = find_type(h->type, &h->tensor.dtype);
    const struct dtype_info *info = dtype_info(h->tensor.dtype);
    if (h->known && h->tensor.shape[h->tensor.rank - 1] % info->block)
        return err_set(c->error, IH_BAD_DATA,
            "%s: tensor %s is %s with rows of %" PRId64 "; expected a multiple of %d", c->path,
            h->name, info->name, h->tensor.shape[h->tensor.rank - 1], info->block);
    return IH_OK;
}

static enum ih_status place(struct gguf_file *f, const struct cursor *data, struct tensor_head *h)
{
    struct tensor *t = &h->tensor;
    if (!h->known) {
        char reason[80];
        snprintf(reason, sizeof reason, "has ggml type %" PRIu32 ", which is not read", h->type);
        return weights_refuse(f->weights, h->name, reason, data->error);
    }
    size_t bytes = dtype_bytes(t->dtype, tensor_count(t));
    if (h->offset > data->left || bytes > data->left - h->offset)
        return err_set(data->error, IH_BAD_DATA,
            "%s: tensor %s lies beyond the end of the file (is it complete?)", data->path, h->name);
    t->data = (void *)(uintptr_t)(data->p + h->offset);
    return weights_add(f->weights, h->name, t, data->error);
}

static enum ih_status read_head(struct cursor *c, uint64_t *tensors, uint64_t *fields)
{
    uint32_t magic = 0, version = 0;
    enum ih_status status = take_u32(c, &magic, "its first bytes");
    if (!status)
        status = take_u32(c, &version, "its first bytes");
    if (status)
        return status;
    if (memcmp(&magic, "GGUF", 4) != 0)
        return err_set(c->error, IH_BAD_DATA, "%s: not a GGUF file", c->path);
    if (version != 2 && version != 3)
        return err_set(c->error, IH_UNSUPPORTED,
            "%s: GGUF version %" PRIu32 "; versions 2 and 3 are read", c->path, version);
    status = take_u64(c, tensors, "its first bytes");
    if (!status)
        status = take_u64(c, fields, "its first bytes");
    if (!status && (*tensors > TENSORS || *fields > FIELDS))
        status = err_set(c->error, IH_BAD_DATA,
            "%s: %" PRIu64 " tensors and %" PRIu64 " fields; at most %d and %d are read", c->path,
            *tensors, *fields, (int)TENSORS, (int)FIELDS);
    return status;
}

/* The heads are walked twice: once to find where data begins, once to place it. */
static enum ih_status read_tensors(
    struct gguf_file *f, struct cursor *c, const unsigned char *file, uint64_t tensors)
{
    struct tensor_head h;
    struct cursor again = *c;
    enum ih_status status = IH_OK;
    for (uint64_t i = 0; i < tensors && !status; i++)
        status = take_head(c, &h, (int)i);
    int64_t alignment = gguf_int(f, "general.alignment", ALIGNMENT);
    if (!status && (alignment < 1 || alignment > ALIGNMENT_LIMIT))
        status =
            err_set(c->error, IH_BAD_DATA, "%s: general.alignment is %" PRId64, c->path, alignment);
    if (status)
        return status;
    size_t used = (size_t)(c->p - file), padding = (size_t)alignment - 1;
    size_t skip = (used + padding) / (size_t)alignment * (size_t)alignment - used;
    struct cursor data = *c;
    skip = skip < data.left ? skip : data.left;
    data.p += skip;
    data.left -= skip;
    for (uint64_t i = 0; i < tensors && !status; i++) {
        status = take_head(&again, &h, (int)i);
        if (!status)
            status = place(f, &data, &h);
    }
    return status;
}

static enum ih_status read_file(struct gguf_file *f, const char *path, struct ih_error *e)
{
    uint64_t tensors = 0, fields = 0;
    struct mapfile m = {0};
    enum ih_status status = weights_new(&f->weights, path, e);
    if (!status)
        status = mapfile_open(&m, path, e);
    struct cursor c = {.p = m.data, .left = m.size, .path = path, .error = e};
    if (!status)
        status = weights_own(f->weights, &m, e);
    if (!status)
        status = read_head(&c, &tensors, &fields);
    if (status)
        return status;
    f->field = calloc((size_t)fields + 1, sizeof *f->field);
    if (!f->field)
        return err_memory(e, path);
    for (; f->fields < (int)fields && !status; f->fields++)
        status = take_field(&c, &f->field[f->fields], f->fields);
    return status ? status : read_tensors(f, &c, m.data, tensors);
}

enum ih_status gguf_open(struct gguf_file **out, const char *path, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, path);
    enum ih_status status = read_file(*out, path, e);
    if (status)
        gguf_close(out);
    return status;
}

void gguf_close(struct gguf_file **out)
{
    struct gguf_file *f = *out;
    if (!f)
        return;
    weights_close(&f->weights);
    free(f->field);
    free(f);
    *out = NULL;
}

bool gguf_probe(const char *path)
{
    struct mapfile m;
    if (mapfile_open(&m, path, NULL))
        return false;
    bool yes = m.size >= HEAD && memcmp(m.data, "GGUF", 4) == 0;
    mapfile_close(&m);
    return yes;
}

static const struct gguf_field *find(const struct gguf_file *f, const char *key)
{
    size_t n = strlen(key);
    for (int i = 0; i < f->fields; i++)
        if (f->field[i].key.n == n && memcmp(f->field[i].key.s, key, n) == 0)
            return &f->field[i];
    return NULL;
}

/* A value of any whole type. */
static bool read_int(uint32_t type, const unsigned char *p, int64_t *out)
{
    uint64_t u = 0;
    bool is_signed = type == I8 || type == I16 || type == I32 || type == I64;
    size_t n = value_bytes(type);
    if (n == 0 || type == F32 || type == F64)
        return false;
    memcpy(&u, p, n);
    if (is_signed && n < 8 && u >> (8 * n - 1))
        u |= UINT64_MAX << 8 * n;
    memcpy(out, &u, sizeof *out);
    return type != U64 || u <= INT64_MAX;
}

int64_t gguf_int(const struct gguf_file *f, const char *key, int64_t fallback)
{
    const struct gguf_field *found = find(f, key);
    int64_t value;
    return found && read_int(found->type, found->value, &value) ? value : fallback;
}

double gguf_number(const struct gguf_file *f, const char *key, double fallback)
{
    const struct gguf_field *found = find(f, key);
    int64_t whole;
    if (!found)
        return fallback;
    if (found->type == F32) {
        float value;
        memcpy(&value, found->value, sizeof value);
        return (double)value;
    }
    if (found->type == F64) {
        double value;
        memcpy(&value, found->value, sizeof value);
        return value;
    }
    return read_int(found->type, found->value, &whole) ? (double)whole : fallback;
}

/* Checked at open, so nothing can run beyond the file. */
static struct gguf_text text_at(const unsigned char *p)
{
    uint64_t n;
    memcpy(&n, p, sizeof n);
    return (struct gguf_text){(const char *)p + sizeof n, (size_t)n};
}

struct gguf_text gguf_string(const struct gguf_file *f, const char *key)
{
    const struct gguf_field *found = find(f, key);
    return found && found->type == STRING ? text_at(found->value) : (struct gguf_text){0};
}

struct gguf_list gguf_list(const struct gguf_file *f, const char *key)
{
    const struct gguf_field *found = find(f, key);
    if (!found || found->type != LIST)
        return (struct gguf_list){0};
    return (struct gguf_list){found->value, found->count, found->of};
}

bool gguf_next_string(struct gguf_list *l, struct gguf_text *out)
{
    if (l->left == 0 || l->type != STRING)
        return false;
    *out = text_at(l->at);
    l->at += sizeof(uint64_t) + out->n;
    l->left--;
    return true;
}

bool gguf_next_int(struct gguf_list *l, int64_t *out)
{
    if (l->left == 0 || !read_int(l->type, l->at, out))
        return false;
    l->at += value_bytes(l->type);
    l->left--;
    return true;
}
