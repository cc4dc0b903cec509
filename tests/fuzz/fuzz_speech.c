/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way from a text to utterances, with a phonemizer that says the text's own bytes. The
 * input may begin with a lexicon, which a NUL ends. */
#include "speech/speech.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool knows(void *self, const char *language)
{
    (void)self;
    return strcmp(language, "ru") != 0;
}

/* Letters stay, every third space goes. */
static enum ih_status say(void *self, const char *text, const char *language, struct arena *a,
    const char **ipa, struct ih_error *e)
{
    (void)self;
    (void)language;
    char *out = arena_alloc(a, strlen(text) + 1);
    size_t n = 0, spaces = 0;
    if (!out)
        return err_memory(e, "a test");
    for (const char *c = text; *c; c++)
        if (*c != ' ' || (++spaces % 3 && n && out[n - 1] != ' '))
            out[n++] = *c;
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = 0;
    *ipa = out;
    return IH_OK;
}

static const struct phonemizer bytes = {NULL, "bytes", knows, say};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct utterance *u, const struct speech_options *o, size_t size)
{
    demand(u->phoneme_count <= o->longest && u->pause >= 0);
    int end = 0;
    for (int i = 0; i < u->word_count; i++) {
        demand(u->words[i].first >= end && u->words[i].count > 0);
        demand(u->words[i].source + u->words[i].source_bytes <= size);
        end = u->words[i].first + u->words[i].count;
    }
    demand(end <= u->phoneme_count);
    for (int i = 0; i < u->stress_count; i++)
        demand(u->stress[i].first >= 0 && u->stress[i].count > 0 &&
               u->stress[i].first + u->stress[i].count <= u->phoneme_count);
    for (int i = 0; i < u->mark_count; i++)
        demand(u->marks[i].name && u->marks[i].at >= 0 && u->marks[i].at <= u->phoneme_count);
}

static void speak(const char *lexicon, const char *text, size_t size)
{
    static const char *const languages[] = {"en", "de", "fr", "zh", "ja", "ru", "ar"};
    const struct phonemizer *const phonemizer[] = {&bytes};
    struct speech_options o = {.languages = languages,
        .language_count = 7,
        .lexicon = lexicon,
        .phonemizer = phonemizer,
        .phonemizers = 1,
        .voices_differ = size % 2,
        .longest = 16 + (int)(size % 300)};
    struct speech *s;
    struct arena a = {0};
    struct utterance u;
    bool more = true;
    if (speech_open(&s, text, size, &o, NULL))
        return;
    while (!speech_next(s, &a, &u, &more, NULL) && more) {
        check(&u, &o, size);
        arena_rewind(&a, (struct arena_mark){0});
    }
    while (speech_warning(s))
        continue;
    speech_close(&s);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    const char *text = (const char *)data;
    if (nul)
        speak(text, (const char *)nul + 1, size - (size_t)(nul + 1 - data));
    else
        speak(NULL, text, size);
    return 0;
}
