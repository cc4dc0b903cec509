/* SPDX-License-Identifier: Apache-2.0 */
#include "text/pretokenize.h"

#include "text/unicode.h"

/* One character; at the end of the text length is 0. */
struct character {
    uint32_t c;
    size_t length;
    enum unicode_class class;
};

struct scanner {
    const char *text;
    size_t length;
};

static struct character look(const struct scanner *s, size_t at)
{
    struct character c = {.class = UNICODE_SPACE};
    if (at >= s->length)
        return c;
    c.length = utf8_read(s->text + at, s->length - at, &c.c);
    c.class = c.c == UTF8_INVALID ? UNICODE_OTHER : unicode_class(c.c);
    return c;
}

/* To these patterns a mark is like punctuation. */
static bool is_other(struct character c)
{
    return c.class == UNICODE_OTHER || c.class == UNICODE_MARK;
}

static bool same_kind(struct character a, struct character b)
{
    return a.class == b.class || (is_other(a) && is_other(b));
}

static bool is_newline(struct character c)
{
    return c.length && (c.c == '\r' || c.c == '\n');
}

/* The end of a run of characters of the kind of the one at `at`. */
static size_t skip_run(const struct scanner *s, size_t at)
{
    struct character first = look(s, at), c = first;
    while (c.length && same_kind(c, first)) {
        at += c.length;
        c = look(s, at);
    }
    return at;
}

/* The end of a contraction that begins at `at`, or 0. */
static size_t contraction(const struct scanner *s, size_t at, bool any_case)
{
    if (s->text[at] != '\'')
        return 0;
    struct character a = look(s, at + 1), b = look(s, at + 1 + a.length);
    if (any_case) {
        /* The long s is an s when case does not matter. */
        a.c = a.c == 0x17f ? 's' : unicode_lower(a.c);
        b.c = unicode_lower(b.c);
    }
    size_t end = at + 1 + a.length;
    if (!a.length)
        return 0;
    if (a.c == 's' || a.c == 't' || a.c == 'm' || a.c == 'd')
        return end;
    bool two =
        (a.c == 'r' && b.c == 'e') || (a.c == 'v' && b.c == 'e') || (a.c == 'l' && b.c == 'l');
    return two && b.length ? end + b.length : 0;
}

/* \s+(?!\S)|\s+ : white space gives its last character to the word behind it. */
static size_t skip_space(const struct scanner *s, size_t at)
{
    size_t end = at, last = at;
    for (struct character c = look(s, at); c.length && c.class == UNICODE_SPACE; c = look(s, end)) {
        last = end;
        end += c.length;
    }
    return end == s->length || last == at ? end : last;
}

static size_t gpt2_word(const struct scanner *s, size_t at)
{
    size_t end = contraction(s, at, false);
    if (end)
        return end;
    size_t begin = at + (s->text[at] == ' ');
    struct character c = look(s, begin);
    if (c.class != UNICODE_SPACE)
        return skip_run(s, begin);
    return skip_space(s, at);
}

/* The end of the last line break in the white space at `at`, or 0. */
static size_t last_newline(const struct scanner *s, size_t at)
{
    size_t end = 0;
    for (struct character c = look(s, at); c.length && c.class == UNICODE_SPACE; c = look(s, at)) {
        at += c.length;
        if (is_newline(c))
            end = at;
    }
    return end;
}

/* The end of at most `most` numbers. */
static size_t skip_numbers(const struct scanner *s, size_t at, int most)
{
    struct character c = look(s, at);
    for (; most > 0 && c.length && c.class == UNICODE_NUMBER; most--) {
        at += c.length;
        c = look(s, at);
    }
    return at;
}

static size_t qwen2_word(const struct scanner *s, size_t at, int digits)
{
    size_t end = contraction(s, at, true);
    if (end)
        return end;
    struct character c = look(s, at), next = look(s, at + c.length);
    if (c.class == UNICODE_LETTER)
        return skip_run(s, at);
    if (c.class == UNICODE_NUMBER)
        return skip_numbers(s, at, digits);
    if (!is_newline(c) && next.class == UNICODE_LETTER)
        return skip_run(s, at + c.length);
    size_t begin = at + (s->text[at] == ' ');
    if (is_other(look(s, begin))) {
        end = skip_run(s, begin);
        while (is_newline(look(s, end)))
            end++;
        return end;
    }
    end = last_newline(s, at);
    return end ? end : skip_space(s, at);
}

size_t pretokenize(enum bpe_split split, const char *text, size_t length, size_t at)
{
    const struct scanner s = {text, length};
    if (split == BPE_SPLIT_GPT2)
        return gpt2_word(&s, at);
    return qwen2_word(&s, at, split == BPE_SPLIT_LLAMA3 ? 3 : 1);
}
