/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a repository make up the model. Three layouts are known: one folder with a
 * configuration and safetensors; the same in the folders of a pipeline (model_index.json beside
 * transformer/, vae/ ...), whose weights at the root are copies of those; and Kokoro's, a .pth with
 * voices/. */
#include "hub/hub.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has(const struct hub_listing *l, const char *name)
{
    return hub_listing_find(l, name);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

/* One file where there is one, else the set that an index names. Decides about a file whose name
 * behind `folder` ("" or "vae/") begins with `stem`; false in *known when neither is there. */
static bool is_weights_of(const struct hub_listing *l, const char *folder, const char *name,
    const char *stem, bool *known)
{
    char whole[256], index[256], shard[128];
    snprintf(whole, sizeof whole, "%s%s.safetensors", folder, stem);
    snprintf(index, sizeof index, "%s%s.safetensors.index.json", folder, stem);
    snprintf(shard, sizeof shard, "%s-", stem);
    *known = true;
    if (has(l, whole))
        return strcmp(name, whole + strlen(folder)) == 0;
    if (has(l, index))
        return strcmp(name, index + strlen(folder)) == 0 ||
               (strncmp(name, shard, strlen(shard)) == 0 && ends_with(name, ".safetensors"));
    *known = false;
    return false;
}

static bool is_weights(const struct hub_listing *l, const char *folder, const char *name)
{
    bool known;
    bool yes = is_weights_of(l, folder, name, "model", &known);
    if (!known)
        yes = is_weights_of(l, folder, name, "diffusion_pytorch_model", &known);
    return known ? yes : ends_with(name, ".safetensors");
}

/* What all files together say about the repository. */
struct layout {
    bool pipeline;
    bool safetensors; /* at its root */
    int pth;          /* at its root */
};

static struct layout layout_of(const struct hub_listing *l)
{
    struct layout y = {.pipeline = has(l, "model_index.json")};
    for (int i = 0; i < l->count; i++) {
        bool root = !strchr(l->file[i].name, '/');
        y.safetensors |= root && ends_with(l->file[i].name, ".safetensors");
        y.pth += root && ends_with(l->file[i].name, ".pth");
    }
    return y;
}

static bool is_needed(const struct hub_listing *l, const struct layout *y, const char *name)
{
    static const char *const always[] = {"config.json", "generation_config.json",
        "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
        "merges.txt", "added_tokens.json", "special_tokens_map.json", "normalizer.json", "ctc.json",
        "chat_template.jinja", "model_index.json", "scheduler_config.json", "README.md", "LICENSE",
        "LICENSE.md", NULL};
    static const char *const parts[] = {
        "transformer", "text_encoder", "tokenizer", "vae", "scheduler", NULL};
    const char *slash = strchr(name, '/');
    char folder[sizeof l->file->name], part[sizeof l->file->name];
    if (!slash) {
        if (is_one_of(name, always))
            return true;
        if (y->pth == 1 && !y->safetensors && !y->pipeline)
            return ends_with(name, ".pth");
        return !y->pipeline && is_weights(l, "", name);
    }
    snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
    snprintf(folder, sizeof folder, "%.*s", (int)(slash + 1 - name), name);
    if (y->pipeline)
        return is_one_of(part, parts) &&
               (is_one_of(slash + 1, always) || is_weights(l, folder, slash + 1));
    return y->pth > 0 && !y->safetensors && strcmp(part, "voices") == 0 && ends_with(name, ".pt");
}

/* Names in an order in which a folder's files follow each other and come directly behind a file of
 * the folder's name, whatever the case of their letters. */
static int fold(char c)
{
    return c == '/' ? 1 : tolower((unsigned char)c);
}

static int compare(const void *a, const void *b)
{
    const char *x = ((const struct hub_file *)a)->name, *y = ((const struct hub_file *)b)->name;
    while (*x && fold(*x) == fold(*y))
        x++, y++;
    return fold(*x) - fold(*y);
}

/* Two names that some file system takes for one, or for a file and a folder. Both are chosen files,
 * in order. */
static bool collide(const char *a, const char *b)
{
    size_t n = 0, folder = 0;
    while (a[n] && fold(a[n]) == fold(b[n])) {
        n++;
        if (a[n] == '/' && b[n] == '/')
            folder = n;
    }
    return (!a[n] && (!b[n] || b[n] == '/')) || strncmp(a, b, folder) != 0;
}

enum ih_status hub_check_names(struct hub_listing *l, struct ih_error *e)
{
    if (l->count)
        qsort(l->file, (size_t)l->count, sizeof *l->file, compare);
    for (int i = 1; i < l->count; i++)
        if (collide(l->file[i - 1].name, l->file[i].name))
            return hub_fail(e, IH_BAD_DATA,
                "the repository has files that cannot lie side by side: %.130s and %.130s",
                l->file[i - 1].name, l->file[i].name);
    return IH_OK;
}

enum ih_status hub_choose(
    struct hub_listing *l, const char *const *wanted, int wanted_count, struct ih_error *e)
{
    int kept = 0, weights = 0;
    struct layout y = layout_of(l);
    for (int i = 0; i < wanted_count; i++)
        if (!has(l, wanted[i]))
            return hub_fail(e, IH_NOT_FOUND, "the repository has no file %.200s", wanted[i]);
    bool *keep = calloc((size_t)l->count + 1, sizeof *keep);
    if (!keep)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; i < l->count; i++) {
        const char *name = l->file[i].name;
        keep[i] = is_needed(l, &y, name);
        weights += keep[i] && (ends_with(name, ".safetensors") || ends_with(name, ".pth"));
        for (int j = 0; j < wanted_count; j++)
            keep[i] = keep[i] || strcmp(name, wanted[j]) == 0;
    }
    for (int i = 0; i < l->count; i++)
        if (keep[i])
            l->file[kept++] = l->file[i];
    l->count = kept;
    free(keep);
    if (weights == 0 && wanted_count == 0)
        return hub_fail(e, IH_NOT_FOUND,
            "the repository has %s; name the file you want with --file",
            y.pth > 1 ? "several .pth files" : "no weights in safetensors or .pth");
    return hub_check_names(l, e);
}

enum ih_status hub_choose_here(struct hub_listing *l, struct ih_error *e)
{
    static const char *const weights[] = {".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".h5",
        ".msgpack", ".onnx", ".gguf", ".tflite", ".safetensors.index.json", NULL};
    struct layout y = layout_of(l);
    int kept = 0, needed = 0;
    bool voices = false;
    enum { REST, COPY, NEEDED };
    unsigned char *what = calloc((size_t)l->count + 1, sizeof *what);
    if (!what)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; i < l->count; i++)
        voices = voices || strncmp(l->file[i].name, "voices/", 7) == 0;
    for (int i = 0; i < l->count; i++) {
        const char *name = l->file[i].name;
        bool others = strncmp(name, "taef", 4) == 0 || /* of a small autoencoder beside the model */
                      (voices && (ends_with(name, ".pth") || ends_with(name, ".pt")));
        for (int j = 0; weights[j] && !what[i] && !others; j++)
            if (ends_with(name, weights[j]))
                what[i] = is_needed(l, &y, name) ? NEEDED : COPY;
        needed += what[i] == NEEDED;
    }
    /* In a layout that is not known nothing is called a copy. */
    for (int i = 0; i < l->count; i++)
        if (what[i] != COPY || needed == 0)
            l->file[kept++] = l->file[i];
    l->count = kept;
    free(what);
    return hub_check_names(l, e);
}
