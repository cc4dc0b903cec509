/* SPDX-License-Identifier: Apache-2.0 */
/* The signs that a model reads and writes. */
#include "models/spell1/spell1.h"

#include "text/unicode.h"
#include "weights/config.h"

#include <stdlib.h>

enum { COMPOSED_MAX = 1 << 14, CODE_BYTES = 8 };

static enum ih_status bad(const char *path, const char *what, struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "%s: %s", path, what);
}

/* The code points of a text into out[limit]; -1 when there are more. */
static int read_signs(const char *text, uint32_t *out, int limit)
{
    size_t bytes = strlen(text), at = 0;
    int n = 0;
    while (at < bytes) {
        if (n == limit)
            return -1;
        at += utf8_read(text + at, bytes - at, &out[n++]);
    }
    return n;
}

static enum ih_status read_letters(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e)
{
    struct spell1_alphabet *a = &m->alphabet;
    a->letter = arena_alloc(&m->arena, SPELL1_LETTERS * sizeof *a->letter);
    if (!a->letter)
        return err_memory(e, "a model's letters");
    const char *text = config_string_or(config_find(config_root(c), "letters"), "");
    a->letters = read_signs(text, a->letter, SPELL1_LETTERS);
    if (a->letters < 1)
        return bad(path, "\"letters\" must be a text of 1 to 4096 letters", e);
    for (int i = 1; i < a->letters; i++)
        if (a->letter[i - 1] >= a->letter[i])
            return bad(path, "\"letters\" must be in the order of their code points", e);
    return IH_OK;
}

static enum ih_status read_phones(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e)
{
    struct spell1_alphabet *a = &m->alphabet;
    uint32_t sign[SPELL1_PHONES];
    const char *text = config_string_or(config_find(config_root(c), "phones"), "");
    a->phones = read_signs(text, sign, SPELL1_PHONES);
    if (a->phones < 1)
        return bad(path, "\"phones\" must be a text of 1 to 1024 phones", e);
    a->phone = arena_calloc(&m->arena, (size_t)a->phones, sizeof *a->phone);
    if (!a->phone)
        return err_memory(e, "a model's phones");
    for (int i = 0; i < a->phones; i++)
        utf8_write(a->phone[i], sign[i]);
    return IH_OK;
}

static enum ih_status read_composed(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e)
{
    struct spell1_alphabet *a = &m->alphabet;
    const struct config_value *list = config_find(config_root(c), "composed");
    int64_t count = config_length(list);
    if (count > COMPOSED_MAX)
        return bad(path, "\"composed\" has more than 16384 letters", e);
    a->composed = arena_alloc(&m->arena, (size_t)(count + 1) * sizeof *a->composed);
    if (!a->composed)
        return err_memory(e, "a model's letters");
    for (int64_t i = 0; i < count; i++) {
        uint32_t sign[3];
        if (read_signs(config_string_or(config_item(list, i), ""), sign, 3) != 3)
            return bad(path, "each text of \"composed\" must have three letters", e);
        a->composed[i] = (struct spell1_composed){sign[0], sign[1], sign[2]};
        if (i && a->composed[i - 1].whole >= sign[0])
            return bad(path, "\"composed\" must be in the order of code points", e);
    }
    a->composed_count = (int)count;
    return IH_OK;
}

static enum ih_status read_languages(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e)
{
    const struct config_value *list = config_find(config_root(c), "languages");
    int64_t count = config_length(list);
    if (!config_is_list(list) || count < 1 || count > SPELL1_LANGUAGES)
        return bad(path, "\"languages\" must be a list of 1 to 64 codes", e);
    const char **code = arena_calloc(&m->arena, (size_t)count, sizeof *code);
    if (!code)
        return err_memory(e, "a model's languages");
    for (int64_t i = 0; i < count; i++) {
        const char *text = config_string_or(config_item(list, i), "");
        if (!*text || strlen(text) > CODE_BYTES || strchr(text, '\t'))
            return bad(path, "each of \"languages\" must be a code of at most 8 letters", e);
        code[i] = arena_strdup(&m->arena, text);
        if (!code[i])
            return err_memory(e, "a model's languages");
    }
    m->alphabet.language = code;
    m->alphabet.languages = (int)count;
    return IH_OK;
}

enum ih_status spell1_read_alphabet(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e)
{
    enum ih_status status = read_letters(m, c, path, e);
    if (!status)
        status = read_phones(m, c, path, e);
    if (!status)
        status = read_composed(m, c, path, e);
    if (!status)
        status = read_languages(m, c, path, e);
    return status;
}

static int compare_letters(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int32_t spell1_letter(const struct spell1_alphabet *a, uint32_t c)
{
    const uint32_t *found =
        bsearch(&c, a->letter, (size_t)a->letters, sizeof *a->letter, compare_letters);
    return found ? (int32_t)(found - a->letter) + 1 : 0;
}

int32_t spell1_phone(const struct spell1_alphabet *a, const char *s, size_t n)
{
    for (int i = 0; i < a->phones; i++)
        if (strlen(a->phone[i]) == n && memcmp(a->phone[i], s, n) == 0)
            return i + 1;
    return 0;
}

int spell1_language(const struct spell1_alphabet *a, const char *code)
{
    for (int i = 0; code && i < a->languages; i++)
        if (strcmp(a->language[i], code) == 0)
            return i;
    return -1;
}
