/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of speech to text. */
#include "base/err.h"
#include "media/audio_source.h"
#include "tasks/transcribe.h"
#include "text/language.h"
#include "weights/weights.h"

#include <string.h>

enum { BEAM_MAX = 32, BATCH_MAX = 64 };

void ih_transcribe_defaults(struct ih_transcribe_options *o)
{
    *o = (struct ih_transcribe_options){
        .best_of = 5,
        .temperature_step = 0.2f,
        .patience = 1,
        .length_penalty = -1,
        .compression_limit = 2.4f,
        .logprob_limit = -1,
        .no_speech_limit = 0.6f,
        .condition = true,
        .batch = 8,
    };
}

static enum ih_status check_options(const struct ih_transcribe_options *o, struct ih_error *e)
{
    if (o->beam < 0 || o->beam > BEAM_MAX)
        return err_set(e, IH_INVALID, "beam must be 0 to %d, not %d", BEAM_MAX, o->beam);
    if (o->best_of < 1 || o->best_of > BEAM_MAX)
        return err_set(e, IH_INVALID, "best_of must be 1 to %d, not %d", BEAM_MAX, o->best_of);
    if (o->batch < 1 || o->batch > BATCH_MAX)
        return err_set(e, IH_INVALID, "batch must be 1 to %d, not %d", BATCH_MAX, o->batch);
    if (!(o->temperature >= 0 && o->temperature <= 1))
        return err_set(e, IH_INVALID, "temperature must be 0 to 1, not %g", (double)o->temperature);
    if (!(o->temperature_step >= 0 && o->temperature_step <= 1))
        return err_set(
            e, IH_INVALID, "temperature_step must be 0 to 1, not %g", (double)o->temperature_step);
    if (o->max_tokens < 0)
        return err_set(e, IH_INVALID, "max_tokens must not be negative, not %d", o->max_tokens);
    if (!(o->patience > 0 && o->patience <= 10))
        return err_set(
            e, IH_INVALID, "patience must be above 0 and at most 10, not %g", (double)o->patience);
    return IH_OK;
}

/* Where headerless samples come from, kept until the audio is closed. */
struct raw_input {
    struct file_source file;
    struct memory_source memory;
    bool from_file;
};

static enum ih_status open_raw(struct audio **out, struct raw_input *raw,
    const struct ih_audio_input *in, struct audio_source source, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    if (in->path) {
        status = file_source_open(&raw->file, &source, in->path, e);
        raw->from_file = !status;
    } else if (in->data) {
        memory_source_init(&raw->memory, &source, in->data, in->size);
    }
    return status ? status
                  : audio_open_raw(out, &source, in->raw_f32,
                        in->raw_rate ? in->raw_rate : SAMPLE_RATE, 1, SAMPLE_RATE, e);
}

static enum ih_status open_input(
    struct audio **out, struct raw_input *raw, const struct ih_audio_input *in, struct ih_error *e)
{
    if ((in->path != NULL) + (in->data != NULL) + (in->read != NULL) != 1)
        return err_set(e, IH_INVALID, "audio must come from exactly one of path, data and read");
    struct audio_source source = {.arg = in->arg, .read = in->read, .size = -1, .name = "input"};
    if (in->raw)
        return open_raw(out, raw, in, source, e);
    if (in->path)
        return audio_open_file(out, in->path, SAMPLE_RATE, e);
    if (in->data)
        return audio_open_memory(out, in->data, in->size, SAMPLE_RATE, e);
    return audio_open(out, &source, SAMPLE_RATE, e);
}

static enum ih_status open_vad(
    struct vad **out, const struct kernels *k, const char *path, struct ih_error *e)
{
    struct weights *w = NULL;
    enum ih_status status = weights_open(&w, path, e);
    if (!status)
        status = vad_open(out, w, k, e);
    weights_close(&w);
    return status;
}

enum ih_status ih_transcribe(struct ih_transcript **out, struct ih_model *model,
    const struct ih_audio_input *input, const struct ih_transcribe_options *options,
    struct ih_transcribe_job *job, struct ih_error *e)
{
    *out = NULL;
    struct ih_transcribe_options defaults;
    struct ih_transcribe_job unwatched = {0};
    struct raw_input raw = {0};
    ih_transcribe_defaults(&defaults);
    struct transcription t = {
        .model = (struct model *)model,
        .options = options ? options : &defaults,
        .job = job ? job : &unwatched,
    };
    if (!model || !input)
        return err_set(e, IH_INVALID, "transcribing needs a model and audio");
    t.recognizer = t.model->family->recognizer;
    if (!t.recognizer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot transcribe", t.model->name);
    enum ih_status status = check_options(t.options, e);
    if (!status && t.options->vad)
        status = open_vad(&t.vad, device_kernels(t.model->device), t.options->vad, e);
    if (!status)
        status = transcript_new(&t.transcript, e);
    if (!status)
        status = open_input(&t.audio, &raw, input, e);
    if (!status)
        status = transcribe_run(&t, input->live, e);
    audio_close(&t.audio);
    if (raw.from_file)
        file_source_close(&raw.file);
    vad_close(&t.vad);
    if (!status || status == IH_CANCELLED)
        *out = (struct ih_transcript *)t.transcript;
    else
        transcript_free(&t.transcript);
    return status;
}

void ih_transcript_free(struct ih_transcript **t)
{
    struct transcript *inside = (struct transcript *)*t;
    transcript_free(&inside);
    *t = NULL;
}

int ih_model_languages(const struct ih_model *model, const char *const **codes)
{
    const struct model *m = (const struct model *)(uintptr_t)model;
    *codes = NULL;
    return m->family->recognizer ? m->family->recognizer->languages(m, codes) : 0;
}

const char *ih_language_name(const char *code)
{
    int i = language_find(code);
    return i < 0 ? NULL : language_name(i);
}
