/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/phonemizers.h"

#include "models/speller.h"
#include "speech/espeak.h"

#include <string.h>

static bool knows(void *self, const char *language)
{
    const struct model *m = self;
    const char *const *codes;
    int n = m->family->speller->languages(m, &codes);
    size_t length = strcspn(language, "-_");
    for (int i = 0; i < n; i++)
        if (strncmp(codes[i], language, length) == 0 && codes[i][length] == 0)
            return true;
    return false;
}

static enum ih_status phonemes(void *self, const char *text, const char *language, struct arena *a,
    const char **ipa, struct ih_error *e)
{
    struct model *m = self;
    return m->family->speller->phonemes(m, text, language, a, ipa, e);
}

void phonemizers_init(struct phonemizers *p, struct model *speller)
{
    *p = (struct phonemizers){0};
    const struct phonemizer *espeak = espeak_find(NULL);
    if (espeak)
        p->list[p->count++] = espeak;
    if (speller) {
        p->speller = (struct phonemizer){speller, speller->name, knows, phonemes};
        p->list[p->count++] = &p->speller;
    }
}
