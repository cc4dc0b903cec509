/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/transcribe.h"

#include "base/clock.h"
#include "base/err.h"
#include "text/language.h"

#include <stdlib.h>
#include <string.h>

enum ih_status transcribe_check(struct transcription *t, struct ih_error *e)
{
    if (t->job->job.cancel)
        return err_set(e, IH_CANCELLED, "stopped");
    if (t->job->job.deadline > 0 && clock_seconds() > t->job->job.deadline)
        return err_set(e, IH_CANCELLED, "stopped: the time allowed is over");
    return IH_OK;
}

void transcribe_progress(const struct transcription *t, int64_t samples_done)
{
    const struct ih_job *job = &t->job->job;
    if (!job->progress)
        return;
    double done = (double)samples_done / SAMPLE_RATE, total = audio_duration(t->audio);
    job->progress(job->arg, total >= 0 && done > total ? total : done, total);
}

enum ih_status transcribe_fill(
    struct transcription *t, float *pcm, int64_t wanted, int64_t *have, struct ih_error *e)
{
    while (*have < wanted && !t->ended) {
        size_t got = 0;
        enum ih_status status =
            audio_read(t->audio, pcm + *have, (size_t)(wanted - *have), &got, e);
        if (!status)
            status = transcribe_check(t, e);
        if (status)
            return status;
        t->ended = got == 0;
        t->samples += (int64_t)got;
        *have += (int64_t)got;
    }
    return IH_OK;
}

/* Accepts a code or a name; the model must know it. */
static enum ih_status choose_language(struct transcription *t, struct ih_error *e)
{
    const char *wanted = t->options->language;
    const char *const *codes;
    int count = t->recognizer->languages(t->model, &codes);
    if (count == 1) {
        t->decode.language = codes[0];
    } else if (wanted && *wanted && strcmp(wanted, "auto") != 0) {
        int known = language_find(wanted);
        if (known < 0)
            return err_set(
                e, IH_INVALID, "\"%s\" is not a language: give a code such as en or de", wanted);
        for (int i = 0; i < count; i++)
            if (strcmp(codes[i], language_code(known)) == 0)
                t->decode.language = codes[i];
        if (!t->decode.language)
            return err_set(e, IH_INVALID, "%s does not know %s (%s)", t->model->name,
                language_name(known), language_code(known));
    }
    if (t->decode.language) {
        t->transcript->open.language = t->decode.language;
        t->transcript->open.language_probability = 1;
    }
    return IH_OK;
}

static enum ih_status encode_prompt(struct transcription *t, struct ih_error *e)
{
    t->history = malloc(HISTORY * sizeof *t->history);
    if (!t->history)
        return err_memory(e, "a prompt");
    const char *prompt = t->options->prompt;
    if (!prompt || !*prompt)
        return IH_OK;
    size_t n = strlen(prompt);
    char *spaced = malloc(n + 2);
    int32_t *token = malloc((n + 1) * sizeof *token);
    if (spaced && token) {
        spaced[0] = ' ';
        memcpy(spaced + 1, prompt, n + 1);
        size_t count = t->recognizer->tokens(t->model, spaced + (prompt[0] == ' '), token, n + 1);
        size_t keep = count < HISTORY ? count : HISTORY;
        memcpy(t->history, token + count - keep, keep * sizeof *token);
        t->history_count = (int)keep;
    }
    bool ready = spaced && token;
    free(spaced);
    free(token);
    return ready ? IH_OK : err_memory(e, "a prompt");
}

static int beam_width(const struct transcription *t)
{
    return t->options->beam ? t->options->beam : t->recognizer->beam(t->model);
}

static enum ih_status open_session(struct transcription *t, bool live, struct ih_error *e)
{
    const struct ih_transcribe_options *o = t->options;
    struct recognizer_setup setup = {
        .windows = t->vad && !live ? o->batch : 1,
        .width = beam_width(t),
        .phrases = o->phrases && *o->phrases ? o->phrases : NULL,
    };
    bool samples = o->temperature > 0 || o->temperature_step > 0;
    if (samples && o->best_of > setup.width)
        setup.width = o->best_of;
    return t->recognizer->open(&t->session, t->model, &setup, e);
}

static enum ih_status run(struct transcription *t, bool live, struct ih_error *e)
{
    const struct ih_transcribe_options *o = t->options;
    t->window_samples = (int64_t)(t->recognizer->window_seconds(t->model) * SAMPLE_RATE + 0.5);
    t->decode = (struct decode_options){
        .translate = o->translate,
        .timestamps = !o->no_timestamps,
        .words = o->words,
        .beam = beam_width(t),
        .best_of = o->best_of,
        .patience = o->patience,
        .length_penalty = o->length_penalty,
        .max_tokens = o->max_tokens,
    };
    if (live && !t->vad)
        return err_set(e, IH_INVALID, "live input needs a voice activity model");
    enum ih_status status = choose_language(t, e);
    if (!status)
        status = encode_prompt(t, e);
    if (!status)
        status = open_session(t, live, e);
    if (status)
        return status;
    return live     ? transcribe_live(t, e)
           : t->vad ? transcribe_speech(t, e)
                    : transcribe_sequential(t, e);
}

enum ih_status transcribe_run(struct transcription *t, bool live, struct ih_error *e)
{
    enum ih_status status = run(t, live, e);
    if (!status || status == IH_CANCELLED) {
        struct ih_transcript *open = &t->transcript->open;
        open->duration = (double)t->samples / SAMPLE_RATE;
        open->speech = (double)t->spoken / SAMPLE_RATE;
        open->damaged = audio_damaged(t->audio);
        enum ih_status finished = transcript_finish(t->transcript, e);
        status = finished ? finished : status;
    }
    if (t->session)
        t->recognizer->close(&t->session);
    arena_free(&t->arena);
    free(t->history);
    return status;
}
