/* SPDX-License-Identifier: Apache-2.0 */
#include "models/whisper/whisper.h"

enum ih_status whisper_prompt(const struct whisper *w, const struct decode_options *o,
    const int32_t *context, int context_count, struct arena *a, int32_t **token, int *count,
    int *start, struct ih_error *e)
{
    const struct whisper_tokens *t = &w->tokens;
    /* The reference keeps the last half of the text positions, less one, for what came before. */
    int keep = w->config.text_positions / 2 - 1, n = 0;
    if (context_count > keep) {
        context += context_count - keep;
        context_count = keep;
    }
    int32_t *p = arena_alloc(a, (size_t)(context_count + 8) * sizeof *p);
    if (!p)
        return err_memory(e, "a prompt");
    if (context_count > 0 && t->previous >= 0) {
        p[n++] = t->previous;
        memcpy(p + n, context, (size_t)context_count * sizeof *p);
        n += context_count;
    }
    *start = n;
    p[n++] = t->start;
    if (t->languages) {
        int language = whisper_find_language(t, o->language);
        if (language < 0)
            return err_set(e, IH_NOT_FOUND, "%s does not know the language \"%s\"", w->base.name,
                o->language ? o->language : "");
        p[n++] = t->language[language];
        int32_t task = o->translate ? t->translate : t->transcribe;
        if (task < 0)
            return err_set(e, IH_UNSUPPORTED, "%s cannot %s", w->base.name,
                o->translate ? "translate" : "transcribe");
        p[n++] = task;
    } else if (o->translate) {
        return err_set(
            e, IH_UNSUPPORTED, "%s is an English-only model and cannot translate", w->base.name);
    }
    if (!o->timestamps)
        p[n++] = t->no_timestamps;
    *token = p;
    *count = n;
    return IH_OK;
}
