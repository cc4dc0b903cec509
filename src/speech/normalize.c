/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normalize.h"

#include "speech/normal/reading.h"
#include "speech/normalizer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Regions that write or say numbers otherwise than their language's tongue has it. */
static const struct {
    const char *code, *region, *locale, *cardinal;
    bool month_first;
} regions[] = {
    {"en", "gb", "en_GB", "%spellout-cardinal-verbose", false},
    {"en", "au", "en_AU", "%spellout-cardinal-verbose", false},
    {"en", "nz", "en_NZ", "%spellout-cardinal-verbose", false},
    {"en", "ie", "en_IE", "%spellout-cardinal-verbose", false},
    {"en", "in", "en_IN", "%spellout-cardinal-verbose", false},
    {"en", "za", "en_ZA", "%spellout-cardinal-verbose", false},
    {"pt", "pt", "pt_PT", NULL, false},
};

enum { REGIONS = sizeof regions / sizeof *regions };

struct normalizer {
    struct wordbook *book[TONGUES], *regional[REGIONS];
};

enum ih_status normalizer_open(struct normalizer **out, struct ih_error *e)
{
    *out = NULL;
    enum ih_status status = icu_load(e);
    if (status)
        return status;
    *out = calloc(1, sizeof **out);
    return *out ? IH_OK : err_memory(e, "a text");
}

void normalizer_close(struct normalizer **np)
{
    struct normalizer *n = *np;
    if (!n)
        return;
    for (int i = 0; i < TONGUES; i++)
        wordbook_close(&n->book[i]);
    for (int i = 0; i < REGIONS; i++)
        wordbook_close(&n->regional[i]);
    free(n);
    *np = NULL;
}

bool normalizer_knows(const char *language)
{
    return tongue_find(language) != NULL;
}

/* The region of a tag: "gb" of "en-GB", "pt" of "pt_PT.UTF-8"; "" for none. */
static const char *find_region(const char *language)
{
    const char *mark = language ? strpbrk(language, "-_") : NULL;
    return mark ? mark + 1 : "";
}

enum ih_status normalizer_use(
    struct normalizer *n, const char *language, struct reading *r, struct ih_error *e)
{
    const struct tongue *t = tongue_find(language);
    if (!t)
        t = &tongue_en;
    const char *region = find_region(language), *locale = t->locale;
    struct wordbook **book = NULL;
    r->month_first = t->month_first;
    r->cardinal = NULL;
    for (int i = 0; i < REGIONS; i++)
        if (strcmp(regions[i].code, t->code) == 0 &&
            strncasecmp(region, regions[i].region, 2) == 0) {
            book = &n->regional[i];
            locale = regions[i].locale;
            r->cardinal = regions[i].cardinal;
            r->month_first = regions[i].month_first;
        }
    for (int i = 0; !book && i < TONGUES; i++)
        if (tongue_at(i) == t)
            book = &n->book[i];
    r->tongue = t;
    enum ih_status status = *book ? IH_OK : wordbook_open(book, t, locale, e);
    r->book = *book;
    return status;
}

enum ih_status normalize(struct normalizer *n, const char *text, size_t bytes, const char *language,
    const char *say_as, const char *format, struct arena *a, struct normal_word **words, int *count,
    struct ih_error *e)
{
    *words = NULL;
    *count = 0;
    if (bytes > NORMAL_LONGEST)
        return err_set(e, IH_INVALID, "a text of %zu bytes; at most %d are read at once", bytes,
            (int)NORMAL_LONGEST);
    struct reading r = {.arena = a};
    enum ih_status status = normalizer_use(n, language, &r, e);
    if (!status && reading_decode(&r, text, bytes))
        status = err_memory(e, "a text");
    if (status)
        return status;
    str_init(&r.phrase, LONGEST_PHRASE);
    r.loud = is_loud(&r);
    if (!say_as || !read_as(&r, say_as, format))
        read_text(&r, 0, r.letters);
    str_free(&r.phrase);
    if (r.failed)
        return err_memory(e, "a text");
    *words = r.word;
    *count = r.words;
    return IH_OK;
}
