/* SPDX-License-Identifier: Apache-2.0 */
/* Saying one utterance: from phonemes and wishes to samples. */
#include "models/voice1/voice1.h"

#include "base/utf8.h"
#include "media/audio_resample.h"
#include "models/prosody.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LONGEST_SOUND: frames of one code point: nothing is held for longer than a second and a half. */
enum { LONGEST_SOUND = 150, HEARD_RATE = 16000 };

static const float lowest_pitch = 40, highest_pitch = 900; /* Hz */

static const struct voice1 *inside(const struct model *m)
{
    return (const struct voice1 *)m;
}

static int rate(const struct model *m)
{
    return inside(m)->config.vocoder.rate;
}

static int voices(const struct model *m, const struct voice_info **out)
{
    *out = inside(m)->voice;
    return inside(m)->config.voices;
}

static int languages(const struct model *m, const char *const **codes)
{
    *codes = inside(m)->language;
    return inside(m)->config.languages;
}

static enum ih_status voice(
    const struct model *base, int index, struct voice_style *out, struct ih_error *e)
{
    const struct voice1 *m = inside(base);
    int64_t width = m->config.speaker + 1;
    if (index < 0 || index >= m->config.voices)
        return err_set(e, IH_NOT_FOUND, "%s has %d voices", base->name, m->config.voices);
    *out = (struct voice_style){1, width, m->voice_style + index * width};
    return IH_OK;
}

static int longest(const struct model *m)
{
    return inside(m)->config.longest;
}

static void session_close(struct synthesizer_session **s)
{
    if (*s)
        device_close(&(*s)->device);
    free(*s);
    *s = NULL;
}

static enum ih_status session_open(
    struct synthesizer_session **out, struct model *base, struct ih_error *e)
{
    struct voice1 *m = (struct voice1 *)base;
    *out = NULL;
    enum ih_status status = voice1_prepare(m, e);
    if (status)
        return status;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a job");
    (*out)->model = m;
    status = device_fork(&(*out)->device, m->base.device, e);
    if (status)
        session_close(out);
    return status;
}

/* An utterance on its way. */
struct saying {
    const struct synthesis_request *r;
    struct voice1_score score;
    int count;                   /* code points of the phonemes */
    int32_t *place;              /* [count] token of each code point, or of the next that has one */
    int32_t *code_point;         /* [tokens] the other way; -1 for the spaces around */
    struct prosody_point *point; /* [count + 1]: the last is of the spaces around */
};

static enum ih_status read_tokens(
    struct saying *y, const struct voice1 *m, struct arena *a, struct ih_error *e)
{
    const char *p = y->r->phonemes;
    size_t left = strlen(p), room = left + 2;
    int32_t *token = arena_alloc(a, room * sizeof *token);
    y->place = arena_alloc(a, room * sizeof *y->place);
    y->code_point = arena_alloc(a, room * sizeof *y->code_point);
    if (!token || !y->place || !y->code_point)
        return err_memory(e, "a sentence");
    int32_t space = voice1_token(m, ' ');
    token[0] = space;
    y->code_point[0] = -1;
    int n = 1;
    while (left > 0) {
        uint32_t code = 0xfffd;
        int used = utf8_decode(p, left, &code);
        size_t step = used > 0 ? (size_t)used : 1;
        int32_t id = voice1_token(m, code);
        y->place[y->count] = n;
        if (id >= 0) {
            y->code_point[n] = y->count;
            token[n++] = id;
        }
        y->count++;
        p += step;
        left -= step;
    }
    y->code_point[n] = -1;
    token[n++] = space;
    if (n - 2 > m->config.longest)
        return err_set(e, IH_INVALID, "%d phonemes are too many for one utterance; %d fit", n - 2,
            m->config.longest);
    y->score.token = token;
    y->score.tokens = n;
    return IH_OK;
}

static enum ih_status read_request(
    struct saying *y, const struct voice1 *m, struct arena *a, struct ih_error *e)
{
    const struct synthesis_request *r = y->r;
    const struct voice1_config *c = &m->config;
    y->score.language = voice1_language(m, r->language ? r->language : "");
    if (y->score.language < 0)
        return err_set(e, IH_UNSUPPORTED, "%s does not speak the language '%.20s'", m->base.name,
            r->language ? r->language : "");
    if (r->voice.rows != 1 || r->voice.width != c->speaker + 1)
        return err_set(e, IH_INVALID, "the voice is not one of %s's", m->base.name);
    float *speaker = arena_alloc(a, (size_t)c->speaker * sizeof *speaker);
    if (!speaker)
        return err_memory(e, "a voice");
    double square = 0;
    for (int i = 0; i < c->speaker; i++)
        square += (double)r->voice.data[i] * r->voice.data[i];
    if (!(square > 1e-12 && isfinite(square) && isfinite(r->voice.data[c->speaker])))
        return err_set(e, IH_INVALID, "the voice's numbers make no sense");
    for (int i = 0; i < c->speaker; i++)
        speaker[i] = (float)(r->voice.data[i] / sqrt(square));
    y->score.speaker = speaker;
    y->score.mean_pitch = r->voice.data[c->speaker];
    return read_tokens(y, m, a, e);
}

static struct prosody_point point_of(const struct saying *y, int token)
{
    int at = y->code_point[token];
    return y->point[at >= 0 ? at : y->count];
}

/* Frames of each code point: ends are rounded, not lengths, so that errors do not add up. */
static enum ih_status set_frames(
    struct saying *y, const float *duration, struct arena *a, struct ih_error *e)
{
    struct voice1_score *s = &y->score;
    double end = 0;
    s->frames = arena_alloc(a, (size_t)s->tokens * sizeof *s->frames);
    y->point = prosody_points(y->r, y->count, a);
    if (!s->frames || !y->point)
        return err_memory(e, "a sentence");
    for (int i = 0; i < s->tokens; i++) {
        double length = fmin(duration[i] / point_of(y, i).rate, LONGEST_SOUND);
        int64_t before = llrint(end);
        end += length;
        s->frames[i] = (int32_t)(llrint(end) - before);
    }
    s->count = llrint(end);
    return IH_OK;
}

/* Pitch, loudness and breath as they were asked for. Range scales the melody about the voice's
 * mean; breath moves power from the pulses to the noise, and all of it is a whisper. */
static void bend_pitch(struct saying *y)
{
    struct voice1_score *s = &y->score;
    const float semitone = 0.0577622650f; /* ln 2 / 12 */
    int64_t t = 0;
    for (int i = 0; i < s->tokens; i++) {
        float shift = semitone * point_of(y, i).pitch;
        for (int j = 0; j < s->frames[i]; j++, t++) {
            float pitch = s->mean_pitch + (s->pitch[t] - s->mean_pitch) * y->r->range + shift;
            s->pitch[t] = fminf(fmaxf(pitch, logf(lowest_pitch)), logf(highest_pitch));
        }
    }
}

static void bend_sound(struct saying *y, const struct vocoder_shape *v)
{
    struct voice1_score *s = &y->score;
    float breath = fminf(fmaxf(y->r->breathiness, 0), 1);
    int64_t t = 0;
    for (int i = 0; i < s->tokens; i++) {
        float gain = logf(fmaxf(point_of(y, i).gain, 1e-5f));
        for (int j = 0; j < s->frames[i]; j++, t++) {
            for (int b = 0; b < v->bands; b++)
                s->envelope[t * v->bands + b] += gain;
            for (int b = 0; b < v->shares; b++)
                s->share[t * v->shares + b] += (1 - s->share[t * v->shares + b]) * breath;
        }
    }
}

static enum ih_status make_sound(struct synthesizer_session *session, struct saying *y,
    struct arena *a, struct synthesized *out, struct ih_error *e)
{
    const struct voice1 *m = session->model;
    struct voice1_score *s = &y->score;
    float *f0 = arena_alloc(a, (size_t)s->count * sizeof *f0);
    if (!f0)
        return err_memory(e, "a sentence");
    for (int64_t t = 0; t < s->count; t++)
        f0[t] = expf(s->pitch[t]);
    struct vocoder_frames frames = {
        .count = s->count,
        .envelope = s->envelope,
        .share = s->share,
        .f0 = f0,
        .voiced = s->voiced,
        .noise = session->noise,
        .seed = y->r->seed,
    };
    float *pcm;
    enum ih_status status = vocoder_run(m->vocoder, session->device, &frames, a, &pcm, e);
    if (status)
        return status;
    out->samples = s->count * m->config.vocoder.hop;
    for (int64_t i = 0; i < out->samples; i++)
        pcm[i] = isfinite(pcm[i]) ? fminf(fmaxf(pcm[i], -1), 1) : 0;
    out->pcm = pcm;
    return IH_OK;
}

/* Seconds at which each code point begins. */
static enum ih_status tell_times(const struct saying *y, const struct voice1 *m, struct arena *a,
    struct synthesized *out, struct ih_error *e)
{
    const struct voice1_score *s = &y->score;
    double hop = (double)m->config.vocoder.hop / m->config.vocoder.rate;
    float *begin = arena_alloc(a, ((size_t)y->count + 1) * sizeof *begin);
    if (!begin)
        return err_memory(e, "a sentence");
    int64_t frames = 0;
    for (int i = 0, c = 0; i < s->tokens; i++) {
        for (; c < y->count && y->place[c] == i; c++)
            begin[c] = (float)((double)frames * hop);
        frames += s->frames[i];
    }
    begin[y->count] = (float)((double)frames * hop);
    out->begin = begin;
    out->count = y->count;
    return IH_OK;
}

static enum ih_status stopped(const volatile int *cancel, struct ih_error *e)
{
    return cancel && *cancel ? err_set(e, IH_CANCELLED, "stopped") : IH_OK;
}

static enum ih_status speak(struct synthesizer_session *session, const struct synthesis_request *r,
    const volatile int *cancel, struct arena *a, struct synthesized *out, struct ih_error *e)
{
    struct voice1 *m = session->model;
    struct saying y = {.r = r};
    const float *duration;
    struct tensor expanded;
    *out = (struct synthesized){0};
    enum ih_status status = read_request(&y, m, a, e);
    if (!status)
        status = voice1_read(session, a, &y.score, &duration, e);
    if (!status)
        status = set_frames(&y, duration, a, e);
    if (!status)
        status = tell_times(&y, m, a, out, e);
    if (status || y.score.count == 0)
        return status;
    status = stopped(cancel, e);
    if (!status)
        status = voice1_sing(session, a, &y.score, &expanded, e);
    if (status)
        return status;
    bend_pitch(&y);
    status = voice1_sound(session, a, &y.score, expanded, e);
    if (!status)
        status = stopped(cancel, e);
    if (status)
        return status;
    if (device_exhausted(session->device))
        return err_memory(e, "a sentence");
    bend_sound(&y, &m->config.vocoder);
    return make_sound(session, &y, a, out, e);
}

/* The recording at the rate that the speaker encoder hears. */
static enum ih_status resample(const struct voice1 *m, const float *pcm, int64_t samples,
    struct arena *a, float **out, int64_t *count, struct ih_error *e)
{
    struct resampler r = {0};
    size_t room = (size_t)(samples * HEARD_RATE / m->config.vocoder.rate) + 4096, used = 0, got = 0;
    *out = arena_alloc(a, room * sizeof **out);
    if (!*out)
        return err_memory(e, "a speaker's recording");
    enum ih_status status = resampler_set(&r, m->config.vocoder.rate, HEARD_RATE, e);
    size_t done = 0, filled = 0;
    while (!status && done < (size_t)samples) {
        status = resampler_run(
            &r, pcm + done, (size_t)samples - done, &used, *out + filled, room - filled, &got, e);
        done += used;
        filled += got;
        if (used == 0 && got == 0)
            break;
    }
    if (!status)
        status = resampler_run(&r, NULL, 0, &used, *out + filled, room - filled, &got, e);
    resampler_free(&r);
    *count = (int64_t)(filled + (status ? 0 : got));
    return status;
}

static enum ih_status imitate(struct synthesizer_session *s, const float *pcm, int64_t samples,
    struct arena *a, struct voice_style *out, struct ih_error *e)
{
    int64_t width = s->model->config.speaker + 1, heard = 0;
    float *style = arena_alloc(a, (size_t)width * sizeof *style), *low;
    if (!style)
        return err_memory(e, "a voice");
    enum ih_status status = resample(s->model, pcm, samples, a, &low, &heard, e);
    if (!status)
        status = voice1_hear(s, low, heard, a, style, e);
    *out = (struct voice_style){1, width, style};
    return status;
}

const struct synthesizer voice1_synthesizer = {
    .rate = rate,
    .voices = voices,
    .languages = languages,
    .voice = voice,
    .longest = longest,
    .open = session_open,
    .close = session_close,
    .speak = speak,
    .imitate = imitate,
};
