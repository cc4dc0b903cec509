/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/phonemizers.h"

#include "models/speller.h"
#include "speech/espeak.h"
#include "speech/ipa.h"
#include "text/unicode.h"

#include <string.h>

enum { IPA_BYTES = 1 << 20 };

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

/* A model that learned from espeak-ng spells as it does: brought to what phonemizer.h says. */
static enum ih_status phonemes(void *self, const char *text, const char *language, struct arena *a,
    const char **ipa, struct ih_error *e)
{
    struct model *m = self;
    struct str clean;
    enum ih_status status = m->family->speller->phonemes(m, text, language, a, ipa, e);
    if (status)
        return status;
    str_init(&clean, IPA_BYTES);
    ipa_clean(&clean, *ipa, language);
    if (!strcmp(language, "zh"))
        ipa_tones(&clean, 0, text);
    *ipa = clean.failed ? NULL : arena_strdup(a, str_text(&clean));
    str_free(&clean);
    return *ipa ? IH_OK : err_memory(e, "phonemes");
}

void phonemizers_init(struct phonemizers *p, struct model *model, struct model *speller)
{
    *p = (struct phonemizers){.own = {model, model->name, knows, phonemes}};
    const struct phonemizer *espeak = espeak_find(NULL);
    if (espeak)
        p->list[p->count++] = espeak;
    if (speller) {
        p->speller = (struct phonemizer){speller, speller->name, knows, phonemes};
        p->list[p->count++] = &p->speller;
    }
    if (model->family->speller)
        p->list[p->count++] = &p->own;
}

/* Han characters, which both languages write; kana, which only Japanese does. */
static void find_scripts(const char *text, size_t bytes, bool *han, bool *kana)
{
    *han = *kana = false;
    for (size_t i = 0; i < bytes && !(*han && *kana);) {
        uint32_t c;
        i += utf8_read(text + i, bytes - i, &c);
        *han = *han || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
               (c >= 0x20000 && c <= 0x3ffff);
        *kana = *kana || (c >= 0x3040 && c <= 0x30ff);
    }
}

enum ih_status phonemizers_read(struct phonemizers *p, struct model *speller, const char *text,
    size_t bytes, struct ih_error *e)
{
    bool han, kana;
    enum ih_status status = IH_OK;
    if (!speller || !speller->family->speller->readings)
        return IH_OK;
    find_scripts(text, bytes, &han, &kana);
    if (han)
        status = speller->family->speller->readings(speller, "zh", &p->chinese, e);
    if (!status && (han || kana))
        status = speller->family->speller->readings(speller, "ja", &p->japanese, e);
    return status;
}
