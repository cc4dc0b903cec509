/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/transcript.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum ih_status transcript_new(struct transcript **out, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "the transcript");
    (*out)->open.text = "";
    (*out)->open.language = "";
    return IH_OK;
}

void transcript_free(struct transcript **t)
{
    if (!*t)
        return;
    arena_free(&(*t)->arena);
    free((*t)->segments);
    free(*t);
    *t = NULL;
}

static bool grow(struct transcript *t)
{
    int capacity = t->capacity ? 2 * t->capacity : 64;
    struct ih_segment *p = realloc(t->segments, (size_t)capacity * sizeof *p);
    if (!p)
        return false;
    t->segments = p;
    t->open.segments = p;
    t->capacity = capacity;
    return true;
}

static bool copy_words(struct transcript *t, struct ih_segment *s)
{
    struct ih_word *word = arena_alloc(&t->arena, (size_t)s->word_count * sizeof *word);
    if (!word)
        return false;
    for (int i = 0; i < s->word_count; i++) {
        word[i] = s->words[i];
        word[i].text = arena_strdup(&t->arena, s->words[i].text);
        if (!word[i].text)
            return false;
    }
    s->words = word;
    return true;
}

enum ih_status transcript_add(struct transcript *t, const struct ih_segment *s,
    const struct ih_segment **kept, struct ih_error *e)
{
    struct ih_segment copy = *s;
    copy.id = t->open.segment_count;
    copy.text = arena_strdup(&t->arena, s->text);
    int32_t *tokens = arena_alloc(&t->arena, (size_t)s->token_count * sizeof *tokens);
    if ((t->open.segment_count == t->capacity && !grow(t)) || !copy.text || !tokens ||
        !copy_words(t, &copy))
        return err_memory(e, "the transcript");
    if (s->token_count)
        memcpy(tokens, s->tokens, (size_t)s->token_count * sizeof *tokens);
    copy.tokens = tokens;
    *kept = &t->segments[t->open.segment_count];
    t->segments[t->open.segment_count++] = copy;
    return IH_OK;
}

enum ih_status transcript_finish(struct transcript *t, struct ih_error *e)
{
    size_t n = 0;
    for (int i = 0; i < t->open.segment_count; i++)
        n += strlen(t->segments[i].text);
    char *text = arena_alloc(&t->arena, n + 1);
    if (!text)
        return err_memory(e, "the transcript");
    t->open.text = text;
    for (int i = 0; i < t->open.segment_count; i++) {
        size_t length = strlen(t->segments[i].text);
        memcpy(text, t->segments[i].text, length);
        text += length;
    }
    *text = 0;
    return IH_OK;
}
