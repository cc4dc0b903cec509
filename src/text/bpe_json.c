/* SPDX-License-Identifier: Apache-2.0 */
/* tokenizer.json as the hub publishes it. */
#include "base/mapfile.h"
#include "base/str.h"
#include "text/bpe_build.h"
#include "weights/config.h"
#include "weights/json_scan.h"

#include <stdlib.h>
#include <string.h>

static const char *const gpt2_pattern =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
static const char *const qwen2_pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}"
                                         "+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                                         "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
static const char *const llama3_pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

struct reader {
    struct bpe *b;
    struct ih_error *e;
    struct json_scan vocabulary, merges; /* their text; null where the file has none */
    struct alphabet alphabet;
};

static enum ih_status read_vocabulary(struct reader *r, struct json_scan s)
{
    char key[2 * TOKEN_BYTES];
    unsigned char bytes[2 * TOKEN_BYTES];
    int64_t count = json_scan_count(s), i = 0;
    if (count == 0)
        return err_set(r->e, IH_BAD_DATA, "model.vocab is missing; expected tokens with their ids");
    if (count > VOCABULARY_IDS)
        return err_set(r->e, IH_BAD_DATA, "model.vocab has %lld tokens; at most %d are allowed",
            (long long)count, (int)VOCABULARY_IDS);
    struct vocabulary *v = &r->b->vocabulary;
    enum ih_status status = vocabulary_reserve(v, (int32_t)count + 2048, (size_t)count * 8, r->e);
    json_scan_enter(&s, '{');
    for (; !status && json_scan_next(&s, '}', i); i++) {
        size_t length = json_scan_string(&s, key, sizeof key);
        json_scan_colon(&s);
        int64_t id = json_scan_int(&s);
        if (s.failed)
            break;
        status = vocabulary_add(
            v, bytes, alphabet_bytes(&r->alphabet, key, length, bytes), id, false, r->e);
    }
    if (status || !s.failed)
        return status;
    return err_set(r->e, IH_BAD_DATA,
        "model.vocab, token %lld: expected a text of at most %d bytes and a whole number",
        (long long)i, (int)sizeof key);
}

/* The two sides of a merge as they stand in the file. */
struct merge_text {
    char text[4 * TOKEN_BYTES + 1];
    const char *side[2];
    size_t length[2];
};

static bool read_sides(struct json_scan *s, struct merge_text *m)
{
    m->side[0] = m->text;
    if (json_scan_peek(s) == '[') {
        size_t used = 0;
        int64_t i = 0;
        json_scan_enter(s, '[');
        for (; json_scan_next(s, ']', i) && i < 2; i++, used += m->length[i - 1]) {
            m->side[i] = m->text + used;
            m->length[i] = json_scan_string(s, m->text + used, 2 * TOKEN_BYTES);
        }
        return i == 2 && !s->failed;
    }
    size_t n = json_scan_string(s, m->text, sizeof m->text);
    const char *space = s->failed ? NULL : memchr(m->text, ' ', n);
    if (!space)
        return false;
    m->length[0] = (size_t)(space - m->text);
    m->side[1] = space + 1;
    m->length[1] = n - m->length[0] - 1;
    return m->length[0] <= 2 * TOKEN_BYTES && m->length[1] <= 2 * TOKEN_BYTES;
}

static enum ih_status read_merge(
    struct reader *r, struct json_scan *s, int32_t rank, int32_t *guess)
{
    struct merge_text m;
    if (!read_sides(s, &m))
        return err_set(
            r->e, IH_BAD_DATA, "model.merges[%d] is neither \"a b\" nor [\"a\", \"b\"]", (int)rank);
    return bpe_add_merge(r->b, &r->alphabet, m.side, m.length, rank, guess, r->e);
}

static enum ih_status read_merges(struct reader *r, struct json_scan s)
{
    int64_t count = json_scan_count(s);
    if (count > VOCABULARY_IDS)
        return err_set(r->e, IH_BAD_DATA, "model.merges has %lld entries; at most %d are allowed",
            (long long)count, (int)VOCABULARY_IDS);
    enum ih_status status = merges_reserve(&r->b->merges, (uint32_t)count, r->e);
    if (count == 0)
        return status;
    json_scan_enter(&s, '[');
    int32_t guess = 0;
    for (int32_t i = 0; !status && i < count && json_scan_next(&s, ']', i); i++)
        status = read_merge(r, &s, i, &guess);
    return status;
}

static bool is_control(const char *text, size_t length)
{
    return length > 4 && memcmp(text, "<|", 2) == 0 && memcmp(text + length - 2, "|>", 2) == 0;
}

static enum ih_status read_added(struct reader *r, const struct config_value *added)
{
    for (int64_t i = 0; i < config_length(added); i++) {
        const struct config_value *v = config_item(added, i);
        const char *text = config_string_or(config_find(v, "content"), NULL);
        if (!text)
            return err_set(r->e, IH_BAD_DATA, "added_tokens[%lld] has no content", (long long)i);
        size_t length = strlen(text);
        bool special = config_bool_or(config_find(v, "special"), false) || is_control(text, length);
        enum ih_status status =
            bpe_add(r->b, text, config_int_or(config_find(v, "id"), -1), special, r->e);
        if (status)
            return status;
    }
    return IH_OK;
}

/* A ByteLevel step splits as in GPT-2 unless it says use_regex false; a Split step has a pattern.
 */
static enum ih_status read_split_step(struct reader *r, const struct config_value *step)
{
    const char *type = config_string_or(config_find(step, "type"), "");
    if (strcmp(type, "ByteLevel") == 0) {
        if (!config_bool_or(config_find(step, "add_prefix_space"), false))
            return IH_OK;
        return err_set(r->e, IH_UNSUPPORTED, "pre_tokenizer.add_prefix_space is not supported");
    }
    const char *pattern = config_string_or(config_find(step, "pattern.Regex"), "");
    if (strcmp(type, "Split") == 0 && strcmp(pattern, qwen2_pattern) == 0)
        r->b->split = BPE_SPLIT_QWEN2;
    else if (strcmp(type, "Split") == 0 && strcmp(pattern, llama3_pattern) == 0)
        r->b->split = BPE_SPLIT_LLAMA3;
    else if (strcmp(type, "Split") != 0 || strcmp(pattern, gpt2_pattern) != 0)
        return err_set(r->e, IH_UNSUPPORTED,
            "the pre_tokenizer splits by %s \"%s\"; only the patterns of GPT-2, Qwen2 and Llama-3 "
            "are "
            "known",
            *type ? type : "nothing", pattern);
    return IH_OK;
}

static enum ih_status read_split(struct reader *r, const struct config_value *pre)
{
    const struct config_value *steps = config_find(pre, "pretokenizers");
    enum ih_status status = IH_OK;
    if (!steps)
        return pre ? read_split_step(r, pre) : IH_OK;
    for (int64_t i = 0; i < config_length(steps) && !status; i++)
        status = read_split_step(r, config_item(steps, i));
    return status;
}

static enum ih_status read_normalizer(struct reader *r, const struct config_value *normalizer)
{
    const struct config_value *steps = config_find(normalizer, "normalizers");
    for (int64_t i = 0; i < config_length(steps); i++) {
        enum ih_status status = read_normalizer(r, config_item(steps, i));
        if (status)
            return status;
    }
    const char *type = config_string_or(config_find(normalizer, "type"), "");
    r->b->nfc |= strcmp(type, "NFC") == 0;
    if (!normalizer || strcmp(type, "NFC") == 0 || strcmp(type, "Sequence") == 0)
        return IH_OK;
    return err_set(r->e, IH_UNSUPPORTED, "the normalizer is \"%s\"; expected NFC or none", type);
}

static enum ih_status read_model(struct reader *r, const struct config_value *root)
{
    const struct config_value *model = config_find(root, "model");
    const char *type = config_string_or(config_find(model, "type"), "BPE");
    if (strcmp(type, "BPE") != 0)
        return err_set(r->e, IH_UNSUPPORTED, "model.type is \"%s\"; expected \"BPE\"", type);
    if (config_bool_or(config_find(model, "byte_fallback"), false))
        return err_set(
            r->e, IH_UNSUPPORTED, "model.byte_fallback is not supported; expected byte-level BPE");
    r->b->whole_words = config_bool_or(config_find(model, "ignore_merges"), false);
    enum ih_status status = read_normalizer(r, config_find(root, "normalizer"));
    if (!status)
        status = read_split(r, config_find(root, "pre_tokenizer"));
    if (!status)
        status = read_vocabulary(r, r->vocabulary);
    if (!status)
        status = read_merges(r, r->merges);
    return status ? status : read_added(r, config_find(root, "added_tokens"));
}

/* The document without its two long members: building values of 150 000 tokens and as many merges
 * would take longer than all else. They are left to json_scan. */
static enum ih_status parse_rest(
    struct reader *r, struct config **out, const char *json, size_t size, const char *name)
{
    struct json_scan *cut[2] = {&r->vocabulary, &r->merges};
    json_scan_find(cut[0], json, size, "model.vocab");
    json_scan_find(cut[1], json, size, "model.merges");
    if (cut[0]->at > cut[1]->at) {
        cut[0] = &r->merges;
        cut[1] = &r->vocabulary;
    }
    struct str rest;
    str_init(&rest, size + 2);
    const char *from = json;
    for (int i = 0; i < 2; i++) {
        if (!cut[i]->at)
            continue;
        str_add(&rest, from, (size_t)(cut[i]->at - from));
        str_add_byte(&rest, '0');
        from = cut[i]->end;
    }
    str_add(&rest, from, (size_t)(json + size - from));
    enum ih_status status = rest.failed ? err_memory(r->e, "a tokenizer")
                                        : config_parse(out, rest.data, rest.size, name, r->e);
    str_free(&rest);
    return status;
}

enum ih_status bpe_parse(
    struct bpe **out, const char *json, size_t size, const char *name, struct ih_error *e)
{
    struct reader r = {.e = e};
    struct config *c = NULL;
    *out = NULL;
    alphabet_init(&r.alphabet);
    enum ih_status status = parse_rest(&r, &c, json, size, name);
    if (status)
        return status;
    r.b = calloc(1, sizeof *r.b);
    status = r.b ? read_model(&r, config_root(c)) : err_memory(e, "a tokenizer");
    config_close(&c);
    if (status) {
        err_prefix(e, "%s", name);
        bpe_close(&r.b);
    }
    *out = r.b;
    return status;
}

enum ih_status bpe_open(struct bpe **out, const char *path, struct ih_error *e)
{
    *out = NULL;
    struct mapfile m;
    enum ih_status status = mapfile_open(&m, path, e);
    if (status)
        return status;
    status = bpe_parse(out, (const char *)m.data, m.size, path, e);
    mapfile_close(&m);
    return status;
}
