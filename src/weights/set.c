/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/set.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPE_TEXT = 96, TENSOR_LIMIT = 1 << 20 };

enum ih_status weights_new(struct weights **out, const char *path, struct ih_error *e)
{
    struct weights *w = calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return err_memory(e, path);
    /* Where the set lies in memory is not known to whoever chose the names, so they cannot have
     * been chosen to collide. */
    w->seed = (uint64_t)(uintptr_t)w;
    w->path = strdup(path);
    if (!w->path) {
        weights_close(out);
        return err_memory(e, path);
    }
    return IH_OK;
}

void weights_close(struct weights **out)
{
    struct weights *w = *out;
    if (!w)
        return;
    for (int i = 0; i < w->files; i++)
        mapfile_close(&w->file[i]);
    free(w->file);
    free(w->entry);
    free(w->usable);
    free(w->slot);
    free(w->path);
    arena_free(&w->arena);
    free(w);
    *out = NULL;
}

void weights_release(const struct weights *w)
{
    for (int i = 0; i < w->files; i++)
        mapfile_release(&w->file[i]);
}

enum ih_status weights_own(struct weights *w, struct mapfile *m, struct ih_error *e)
{
    struct mapfile *file = realloc(w->file, (size_t)(w->files + 1) * sizeof *file);
    if (!file) {
        mapfile_close(m);
        return err_memory(e, w->path);
    }
    w->file = file;
    w->file[w->files++] = *m;
    w->bytes += m->size;
    *m = (struct mapfile){0};
    return IH_OK;
}

static uint64_t hash(uint64_t seed, const char *name)
{
    uint64_t h = seed ^ 0xcbf29ce484222325u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u ^ h >> 29;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
    return h ^ h >> 33;
}

/* The slot where a name is or would be put. */
static uint32_t slot_of(const struct weights *w, const char *name)
{
    uint32_t mask = w->slots - 1, i = (uint32_t)hash(w->seed, name) & mask;
    while (w->slot[i] && strcmp(w->entry[w->slot[i] - 1].name, name) != 0)
        i = (i + 1) & mask;
    return i;
}

/* Room for one more entry, with the table at most half full. */
static bool grow(struct weights *w)
{
    if (w->entries < w->capacity)
        return true;
    int capacity = w->capacity ? 2 * w->capacity : 256;
    struct entry *entry = realloc(w->entry, (size_t)capacity * sizeof *entry);
    if (!entry)
        return false;
    w->entry = entry;
    int *usable = realloc(w->usable, (size_t)capacity * sizeof *usable);
    if (!usable)
        return false;
    w->usable = usable;
    int *slot = calloc((size_t)capacity * 2, sizeof *slot);
    if (!slot)
        return false;
    free(w->slot);
    w->slot = slot;
    w->slots = (uint32_t)capacity * 2;
    w->capacity = capacity;
    for (int i = 0; i < w->entries; i++)
        w->slot[slot_of(w, w->entry[i].name)] = i + 1;
    return true;
}

/* Names go into sentences and into fixed buffers. */
static bool good_name(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return false;
    return n > 0 && n <= NAME_LIMIT;
}

static enum ih_status add(
    struct weights *w, const char *name, const struct entry *new_entry, struct ih_error *e)
{
    if (!good_name(name))
        return err_set(e, IH_BAD_DATA,
            "%s: tensor %d has a name that is empty, longer than %d bytes or holds control "
            "characters",
            w->path, w->entries, NAME_LIMIT);
    if (w->entries == TENSOR_LIMIT)
        return err_set(e, IH_BAD_DATA, "%s: more than %d tensors", w->path, TENSOR_LIMIT);
    if (!grow(w))
        return err_memory(e, w->path);
    uint32_t slot = slot_of(w, name);
    if (w->slot[slot])
        return err_set(e, IH_BAD_DATA, "%s: tensor %s is there twice", w->path, name);
    struct entry *entry = &w->entry[w->entries];
    *entry = *new_entry;
    entry->file = w->files - 1;
    entry->name = arena_strdup(&w->arena, name);
    if (!entry->name)
        return err_memory(e, w->path);
    if (!entry->refused)
        w->usable[w->usables++] = w->entries;
    w->slot[slot] = ++w->entries;
    return IH_OK;
}

enum ih_status weights_add(
    struct weights *w, const char *name, const struct tensor *t, struct ih_error *e)
{
    struct entry entry = {.tensor = *t};
    return add(w, name, &entry, e);
}

enum ih_status weights_refuse(
    struct weights *w, const char *name, const char *reason, struct ih_error *e)
{
    struct entry entry = {.refused = arena_strdup(&w->arena, reason)};
    if (!entry.refused)
        return err_memory(e, w->path);
    return add(w, name, &entry, e);
}

const struct entry *weights_entry(const struct weights *w, const char *name)
{
    if (!w->entries)
        return NULL;
    int i = w->slot[slot_of(w, name)];
    return i ? &w->entry[i - 1] : NULL;
}

const struct tensor *weights_find(const struct weights *w, const char *name)
{
    const struct entry *entry = weights_entry(w, name);
    return entry && !entry->refused ? &entry->tensor : NULL;
}

int weights_count(const struct weights *w)
{
    return w->usables;
}

const char *weights_name(const struct weights *w, int i)
{
    assert(i >= 0 && i < w->usables);
    return w->entry[w->usable[i]].name;
}

const struct tensor *weights_at(const struct weights *w, int i)
{
    assert(i >= 0 && i < w->usables);
    return &w->entry[w->usable[i]].tensor;
}

size_t weights_bytes(const struct weights *w)
{
    return w->bytes;
}

const char *weights_path(const struct weights *w)
{
    return w->path;
}

const char *shape_text(char *buf, size_t size, int rank, const int64_t *shape)
{
    size_t n = (size_t)snprintf(buf, size, "[");
    for (int i = 0; i < rank && n < size; i++) {
        const char *comma = i ? ", " : "";
        if (shape[i] < 0)
            n += (size_t)snprintf(buf + n, size - n, "%sany", comma);
        else
            n += (size_t)snprintf(buf + n, size - n, "%s%" PRId64, comma, shape[i]);
    }
    if (n < size)
        snprintf(buf + n, size - n, "]");
    return buf;
}

enum ih_status weights_get(struct tensor *out, const struct weights *w, const char *name, int rank,
    const int64_t *shape, struct ih_error *e)
{
    char want[SHAPE_TEXT], got[SHAPE_TEXT];
    const struct entry *entry = weights_entry(w, name);
    if (!entry)
        return err_set(e, IH_NOT_FOUND, "%s: tensor %s is missing; expected one of shape %s",
            w->path, name, shape_text(want, sizeof want, rank, shape));
    if (entry->refused)
        return err_set(e, IH_UNSUPPORTED, "%s: tensor %s %s", w->path, name, entry->refused);
    const struct tensor *t = &entry->tensor;
    bool same = t->rank == rank;
    for (int i = 0; same && i < rank; i++)
        same = shape[i] < 0 || shape[i] == t->shape[i];
    if (!same)
        return err_set(e, IH_BAD_DATA, "%s: tensor %s has shape %s, expected %s", w->path, name,
            shape_text(got, sizeof got, t->rank, t->shape),
            shape_text(want, sizeof want, rank, shape));
    *out = *t;
    return IH_OK;
}
