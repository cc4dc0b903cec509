/* SPDX-License-Identifier: Apache-2.0 */
/* A text to be read aloud. Its first byte chooses the language, its second how it is to be said. */
#include "base/utf8.h"
#include "speech/sentences.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const languages[] = {"ar", "zh", "cs", "da", "nl", "en", "en-gb", "fi", "fr",
    "de", "hi", "hu", "id", "it", "ja", "ko", "no", "pl", "pt", "pt-pt", "ro", "ru", "es", "sv",
    "th", "tr", "vi", "xx", NULL};
static const char *const kinds[] = {NULL, NULL, NULL, NULL, "characters", "cardinal", "ordinal",
    "digits", "fraction", "unit", "date", "time", "telephone", "currency", "address", "expletive",
    "odd"};
static const char *const formats[] = {NULL, "mdy", "dmy", "ymd", "my", "d", "yyy", "", "dmyx"};

enum {
    LANGUAGES = sizeof languages / sizeof *languages,
    KINDS = sizeof kinds / sizeof *kinds,
    FORMATS = sizeof formats / sizeof *formats,
};

/* Words lie in the text, in order; one is never empty. */
static void check(const struct normal_word *word, int count, size_t bytes)
{
    size_t end = 0;
    for (int i = 0; i < count; i++) {
        const struct normal_word *w = &word[i];
        size_t n = strlen(w->text);
        if (n == 0 || w->source_bytes == 0 || w->source < end)
            abort();
        end = w->source + w->source_bytes;
        if (end > bytes || !utf8_valid(w->text, n) || w->text[0] == ' ' || w->text[n - 1] == ' ')
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* ICU's objects are costly to open; they keep nothing of a text. */
    static struct normalizer *n;
    struct ih_error e;
    if (size < 2 || (!n && normalizer_open(&n, &e)))
        return 0;
    const char *language = languages[data[0] % LANGUAGES];
    const char *kind = kinds[data[1] % KINDS], *format = formats[data[1] / KINDS % FORMATS];
    const char *text = (const char *)data + 2;
    size -= 2;
    struct arena a = {0};
    struct normal_word *word;
    int count;
    if (normalize(n, text, size, language, kind, format, &a, &word, &count, &e) == IH_OK)
        check(word, count, size);
    arena_free(&a);
    for (size_t at = 0, m; at < size; at += m) {
        m = sentence_next(n, text + at, size - at, language, 8 + data[1]);
        if (m == 0 || m > size - at)
            abort();
    }
    return 0;
}
