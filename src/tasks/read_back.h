/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_READ_BACK_H
#define TASKS_READ_BACK_H

#include "base/arena.h"
#include "inhouse/inhouse.h"
#include "media/audio.h"
#include "models/model.h"

/* Transcribes a sentence or two for a comparison. The audio must be open at 16 kHz; *text lives in
 * the arena. IH_UNSUPPORTED when the model cannot transcribe or does not know the language. */
enum ih_status read_back(struct model *reader, struct audio *audio, const char *language,
    const struct ih_job *job, struct arena *a, char **text, struct ih_error *e);

/* The same for samples in memory at a rate of their own. */
enum ih_status read_back_pcm(struct model *reader, const float *pcm, int64_t samples, int rate,
    const char *language, const struct ih_job *job, struct arena *a, char **text,
    struct ih_error *e);

#endif
