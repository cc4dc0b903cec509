/* SPDX-License-Identifier: Apache-2.0 */
/* The words that a model with a CTC head may know, one file a language. */
#include "models/whisper/whisper.h"

#include <stdio.h>

enum ih_status whisper_lexicon(
    struct whisper *w, const char *language, const struct lexicon **out, struct ih_error *e)
{
    char path[4096];
    int i = whisper_find_language(&w->tokens, language);
    enum ih_status status = IH_OK;
    *out = NULL;
    if (i < 0 || w->ctc.says[i] != CTC_SPACED || !w->ctc.letters || w->ctc.lexicon_weight <= 0)
        return IH_OK;
    pthread_mutex_lock(&w->ctc.lock);
    if (!w->ctc.lexicon[i]) {
        snprintf(path, sizeof path, "%s/lexicon/%s.txt", w->ctc.folder, language);
        status = lexicon_open(&w->ctc.lexicon[i], path, w->ctc.letters, e);
    }
    *out = w->ctc.lexicon[i];
    pthread_mutex_unlock(&w->ctc.lock);
    return status == IH_NOT_FOUND ? IH_OK : status;
}

void whisper_lexicon_close(struct whisper *w)
{
    for (int i = 0; i < WHISPER_LANGUAGES; i++)
        lexicon_close(&w->ctc.lexicon[i]);
}

double whisper_word_gain(
    const struct whisper *w, const struct lexicon *l, struct lexicon_state *s, int32_t token)
{
    const struct ctc_speller *p = &w->ctc.speller;
    if (token == w->tokens.end)
        return lexicon_next(l, s, LEXICON_END);
    if (token < 0 || token >= p->tokens)
        return 0;
    int32_t spelling = p->first[token];
    if (spelling == p->first[token + 1]) {
        s->node = -1;
        return LEXICON_STRANGE;
    }
    double sum = 0;
    for (int32_t i = p->begin[spelling]; i < p->begin[spelling + 1]; i++)
        sum += lexicon_next(l, s, p->letter[i] == p->space ? LEXICON_END : p->letter[i]);
    return sum;
}
