/* SPDX-License-Identifier: Apache-2.0 */
/* What the transformer is told of a prompt. */
#include "models/flux2/flux2.h"

#include "text/chat_template.h"

#include <stdlib.h>
#include <string.h>

void flux2_forget(struct flux2_features *f)
{
    free(f->prompt);
    free(f->data);
    *f = (struct flux2_features){0};
}

bool flux2_knows(const struct flux2_features *f, const char *prompt)
{
    return f->prompt && strcmp(f->prompt, prompt) == 0;
}

/* A question to Qwen3 that is to be answered without thinking, cut or padded to T tokens. */
static enum ih_status tokens_of(struct painter_session *s, const char *prompt, int32_t *id,
    int *count, bool *cut, struct ih_error *e)
{
    const struct chat_message message = {.role = "user", .text = prompt};
    const struct chat_options options = {.answer = true};
    struct arena_mark mark = arena_mark(&s->arena);
    int32_t *all;
    size_t n;
    enum ih_status status =
        chat_render(s->model->bpe, CHAT_QWEN3, &message, 1, &options, &s->arena, &all, &n, e);
    if (!status) {
        *cut = n > FLUX2_TEXT;
        *count = *cut ? FLUX2_TEXT : (int)n;
        for (int i = 0; i < FLUX2_TEXT; i++)
            id[i] = i < *count ? all[i] : s->model->padding;
    }
    arena_rewind(&s->arena, mark);
    return status;
}

enum ih_status flux2_read(struct painter_session *s, struct flux2_features *f, const char *prompt,
    const volatile int *cancel, struct ih_error *e)
{
    struct flux2 *m = s->model;
    int64_t width = m->flow.net.config.context;
    int32_t id[FLUX2_TEXT];
    int count = 0;
    bool cut = false;
    if (flux2_knows(f, prompt))
        return IH_OK;
    flux2_forget(f);
    enum ih_status status = tokens_of(s, prompt, id, &count, &cut, e);
    if (status)
        return status;
    f->prompt = strdup(prompt);
    f->data = malloc((size_t)(FLUX2_TEXT * width) * sizeof *f->data);
    f->cut = cut;
    if (!f->prompt || !f->data)
        status = err_memory(e, "a prompt");
    else {
        const struct decoder_features wanted = {id, count, FLUX2_TEXT, flux2_taps, FLUX2_TAPS};
        status = decoder_read(s->device, &s->arena, &m->text.net, &wanted,
            tensor_2d(f->data, DT_F32, FLUX2_TEXT, width), cancel, e);
    }
    if (status)
        flux2_forget(f);
    return status;
}
