/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/read_back.h"

#include "base/err.h"
#include "media/audio_source.h"
#include "tasks/transcribe.h"

#include <string.h>

/* The reader's own code for a language, which may stand there without its region; null: it does not
 * know it. */
static const char *code_for(const struct model *reader, const char *language)
{
    const char *const *codes;
    int n = reader->family->recognizer->languages(reader, &codes);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n; i++)
            if (pass == 0 ? strcmp(codes[i], language) == 0
                          : strncmp(codes[i], language, strcspn(language, "-_")) == 0 &&
                                codes[i][strcspn(language, "-_")] == 0)
                return codes[i];
    return strcmp(language, "nb") == 0 ? code_for(reader, "no") : NULL;
}

enum ih_status read_back(struct model *reader, struct audio *audio, const char *language,
    const struct ih_job *job, struct arena *a, char **text, struct ih_error *e)
{
    if (!reader->family->recognizer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot transcribe", reader->name);
    struct ih_transcribe_options options;
    struct ih_transcribe_job watched = {0};
    ih_transcribe_defaults(&options);
    options.language = code_for(reader, language);
    options.no_timestamps = true;
    options.condition = false;
    options.temperature_step = 0;
    if (!options.language)
        return err_set(
            e, IH_UNSUPPORTED, "%s does not know the language '%.20s'", reader->name, language);
    if (job) {
        watched.job.cancel = job->cancel;
        watched.job.deadline = job->deadline;
    }
    struct transcription t = {.model = reader,
        .recognizer = reader->family->recognizer,
        .options = &options,
        .job = &watched,
        .audio = audio};
    enum ih_status status = transcript_new(&t.transcript, e);
    if (!status)
        status = transcribe_run(&t, false, e);
    if (!status) {
        *text = arena_strdup(a, t.transcript->open.text);
        status = *text ? IH_OK : err_memory(e, "a transcript");
    }
    transcript_free(&t.transcript);
    return status;
}

enum ih_status read_back_pcm(struct model *reader, const float *pcm, int64_t samples, int rate,
    const char *language, const struct ih_job *job, struct arena *a, char **text,
    struct ih_error *e)
{
    struct memory_source memory;
    struct audio_source source;
    struct audio *audio = NULL;
    memory_source_init(&memory, &source, pcm, (size_t)samples * sizeof *pcm);
    enum ih_status status = audio_open_raw(&audio, &source, true, rate, 1, SAMPLE_RATE, e);
    if (!status)
        status = read_back(reader, audio, language, job, a, text, e);
    audio_close(&audio);
    return status;
}
