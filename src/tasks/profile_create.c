/* SPDX-License-Identifier: Apache-2.0 */
/* New voice profiles: of a person, who has to consent, or blended of voices that are nobody's. */
#include "tasks/profile.h"

#include "base/err.h"
#include "media/audio.h"
#include "media/digest.h"
#include "tasks/consent.h"
#include "tasks/read_back.h"
#include "tasks/timestamp.h"
#include "tasks/voice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { CLIP_LEAST = 5, CLIP_MOST = 120, READER_RATE = 16000 };
static const double audible = 1e-3; /* root mean square, 60 dB below full scale */

static enum ih_status keep(
    struct ih_profile *p, const char **field, const char *text, struct ih_error *e)
{
    *field = arena_strdup(&p->arena, text ? text : "");
    return *field ? IH_OK : err_memory(e, "a voice profile");
}

static enum ih_status keep_style(
    struct ih_profile *p, const struct voice_style *s, struct ih_error *e)
{
    size_t bytes = (size_t)(s->rows * s->width) * sizeof *s->data;
    if (s->rows < 1 || s->width < 1 || s->rows > PROFILE_NUMBERS / s->width)
        return err_set(e, IH_UNSUPPORTED, "a style of %lld rows of %lld numbers is too large",
            (long long)s->rows, (long long)s->width);
    float *data = arena_alloc(&p->arena, bytes);
    if (!data)
        return err_memory(e, "a voice profile");
    memcpy(data, s->data, bytes);
    p->style = (struct voice_style){s->rows, s->width, data};
    return IH_OK;
}

static enum ih_status describe(struct ih_profile *p, const struct model *model,
    const struct ih_profile_request *r, struct ih_error *e)
{
    struct ih_profile_info *i = &p->info;
    char text[TIMESTAMP_SIZE];
    int64_t now = time(NULL), expires = 0;
    if (r->expires && !timestamp_read(r->expires, &expires))
        return err_set(e, IH_INVALID, "'%.40s' is not a day like 2027-01-31", r->expires);
    if (r->expires && expires <= now)
        return err_set(e, IH_INVALID, "the voice would have expired on %.10s", r->expires);
    timestamp_write(text, now);
    enum ih_status status = keep(p, &i->created, text, e);
    timestamp_write(text, expires);
    if (!status)
        status = keep(p, &i->expires, r->expires ? text : "", e);
    const struct {
        const char **field, *text;
    } strings[] = {{&i->name, r->name}, {&i->about, r->about}, {&i->model, model->name},
        {&i->language, r->language}, {&i->style, r->style}, {&i->lexicon, r->lexicon},
        {&i->blend, r->blend}};
    for (size_t k = 0; k < sizeof strings / sizeof *strings && !status; k++)
        status = keep(p, strings[k].field, strings[k].text, e);
    i->speed = r->speed > 0 ? r->speed : 1;
    i->pitch = r->pitch;
    return status;
}

/* The whole clip at the model's rate, held to its length. */
static enum ih_status read_clip(
    float **out, int64_t *samples, const char *path, int rate, struct ih_error *e)
{
    struct audio *a = NULL;
    size_t room = (size_t)(CLIP_MOST + 1) * (size_t)rate, n = 0, got = 1;
    double sum = 0;
    enum ih_status status = audio_open_file(&a, path, rate, e);
    *out = status ? NULL : malloc(room * sizeof **out);
    if (!status && !*out)
        status = err_memory(e, path);
    while (!status && got > 0 && n < room) {
        status = audio_read(a, *out + n, room - n, &got, e);
        n += got;
    }
    audio_close(&a);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        sum += (double)(*out)[i] * (*out)[i];
    double seconds = (double)n / rate;
    if (seconds > CLIP_MOST || seconds < CLIP_LEAST)
        return err_set(e, IH_INVALID, "%s lasts %s%.1f seconds; a clip of a voice lasts %d to %d",
            path, seconds > CLIP_MOST ? "more than " : "", fmin(seconds, CLIP_MOST),
            (int)CLIP_LEAST, (int)CLIP_MOST);
    if (sqrt(sum / (double)n) < audible)
        return err_set(e, IH_INVALID, "there is next to no sound in %s", path);
    *samples = (int64_t)n;
    return IH_OK;
}

static enum ih_status imitate(
    struct ih_profile *p, struct model *model, const char *clip, struct ih_error *e)
{
    const struct synthesizer *s = model->family->synthesizer;
    struct synthesizer_session *session = NULL;
    struct voice_style style;
    struct arena arena = {0};
    float *pcm = NULL;
    int64_t samples = 0;
    if (!s->imitate)
        return err_set(e, IH_UNSUPPORTED,
            "%s cannot imitate a person's voice; it can blend the voices that it has", model->name);
    enum ih_status status = read_clip(&pcm, &samples, clip, s->rate(model), e);
    if (!status)
        status = s->open(&session, model, e);
    if (!status)
        status = s->imitate(session, pcm, samples, &arena, &style, e);
    if (!status)
        status = keep_style(p, &style, e);
    if (session)
        s->close(&session);
    arena_free(&arena);
    free(pcm);
    return status;
}

static enum ih_status leave_unchecked(struct ih_profile *p, const char *reason, struct ih_error *e)
{
    p->info.consent.state = IH_CONSENT_UNCHECKED;
    return keep(p, &p->info.consent.reason, reason, e);
}

static enum ih_status judge_statement(struct ih_profile *p, const struct ih_profile_request *r,
    const char *transcript, struct ih_error *e)
{
    struct ih_consent *c = &p->info.consent;
    bool given;
    enum ih_status status = keep(p, &c->transcript, transcript, e);
    if (!status)
        status = consent_given(&given, r->language, c->sentence, transcript, e);
    if (status)
        return status;
    if (given) {
        c->state = IH_CONSENT_CHECKED;
        return keep(p, &c->reason, "", e);
    }
    if (r->reader_is_weak) {
        char reason[256];
        snprintf(reason, sizeof reason,
            "%.60s, which does not read everybody, heard something else", c->reader);
        return leave_unchecked(p, reason, e);
    }
    return err_set(e, IH_INVALID,
        "%s does not hold the consent: it has to say \"%.140s\", and \"%.140s\" was heard",
        r->statement, c->sentence, transcript);
}

/* A transcript is text from outside: no control characters. Returns where its first word begins. */
static const char *tidy(char *text)
{
    for (char *c = text; *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
    return text + strspn(text, " ");
}

static enum ih_status read_statement(struct ih_profile *p, const struct ih_profile_request *r,
    struct audio *statement, struct ih_error *e)
{
    struct model *reader = (struct model *)r->reader;
    const char *language = r->language && *r->language ? r->language : "en";
    struct arena arena = {0};
    struct ih_error why;
    char *text;
    enum ih_status status = keep(p, &p->info.consent.reader, reader->name, e);
    if (status)
        return status;
    status = read_back(reader, statement, language, NULL, &arena, &text, &why);
    if (!status)
        status = judge_statement(p, r, tidy(text), e);
    else if (status == IH_UNSUPPORTED)
        status = leave_unchecked(p, why.text, e);
    else
        err_set(e, why.code, "%s", why.text);
    arena_free(&arena);
    return status;
}

static enum ih_status check_statement(
    struct ih_profile *p, const struct ih_profile_request *r, struct ih_error *e)
{
    struct audio *audio = NULL;
    enum ih_status status = audio_open_file(&audio, r->statement, READER_RATE, e);
    if (!status && audio_duration(audio) > CLIP_MOST)
        status = err_set(e, IH_INVALID, "%s lasts more than %d seconds; it is one sentence",
            r->statement, (int)CLIP_MOST);
    if (!status)
        status = r->reader ? read_statement(p, r, audio, e)
                           : leave_unchecked(p, "no model was there to read the statement", e);
    audio_close(&audio);
    return status;
}

static enum ih_status record_consent(
    struct ih_profile *p, const struct ih_profile_request *r, struct ih_error *e)
{
    struct ih_consent *c = &p->info.consent;
    char sentence[512], hex[DIGEST_HEX];
    if (!r->statement || !r->who || !*r->who) {
        ih_consent_sentence(r->language, r->who, r->company, sentence, sizeof sentence);
        return err_set(e, IH_INVALID,
            "a person's voice needs that person's name and a recording of the consent: \"%.300s\"",
            sentence);
    }
    ih_consent_sentence(r->language, r->who, r->company, sentence, sizeof sentence);
    enum ih_status status = keep(p, &c->who, r->who, e);
    if (!status)
        status = keep(p, &c->when, p->info.created, e);
    if (!status)
        status = keep(p, &c->sentence, sentence, e);
    if (!status)
        status = digest_file(hex, r->clip, e);
    if (!status)
        status = keep(p, &c->clip_sha256, hex, e);
    if (!status)
        status = digest_file(hex, r->statement, e);
    if (!status)
        status = keep(p, &c->statement_sha256, hex, e);
    return status ? status : check_statement(p, r, e);
}

static enum ih_status blend_voices(struct ih_profile *p, const struct model *model,
    const struct ih_profile_request *r, struct ih_error *e)
{
    struct voices voices;
    const struct voice *voice;
    voices_init(&voices, model, r->profiles, true);
    enum ih_status status = voices_find(&voices, r->blend, &voice, e);
    if (!status && !voice->synthetic)
        status = err_set(e, IH_INVALID,
            "'%.80s' has a person's voice in it: that person's consent is for another voice",
            r->blend);
    if (!status)
        status = keep_style(p, &voice->style, e);
    p->info.synthetic = true;
    voices_free(&voices);
    return status;
}

/* Two voices of one name would be a trap. */
static bool is_taken(const struct model *model, const char *name)
{
    const struct voice_info *list;
    int n = model->family->synthesizer->voices(model, &list);
    for (int i = 0; i < n; i++)
        if (strcasecmp(list[i].name, name) == 0)
            return true;
    return false;
}

enum ih_status ih_profile_create(struct ih_profile **out, struct ih_model *handle,
    const struct ih_profile_request *r, struct ih_error *e)
{
    struct model *model = (struct model *)handle;
    *out = NULL;
    if (!model || !r || !r->name || !r->clip == !r->blend)
        return err_set(e, IH_INVALID, "a voice needs a name, and a clip or voices to blend");
    if (!model->family->synthesizer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot speak", model->name);
    if (is_taken(model, r->name))
        return err_set(
            e, IH_INVALID, "%s has a voice of its own called %.60s", model->name, r->name);
    enum ih_status status = profile_new(out, e);
    if (!status)
        status = describe(*out, model, r, e);
    if (!status && r->clip)
        status = record_consent(*out, r, e);
    if (!status)
        status = r->clip ? imitate(*out, model, r->clip, e) : blend_voices(*out, model, r, e);
    if (!status && profile_check(*out, "the new voice", e))
        status = IH_INVALID; /* what is wrong came from the caller */
    if (status)
        ih_profile_close(out);
    return status;
}
