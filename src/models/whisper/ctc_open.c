/* SPDX-License-Identifier: Apache-2.0 */
/* ctc.json: which classes the CTC head has, and what each text token spells. */
#include "models/whisper/whisper.h"

#include "weights/config.h"

#include <stdio.h>

enum { CLASSES_MAX = 1 << 14, LETTERS_MAX = 16, SPELLINGS_MAX = 16 };

static enum ih_status bad(const char *path, const char *what, struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "%s: %s", path, what);
}

/* Counts spellings and letters, and checks the lengths of the lists. */
static enum ih_status count_spellings(const struct config_value *tokens, int64_t *spellings,
    int64_t *letters, const char *path, struct ih_error *e)
{
    *spellings = *letters = 0;
    for (int64_t i = 0; i < config_length(tokens); i++) {
        int64_t n = config_length(config_item(tokens, i));
        if (n > SPELLINGS_MAX)
            return bad(path, "a token has more than 16 spellings", e);
        *spellings += n;
        for (int64_t k = 0; k < n; k++) {
            int64_t m = config_length(config_item(config_item(tokens, i), k));
            if (m < 1 || m > LETTERS_MAX)
                return bad(path, "a spelling must have 1 to 16 letters", e);
            *letters += m;
        }
    }
    return IH_OK;
}

/* Where the next spelling and letter of a speller in the making go. */
struct fill {
    int32_t *first, *begin, *letter;
    int32_t spellings, letters;
};

static bool add_spelling(struct fill *f, const struct config_value *list, int classes, int blank)
{
    f->begin[f->spellings++] = f->letters;
    for (int64_t j = 0; j < config_length(list); j++) {
        int64_t id = config_int_or(config_item(list, j), -1);
        if (id < 0 || id >= classes || id == blank)
            return false;
        f->letter[f->letters++] = (int32_t)id;
    }
    f->begin[f->spellings] = f->letters;
    return true;
}

static enum ih_status read_spellings(struct whisper *w, const struct config_value *tokens,
    int classes, const char *path, struct ih_error *e)
{
    int64_t count = config_length(tokens), spellings, letters;
    if (count < 1 || count > w->config.vocab)
        return bad(path, "\"spelling\" must have a list for each text token", e);
    enum ih_status status = count_spellings(tokens, &spellings, &letters, path, e);
    if (status)
        return status;
    struct fill f = {.first = arena_alloc(&w->arena, (size_t)(count + 1) * sizeof *f.first),
        .begin = arena_calloc(&w->arena, (size_t)spellings + 1, sizeof *f.begin),
        .letter = arena_alloc(&w->arena, (size_t)(letters + 1) * sizeof *f.letter)};
    if (!f.first || !f.begin || !f.letter)
        return err_memory(e, "a model's spelling");
    for (int64_t i = 0; i < count; i++) {
        const struct config_value *token = config_item(tokens, i);
        f.first[i] = f.spellings;
        for (int64_t k = 0; k < config_length(token); k++)
            if (!add_spelling(&f, config_item(token, k), classes, w->ctc.blank))
                return bad(path, "a token spells a letter that is not among the classes", e);
    }
    f.first[count] = f.spellings;
    struct ctc_speller *s = &w->ctc.speller;
    s->first = f.first;
    s->begin = f.begin;
    s->letter = f.letter;
    s->tokens = (int32_t)count;
    return IH_OK;
}

/* The tokens by the letters they may begin with. */
static enum ih_status index_letters(struct whisper *w, int classes, struct ih_error *e)
{
    struct ctc_speller *s = &w->ctc.speller;
    size_t spellings = (size_t)s->first[s->tokens];
    int32_t *begin = arena_calloc(&w->arena, (size_t)classes + 1, sizeof *begin);
    int32_t *token = arena_alloc(&w->arena, (spellings + 1) * sizeof *token);
    if (!begin || !token)
        return err_memory(e, "a model's spelling");
    int32_t count = 0;
    for (int32_t c = 0; c < classes; c++) {
        for (int32_t i = 0; i < s->tokens; i++)
            for (int32_t k = s->first[i]; k < s->first[i + 1]; k++)
                if (s->letter[s->begin[k]] == c)
                    token[count++] = i;
        begin[c + 1] = count;
    }
    s->letters = classes;
    s->letter_begin = begin;
    s->by_letter = token;
    return IH_OK;
}

static void read_languages(struct whisper *w, const struct config_value *codes, int says)
{
    for (int64_t j = 0; j < config_length(codes); j++) {
        int i = whisper_find_language(&w->tokens, config_string_or(config_item(codes, j), NULL));
        if (i >= 0)
            w->ctc.says[i] = says;
    }
}

static enum ih_status read_head(
    struct whisper *w, const struct config *c, const char *path, struct ih_error *e)
{
    int64_t classes, blank, space;
    enum ih_status status = config_int(c, "classes", 2, CLASSES_MAX, &classes, e);
    if (!status)
        status = config_int(c, "blank", 0, classes - 1, &blank, e);
    if (!status)
        status = config_int(c, "space", 0, classes - 1, &space, e);
    if (status)
        return status;
    const struct config_value *root = config_root(c);
    double weight = config_number_or(config_find(root, "weight"), 0);
    double words = config_number_or(config_find(root, "lexicon_weight"), 0);
    if (!(weight >= 0 && weight <= 10 && words >= 0 && words <= 10))
        return bad(path, "\"weight\" and \"lexicon_weight\" must be numbers from 0 to 10", e);
    const char *letters = config_string_or(config_find(root, "letters"), NULL);
    w->ctc.letters = letters ? arena_strdup(&w->arena, letters) : NULL;
    if (letters && !w->ctc.letters)
        return err_memory(e, "a model's letters");
    w->ctc.blank = (int)blank;
    w->ctc.speller.space = (int32_t)space;
    w->ctc.weight = (float)weight;
    w->ctc.lexicon_weight = (float)words;
    read_languages(w, config_find(root, "languages"), CTC_SPACED);
    read_languages(w, config_find(root, "unspaced"), CTC_UNSPACED);
    status = read_spellings(w, config_find(root, "spelling"), (int)classes, path, e);
    if (!status)
        status = index_letters(w, (int)classes, e);
    if (!status)
        w->ctc.classes = (int)classes;
    return status;
}

enum ih_status whisper_read_ctc(struct whisper *w, const char *folder, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/ctc.json", folder);
    struct config *c = NULL;
    enum ih_status status = config_open(&c, path, e);
    if (status == IH_NOT_FOUND)
        return IH_OK;
    w->ctc.folder = arena_strdup(&w->arena, folder);
    if (!status && !w->ctc.folder)
        status = err_memory(e, "a model's folder");
    if (!status)
        status = read_head(w, c, path, e);
    config_close(&c);
    return status;
}
