/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: sizes, tokens, languages and voices, everything checked. */
#include "models/voice1/voice1.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS_MAX = 4096, LANGUAGES_MAX = 256, VOICES_MAX = 4096 };

static enum ih_status read_sizes(
    struct voice1_config *c, const struct config *f, const char *path, struct ih_error *e)
{
    int window = 0;
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"width", 16, 4096, &c->width},
        {"heads", 1, 64, &c->heads},
        {"text_layers", 1, 64, &c->text_layers},
        {"duration_layers", 1, 64, &c->duration_layers},
        {"pitch_layers", 1, 64, &c->pitch_layers},
        {"decoder_layers", 1, 64, &c->decoder_layers},
        {"speaker", 1, 1024, &c->speaker},
        {"longest", 8, 1 << 14, &c->longest},
        {"rate", 8000, 48000, &c->vocoder.rate},
        {"hop", 16, 2048, &c->vocoder.hop},
        {"window", 32, 4096, &window},
        {"fft", 32, 4096, &c->vocoder.fft},
        {"bands", 2, 1024, &c->vocoder.bands},
        {"noise_bands", 2, 1024, &c->vocoder.shares},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int64_t value = 0;
        enum ih_status status =
            config_int(f, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        if (status)
            return status;
        *wanted[i].out = (int)value;
    }
    if (window != 2 * c->vocoder.hop)
        return err_set(e, IH_UNSUPPORTED,
            "%s: a window of %d samples; the vocoder's is two hops, %d", path, window,
            2 * c->vocoder.hop);
    if (c->width % c->heads || c->width / c->heads % 2 || c->width / c->heads > 256)
        return err_set(e, IH_UNSUPPORTED,
            "%s: a width of %d cannot be split into %d heads of an even size up to 256", path,
            c->width, c->heads);
    return IH_OK;
}

/* The list under `key`, with 1 to `most` items. */
static enum ih_status find_list(const struct config *f, const char *key, int most,
    const struct config_value **out, int *count, struct ih_error *e)
{
    *out = config_find(config_root(f), key);
    int64_t n = config_is_list(*out) ? config_length(*out) : 0;
    if (n < 1 || n > most)
        return err_set(e, IH_BAD_DATA, "\"%s\" must be a list of 1 to %d", key, most);
    *count = (int)n;
    return IH_OK;
}

static int by_code(const void *a, const void *b)
{
    const struct voice1_token *x = a, *y = b;
    return x->code < y->code ? -1 : x->code > y->code;
}

static enum ih_status read_tokens(struct voice1 *m, const struct config *f, struct ih_error *e)
{
    const struct config_value *list;
    enum ih_status status = find_list(f, "tokens", TOKENS_MAX, &list, &m->config.tokens, e);
    if (status)
        return status;
    m->token = arena_alloc(&m->arena, (size_t)m->config.tokens * sizeof *m->token);
    if (!m->token)
        return err_memory(e, "a model's tokens");
    for (int i = 0; i < m->config.tokens; i++) {
        const char *text = config_string_or(config_item(list, i), "");
        size_t n = strlen(text);
        m->token[i] = (struct voice1_token){.id = i};
        if (n < 1 || utf8_decode(text, n, &m->token[i].code) != (int)n)
            return err_set(e, IH_BAD_DATA, "token %d is not one code point", i);
    }
    qsort(m->token, (size_t)m->config.tokens, sizeof *m->token, by_code);
    for (int i = 1; i < m->config.tokens; i++)
        if (m->token[i].code == m->token[i - 1].code)
            return err_set(e, IH_BAD_DATA, "tokens %d and %d are the same", m->token[i - 1].id,
                m->token[i].id);
    if (voice1_token(m, ' ') < 0)
        return err_set(e, IH_BAD_DATA, "there is no token for the space");
    return IH_OK;
}

static enum ih_status read_languages(struct voice1 *m, const struct config *f, struct ih_error *e)
{
    const struct config_value *list;
    enum ih_status status =
        find_list(f, "languages", LANGUAGES_MAX, &list, &m->config.languages, e);
    if (status)
        return status;
    m->language = arena_calloc(&m->arena, (size_t)m->config.languages, sizeof *m->language);
    for (int i = 0; m->language && i < m->config.languages; i++) {
        const char *code = config_string_or(config_item(list, i), "");
        if (!*code)
            return err_set(e, IH_BAD_DATA, "language %d is not a code", i);
        m->language[i] = arena_strdup(&m->arena, code);
        if (!m->language[i])
            return err_memory(e, "a model's languages");
    }
    return m->language ? IH_OK : err_memory(e, "a model's languages");
}

static enum ih_status read_voice(struct voice1 *m, struct voice_info *v,
    const struct config_value *from, int i, struct ih_error *e)
{
    const char *name = config_string_or(config_find(from, "name"), "");
    const char *language = config_string_or(config_find(from, "language"), "");
    if (!*name || voice1_language(m, language) < 0)
        return err_set(
            e, IH_BAD_DATA, "voice %d has no name or a language that the model does not know", i);
    *v = (struct voice_info){
        .name = arena_strdup(&m->arena, name),
        .language = arena_strdup(&m->arena, language),
        .gender = arena_strdup(&m->arena, config_string_or(config_find(from, "gender"), "neutral")),
        .about = arena_strdup(&m->arena, config_string_or(config_find(from, "about"), "")),
    };
    return v->name && v->language && v->gender && v->about ? IH_OK
                                                           : err_memory(e, "a model's voices");
}

static enum ih_status read_voices(struct voice1 *m, const struct config *f, struct ih_error *e)
{
    const struct config_value *list;
    enum ih_status status = find_list(f, "voices", VOICES_MAX, &list, &m->config.voices, e);
    if (status)
        return status;
    m->voice = arena_calloc(&m->arena, (size_t)m->config.voices, sizeof *m->voice);
    if (!m->voice)
        return err_memory(e, "a model's voices");
    for (int i = 0; i < m->config.voices && !status; i++)
        status = read_voice(m, &m->voice[i], config_item(list, i), i, e);
    return status;
}

enum ih_status voice1_read_config(struct voice1 *m, const char *folder, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/config.json", folder);
    struct config *f = NULL;
    enum ih_status status = config_open(&f, path, e);
    if (status)
        return status;
    status = read_sizes(&m->config, f, path, e);
    if (!status) {
        status = read_tokens(m, f, e);
        if (!status)
            status = read_languages(m, f, e);
        if (!status)
            status = read_voices(m, f, e);
        if (status)
            err_prefix(e, "%s: ", path);
    }
    config_close(&f);
    return status;
}

int32_t voice1_token(const struct voice1 *m, uint32_t code)
{
    const struct voice1_token key = {.code = code};
    const struct voice1_token *found =
        bsearch(&key, m->token, (size_t)m->config.tokens, sizeof key, by_code);
    return found ? found->id : -1;
}

int voice1_language(const struct voice1 *m, const char *code)
{
    for (int i = 0; i < m->config.languages; i++)
        if (strcmp(m->language[i], code) == 0)
            return i;
    return -1;
}
