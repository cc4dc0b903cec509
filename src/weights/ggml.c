/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/ggml.h"

#include "weights/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0x67676d6cu

enum { FTYPE_VERSION = 1000, NUMBERS = 11 };

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

static enum ih_status take_ints(struct cursor *c, int32_t *out, int n, const char *what)
{
    const unsigned char *p = NULL;
    enum ih_status status = take(c, &p, (uint64_t)n * sizeof *out, what);
    if (!status)
        memcpy(out, p, (size_t)n * sizeof *out);
    return status;
}

static enum ih_status read_numbers(struct ggml_file *f, struct cursor *c)
{
    static const struct {
        const char *name;
        int32_t high;
    } limit[NUMBERS] = {
        {"n_vocab", 1 << 20},
        {"n_audio_ctx", 1 << 16},
        {"n_audio_state", 1 << 14},
        {"n_audio_head", 1 << 10},
        {"n_audio_layer", 256},
        {"n_text_ctx", 1 << 16},
        {"n_text_state", 1 << 14},
        {"n_text_head", 1 << 10},
        {"n_text_layer", 256},
        {"n_mels", 1024},
        {"ftype", INT32_MAX},
    };
    int32_t *const out[NUMBERS] = {&f->n_vocab, &f->n_audio_ctx, &f->n_audio_state,
        &f->n_audio_head, &f->n_audio_layer, &f->n_text_ctx, &f->n_text_state, &f->n_text_head,
        &f->n_text_layer, &f->n_mels, &f->ftype};
    int32_t value[1 + NUMBERS];
    enum ih_status status = take_ints(c, value, 1 + NUMBERS, "its first numbers");
    if (status)
        return status;
    if ((uint32_t)value[0] != MAGIC)
        return err_set(c->error, IH_BAD_DATA,
            "%s: not a ggml file: it begins with %08" PRIx32 " and not with %08" PRIx32, c->path,
            (uint32_t)value[0], (uint32_t)MAGIC);
    for (int i = 0; i < NUMBERS; i++) {
        int32_t v = value[1 + i], low = i < NUMBERS - 1;
        if (v < low || v > limit[i].high)
            return err_set(c->error, IH_BAD_DATA,
                "%s: %s is %" PRId32 "; expected %" PRId32 " to %" PRId32, c->path, limit[i].name,
                v, low, limit[i].high);
        *out[i] = v;
    }
    f->ftype %= FTYPE_VERSION;
    return IH_OK;
}

static enum ih_status read_mel(struct ggml_file *f, struct cursor *c)
{
    int32_t shape[2];
    enum ih_status status = take_ints(c, shape, 2, "the shape of the mel filters");
    if (status)
        return status;
    if (shape[0] != f->n_mels || shape[1] < 1 || shape[1] > 1 << 16)
        return err_set(c->error, IH_BAD_DATA,
            "%s: mel filters of shape [%" PRId32 ", %" PRId32 "]; expected [%" PRId32 ", up to %d]",
            c->path, shape[0], shape[1], f->n_mels, 1 << 16);
    f->mel_rows = shape[0];
    f->mel_cols = shape[1];
    const unsigned char *p = NULL;
    status =
        take(c, &p, (uint64_t)shape[0] * (uint64_t)shape[1] * sizeof(float), "the mel filters");
    if (!status)
        f->mel_filters = (const float *)(const void *)p;
    return status;
}

static enum ih_status read_vocabulary(struct ggml_file *f, struct cursor *c)
{
    int32_t n;
    enum ih_status status = take_ints(c, &n, 1, "the size of the vocabulary");
    if (status)
        return status;
    if (n < 0 || n > f->n_vocab)
        return err_set(c->error, IH_BAD_DATA,
            "%s: a vocabulary of %" PRId32 " tokens; expected 0 to n_vocab, %" PRId32, c->path, n,
            f->n_vocab);
    f->token = calloc((size_t)n + 1, sizeof *f->token);
    f->token_length = calloc((size_t)n + 1, sizeof *f->token_length);
    if (!f->token || !f->token_length)
        return err_memory(c->error, c->path);
    for (int32_t i = 0; i < n && !status; i++) {
        char what[48];
        snprintf(what, sizeof what, "token %" PRId32, i);
        int32_t length;
        status = take_ints(c, &length, 1, what);
        if (!status && length < 0)
            status =
                err_set(c->error, IH_BAD_DATA, "%s: %s has length %" PRId32, c->path, what, length);
        if (!status)
            status = take(c, &f->token[i], (uint64_t)length, what);
        f->token_length[i] = status ? 0 : length;
    }
    f->tokens = n;
    return status;
}

/* ggml's number of an element type. */
static bool find_type(int32_t type, enum dtype *out)
{
    static const struct {
        int32_t type;
        enum dtype dtype;
    } types[] = {{0, DT_F32}, {1, DT_F16}, {6, DT_Q5_0}, {8, DT_Q8_0}, {30, DT_BF16}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type) {
            *out = types[i].dtype;
            return true;
        }
    return false;
}

struct tensor_head {
    int32_t rank, name_length, type;
};

static enum ih_status read_name(
    struct cursor *c, char *name, const struct tensor_head *head, const char *what)
{
    const unsigned char *p = NULL;
    if (head->name_length < 1 || head->name_length > NAME_LIMIT)
        return err_set(c->error, IH_BAD_DATA,
            "%s: the name of %s has %" PRId32 " bytes; expected 1 to %d", c->path, what,
            head->name_length, NAME_LIMIT);
    enum ih_status status = take(c, &p, (uint64_t)head->name_length, what);
    if (status)
        return status;
    memcpy(name, p, (size_t)head->name_length);
    name[head->name_length] = 0;
    if (strlen(name) != (size_t)head->name_length)
        return err_set(
            c->error, IH_BAD_DATA, "%s: the name of %s has a zero byte in it", c->path, what);
    return IH_OK;
}

/* Lengths come innermost first; a tensor without any is a scalar, kept as rank 1. */
static enum ih_status set_shape(
    struct cursor *c, struct tensor *t, const int32_t *length, int rank, const char *name)
{
    char text[96];
    int64_t n = 1;
    t->rank = rank ? rank : 1;
    t->shape[0] = 1;
    for (int i = 0; i < rank; i++)
        t->shape[i] = length[rank - 1 - i];
    for (int i = t->rank - 1; i >= 0; i--) {
        t->stride[i] = n;
        if (t->shape[i] < 1 || __builtin_mul_overflow(n, t->shape[i], &n) || n > INT64_MAX / 8)
            return err_set(c->error, IH_BAD_DATA, "%s: tensor %s has a bad shape %s", c->path, name,
                shape_text(text, sizeof text, t->rank, t->shape));
    }
    const struct dtype_info *info = dtype_info(t->dtype);
    if (t->shape[t->rank - 1] % info->block != 0)
        return err_set(c->error, IH_BAD_DATA,
            "%s: tensor %s is %s with shape %s; expected rows of a multiple of %d", c->path, name,
            info->name, shape_text(text, sizeof text, t->rank, t->shape), info->block);
    return IH_OK;
}

static enum ih_status read_tensor(struct ggml_file *f, struct cursor *c, int index)
{
    char what[48], name[NAME_LIMIT + 1];
    snprintf(what, sizeof what, "the head of tensor %d", index);
    struct tensor_head head;
    int32_t fields[3], length[TENSOR_RANK];
    enum ih_status status = take_ints(c, fields, 3, what);
    if (status)
        return status;
    head = (struct tensor_head){fields[0], fields[1], fields[2]};
    if (head.rank < 0 || head.rank > TENSOR_RANK)
        return err_set(c->error, IH_BAD_DATA,
            "%s: tensor %d has %" PRId32 " dimensions; expected up to %d", c->path, index,
            head.rank, TENSOR_RANK);
    status = take_ints(c, length, head.rank, what);
    if (!status)
        status = read_name(c, name, &head, what);
    struct tensor t = {0};
    if (!status && !find_type(head.type, &t.dtype))
        status = err_set(c->error, IH_UNSUPPORTED,
            "%s: tensor %s has ggml type %" PRId32
            "; f32 (0), f16 (1), q5_0 (6), q8_0 (8) and bf16 (30) can be read",
            c->path, name, head.type);
    if (!status)
        status = set_shape(c, &t, length, head.rank, name);
    if (status)
        return status;
    snprintf(what, sizeof what, "tensor %.*s", (int)sizeof what - 8, name);
    const unsigned char *p = NULL;
    status = take(c, &p, dtype_bytes(t.dtype, tensor_count(&t)), what);
    t.data = (void *)(uintptr_t)p;
    return status ? status : weights_add(f->weights, name, &t, c->error);
}

static enum ih_status read_file(struct ggml_file *f, const char *path, struct ih_error *e)
{
    enum ih_status status = weights_new(&f->weights, path, e);
    struct mapfile m = {0};
    if (!status)
        status = mapfile_open(&m, path, e);
    struct cursor c = {.p = m.data, .left = m.size, .path = path, .error = e};
    if (!status)
        status = weights_own(f->weights, &m, e);
    if (!status)
        status = read_numbers(f, &c);
    if (!status)
        status = read_mel(f, &c);
    if (!status)
        status = read_vocabulary(f, &c);
    for (int i = 0; c.left > 0 && !status; i++)
        status = read_tensor(f, &c, i);
    return status;
}

enum ih_status ggml_open(struct ggml_file **out, const char *path, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, path);
    enum ih_status status = read_file(*out, path, e);
    if (status)
        ggml_close(out);
    return status;
}

void ggml_close(struct ggml_file **out)
{
    struct ggml_file *f = *out;
    if (!f)
        return;
    weights_close(&f->weights);
    free(f->token);
    free(f->token_length);
    free(f);
    *out = NULL;
}

int ggml_probe(const char *path)
{
    struct mapfile m;
    if (mapfile_open(&m, path, NULL))
        return 0;
    uint32_t magic = 0;
    if (m.size >= sizeof magic)
        memcpy(&magic, m.data, sizeof magic);
    mapfile_close(&m);
    return magic == MAGIC;
}
