/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a set: one file, or shards listed in an index. */
#include "weights/config.h"
#include "weights/safetensors.h"
#include "weights/set.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096, SHARD_LIMIT = 256 };

static const char single_name[] = "model.safetensors";
static const char index_name[] = "model.safetensors.index.json";
/* As diffusers calls them. */
static const char picture_name[] = "diffusion_pytorch_model.safetensors";
static const char picture_index_name[] = "diffusion_pytorch_model.safetensors.index.json";

struct index {
    struct weights *weights;
    const char *path; /* of the index */
    size_t folder;    /* length of the folder in front of it, with its slash */
    const char *shard[SHARD_LIMIT];
    int shards;
    struct ih_error *error;
    enum ih_status status;
};

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static int shard_number(const struct index *x, const char *name)
{
    for (int i = 0; i < x->shards; i++)
        if (strcmp(x->shard[i], name) == 0)
            return i;
    return -1;
}

/* A shard lies beside its index: anything else in a name could reach files that were not meant. */
static bool plain_file_name(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '/' || name[i] == '\\')
            return false;
    return n > 0 && n < 256 && name[0] != '.';
}

static void note_shard(void *arg, const char *tensor, const struct config_value *v)
{
    struct index *x = arg;
    const char *name = config_string_or(v, "");
    if (x->status || shard_number(x, name) >= 0)
        return;
    if (!plain_file_name(name))
        x->status = err_set(x->error, IH_BAD_DATA,
            "%s: tensor %.255s is not given a plain file name in this folder", x->path, tensor);
    else if (x->shards == SHARD_LIMIT)
        x->status = err_set(
            x->error, IH_BAD_DATA, "%s: more than %d files are named", x->path, SHARD_LIMIT);
    else
        x->shard[x->shards++] = name;
}

static void check_place(void *arg, const char *tensor, const struct config_value *v)
{
    struct index *x = arg;
    if (x->status)
        return;
    const struct entry *entry = weights_entry(x->weights, tensor);
    const char *name = config_string_or(v, "");
    if (!entry)
        x->status = err_set(
            x->error, IH_BAD_DATA, "%s: tensor %.255s is missing in %s", x->path, tensor, name);
    else if (entry->file != shard_number(x, name))
        x->status =
            err_set(x->error, IH_BAD_DATA, "%s: tensor %.255s is said to be in %s, but it is in %s",
                x->path, tensor, name, x->shard[entry->file]);
}

static enum ih_status read_shards(struct index *x)
{
    for (int i = 0; i < x->shards; i++) {
        char path[PATH_SIZE];
        int n = snprintf(path, sizeof path, "%.*s%s", (int)x->folder, x->path, x->shard[i]);
        if (n < 0 || (size_t)n >= sizeof path)
            return err_set(x->error, IH_INVALID, "%s: the path is too long", x->path);
        enum ih_status status = safetensors_read(x->weights, path, x->error);
        if (status)
            return status;
    }
    return IH_OK;
}

static enum ih_status read_index(struct weights *w, const char *path, struct ih_error *e)
{
    struct config *c = NULL;
    enum ih_status status = config_open(&c, path, e);
    if (status)
        return status;
    const char *slash = strrchr(path, '/');
    struct index x = {
        .weights = w,
        .path = path,
        .folder = slash ? (size_t)(slash + 1 - path) : 0,
        .error = e,
    };
    const struct config_value *map = config_find(config_root(c), "weight_map");
    config_each(map, note_shard, &x);
    if (!x.status && !x.shards)
        x.status = err_set(
            e, IH_BAD_DATA, "%s: no weight_map; expected one that names each tensor's file", path);
    if (!x.status)
        x.status = read_shards(&x);
    if (!x.status)
        config_each(map, check_place, &x);
    config_close(&c);
    return x.status;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* The file that a folder's weights begin with. */
static enum ih_status find_in_folder(char *out, size_t size, const char *folder, struct ih_error *e)
{
    const char *const names[] = {single_name, index_name, picture_name, picture_index_name};
    const char *slash = ends_with(folder, "/") ? "" : "/";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int n = snprintf(out, size, "%s%s%s", folder, slash, names[i]);
        if (n < 0 || (size_t)n >= size)
            return err_set(e, IH_INVALID, "%.255s...: the path is too long", folder);
        if (is_file(out))
            return IH_OK;
    }
    return err_set(e, IH_NOT_FOUND, "%s holds neither %s nor %s", folder, single_name, index_name);
}

enum ih_status weights_open(struct weights **out, const char *path, struct ih_error *e)
{
    *out = NULL;
    char found[PATH_SIZE];
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        enum ih_status status = find_in_folder(found, sizeof found, path, e);
        if (status)
            return status;
        path = found;
    }
    enum ih_status status = weights_new(out, path, e);
    if (status)
        return status;
    status = ends_with(path, ".json") ? read_index(*out, path, e) : safetensors_read(*out, path, e);
    if (status)
        weights_close(out);
    return status;
}
