/* SPDX-License-Identifier: Apache-2.0 */
/* tokenizer.json as the hub publishes it. */
#include "text/bpe_build.h"
#include "text/unicode.h"
#include "weights/config.h"

#include <stdlib.h>
#include <string.h>

enum { ALPHABET = 256 + 68 };

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
    enum ih_status status;
    int16_t byte[ALPHABET]; /* of a character in the file's alphabet, or -1 */
};

/* GPT-2 writes bytes that can be printed as themselves and the others, in order, from U+0100 on. */
static void set_alphabet(struct reader *r)
{
    memset(r->byte, -1, sizeof r->byte);
    int next = 256;
    for (int i = 0; i < 256; i++) {
        bool plain = (i > 0x20 && i < 0x7f) || (i > 0xa0 && i != 0xad);
        r->byte[plain ? i : next++] = (int16_t)i;
    }
}

/* The bytes a token of the file stands for; one outside the alphabet stands for its own text. The
 * result has room for length. */
static size_t token_bytes(const struct reader *r, const char *s, size_t length, unsigned char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < length;) {
        uint32_t c;
        at += utf8_read(s + at, length - at, &c);
        if (c >= ALPHABET || r->byte[c] < 0) {
            memcpy(out, s, length);
            return length;
        }
        out[n++] = (unsigned char)r->byte[c];
    }
    return n;
}

/* Twice a token's length, since a character of the alphabet has up to two bytes. */
static enum ih_status check_length(const struct reader *r, size_t length)
{
    if (length <= 2 * TOKEN_BYTES)
        return IH_OK;
    return err_set(r->e, IH_BAD_DATA, "a token of %zu bytes; at most %d are allowed", length,
        (int)TOKEN_BYTES);
}

static void read_token(void *arg, const char *key, const struct config_value *value)
{
    struct reader *r = arg;
    unsigned char bytes[2 * TOKEN_BYTES];
    size_t length = strlen(key);
    if (!r->status)
        r->status = check_length(r, length);
    if (r->status)
        return;
    size_t n = token_bytes(r, key, length, bytes);
    r->status = vocabulary_add(&r->b->vocabulary, bytes, n, config_int_or(value, -1), false, r->e);
}

static enum ih_status read_vocabulary(struct reader *r, const struct config_value *vocabulary)
{
    int64_t count = config_length(vocabulary);
    if (count == 0)
        return err_set(r->e, IH_BAD_DATA, "model.vocab is missing; expected tokens with their ids");
    if (count > VOCABULARY_IDS)
        return err_set(r->e, IH_BAD_DATA, "model.vocab has %lld tokens; at most %d are allowed",
            (long long)count, (int)VOCABULARY_IDS);
    r->status =
        vocabulary_reserve(&r->b->vocabulary, (int32_t)count + 2048, (size_t)count * 8, r->e);
    if (!r->status)
        config_each(vocabulary, read_token, r);
    return r->status;
}

/* The two sides of a merge as they stand in the file. */
static bool merge_sides(const struct config_value *v, const char *side[2], size_t length[2])
{
    if (config_length(v) == 2) {
        side[0] = config_string_or(config_item(v, 0), NULL);
        side[1] = config_string_or(config_item(v, 1), NULL);
        if (!side[0] || !side[1])
            return false;
        length[0] = strlen(side[0]);
    } else {
        side[0] = config_string_or(v, "");
        side[1] = strchr(side[0], ' ');
        if (!side[1])
            return false;
        length[0] = (size_t)(side[1]++ - side[0]);
    }
    length[1] = strlen(side[1]);
    return true;
}

static enum ih_status read_merge(struct reader *r, const struct config_value *v, int32_t rank)
{
    unsigned char bytes[2 * TOKEN_BYTES];
    const char *side[2];
    size_t length[2];
    if (!merge_sides(v, side, length))
        return err_set(
            r->e, IH_BAD_DATA, "model.merges[%d] is neither \"a b\" nor [\"a\", \"b\"]", (int)rank);
    enum ih_status status = check_length(r, length[0]);
    if (!status)
        status = check_length(r, length[0] + length[1]);
    if (status)
        return status;
    size_t left = token_bytes(r, side[0], length[0], bytes);
    size_t right = token_bytes(r, side[1], length[1], bytes + left);
    const struct vocabulary *known = &r->b->vocabulary;
    int32_t a = vocabulary_find(known, bytes, left),
            b = vocabulary_find(known, bytes + left, right);
    int32_t merged = vocabulary_find(known, bytes, left + right);
    if (a < 0 || b < 0 || merged < 0)
        return err_set(r->e, IH_BAD_DATA,
            "model.merges[%d] joins or makes a token that model.vocab does not have", (int)rank);
    merges_add(&r->b->merges, a, b, rank, merged);
    return IH_OK;
}

static enum ih_status read_merges(struct reader *r, const struct config_value *merges)
{
    int64_t count = config_length(merges);
    if (count > VOCABULARY_IDS)
        return err_set(r->e, IH_BAD_DATA, "model.merges has %lld entries; at most %d are allowed",
            (long long)count, (int)VOCABULARY_IDS);
    enum ih_status status = merges_reserve(&r->b->merges, (uint32_t)count, r->e);
    for (int32_t i = 0; i < count && !status; i++)
        status = read_merge(r, config_item(merges, i), i);
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
        status = read_vocabulary(r, config_find(model, "vocab"));
    if (!status)
        status = read_merges(r, config_find(model, "merges"));
    return status ? status : read_added(r, config_find(root, "added_tokens"));
}

/* Takes the document over. */
static enum ih_status read_document(
    struct bpe **out, struct config *c, const char *name, struct ih_error *e)
{
    struct reader r = {.b = calloc(1, sizeof *r.b), .e = e};
    set_alphabet(&r);
    enum ih_status status = r.b ? read_model(&r, config_root(c)) : err_memory(e, "a tokenizer");
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
    struct config *c;
    enum ih_status status = config_open(&c, path, e);
    return status ? status : read_document(out, c, path, e);
}

enum ih_status bpe_parse(
    struct bpe **out, const char *json, size_t size, const char *name, struct ih_error *e)
{
    *out = NULL;
    struct config *c;
    enum ih_status status = config_parse(&c, json, size, name, e);
    return status ? status : read_document(out, c, name, e);
}
