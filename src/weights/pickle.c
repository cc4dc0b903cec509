/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions are described in CPython's Lib/pickletools.py, what PyTorch writes with them in
 * its torch/_utils.py and torch/serialization.py. */
#include "weights/pickle.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A byte of pickle costs at most 64 bytes of memory. */
enum { BYTES_MAX = 8 << 20, STACK_MAX = 1 << 20 };

/* Names that may be asked for. Storage types follow the functions. */
enum { ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, FIRST_STORAGE };

static const struct {
    const char *module, *name;
} globals[] = {
    {"collections", "OrderedDict"},
    {"torch._utils", "_rebuild_tensor_v2"},
    {"torch._utils", "_rebuild_parameter"},
    {"torch", "FloatStorage"},
    {"torch", "HalfStorage"},
    {"torch", "BFloat16Storage"},
    {"torch", "DoubleStorage"},
    {"torch", "CharStorage"},
    {"torch", "ByteStorage"},
    {"torch", "ShortStorage"},
    {"torch", "IntStorage"},
    {"torch", "LongStorage"},
    {"torch", "BoolStorage"},
};

const char *pickle_storage_name(int type)
{
    return globals[type].name;
}

struct values {
    struct pickle_value *v;
    size_t count, capacity;
};

struct reading {
    const unsigned char *p, *end, *begin;
    const char *path;
    struct values stack, memo;
    struct arena *arena;
    struct ih_error *error;
};

static enum ih_status bad(const struct reading *r, const char *what)
{
    return err_set(r->error, IH_BAD_DATA, "%s: byte %zu of its pickle: %s", r->path,
        (size_t)(r->p - r->begin), what);
}

static enum ih_status add(struct reading *r, struct values *to, struct pickle_value v)
{
    if (to->count == STACK_MAX)
        return bad(r, "more than a million values at once");
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 64;
        struct pickle_value *grown = realloc(to->v, capacity * sizeof *grown);
        if (!grown)
            return err_memory(r->error, r->path);
        to->v = grown;
        to->capacity = capacity;
    }
    to->v[to->count++] = v;
    return IH_OK;
}

static enum ih_status push(struct reading *r, struct pickle_value v)
{
    return add(r, &r->stack, v);
}

static enum ih_status push_int(struct reading *r, int64_t n)
{
    return push(r, (struct pickle_value){.kind = PICKLE_INT, .integer = n});
}

/* The top of the stack, or null when it is empty or a mark. */
static struct pickle_value *top(struct reading *r, size_t depth)
{
    if (r->stack.count <= depth)
        return NULL;
    struct pickle_value *v = &r->stack.v[r->stack.count - 1 - depth];
    return v->kind == PICKLE_MARK ? NULL : v;
}

static enum ih_status read_number(struct reading *r, int bytes, uint64_t *out)
{
    *out = 0;
    if (r->end - r->p < bytes)
        return bad(r, "it ends within a number");
    for (int i = bytes - 1; i >= 0; i--)
        *out = *out << 8 | r->p[i];
    r->p += bytes;
    return IH_OK;
}

static enum ih_status unsigned_int(struct reading *r, int bytes)
{
    uint64_t n;
    enum ih_status status = read_number(r, bytes, &n);
    return status ? status : push_int(r, (int64_t)n);
}

static enum ih_status signed_int(struct reading *r)
{
    uint64_t n;
    enum ih_status status = read_number(r, 4, &n);
    return status ? status : push_int(r, (int32_t)(uint32_t)n);
}

/* A length of one byte, then a number in two's complement. */
static enum ih_status long_int(struct reading *r)
{
    uint64_t bytes, n;
    enum ih_status status = read_number(r, 1, &bytes);
    if (!status && bytes > 8)
        return bad(r, "a whole number of more than 64 bits");
    if (!status)
        status = read_number(r, (int)bytes, &n);
    if (status)
        return status;
    int spare = 64 - 8 * (int)bytes;
    return push_int(r, bytes ? (int64_t)(n << spare) >> spare : 0);
}

static enum ih_status text(struct reading *r)
{
    uint64_t n;
    enum ih_status status = read_number(r, 4, &n);
    if (status)
        return status;
    if ((uint64_t)(r->end - r->p) < n)
        return bad(r, "it ends within a string");
    struct pickle_value v = {.kind = PICKLE_TEXT, .text = {(const char *)r->p, n}};
    r->p += n;
    return push(r, v);
}

static enum ih_status skip_fraction(struct reading *r)
{
    uint64_t n;
    enum ih_status status = read_number(r, 8, &n);
    return status ? status : push(r, (struct pickle_value){.kind = PICKLE_NONE});
}

/* A line of the pickle without its end; null when there is none. */
static const char *line(struct reading *r, size_t *length)
{
    const unsigned char *end = memchr(r->p, '\n', (size_t)(r->end - r->p));
    const char *begin = (const char *)r->p;
    if (!end)
        return NULL;
    *length = (size_t)(end - r->p);
    r->p = end + 1;
    return begin;
}

static bool equal(const char *p, size_t length, const char *s)
{
    return length == strlen(s) && memcmp(p, s, length) == 0;
}

static int printable(const char *p, size_t length)
{
    size_t n = 0;
    while (n < length && n < 60 && p[n] >= ' ' && p[n] < 0x7f)
        n++;
    return (int)n;
}

static enum ih_status global(struct reading *r)
{
    size_t m, n;
    const char *module = line(r, &m), *name = module ? line(r, &n) : NULL;
    if (!name)
        return bad(r, "it ends within a name");
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        if (equal(module, m, globals[i].module) && equal(name, n, globals[i].name))
            return push(r, (struct pickle_value){.kind = PICKLE_GLOBAL, .global = (int)i});
    return err_set(r->error, IH_UNSUPPORTED,
        "%s: its pickle asks for %.*s.%.*s, which is not part of a state dict; nothing was run",
        r->path, printable(module, m), module, printable(name, n), name);
}

static enum ih_status push_dict(struct reading *r)
{
    struct pickle_dict *d = arena_calloc(r->arena, 1, sizeof *d);
    if (!d)
        return err_memory(r->error, r->path);
    return push(r, (struct pickle_value){.kind = PICKLE_DICT, .dict = d});
}

/* Values down to the last mark, which goes too; -1 without one. */
static int64_t marked(struct reading *r)
{
    size_t n = 0;
    while (n < r->stack.count && r->stack.v[r->stack.count - 1 - n].kind != PICKLE_MARK)
        n++;
    return n < r->stack.count ? (int64_t)n : -1;
}

static enum ih_status make_tuple(struct reading *r, int64_t n, bool mark)
{
    if (n < 0 || (size_t)n > r->stack.count)
        return bad(r, "a tuple of more values than there are");
    struct pickle_value *item = arena_alloc(r->arena, (size_t)n * sizeof *item);
    if (!item)
        return err_memory(r->error, r->path);
    const struct pickle_value *from = r->stack.v + r->stack.count - n;
    for (int64_t i = 0; i < n; i++) {
        if (from[i].kind == PICKLE_MARK)
            return bad(r, "a tuple of more values than there are");
        item[i] = from[i];
    }
    r->stack.count -= (size_t)n + mark;
    return push(r, (struct pickle_value){.kind = PICKLE_TUPLE, .tuple = {item, (int)n}});
}

static enum ih_status set_item(
    struct reading *r, struct pickle_dict *d, const struct pickle_value *pair)
{
    struct pickle_item *item = arena_calloc(r->arena, 1, sizeof *item);
    if (!item)
        return err_memory(r->error, r->path);
    item->key = pair[0];
    item->value = pair[1];
    if (d->last)
        d->last->next = item;
    else
        d->first = item;
    d->last = item;
    return IH_OK;
}

/* n values, key and value in turn, into the dict below them (and below the mark). */
static enum ih_status set_items(struct reading *r, int64_t n, bool mark)
{
    size_t above = (size_t)n + mark;
    if (n < 0 || n % 2 || r->stack.count <= above)
        return bad(r, "values for a dict without a dict or a key");
    size_t first = r->stack.count - (size_t)n;
    struct pickle_value *dict = &r->stack.v[r->stack.count - 1 - above];
    if (dict->kind != PICKLE_DICT)
        return bad(r, "values for something that is not a dict");
    enum ih_status status = IH_OK;
    for (int64_t i = 0; i < n && !status; i += 2)
        status = r->stack.v[first + (size_t)i].kind == PICKLE_MARK ||
                         r->stack.v[first + (size_t)i + 1].kind == PICKLE_MARK
                     ? bad(r, "a mark among the values of a dict")
                     : set_item(r, dict->dict, &r->stack.v[first + (size_t)i]);
    r->stack.count -= above;
    return status;
}

/* ("storage", type, key, location, elements) on the stack becomes a storage. */
static enum ih_status persistent(struct reading *r)
{
    struct pickle_value *v = top(r, 0);
    if (!v || v->kind != PICKLE_TUPLE || v->tuple.count != 5)
        return bad(r, "a persistent value that is not a tuple of five");
    const struct pickle_value *i = v->tuple.item;
    if (i[0].kind != PICKLE_TEXT || !equal(i[0].text.p, i[0].text.length, "storage") ||
        i[1].kind != PICKLE_GLOBAL || i[1].global < FIRST_STORAGE || i[2].kind != PICKLE_TEXT ||
        i[4].kind != PICKLE_INT || i[4].integer < 0)
        return bad(r, "a persistent value that is not a storage of PyTorch's");
    struct pickle_tensor *t = arena_calloc(r->arena, 1, sizeof *t);
    if (!t)
        return err_memory(r->error, r->path);
    t->type = i[1].global;
    t->key = i[2].text.p;
    t->key_length = i[2].text.length;
    t->storage = i[4].integer;
    *v = (struct pickle_value){.kind = PICKLE_STORAGE, .tensor = t};
    return IH_OK;
}

/* (storage, offset, shape, stride, requires_grad, hooks ...) */
static enum ih_status rebuild_tensor(
    struct reading *r, const struct pickle_value *arguments, struct pickle_value *out)
{
    const struct pickle_value *i = arguments->tuple.item;
    if (arguments->tuple.count < 4 || i[0].kind != PICKLE_STORAGE || i[1].kind != PICKLE_INT ||
        i[2].kind != PICKLE_TUPLE || i[3].kind != PICKLE_TUPLE ||
        i[2].tuple.count != i[3].tuple.count || i[2].tuple.count > PICKLE_RANK)
        return bad(r, "a tensor that is not of a storage, an offset, a shape and strides");
    struct pickle_tensor *t = arena_alloc(r->arena, sizeof *t);
    if (!t)
        return err_memory(r->error, r->path);
    *t = *i[0].tensor;
    t->offset = i[1].integer;
    t->rank = i[2].tuple.count;
    for (int d = 0; d < t->rank; d++) {
        const struct pickle_value *shape = &i[2].tuple.item[d], *stride = &i[3].tuple.item[d];
        if (shape->kind != PICKLE_INT || stride->kind != PICKLE_INT || shape->integer < 0 ||
            stride->integer < 0)
            return bad(r, "a tensor with a shape or strides that are not numbers of 0 and more");
        t->shape[d] = shape->integer;
        t->stride[d] = stride->integer;
    }
    *out = (struct pickle_value){.kind = PICKLE_TENSOR, .tensor = t};
    return IH_OK;
}

/* What the three functions come to: their arguments are on top, their name below. */
static enum ih_status reduce(struct reading *r)
{
    struct pickle_value *arguments = top(r, 0), *name = top(r, 1), v = {0};
    if (!arguments || !name || arguments->kind != PICKLE_TUPLE || name->kind != PICKLE_GLOBAL)
        return bad(r, "a call without a name or arguments");
    const struct pickle_value *first = arguments->tuple.item;
    int count = arguments->tuple.count;
    enum ih_status status = IH_OK;
    if (name->global == ORDERED_DICT && count == 0) {
        r->stack.count -= 2;
        return push_dict(r);
    }
    if (name->global == REBUILD_TENSOR)
        status = rebuild_tensor(r, arguments, &v);
    else if (name->global == REBUILD_PARAMETER && count && first->kind == PICKLE_TENSOR)
        v = *first;
    else
        status = bad(r, "a call that state dicts do not make");
    if (status)
        return status;
    r->stack.count -= 2;
    return push(r, v);
}

/* A state dict carries its layout's versions as an attribute: dropped. */
static enum ih_status build(struct reading *r)
{
    struct pickle_value *state = top(r, 0), *object = top(r, 1);
    if (!state || !object || state->kind != PICKLE_DICT || object->kind != PICKLE_DICT)
        return bad(r, "attributes of something that is not a dict");
    r->stack.count--;
    return IH_OK;
}

/* Places are given out in order, so an index never leaves a gap. */
static enum ih_status put(struct reading *r, int bytes)
{
    uint64_t n;
    struct pickle_value *v = top(r, 0);
    enum ih_status status = read_number(r, bytes, &n);
    if (status)
        return status;
    if (!v || n > r->memo.count)
        return bad(r, "it remembers nothing, or in a place out of order");
    if (n == r->memo.count)
        return add(r, &r->memo, *v);
    r->memo.v[n] = *v;
    return IH_OK;
}

static enum ih_status get(struct reading *r, int bytes)
{
    uint64_t n;
    enum ih_status status = read_number(r, bytes, &n);
    if (status)
        return status;
    if (n >= r->memo.count)
        return bad(r, "it asks for what it has not remembered");
    return push(r, r->memo.v[n]);
}

static enum ih_status protocol(struct reading *r)
{
    uint64_t n;
    enum ih_status status = read_number(r, 1, &n);
    if (!status && n > 2)
        return err_set(r->error, IH_UNSUPPORTED,
            "%s: its pickle has protocol %" PRIu64 "; torch.save() writes 2", r->path, n);
    return status;
}

static enum ih_status step(struct reading *r, unsigned char instruction)
{
    static const struct pickle_value none = {.kind = PICKLE_NONE};
    switch (instruction) {
    case 0x80:
        return protocol(r);
    case '(':
        return push(r, (struct pickle_value){.kind = PICKLE_MARK});
    case 'N':
    case 0x88: /* true */
    case 0x89: /* false */
        return push(r, none);
    case 'K':
        return unsigned_int(r, 1);
    case 'M':
        return unsigned_int(r, 2);
    case 'J':
        return signed_int(r);
    case 0x8a:
        return long_int(r);
    case 'G':
        return skip_fraction(r);
    case 'X':
        return text(r);
    case 'c':
        return global(r);
    case ')':
        return make_tuple(r, 0, false);
    case 0x85:
    case 0x86:
    case 0x87:
        return make_tuple(r, instruction - 0x84, false);
    case 't':
        return make_tuple(r, marked(r), true);
    case '}':
        return push_dict(r);
    case 's':
        return set_items(r, 2, false);
    case 'u':
        return set_items(r, marked(r), true);
    case 'Q':
        return persistent(r);
    case 'R':
        return reduce(r);
    case 'b':
        return build(r);
    case 'q':
        return put(r, 1);
    case 'r':
        return put(r, 4);
    case 'h':
        return get(r, 1);
    case 'j':
        return get(r, 4);
    default:
        return err_set(r->error, IH_UNSUPPORTED,
            "%s: byte %zu of its pickle is instruction 0x%02x, which state dicts do not need",
            r->path, (size_t)(r->p - 1 - r->begin), instruction);
    }
}

enum ih_status pickle_read(struct pickle_value *out, const unsigned char *bytes, size_t size,
    const char *path, struct arena *a, struct ih_error *e)
{
    struct reading r = {
        .p = bytes, .end = bytes + size, .begin = bytes, .path = path, .arena = a, .error = e};
    enum ih_status status = IH_OK;
    if (size > BYTES_MAX)
        return err_set(e, IH_BAD_DATA, "%s: its pickle has more than %d bytes", path, BYTES_MAX);
    while (!status && r.p < r.end && *r.p != '.') {
        unsigned char instruction = *r.p++;
        status = step(&r, instruction);
    }
    const struct pickle_value *v = top(&r, 0);
    if (!status && (r.p == r.end || !v || r.stack.count != 1))
        status = bad(&r, "it ends without exactly one value");
    if (!status)
        *out = *v;
    free(r.stack.v);
    free(r.memo.v);
    return status;
}
