/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a model's folder, and the family. */
#include "models/spell1/spell1.h"

#include "base/str.h"
#include "weights/config.h"

#include <stdio.h>
#include <stdlib.h>

enum { IPA_MAX = 1 << 24 };

static bool spell1_probe(const char *path)
{
    char file[4096];
    struct config *c = NULL;
    snprintf(file, sizeof file, "%s/config.json", path);
    if (config_open(&c, file, NULL))
        return false;
    const char *type = config_string_or(config_find(config_root(c), "model_type"), "");
    bool yes = strcmp(type, "spell1") == 0;
    config_close(&c);
    return yes;
}

static enum ih_status read_config(struct spell1 *m, const char *folder, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/config.json", folder);
    struct config *c = NULL;
    enum ih_status status = config_open(&c, path, e);
    if (status)
        return status;
    struct spell1_config *s = &m->config;
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"hidden_size", 2, 4096, &s->dim},
        {"num_attention_heads", 1, 256, &s->heads},
        {"num_hidden_layers", 1, 64, &s->layers},
        {"intermediate_size", 1, 1 << 15, &s->ffn},
        {"max_position_embeddings", 8, 1024, &s->positions},
        {"slots", 1, 16, &s->slots},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++) {
        int64_t value = 0;
        status = config_int(c, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        *wanted[i].out = (int)value;
    }
    if (!status && (s->dim % s->heads || s->dim / s->heads % 2 || s->dim / s->heads > 256))
        status = err_set(e, IH_UNSUPPORTED,
            "%s: a width of %d cannot be split into %d heads of an even size up to 256", path,
            s->dim, s->heads);
    if (!status)
        status = spell1_read_alphabet(m, c, path, e);
    config_close(&c);
    return status;
}

static enum ih_status bind_norm(
    const struct binder *b, struct layer_norm *n, const char *name, int64_t dim, struct ih_error *e)
{
    char full[160];
    snprintf(full, sizeof full, "%s.weight", name);
    enum ih_status status = bind_vector(b, &n->w, full, dim, e);
    snprintf(full, sizeof full, "%s.bias", name);
    return status ? status : bind_vector(b, &n->b, full, dim, e);
}

static enum ih_status bind_layer(
    struct spell1 *m, const struct binder *b, int i, struct ih_error *e)
{
    struct block_parts *p = &m->parts[i];
    int64_t dim = m->config.dim, ffn = m->config.ffn;
    char name[128];
    enum ih_status status;
    const struct {
        const char *name;
        struct linear_part *part;
        int64_t rows, cols;
    } linears[] = {
        {"self_attn.q_proj", &p->q, dim, dim},
        {"self_attn.k_proj", &p->k, dim, dim},
        {"self_attn.v_proj", &p->v, dim, dim},
        {"self_attn.out_proj", &p->out, dim, dim},
        {"fc1", &p->fc1, ffn, dim},
        {"fc2", &p->fc2, dim, ffn},
    };
    for (size_t k = 0; k < sizeof linears / sizeof *linears; k++) {
        snprintf(name, sizeof name, "layers.%d.%s", i, linears[k].name);
        status = bind_linear(b, linears[k].part, name, linears[k].rows, linears[k].cols, true, e);
        if (status)
            return status;
    }
    snprintf(name, sizeof name, "layers.%d.self_attn_layer_norm", i);
    status = bind_norm(b, &p->attention_norm, name, dim, e);
    snprintf(name, sizeof name, "layers.%d.final_layer_norm", i);
    return status ? status : bind_norm(b, &p->mlp_norm, name, dim, e);
}

static enum ih_status bind_all(struct spell1 *m, struct ih_error *e)
{
    const struct spell1_config *c = &m->config;
    const struct spell1_alphabet *a = &m->alphabet;
    struct binder b = {m->weights, device_kernels(m->base.device), &m->arena};
    m->parts = arena_calloc(&m->arena, (size_t)c->layers, sizeof *m->parts);
    m->block = arena_calloc(&m->arena, (size_t)c->layers, sizeof *m->block);
    if (!m->parts || !m->block)
        return err_memory(e, "a model's layers");
    enum ih_status status =
        bind_matrix(&b, &m->letters, "embed_letters.weight", a->letters + 1, c->dim, e);
    if (!status)
        status = bind_matrix(&b, &m->languages, "embed_languages.weight", a->languages, c->dim, e);
    if (!status)
        status = bind_table(&b, &m->positions, "embed_positions.weight", c->positions, c->dim, e);
    for (int i = 0; i < c->layers && !status; i++)
        status = bind_layer(m, &b, i, e);
    if (!status)
        status = bind_norm(&b, &m->norm, "layer_norm", c->dim, e);
    if (!status)
        status = bind_linear(
            &b, &m->head_part, "head", (int64_t)c->slots * (a->phones + 1), c->dim, true, e);
    return status;
}

static void set_shape(struct spell1 *m, enum ih_compute compute)
{
    /* A million weights cost nothing beside the voice that follows: never below 16 bits. */
    bool narrow = compute != IH_COMPUTE_F32 && device_kernels(m->base.device)->fast_bf16;
    m->storage = narrow ? DT_BF16 : DT_F32;
    m->shape = (struct block_shape){.dim = m->config.dim,
        .heads = m->config.heads,
        .ffn = m->config.ffn,
        .eps = 1e-5f,
        .act = ACT_GELU,
        .activation = device_activation(m->base.device, m->storage)};
}

static enum ih_status name_model(struct spell1 *m, const char *path, struct ih_error *e)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t begin = n;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    char *name = arena_strdup(&m->arena, path + begin);
    if (!name)
        return err_memory(e, "a model");
    name[n - begin] = 0;
    m->base.name = name;
    m->base.bytes = weights_bytes(m->weights);
    return IH_OK;
}

static void spell1_close(struct model *base)
{
    struct spell1 *m = (struct spell1 *)base;
    spell1_unpack(m);
    spell1_close_exceptions(m);
    weights_close(&m->weights);
    arena_free(&m->arena);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static enum ih_status spell1_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct spell1 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
    pthread_mutex_init(&m->lock, NULL);
    m->base.family = &spell1_family;
    m->base.device = o->device;
    enum ih_status status = read_config(m, o->path, e);
    if (!status)
        status = weights_open(&m->weights, o->path, e);
    if (!status)
        status = bind_all(m, e);
    if (!status)
        status = spell1_read_exceptions(m, o->path, e);
    if (!status)
        status = name_model(m, o->path, e);
    if (!status)
        set_shape(m, o->compute);
    if (status)
        spell1_close(&m->base);
    else
        *out = &m->base;
    return status;
}

static int languages(const struct model *base, const char *const **codes)
{
    const struct spell1 *m = (const struct spell1 *)base;
    *codes = m->alphabet.language;
    return m->alphabet.languages;
}

/* What the words became, with a space between them. */
static enum ih_status join(const struct spell1_word *word, const char *const *text, int count,
    struct arena *a, const char **ipa, struct ih_error *e)
{
    struct str s;
    str_init(&s, IPA_MAX);
    for (int i = 0; i < count; i++) {
        const struct spell1_exception *x = word[i].exception;
        size_t bytes = x ? x->phoneme_bytes : strlen(text[i]);
        if (bytes && s.size && !word[i].joined)
            str_add_byte(&s, ' ');
        str_add(&s, x ? x->line + x->phonemes : text[i], bytes);
    }
    *ipa = s.failed ? NULL : arena_strdup(a, str_text(&s));
    str_free(&s);
    return *ipa ? IH_OK : err_memory(e, "phonemes");
}

static enum ih_status phonemes(struct model *base, const char *text, const char *language,
    struct arena *a, const char **ipa, struct ih_error *e)
{
    struct spell1 *m = (struct spell1 *)base;
    int index = spell1_language(&m->alphabet, language);
    if (index < 0)
        return err_set(e, IH_UNSUPPORTED, "%s does not know the language \"%s\"", m->base.name,
            language ? language : "");
    struct arena own = {0};
    struct spell1_word *word;
    int count;
    enum ih_status status = spell1_prepare(m, e);
    if (!status)
        status = spell1_words(m, text, index, &own, &word, &count, e);
    const char **said = status ? NULL : arena_calloc(&own, (size_t)count + 1, sizeof *said);
    if (!status && !said)
        status = err_memory(e, "phonemes");
    if (!status)
        status = spell1_spell(m, word, count, index, &own, said, NULL, e);
    if (!status)
        status = join(word, said, count, a, ipa, e);
    arena_free(&own);
    return status;
}

static const struct speller speller = {.languages = languages, .phonemes = phonemes};

const struct family spell1_family = {
    .name = "spell1",
    .probe = spell1_probe,
    .open = spell1_open,
    .close = spell1_close,
    .speller = &speller,
};
