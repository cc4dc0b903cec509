/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of what a model is, by the heads of its files. */
#include "base/err.h"
#include "inhouse/inhouse.h"
#include "weights/config.h"
#include "weights/gguf.h"
#include "weights/survey.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void count_weights(struct ih_model_facts *out, const struct weights *w)
{
    struct survey s = weights_survey(w);
    snprintf(out->numbers, sizeof out->numbers, "%s", survey_name(s.numbers));
    out->weights = s.count;
    out->bytes = (int64_t)weights_bytes(w);
}

/* A name that is safe to print; anything else is no name. */
static void set_family(struct ih_model_facts *out, const char *name, size_t n)
{
    bool plain = n < sizeof out->family;
    for (size_t i = 0; i < n && plain; i++)
        plain = name[i] > ' ' && name[i] <= '~';
    snprintf(out->family, sizeof out->family, "%.*s", plain ? (int)n : 0, plain && n ? name : "");
}

static int64_t above_zero(int64_t n)
{
    return n > 0 ? n : 0;
}

static enum ih_status read_gguf(struct ih_model_facts *out, const char *path, struct ih_error *e)
{
    struct gguf_file *f = NULL;
    char key[64];
    enum ih_status status = gguf_open(&f, path, e);
    if (status)
        return status;
    struct gguf_text family = gguf_string(f, "general.architecture");
    set_family(out, family.s, family.n);
    snprintf(key, sizeof key, "%s.context_length", out->family);
    out->context = above_zero(gguf_int(f, key, 0));
    out->vocabulary = (int64_t)gguf_list(f, "tokenizer.ggml.tokens").left;
    const struct tensor *table = weights_find(f->weights, "token_embd.weight");
    if (table && table->rank == 2)
        out->vocabulary = table->shape[0];
    count_weights(out, f->weights);
    gguf_close(&f);
    return IH_OK;
}

static enum ih_status read_folder(struct ih_model_facts *out, const char *path, struct ih_error *e)
{
    char file[PATH_MAX];
    struct config *c = NULL;
    struct weights *w = NULL;
    int n = snprintf(file, sizeof file, "%s/config.json", path);
    if (n < 0 || (size_t)n >= sizeof file)
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", path);
    enum ih_status status = config_open(&c, file, e);
    if (!status)
        status = weights_open(&w, path, e);
    if (!status) {
        const struct config_value *root = config_root(c);
        const char *family = config_string_or(config_find(root, "model_type"), "");
        set_family(out, family, strlen(family));
        out->context = above_zero(config_int_or(config_find(root, "max_position_embeddings"), 0));
        out->vocabulary = above_zero(config_int_or(config_find(root, "vocab_size"), 0));
        count_weights(out, w);
    }
    weights_close(&w);
    config_close(&c);
    return status;
}

enum ih_status ih_model_facts(struct ih_model_facts *out, const char *path, struct ih_error *e)
{
    struct stat st;
    *out = (struct ih_model_facts){0};
    if (!path || stat(path, &st) != 0)
        return err_set(e, IH_NOT_FOUND, "there is no model at %.300s", path ? path : "");
    if (S_ISDIR(st.st_mode))
        return read_folder(out, path, e);
    if (!gguf_probe(path))
        return err_set(e, IH_NOT_FOUND, "%.300s is no GGUF file", path);
    return read_gguf(out, path, e);
}
