/* SPDX-License-Identifier: Apache-2.0 */
/* Sound on its way to a file and to the speakers. */
#include "cli/speak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TITLE_COLUMNS = 72, WAITING_MOST = 64 << 20 };

/* The first line of the text, for players; mark-up is no title. */
static void title_of(const struct speech_work *w, char *buf, size_t size)
{
    const char *text = w->text + strspn(w->text, " \t\r\n");
    *buf = 0;
    if (*text == '<' || w->request.speak.ssml)
        return;
    size_t n = text_fit(text, TITLE_COLUMNS), line = strcspn(text, "\r\n");
    bool cut = n < line;
    n = cut ? n : line;
    while (cut && n > 0 && text[n - 1] != ' ')
        n--;
    snprintf(buf, size, "%.*s%s", (int)n, text, cut ? "..." : "");
}

/* Files say who made them. */
static enum ih_status open_writer(struct speech_work *w, const char *voice)
{
    char title[512], comment[512];
    struct ih_audio_sink sink = {.arg = &w->sound,
        .write = output_write,
        .seek = output_seekable(&w->sound) ? output_seek : NULL};
    title_of(w, title, sizeof title);
    ih_speak_provenance(w->model, voice, (int64_t)time(NULL), comment, sizeof comment);
    struct ih_audio_writer_options o = {.format = w->format->name,
        .rate = ih_speak_rate(w->model),
        .bit_rate = w->request.bit_rate,
        .title = title,
        .artist = voice,
        .comment = comment};
    enum ih_status status = ih_audio_writer_open(&w->writer, &sink, &o, &w->failure);
    if (!status && w->waiting_samples)
        status = ih_audio_writer_write(w->writer, w->waiting, w->waiting_samples, &w->failure);
    free(w->waiting);
    w->waiting = NULL;
    w->waiting_samples = 0;
    return status;
}

static enum ih_status wait_for_voice(struct speech_work *w, const float *pcm, int64_t samples)
{
    float *grown = samples < WAITING_MOST - w->waiting_samples
                       ? realloc(w->waiting, (size_t)(w->waiting_samples + samples) * sizeof *grown)
                       : NULL;
    if (!grown)
        return fail(&w->failure, IH_NO_MEMORY, "not enough memory for the sound");
    memcpy(grown + w->waiting_samples, pcm, (size_t)samples * sizeof *pcm);
    w->waiting = grown;
    w->waiting_samples += samples;
    return IH_OK;
}

int speak_audio(void *arg, const float *pcm, int64_t samples)
{
    struct speech_work *w = arg;
    enum ih_status status = IH_OK;
    waveform_add(&w->waveform, pcm, samples);
    if (w->writer)
        status = ih_audio_writer_write(w->writer, pcm, samples, &w->failure);
    else if (w->to_file || w->to_stdout)
        status = wait_for_voice(w, pcm, samples);
    if (!status && w->player.pid)
        status = player_write(&w->player, pcm, samples, &w->failure);
    return status ? -1 : 0;
}

static void remember(char *kept, size_t size, int *changes, const char *value)
{
    if (strcmp(kept, value) != 0)
        ++*changes;
    snprintf(kept, size, "%s", value);
}

void speak_sentence(void *arg, const struct ih_spoken *x)
{
    struct speech_work *w = arg;
    w->sentences++;
    w->bad += x->error > w->request.speak.check_limit;
    remember(w->voice, sizeof w->voice, &w->voices, x->voice);
    remember(w->language, sizeof w->language, &w->languages, x->language);
    if (!w->writer && (w->to_file || w->to_stdout) && open_writer(w, x->voice) != IH_OK)
        w->job.job.cancel = 1;
    if (w->captions.open)
        captions_add(&w->captions, w->text, x);
}

/* Ends the file, waits for the speakers, and puts everything under its name. */
int speak_finish(struct speech_work *w, bool keep, bool stopped)
{
    struct ih_error e = {0}, played = {0};
    enum ih_status status = IH_OK;
    if (keep && !w->writer && (w->to_file || w->to_stdout))
        status = open_writer(w, w->request.speak.voice);
    if (status)
        e = w->failure;
    if (keep && !status && w->writer)
        status = ih_audio_writer_finish(w->writer, &e);
    ih_audio_writer_close(&w->writer);
    if (keep && w->to_stdout && w->sound.error)
        return output_exit(&w->sound);
    if (keep && w->to_file && (!status || w->sound.error))
        status = output_commit(&w->sound, &e);
    enum ih_status captions = captions_finish(&w->captions, keep && !status, status ? NULL : &e);
    status = status ? status : captions;
    enum ih_status heard = player_close(&w->player, stopped || !keep, &played);
    if (status || heard)
        complain("%s", status ? e.text : played.text);
    if ((status || heard) && !w->failure.code)
        w->failure = status ? e : played;
    return status || heard ? EXIT_OUTPUT : EXIT_DONE;
}
