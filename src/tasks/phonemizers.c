/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/phonemizers.h"

#include "models/speller.h"
#include "speech/espeak.h"
#include "text/unicode.h"

#include <limits.h>
#include <stdio.h>
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

static enum ih_status open_readings(
    struct readings **out, const char *folder, const char *language, struct ih_error *e)
{
    char path[PATH_MAX];
    struct ih_error why;
    int n = snprintf(path, sizeof path, "%s/%s.txt", folder, language);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", folder);
    enum ih_status status = readings_open(out, path, language, &why);
    return !status || status == IH_NOT_FOUND ? IH_OK : err_set(e, status, "%s", why.text);
}

enum ih_status phonemizers_read(
    struct phonemizers *p, const char *folder, const char *text, size_t bytes, struct ih_error *e)
{
    bool han, kana;
    enum ih_status status = IH_OK;
    if (!folder)
        return IH_OK;
    find_scripts(text, bytes, &han, &kana);
    if (han)
        status = open_readings(&p->chinese, folder, "zh", e);
    if (!status && (han || kana))
        status = open_readings(&p->japanese, folder, "ja", e);
    return status;
}

void phonemizers_free(struct phonemizers *p)
{
    readings_close(&p->chinese);
    readings_close(&p->japanese);
    *p = (struct phonemizers){.count = 0};
}
