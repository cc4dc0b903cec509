/* SPDX-License-Identifier: Apache-2.0 */
#include "text/words.h"

#include "text/unicode.h"

#include <string.h>

enum { WORD_SIZE = 256 };

/* Any part of these strings counts, the empty one too, which joins a lone space to the word behind
 * it; that is what Python's `in` makes of them. */
static const char opening[] = "\"'\u201c\u00bf([{-";
static const char closing[] = "\"'.\u3002,\uff0c!\uff01?\uff1f:\uff1a\u201d)]}\u3001";

static bool is_part(const char *list, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += utf8_read(text + i, n - i, &c);
        if (c == UTF8_INVALID)
            return false;
    }
    return strstr(list, text) != NULL;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* True for a word behind a space that is opening punctuation; cuts white space off it. */
static bool is_opening(char *text, size_t n)
{
    if (text[0] != ' ')
        return false;
    while (n > 0 && is_space(text[n - 1]))
        text[--n] = 0;
    while (is_space(*text))
        text++;
    return is_part(opening, text);
}

/* The text of `count` tokens, cut off at WORD_SIZE - 1 bytes: only short texts are compared. */
static size_t text_of(const struct bpe *b, const int32_t *token, int count, char *text)
{
    size_t n = 0;
    for (int i = 0; i < count; i++) {
        size_t length;
        const unsigned char *bytes = bpe_bytes(b, token[i], &length);
        if (length > WORD_SIZE - 1 - n)
            length = WORD_SIZE - 1 - n;
        memcpy(text + n, bytes, length);
        n += length;
    }
    text[n] = 0;
    return n;
}

/* True when token `i` ends inside a character that the tokens behind it finish. */
static bool ends_inside(const struct bpe *b, const int32_t *token, int count, int i)
{
    char text[WORD_SIZE];
    int first = i, last = count - i > UTF8_MAX ? i + UTF8_MAX : count;
    size_t n = text_of(b, token + i, 1, text);
    while (n < UTF8_MAX && first > 0) {
        first--;
        n = text_of(b, token + first, i + 1 - first, text);
    }
    size_t unfinished = utf8_unfinished(text, n);
    if (!unfinished)
        return false;
    size_t all = text_of(b, token + first, last - first, text);
    uint32_t c;
    utf8_read(text + n - unfinished, all - n + unfinished, &c);
    return c != UTF8_INVALID;
}

/* Tokens that share a character belong together. */
static int group_characters(const struct bpe *b, const int32_t *token, int count, int *length)
{
    int groups = 0, begin = 0;
    for (int i = 0; i < count; i++) {
        if (ends_inside(b, token, count, i))
            continue;
        length[groups++] = i + 1 - begin;
        begin = i + 1;
    }
    return groups;
}

static bool is_punctuation(const char *text)
{
    return text[0] && !text[1] && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[0]);
}

static const char *skip_space(const char *text)
{
    return text[0] == ' ' ? text + 1 : text;
}

static int join_at_spaces(const struct bpe *b, const int32_t *token, int *length, int groups)
{
    char text[WORD_SIZE];
    int words = 0, at = 0;
    for (int i = 0; i < groups; i++) {
        int n = length[i];
        text_of(b, token + at, n, text);
        bool begins = words == 0 || text[0] == ' ' || is_punctuation(skip_space(text));
        if (begins)
            length[words++] = n;
        else
            length[words - 1] += n;
        at += n;
    }
    return words;
}

/* From the back, so that several opening marks collect on one word. */
static void join_opening(const struct bpe *b, const int32_t *token, int *length, int words, int end)
{
    char text[WORD_SIZE];
    int following = words - 1;
    for (int i = words - 2, at = end - length[words - 1]; i >= 0; i--) {
        at -= length[i];
        size_t n = text_of(b, token + at, length[i], text);
        if (is_opening(text, n)) {
            length[following] += length[i];
            length[i] = 0;
        } else {
            following = i;
        }
    }
}

static int drop_empty(int *length, int words)
{
    int kept = 0;
    for (int i = 0; i < words; i++)
        if (length[i])
            length[kept++] = length[i];
    return kept;
}

static void join_closing(const struct bpe *b, const int32_t *token, int *length, int words)
{
    char text[WORD_SIZE];
    int previous = 0, at = 0;
    bool spaced = false; /* the word before ends in a space */
    for (int i = 0; i < words; i++) {
        int n = length[i];
        size_t size = text_of(b, token + at, n, text);
        if (i > 0 && !spaced && is_part(closing, text)) {
            length[previous] += n;
            length[i] = 0;
        } else {
            previous = i;
        }
        spaced = size > 0 && text[size - 1] == ' ';
        at += n;
    }
}

int words_group(
    const struct bpe *b, const char *language, const int32_t *token, int count, int *length)
{
    static const char *const unspaced[] = {"zh", "ja", "th", "lo", "my", "yue"};
    if (count == 0)
        return 0;
    int words = group_characters(b, token, count, length);
    bool spaces = true;
    for (size_t i = 0; language && i < sizeof unspaced / sizeof *unspaced; i++)
        spaces &= strcmp(language, unspaced[i]) != 0;
    if (spaces)
        words = join_at_spaces(b, token, length, words);
    join_opening(b, token, length, words, count);
    words = drop_empty(length, words);
    join_closing(b, token, length, words);
    return drop_empty(length, words);
}
