/* SPDX-License-Identifier: Apache-2.0 */
/* Words whose phonemes are written down: exceptions.txt, checked once and then searched where it is
 * mapped. */
#include "models/spell1/spell1.h"

#include "text/unicode.h"

#include <stdio.h>

enum { LINES_MAX = 1 << 20, LINE_BYTES = 512 };

static enum ih_status bad_line(const char *path, int line, const char *what, struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "%s, line %d: %s", path, line, what);
}

static int compare(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    int order = memcmp(a, b, a_bytes < b_bytes ? a_bytes : b_bytes);
    return order ? order : (a_bytes > b_bytes) - (a_bytes < b_bytes);
}

/* Whether every sign is one that the model itself could write. */
static bool are_phones(const struct spell1_alphabet *a, const char *s, size_t n)
{
    for (size_t at = 0; at < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + at, n - at, &c);
        if (c == UTF8_INVALID || !spell1_phone(a, s + at, bytes))
            return false;
        at += bytes;
    }
    return n > 0;
}

static bool known_language(const struct spell1_alphabet *a, const char *code, size_t n)
{
    for (int i = 0; i < a->languages; i++)
        if (strlen(a->language[i]) == n && memcmp(a->language[i], code, n) == 0)
            return true;
    return false;
}

static enum ih_status add_line(
    struct spell1 *m, const char *path, const char *line, size_t n, struct ih_error *e)
{
    struct spell1_exceptions *x = &m->exceptions;
    int number = x->count + 1;
    const char *tab = memchr(line, '\t', n);
    const char *word = tab ? tab + 1 : line;
    const char *second = tab ? memchr(word, '\t', n - (size_t)(word - line)) : NULL;
    if (n > LINE_BYTES || !second || second == word)
        return bad_line(path, number, "not a language, a word and its phonemes", e);
    if (!known_language(&m->alphabet, line, (size_t)(tab - line)))
        return bad_line(path, number, "a language that the model does not have", e);
    size_t key = (size_t)(second - line);
    if (!are_phones(&m->alphabet, second + 1, n - key - 1))
        return bad_line(path, number, "phonemes that the model does not have", e);
    const struct spell1_exception *last = x->count ? &x->line[x->count - 1] : NULL;
    if (last && compare(last->line, last->key_bytes, line, key) >= 0)
        return bad_line(path, number, "not behind the line before in the order of bytes", e);
    x->line[x->count++] = (struct spell1_exception){
        line, (uint16_t)key, (uint16_t)(key + 1), (uint16_t)(n - key - 1)};
    return IH_OK;
}

enum ih_status spell1_read_exceptions(struct spell1 *m, const char *folder, struct ih_error *e)
{
    struct spell1_exceptions *x = &m->exceptions;
    char path[4096];
    snprintf(path, sizeof path, "%s/exceptions.txt", folder);
    enum ih_status status = mapfile_open(&x->file, path, NULL);
    if (status == IH_NOT_FOUND)
        return IH_OK;
    if (status)
        return mapfile_open(&x->file, path, e);
    const char *text = (const char *)x->file.data;
    size_t size = x->file.size, lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    if (lines > LINES_MAX)
        return err_set(e, IH_BAD_DATA, "%s: more than %d words", path, (int)LINES_MAX);
    x->line = arena_alloc(&m->arena, lines * sizeof *x->line);
    if (!x->line)
        return err_memory(e, "a model's exceptions");
    for (size_t at = 0; at < size && !status;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t n = end ? (size_t)(end - text) - at : size - at;
        status = add_line(m, path, text + at, n, e);
        at += n + 1;
    }
    return status;
}

void spell1_close_exceptions(struct spell1 *m)
{
    mapfile_close(&m->exceptions.file);
    m->exceptions = (struct spell1_exceptions){0};
}

const struct spell1_exception *spell1_find_exception(
    const struct spell1 *m, const char *language, const int32_t *letter, int count)
{
    const struct spell1_exceptions *x = &m->exceptions;
    char key[LINE_BYTES + UTF8_MAX];
    int n = snprintf(key, sizeof key, "%s\t", language);
    for (int i = 0; i < count && n < LINE_BYTES; i++)
        n += (int)utf8_write(key + n, m->alphabet.letter[letter[i] - 1]);
    int low = 0, high = x->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct spell1_exception *at = &x->line[middle];
        int order = compare(key, (size_t)n, at->line, at->key_bytes);
        if (order == 0)
            return at;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
