/* SPDX-License-Identifier: Apache-2.0 */
#include "text/vocabulary.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash(const unsigned char *s, size_t n)
{
    uint64_t h = n * 0x9e3779b97f4a7c15u;
    for (; n >= 8; s += 8, n -= 8) {
        uint64_t part;
        memcpy(&part, s, 8);
        h = (h ^ part) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    uint64_t tail = 0;
    memcpy(&tail, s, n);
    h = (h ^ tail) * 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds this content or the free one where it belongs. */
static uint32_t find_slot(const struct vocabulary *v, const unsigned char *bytes, size_t length)
{
    uint32_t at = hash(bytes, length) & v->mask;
    for (; v->slot[at]; at = (at + 1) & v->mask) {
        const struct vocabulary_token *t = &v->token[v->slot[at] - 1];
        if (t->length == length && memcmp(v->bytes + t->begin, bytes, length) == 0)
            break;
    }
    return at;
}

static enum ih_status grow_slots(struct vocabulary *v, uint32_t tokens, struct ih_error *e)
{
    uint32_t size = 64;
    while (size < tokens * 2)
        size *= 2;
    if (v->slot && size <= v->mask + 1)
        return IH_OK;
    int32_t *old = v->slot, *slot = calloc(size, sizeof *slot);
    uint32_t old_size = old ? v->mask + 1 : 0;
    if (!slot)
        return err_memory(e, "a vocabulary");
    v->slot = slot;
    v->mask = size - 1;
    for (uint32_t i = 0; i < old_size; i++) {
        if (!old[i])
            continue;
        const struct vocabulary_token *t = &v->token[old[i] - 1];
        v->slot[find_slot(v, v->bytes + t->begin, t->length)] = old[i];
    }
    free(old);
    return IH_OK;
}

static enum ih_status grow_tokens(struct vocabulary *v, int32_t tokens, struct ih_error *e)
{
    if (tokens <= v->capacity)
        return IH_OK;
    int32_t capacity = tokens > v->capacity * 2 ? tokens : v->capacity * 2;
    struct vocabulary_token *token = realloc(v->token, (size_t)capacity * sizeof *token);
    if (!token)
        return err_memory(e, "a vocabulary");
    memset(token + v->capacity, 0, (size_t)(capacity - v->capacity) * sizeof *token);
    v->token = token;
    v->capacity = capacity;
    return IH_OK;
}

static enum ih_status grow_bytes(struct vocabulary *v, size_t bytes, struct ih_error *e)
{
    if (bytes <= v->room)
        return IH_OK;
    if (bytes > UINT32_MAX)
        return err_set(e, IH_BAD_DATA, "the tokens of the vocabulary are longer than 4 GB");
    size_t room = bytes > v->room * 2 ? bytes : v->room * 2;
    unsigned char *p = realloc(v->bytes, room);
    if (!p)
        return err_memory(e, "a vocabulary");
    v->bytes = p;
    v->room = room;
    return IH_OK;
}

enum ih_status vocabulary_reserve(
    struct vocabulary *v, int32_t tokens, size_t bytes, struct ih_error *e)
{
    if (tokens > VOCABULARY_IDS)
        tokens = VOCABULARY_IDS;
    enum ih_status status = grow_slots(v, (uint32_t)tokens, e);
    if (!status)
        status = grow_tokens(v, tokens, e);
    return status ? status : grow_bytes(v, bytes, e);
}

void vocabulary_free(struct vocabulary *v)
{
    free(v->token);
    free(v->bytes);
    free(v->slot);
    *v = (struct vocabulary){0};
}

static enum ih_status check_token(
    const struct vocabulary *v, const void *bytes, size_t length, int64_t id, struct ih_error *e)
{
    if (id < 0 || id >= VOCABULARY_IDS)
        return err_set(
            e, IH_BAD_DATA, "token id %lld is outside 0 to %d", (long long)id, VOCABULARY_IDS - 1);
    if (length > TOKEN_BYTES)
        return err_set(e, IH_BAD_DATA, "token %lld has %zu bytes; at most %d are allowed",
            (long long)id, length, TOKEN_BYTES);
    const struct vocabulary_token *t = id < v->count ? &v->token[id] : NULL;
    if (t && t->length && (t->length != length || memcmp(v->bytes + t->begin, bytes, length) != 0))
        return err_set(e, IH_BAD_DATA, "token id %lld is given to two tokens", (long long)id);
    return IH_OK;
}

enum ih_status vocabulary_add(struct vocabulary *v, const void *bytes, size_t length, int64_t id,
    bool special, struct ih_error *e)
{
    enum ih_status status = check_token(v, bytes, length, id, e);
    if (!status)
        status = grow_tokens(v, (int32_t)id + 1, e);
    if (!status)
        status = grow_slots(v, v->filled + 1, e);
    if (!status)
        status = grow_bytes(v, v->used + length, e);
    if (status)
        return status;
    struct vocabulary_token *t = &v->token[id];
    if (!t->length && length) {
        memcpy(v->bytes + v->used, bytes, length);
        *t = (struct vocabulary_token){(uint32_t)v->used, (uint32_t)length, special};
        v->used += length;
    }
    t->special |= special;
    if (id >= v->count)
        v->count = (int32_t)id + 1;
    if (!special && length > v->longest)
        v->longest = (uint32_t)length;
    if (!length)
        return IH_OK;
    int32_t *slot = &v->slot[find_slot(v, bytes, length)];
    v->filled += !*slot;
    if (!*slot || special)
        *slot = (int32_t)id + 1;
    return IH_OK;
}

bool vocabulary_is(const struct vocabulary *v, int32_t id, const void *bytes, size_t length)
{
    return id >= 0 && id < v->count && length && v->token[id].length == length &&
           memcmp(v->bytes + v->token[id].begin, bytes, length) == 0;
}

int32_t vocabulary_find(const struct vocabulary *v, const void *bytes, size_t length)
{
    return length && v->slot ? v->slot[find_slot(v, bytes, length)] - 1 : -1;
}
