/* SPDX-License-Identifier: Apache-2.0 */
/* The only list of model families. */
#include "models/model.h"

#include "base/arena.h"

#include <string.h>
#include <sys/stat.h>

extern const struct family whisper_family, kokoro_family, voice1_family, spell1_family,
    qwen3_family, qwen2_family, llama3_family, flux2_family, image1_family;

static const struct family *const families[] = {&whisper_family, &kokoro_family, &voice1_family,
    &spell1_family, &qwen3_family, &qwen2_family, &llama3_family, &flux2_family, &image1_family};

const char *model_name(struct arena *a, const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    char *name = arena_strdup(a, path + begin);
    if (name)
        name[end - begin] = 0;
    return name;
}

enum dtype model_storage(const struct device *d, enum ih_compute compute, enum dtype automatic)
{
    static const enum dtype storage[] = {[IH_COMPUTE_F32] = DT_F32,
        [IH_COMPUTE_BF16] = DT_BF16,
        [IH_COMPUTE_INT8] = DT_I8,
        [IH_COMPUTE_INT4] = DT_Q4};
    enum dtype wanted = compute == IH_COMPUTE_AUTO ? automatic : storage[compute];
    return wanted == DT_BF16 && !device_kernels(d)->fast_bf16 ? DT_F32 : wanted;
}

enum ih_status model_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    *out = NULL;
    struct stat st;
    if (stat(o->path, &st) != 0)
        return err_set(e, IH_NOT_FOUND, "there is no model at %s", o->path);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (families[i]->probe(o->path))
            return families[i]->open(out, o, e);
    return err_set(e, IH_UNSUPPORTED,
        "%s is not a model this program knows: expected a folder with config.json (model_type "
        "\"whisper\", \"voice1\" ...) and model.safetensors, a folder of FLUX.2-klein or image-1 "
        "with "
        "model_index.json, a whisper.cpp ggml file, or a Kokoro folder with config.json, a .pth "
        "file "
        "and voices",
        o->path);
}

void model_close(struct model **m)
{
    if (*m)
        (*m)->family->close(*m);
    *m = NULL;
}
