/* SPDX-License-Identifier: Apache-2.0 */
/* Voice profiles as JSON.
 *
 *     {"inhouse_voice": 1, "name": ..., "model": ..., "style": {"rows", "width", "data"},
 *      "defaults": {"style", "speed", "pitch"}, "lexicon", "consent": {...}, ..., "sha256"}
 *
 * data is the matrix in rows, 32-bit floats, little-endian, in base64. sha256 is the digest of the
 * same object without it, written without white space, keys in order. */
#include "tasks/profile.h"

#include "base/base64.h"
#include "base/err.h"
#include "media/digest.h"
#include "weights/config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, FILE_LIMIT = 16 << 20 };

static const char *const states[] = {"unchecked", "yes", "no"};

/* Every string: its place in the file and in the profile. */
static const struct {
    const char *place, *group, *key; /* group is null at the top */
    size_t offset;
} strings[] = {
#define STRING(key, field)                                                                         \
    {                                                                                              \
        key, NULL, key, offsetof(struct ih_profile_info, field)                                    \
    }
#define INSIDE(group, key, field)                                                                  \
    {                                                                                              \
        group "." key, group, key, offsetof(struct ih_profile_info, field)                         \
    }
    STRING("name", name),
    STRING("about", about),
    STRING("model", model),
    STRING("language", language),
    STRING("blend", blend),
    STRING("lexicon", lexicon),
    STRING("created", created),
    STRING("expires", expires),
    STRING("revoked", revoked),
    INSIDE("defaults", "style", style),
    INSIDE("consent", "who", consent.who),
    INSIDE("consent", "when", consent.when),
    INSIDE("consent", "sentence", consent.sentence),
    INSIDE("consent", "transcript", consent.transcript),
    INSIDE("consent", "reader", consent.reader),
    INSIDE("consent", "clip_sha256", consent.clip_sha256),
    INSIDE("consent", "statement_sha256", consent.statement_sha256),
    INSIDE("consent", "reason", consent.reason),
};
enum { STRINGS = sizeof strings / sizeof *strings };

static const char **field(struct ih_profile_info *i, int k)
{
    return (const char **)(void *)((char *)i + strings[k].offset);
}

static json_t *style_json(const struct voice_style *s)
{
    size_t bytes = (size_t)(s->rows * s->width) * sizeof *s->data;
    char *text = malloc(base64_length(bytes) + 1);
    json_t *json = json_object();
    if (text) {
        base64_encode(text, s->data, bytes); /* every machine we run on is little-endian */
        json_object_set_new(json, "rows", json_integer(s->rows));
        json_object_set_new(json, "width", json_integer(s->width));
        json_object_set_new(json, "data", json_string(text));
    }
    free(text);
    return json;
}

static json_t *profile_json(const struct ih_profile *p)
{
    struct ih_profile_info info = p->info;
    json_t *json = json_object(), *defaults = json_object(), *consent = json_object();
    json_object_set_new(json, "inhouse_voice", json_integer(VERSION));
    json_object_set_new(json, "synthetic", json_boolean(info.synthetic));
    json_object_set_new(json, "defaults", defaults);
    if (!info.synthetic)
        json_object_set(json, "consent", consent);
    for (int k = 0; k < STRINGS; k++) {
        const char *group = strings[k].group, *text = *field(&info, k);
        json_t *to = !group ? json : strcmp(group, "consent") == 0 ? consent : defaults;
        if (*text)
            json_object_set_new(to, strings[k].key, json_string(text));
    }
    json_object_set_new(consent, "checked", json_string(states[info.consent.state]));
    json_object_set_new(defaults, "speed", json_real((double)info.speed));
    json_object_set_new(defaults, "pitch", json_real((double)info.pitch));
    if (p->style.rows)
        json_object_set_new(json, "style", style_json(&p->style));
    json_decref(consent);
    return json;
}

/* The digest of the object as it is. */
static enum ih_status digest_json(char hex[DIGEST_HEX], const json_t *json, struct ih_error *e)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    if (!text)
        return err_memory(e, "a voice profile");
    enum ih_status status = digest_bytes(hex, text, strlen(text), e);
    free(text);
    return status;
}

char *profile_text(const struct ih_profile *p, bool digest, struct ih_error *e)
{
    char hex[DIGEST_HEX], *text = NULL;
    json_t *json = profile_json(p);
    enum ih_status status = digest ? digest_json(hex, json, e) : IH_OK;
    if (!status && digest)
        json_object_set_new(json, "sha256", json_string(hex));
    if (!status) {
        text = json_dumps(json, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
        if (!text)
            err_memory(e, "a voice profile");
    }
    json_decref(json);
    return text;
}

static enum ih_status read_strings(
    struct ih_profile *p, const struct config_value *root, const char *name, struct ih_error *e)
{
    for (int k = 0; k < STRINGS; k++) {
        const struct config_value *v = config_find(root, strings[k].place);
        const char *text = v ? config_string_or(v, NULL) : "";
        if (!text)
            return err_set(e, IH_BAD_DATA, "%s: %s must be a text", name, strings[k].place);
        *field(&p->info, k) = arena_strdup(&p->arena, text);
        if (!*field(&p->info, k))
            return err_memory(e, "a voice profile");
    }
    return IH_OK;
}

static enum ih_status read_state(
    struct ih_profile *p, const struct config_value *root, const char *name, struct ih_error *e)
{
    const char *given = config_string_or(config_find(root, "consent.checked"), "unchecked");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(given, states[i]) == 0) {
            p->info.consent.state = (enum ih_consent_state)i;
            return IH_OK;
        }
    return err_set(
        e, IH_BAD_DATA, "%s: consent.checked is '%.40s', not yes, no or unchecked", name, given);
}

static enum ih_status read_style(
    struct ih_profile *p, const struct config_value *root, const char *name, struct ih_error *e)
{
    const struct config_value *style = config_find(root, "style");
    if (!style)
        return IH_OK; /* whether it may be missing is for profile_check() */
    int64_t rows = config_int_or(config_find(style, "rows"), 0);
    int64_t width = config_int_or(config_find(style, "width"), 0);
    const char *text = config_string_or(config_find(style, "data"), "");
    if (rows < 1 || width < 1 || rows > PROFILE_NUMBERS || width > PROFILE_NUMBERS / rows)
        return err_set(e, IH_BAD_DATA, "%s: a style of %lld rows of %lld numbers", name,
            (long long)rows, (long long)width);
    size_t bytes = (size_t)(rows * width) * sizeof(float);
    float *data = arena_alloc(&p->arena, bytes);
    if (!data)
        return err_memory(e, "a voice profile");
    if (base64_decode(data, bytes, text, strlen(text)) != (long long)bytes)
        return err_set(
            e, IH_BAD_DATA, "%s: the style's data is not %zu bytes in base64", name, bytes);
    p->style = (struct voice_style){rows, width, data};
    return IH_OK;
}

static enum ih_status check_digest(const struct ih_profile *p, const struct config_value *root,
    const char *name, struct ih_error *e)
{
    char hex[DIGEST_HEX];
    json_t *json = profile_json(p);
    enum ih_status status = digest_json(hex, json, e);
    json_decref(json);
    if (!status && strcmp(hex, config_string_or(config_find(root, "sha256"), "")) != 0)
        status = err_set(e, IH_BAD_DATA,
            "%s: its content does not have the SHA-256 that it names: it is damaged or was changed",
            name);
    return status;
}

static enum ih_status read_all(
    struct ih_profile *p, const struct config_value *root, const char *name, struct ih_error *e)
{
    int64_t version = config_int_or(config_find(root, "inhouse_voice"), 0);
    if (version != VERSION)
        return err_set(e, version > VERSION ? IH_UNSUPPORTED : IH_BAD_DATA,
            version > VERSION ? "%s: a voice profile of a newer kind (%lld)"
                              : "%s is not a voice profile (its version is %lld)",
            name, (long long)version);
    enum ih_status status = read_strings(p, root, name, e);
    if (!status)
        status = read_state(p, root, name, e);
    if (!status)
        status = read_style(p, root, name, e);
    p->info.synthetic = config_bool_or(config_find(root, "synthetic"), false);
    p->info.speed = (float)config_number_or(config_find(root, "defaults.speed"), 1);
    p->info.pitch = (float)config_number_or(config_find(root, "defaults.pitch"), 0);
    if (!status)
        status = profile_check(p, name, e);
    return status ? status : check_digest(p, root, name, e);
}

enum ih_status profile_parse(
    struct ih_profile **out, const char *text, size_t size, const char *name, struct ih_error *e)
{
    struct config *c = NULL;
    *out = NULL;
    if (size > FILE_LIMIT)
        return err_set(e, IH_BAD_DATA, "%s: too large for a voice profile", name);
    enum ih_status status = config_parse(&c, text, size, name, e);
    if (!status)
        status = profile_new(out, e);
    if (!status)
        status = read_all(*out, config_root(c), name, e);
    config_close(&c);
    if (status)
        ih_profile_close(out);
    return status;
}
