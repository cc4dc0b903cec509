/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/pth.h"

#include "weights/pickle.h"
#include "weights/set.h"
#include "weights/zip.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* STEPS: items looked at in all, since a dict may hold another one many times over. */
enum { DEPTH_MAX = 16, STEPS_MAX = 1 << 20 };

static const char pickle_name[] = "/data.pkl";

struct reading {
    struct weights *weights;
    const char *path;
    struct zip zip;
    const char *folder; /* every entry lies in it; not terminated */
    size_t folder_length;
    int steps;
    struct ih_error *error;
};

static const struct element {
    const char *storage;
    int bytes;
    int dtype; /* or -1: known, but not computed with */
} elements[] = {
    {"FloatStorage", 4, DT_F32},
    {"HalfStorage", 2, DT_F16},
    {"BFloat16Storage", 2, DT_BF16},
    {"CharStorage", 1, DT_I8},
    {"ByteStorage", 1, DT_U8},
    {"IntStorage", 4, DT_I32},
    {"LongStorage", 8, DT_I64},
    {"DoubleStorage", 8, -1},
    {"ShortStorage", 2, -1},
    {"BoolStorage", 1, -1},
};

static const struct element *find_element(const char *storage)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].storage, storage) == 0)
            return &elements[i];
    return NULL;
}

static enum ih_status bad(const struct reading *r, const char *name, const char *what)
{
    return err_set(r->error, IH_BAD_DATA, "%s: tensor %s %s", r->path, name, what);
}

static const struct zip_entry *storage_entry(const struct reading *r, const struct pickle_tensor *t)
{
    char name[512];
    static const char data[] = "/data/";
    size_t n = r->folder_length, m = sizeof data - 1;
    if (n + m + t->key_length > sizeof name)
        return NULL;
    memcpy(name, r->folder, n);
    memcpy(name + n, data, m);
    memcpy(name + n + m, t->key, t->key_length);
    return zip_find(&r->zip, name, n + m + t->key_length);
}

/* Elements from the first to the last one in memory; false when that overflows. */
static bool extent(const struct pickle_tensor *t, int64_t *count, int64_t *reach, bool *dense)
{
    *count = 1;
    *reach = 1;
    *dense = true;
    for (int i = t->rank - 1; i >= 0; i--) {
        int64_t far;
        *dense &= t->shape[i] == 1 || t->stride[i] == *count;
        if (t->shape[i] > 0 && (__builtin_mul_overflow(t->shape[i] - 1, t->stride[i], &far) ||
                                   __builtin_add_overflow(*reach, far, reach)))
            return false;
        if (__builtin_mul_overflow(*count, t->shape[i], count))
            return false;
    }
    if (*count == 0) {
        *reach = 0;
        *dense = true;
    }
    return true;
}

static void set_shape(struct tensor *out, const struct pickle_tensor *t)
{
    int64_t stride = 1;
    out->rank = t->rank ? t->rank : 1;
    out->shape[0] = 1;
    for (int i = 0; i < t->rank; i++)
        out->shape[i] = t->shape[i];
    for (int i = out->rank - 1; i >= 0; i--) {
        out->stride[i] = stride;
        stride *= out->shape[i];
    }
}

static enum ih_status add_tensor(struct reading *r, const char *name, const struct pickle_tensor *t)
{
    const char *storage = pickle_storage_name(t->type);
    const struct element *element = find_element(storage);
    const struct zip_entry *entry = storage_entry(r, t);
    int64_t count, reach, bytes, end;
    bool dense;
    char reason[96];
    if (!element || !entry)
        return bad(r, name, "has no data in the archive");
    if (__builtin_mul_overflow(t->storage, element->bytes, &bytes) || bytes < 0 ||
        (uint64_t)bytes > entry->size)
        return bad(r, name, "has less data in the archive than its storage should hold");
    if (!extent(t, &count, &reach, &dense) || t->offset < 0 ||
        __builtin_add_overflow(t->offset, reach, &end) || end > t->storage)
        return bad(r, name, "reaches beyond its storage");
    struct tensor out = {.dtype = (enum dtype)element->dtype};
    out.data = (void *)(uintptr_t)(entry->data + t->offset * element->bytes);
    if (element->dtype < 0)
        snprintf(
            reason, sizeof reason, "has a %s, which this engine does not compute with", storage);
    else if (t->rank > TENSOR_RANK)
        snprintf(reason, sizeof reason, "has %d dimensions, more than %d", t->rank, TENSOR_RANK);
    else if (!dense)
        snprintf(reason, sizeof reason, "does not lie in dense rows; save it after contiguous()");
    else if ((uintptr_t)out.data % (unsigned)element->bytes)
        snprintf(reason, sizeof reason, "does not lie at a multiple of its type's size");
    else {
        set_shape(&out, t);
        return weights_add(r->weights, name, &out, r->error);
    }
    return weights_refuse(r->weights, name, reason, r->error);
}

/* Writes a key behind `length` bytes of name; the new length, or 0 when it cannot be one. */
static size_t append(char *name, size_t length, const struct pickle_value *key)
{
    char number[24];
    const char *p = number;
    size_t n = 0, dot = length > 0;
    if (key->kind == PICKLE_TEXT) {
        p = key->text.p;
        n = key->text.length;
    } else if (key->kind == PICKLE_INT) {
        n = (size_t)snprintf(number, sizeof number, "%" PRId64, key->integer);
    }
    if (!n || memchr(p, 0, n) || n > NAME_LIMIT - length - dot)
        return 0;
    if (dot)
        name[length] = '.';
    memcpy(name + length + dot, p, n);
    name[length + dot + n] = 0;
    return length + dot + n;
}

static enum ih_status add_dict(
    struct reading *r, char *name, size_t length, const struct pickle_dict *d, int depth)
{
    enum ih_status status = IH_OK;
    if (depth > DEPTH_MAX)
        return err_set(
            r->error, IH_BAD_DATA, "%s: dicts lie more than %d deep", r->path, DEPTH_MAX);
    for (const struct pickle_item *i = d->first; i && !status; i = i->next) {
        bool tensor = i->value.kind == PICKLE_TENSOR, dict = i->value.kind == PICKLE_DICT;
        if (++r->steps > STEPS_MAX)
            return err_set(r->error, IH_BAD_DATA, "%s: more than %d values", r->path, STEPS_MAX);
        if (!tensor && !dict)
            continue;
        size_t n = append(name, length, &i->key);
        if (!n)
            return err_set(r->error, IH_BAD_DATA,
                "%s: a key of its dict is empty, too long or not a string or number", r->path);
        if (tensor)
            status = add_tensor(r, name, i->value.tensor);
        else
            status = add_dict(r, name, n, i->value.dict, depth + 1);
        name[length] = 0;
    }
    return status;
}

/* The one entry called FOLDER/data.pkl. */
static const struct zip_entry *find_pickle(struct reading *r)
{
    size_t n = sizeof pickle_name - 1;
    for (size_t i = 0; i < r->zip.entries; i++) {
        const struct zip_entry *e = &r->zip.entry[i];
        if (e->name_length <= n || memcmp(e->name + e->name_length - n, pickle_name, n) != 0)
            continue;
        r->folder = e->name;
        r->folder_length = e->name_length - n;
        if (!memchr(r->folder, '/', r->folder_length))
            return e;
    }
    return NULL;
}

/* Storages are little-endian unless the archive says otherwise. */
static bool big_endian(const struct reading *r)
{
    char name[512];
    static const char order[] = "/byteorder";
    size_t n = r->folder_length, m = sizeof order - 1;
    if (n + m > sizeof name)
        return false;
    memcpy(name, r->folder, n);
    memcpy(name + n, order, m);
    const struct zip_entry *e = zip_find(&r->zip, name, n + m);
    return e && e->size == 3 && memcmp(e->data, "big", 3) == 0;
}

static enum ih_status read_tensors(struct reading *r, struct arena *a)
{
    const struct zip_entry *pickle = find_pickle(r);
    struct pickle_value root;
    char name[NAME_LIMIT + 1] = "";
    if (!pickle)
        return err_set(r->error, IH_BAD_DATA,
            "%s: no data.pkl in the archive; expected a file that torch.save() wrote", r->path);
    if (big_endian(r))
        return err_set(r->error, IH_UNSUPPORTED, "%s: it was written big-endian", r->path);
    enum ih_status status = pickle_read(&root, pickle->data, pickle->size, r->path, a, r->error);
    if (status)
        return status;
    if (root.kind == PICKLE_TENSOR)
        return add_tensor(r, "tensor", root.tensor);
    if (root.kind == PICKLE_DICT)
        return add_dict(r, name, 0, root.dict, 0);
    return err_set(r->error, IH_BAD_DATA, "%s: it holds neither a dict nor a tensor", r->path);
}

enum ih_status pth_open(struct weights **out, const char *path, struct ih_error *e)
{
    *out = NULL;
    struct mapfile m = {0};
    struct arena arena = {0};
    enum ih_status status = mapfile_open(&m, path, e);
    if (status)
        return status;
    struct reading r = {.path = path, .error = e};
    status = weights_new(&r.weights, path, e);
    if (!status)
        status = zip_read(&r.zip, m.data, m.size, path, e);
    if (status)
        mapfile_close(&m);
    else
        status = weights_own(r.weights, &m, e);
    if (!status)
        status = read_tensors(&r, &arena);
    zip_free(&r.zip);
    arena_free(&arena);
    if (status)
        weights_close(&r.weights);
    *out = r.weights;
    return status;
}
