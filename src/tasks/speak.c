/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/speak.h"

#include "base/clock.h"
#include "base/err.h"
#include "models/speller.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float pause_most = 60; /* seconds of silence in one place */

enum ih_status speak_stopped(struct speaking *s, struct ih_error *e)
{
    if (s->job->job.cancel)
        return err_set(e, IH_CANCELLED, "stopped");
    if (s->job->job.deadline > 0 && clock_seconds() > s->job->job.deadline)
        return err_set(e, IH_CANCELLED, "stopped: the time allowed is over");
    return IH_OK;
}

void speak_warn(struct speaking *s, unsigned kind, const char *format, ...)
{
    char text[512];
    va_list args;
    if (!s->job->warning || (s->warned & kind))
        return;
    s->warned |= kind;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    s->job->warning(s->job->job.arg, text);
}

static enum ih_status give(
    struct speaking *s, const float *pcm, int64_t samples, struct ih_error *e)
{
    s->samples += samples;
    if (s->job->audio && samples && s->job->audio(s->job->job.arg, pcm, samples) != 0)
        return err_set(e, IH_IO, "the sound could not be passed on");
    return IH_OK;
}

static enum ih_status give_silence(struct speaking *s, float seconds, struct ih_error *e)
{
    enum { BLOCK = 2048 };
    static const float silence[BLOCK];
    seconds = seconds > 0 ? seconds : 0;
    int64_t left = (int64_t)((seconds < pause_most ? seconds : pause_most) * (float)s->rate);
    enum ih_status status = IH_OK;
    for (int64_t n; left > 0 && !status; left -= n) {
        n = left < BLOCK ? left : BLOCK;
        status = give(s, silence, n, e);
    }
    return status;
}

/* When a code point of the utterance begins, in seconds of the whole sound. */
static double time_of(const struct said *x, int place, double begin, double length)
{
    place = place < 0 ? 0 : place > x->count ? x->count : place;
    double at = (double)x->begin[place];
    return begin + (at > length ? length : at > 0 ? at : 0);
}

static void give_marks(struct speaking *s, const struct utterance *u, const struct said *x,
    double begin, double length)
{
    for (int i = 0; s->job->mark && i < u->mark_count; i++)
        s->job->mark(s->job->job.arg, u->marks[i].name,
            x ? time_of(x, u->marks[i].at, begin, length) : begin);
}

/* The words as they stand in the text. */
static enum ih_status make_words(struct speaking *s, const struct utterance *u,
    const struct said *x, double begin, double length, struct ih_spoken *out, struct ih_error *e)
{
    struct ih_spoken_word *word = arena_alloc(&s->arena, (size_t)u->word_count * sizeof *word);
    if (!word)
        return err_memory(e, "a sentence");
    for (int i = 0; i < u->word_count; i++) {
        const struct spoken_word *w = &u->words[i];
        size_t at = w->source < s->bytes ? w->source : s->bytes;
        size_t n = w->source_bytes < s->bytes - at ? w->source_bytes : s->bytes - at;
        char *text = arena_strndup(&s->arena, s->text + at, n);
        if (!text)
            return err_memory(e, "a sentence");
        word[i] = (struct ih_spoken_word){text, at, n, time_of(x, w->first, begin, length),
            time_of(x, w->first + w->count, begin, length)};
    }
    out->words = word;
    out->word_count = u->word_count;
    return IH_OK;
}

static enum ih_status give_sentence(
    struct speaking *s, const struct utterance *u, const struct said *x, struct ih_error *e)
{
    double begin = (double)s->samples / s->rate, length = (double)x->samples / s->rate;
    struct ih_spoken out = {.id = s->said++,
        .text = u->text,
        .phonemes = u->phonemes,
        .language = u->language,
        .voice = x->voice->name,
        .begin = begin,
        .end = begin + length,
        .heard = x->heard,
        .error = x->error,
        .attempts = x->attempts};
    enum ih_status status = give(s, x->pcm, x->samples, e);
    if (!status && s->options->words)
        status = make_words(s, u, x, begin, length, &out, e);
    if (status)
        return status;
    give_marks(s, u, x, begin, length);
    if (s->job->sentence)
        s->job->sentence(s->job->job.arg, &out);
    return IH_OK;
}

static enum ih_status say_next(struct speaking *s, bool *more, struct ih_error *e)
{
    struct utterance u;
    struct said said;
    arena_rewind(&s->arena, (struct arena_mark){0});
    enum ih_status status = speech_next(s->speech, &s->arena, &u, more, e);
    for (const char *w; (w = speech_warning(s->speech));)
        speak_warn(s, 0, "%s", w);
    if (status || !*more)
        return status;
    if (u.phonemes && *u.phonemes) {
        status = speak_say(s, &u, &said, e);
        if (!status)
            status = give_sentence(s, &u, &said, e);
    } else {
        give_marks(s, &u, NULL, (double)s->samples / s->rate, 0);
    }
    return status ? status : give_silence(s, u.pause, e);
}

static void tell_progress(struct speaking *s)
{
    size_t done, total;
    if (!s->job->job.progress)
        return;
    speech_progress(s->speech, &done, &total);
    s->job->job.progress(s->job->job.arg, (double)done, (double)total);
}

/* The pronunciations of the voice, then the request's. */
static enum ih_status join_lexicons(struct speaking *s, struct ih_error *e)
{
    const struct voice *voice;
    const char *name = s->options->voice, *own = s->options->lexicon;
    if (name && *name) {
        enum ih_status status = voices_find(&s->voices, name, &voice, e);
        if (status)
            return status;
        if (*voice->lexicon) {
            size_t n = strlen(voice->lexicon), m = own ? strlen(own) : 0;
            s->lexicon = malloc(n + m + 2);
            if (!s->lexicon)
                return err_memory(e, "a lexicon");
            memcpy(s->lexicon, voice->lexicon, n);
            s->lexicon[n] = '\n';
            memcpy(s->lexicon + n + 1, own ? own : "", m + 1);
        }
    }
    return IH_OK;
}

static enum ih_status open_speech(struct speaking *s, struct ih_error *e)
{
    const char *const *languages;
    struct model *speller = (struct model *)s->options->speller;
    phonemizers_init(&s->phonemizers, s->model, speller);
    struct speech_options o = {
        .language = s->options->language,
        .lexicon = s->lexicon ? s->lexicon : s->options->lexicon,
        .phonemizer = s->phonemizers.list,
        .phonemizers = s->phonemizers.count,
        .longest = s->synthesizer->longest(s->model),
        .voices_differ = !(s->options->voice && *s->options->voice) && voices_differ(s->model),
        .ssml = s->options->ssml,
    };
    o.language_count = s->synthesizer->languages(s->model, &languages);
    o.languages = languages;
    enum ih_status status = phonemizers_read(&s->phonemizers, speller, s->text, s->bytes, e);
    o.chinese = s->phonemizers.chinese;
    o.japanese = s->phonemizers.japanese;
    return status ? status : speech_open(&s->speech, s->text, s->bytes, &o, e);
}

enum ih_status speak_run(struct speaking *s, struct ih_error *e)
{
    struct style style;
    bool more = true;
    s->rate = s->synthesizer->rate(s->model);
    voices_init(&s->voices, s->model, s->options->profiles, s->options->voice_files);
    enum ih_status status = style_find(&style, s->options->style, s->options->style_degree, e);
    if (!status)
        status = join_lexicons(s, e);
    if (!status)
        status = open_speech(s, e);
    if (!status)
        status = s->synthesizer->open(&s->session, s->model, e);
    while (!status && more) {
        status = speak_stopped(s, e);
        if (!status)
            status = say_next(s, &more, e);
        if (!status)
            tell_progress(s);
    }
    if (!status && s->samples == 0)
        speak_warn(s, 0, "there is nothing to say in this text");
    if (s->session)
        s->synthesizer->close(&s->session);
    speech_close(&s->speech);
    voices_free(&s->voices);
    arena_free(&s->arena);
    free(s->lexicon);
    return status;
}
