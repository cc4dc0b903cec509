/* SPDX-License-Identifier: Apache-2.0 */
/* The CTC head that a model may have beside the decoder (ctc.json and the tensors "ctc"): it spells
 * what is heard, window by window, and its scores join the decoder's in the search. */
#include "models/whisper/whisper.h"

#include <math.h>

enum { ROWS = 64 }; /* turned by one task */

/* The head may be surer than it is right: what it rules out stays possible. */
static const float least = 1e-6f;

const struct ctc_frames *whisper_ctc(
    const struct recognizer_session *s, int window, const struct decode_options *o)
{
    const struct whisper *w = s->model;
    int i = whisper_find_language(&w->tokens, o->language);
    if (!w->ctc.classes || w->ctc.weight <= 0 || o->translate || i < 0 ||
        w->ctc.says[i] == CTC_SILENT)
        return NULL;
    return w->ctc.says[i] == CTC_SPACED ? &s->window[window].ctc : &s->window[window].ctc_unspaced;
}

struct turn_job {
    const struct kernels *kernels;
    struct tensor logits; /* [positions, classes] */
    float *out;           /* [classes + 2, positions] */
    int blank;
    const struct ctc_speller *speller;
};

static void turn_row(const struct turn_job *j, int64_t t)
{
    int64_t positions = j->logits.shape[0], classes = j->logits.shape[1];
    float *row = (float *)j->logits.data + t * j->logits.stride[0], marks = 0;
    j->kernels->softmax_f32(row, row, classes);
    for (int64_t c = 0; c < classes; c++) {
        j->out[c * positions + t] = fmaxf(row[c], least);
        if (c != j->blank && j->speller->letter_begin[c] == j->speller->letter_begin[c + 1])
            marks += row[c];
    }
    j->out[classes * positions + t] = row[j->blank] + row[j->speller->space];
    j->out[(classes + 1) * positions + t] = marks;
}

static void turn_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct turn_job *j = arg;
    int64_t positions = j->logits.shape[0];
    for (int64_t t = (int64_t)task * ROWS; t < (task + 1) * (int64_t)ROWS && t < positions; t++)
        turn_row(j, t);
}

void whisper_spell(struct recognizer_session *s, int window, struct tensor encoded)
{
    const struct whisper *w = s->model;
    if (!w->ctc.classes)
        return;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t rows = encoded.shape[0], classes = w->ctc.classes;
    float *logits = arena_alloc(&s->arena, (size_t)(rows * classes) * sizeof *logits);
    struct turn_job job = {.kernels = device_kernels(s->device),
        .logits = tensor_2d(logits, DT_F32, rows, classes),
        .out = s->spelled + window * w->config.positions * (classes + 2),
        .blank = w->ctc.blank,
        .speller = &w->ctc.speller};
    op_linear(s->device, job.logits, encoded, &w->ctc.head, ACT_NONE, (struct tensor){0});
    op_parallel(s->device, turn_task, &job, (int)((rows + ROWS - 1) / ROWS));
    int32_t marks = (int32_t)classes + 1;
    struct whisper_window *out = &s->window[window];
    out->ctc = (struct ctc_frames){job.out, rows, w->ctc.blank, marks, true};
    out->ctc_unspaced = (struct ctc_frames){job.out, rows, (int32_t)classes, marks, false};
    arena_rewind(&s->arena, mark);
}
