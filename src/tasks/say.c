/* SPDX-License-Identifier: Apache-2.0 */
/* One utterance: the request to the model, the attempts, and the choice between them. */
#include "tasks/speak.h"

#include "base/err.h"
#include "tasks/read_back.h"
#include "text/score.h"

#include <math.h>
#include <string.h>

enum { ATTEMPTS = 3 };

/* A later attempt differs in its random numbers and, for models that have none, in its pace. */
static const float pace[ATTEMPTS] = {1, 0.94f, 1.05f};

struct attempt {
    struct synthesized sound;
    enum sound_fault fault;
    int64_t most; /* samples that it may have */
    const char *heard;
    float error;
};

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* A voice that somebody asked for stays, but they may not know that there is a better one. */
static void compare_languages(
    struct speaking *s, const struct utterance *u, const struct voice *voice)
{
    const char *better = voices_made_for(s->model, u->language);
    if (better && *voice->language && !voices_same_language(voice->language, u->language))
        speak_warn(s, SPEAK_WARN_LANGUAGE,
            "%s is a voice for the language %s and may be hard to understand in %s; %s is made "
            "for that",
            voice->name, voice->language, u->language, better);
}

/* The voice that SSML asks for here, else the request's, else the best for the language. */
static enum ih_status choose_voice(
    struct speaking *s, const struct utterance *u, const struct voice **out, struct ih_error *e)
{
    const char *own = s->options->voice;
    struct ih_error why;
    if (u->voice && *u->voice) {
        enum ih_status status = voices_find(&s->voices, u->voice, out, &why);
        if (!status)
            compare_languages(s, u, *out);
        if (!status)
            return IH_OK;
        if (status != IH_NOT_FOUND)
            return err_set(e, why.code, "%s", why.text);
        speak_warn(s, SPEAK_WARN_VOICE, "%s; it is said with another", why.text);
    }
    bool asked = own && *own;
    if (!asked)
        own = voices_default(s->model, u->language);
    if (!own)
        return err_set(e, IH_UNSUPPORTED, "%s has no voices", s->model->name);
    enum ih_status status = voices_find(&s->voices, own, out, e);
    if (!status && asked)
        compare_languages(s, u, *out);
    return status;
}

static enum ih_status choose_style(struct speaking *s, const struct utterance *u,
    const struct voice *voice, struct style *out, struct ih_error *e)
{
    const struct ih_speak_options *o = s->options;
    struct ih_error why;
    if (u->style && *u->style) {
        if (!style_find(out, u->style, clamp(u->style_degree, 0, 2), &why))
            return IH_OK;
        speak_warn(s, SPEAK_WARN_STYLE, "%s; it is said without one", why.text);
    }
    const char *name = o->style && *o->style ? o->style : voice->manner;
    return style_find(out, name, o->style_degree, e);
}

static enum ih_status build_request(struct speaking *s, const struct utterance *u,
    const struct voice *voice, struct synthesis_request *r, struct ih_error *e)
{
    const struct ih_speak_options *o = s->options;
    struct style style;
    enum ih_status status = choose_style(s, u, voice, &style, e);
    if (status)
        return status;
    struct prosody *prosody = arena_alloc(&s->arena, (size_t)u->stress_count * sizeof *prosody);
    if (!prosody)
        return err_memory(e, "a sentence");
    for (int i = 0; i < u->stress_count; i++) {
        const struct stress *x = &u->stress[i];
        prosody[i] = (struct prosody){x->first, x->count, clamp(x->rate, 0.2f, 5),
            clamp(x->pitch, -24, 24), clamp(x->volume, 0, 4)};
    }
    *r = (struct synthesis_request){
        .phonemes = u->phonemes,
        .language = u->language,
        .voice = voice->style,
        .speed = clamp(o->speed * voice->speed * style.speed, 0.2f, 5),
        .pitch = clamp(o->pitch + voice->pitch + style.pitch, -24, 24),
        .range = style.range,
        .energy = style.energy,
        .breathiness = style.breathiness,
        .prosody = prosody,
        .prosody_count = u->stress_count,
    };
    return IH_OK;
}

static float slowest(const struct synthesis_request *r)
{
    float least = 1;
    for (int i = 0; i < r->prosody_count; i++)
        least = fminf(least, r->prosody[i].rate);
    return least * r->speed;
}

/* Languages that are written without spaces are compared by their characters. */
static bool has_words(const char *language)
{
    static const char *const without[] = {"zh", "ja", "th", "yue", "lo", "km", "my"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strncmp(language, without[i], strlen(without[i])) == 0)
            return false;
    return true;
}

/* A recognizer may write "12" where "twelve" was said, so the text as it was written counts too. */
static enum ih_status compare(
    const struct utterance *u, const char *heard, float *error, struct ih_error *e)
{
    const char *const wanted[] = {u->spoken, u->text};
    bool words = has_words(u->language);
    *error = 1;
    for (int i = 0; i < 2; i++) {
        struct score score;
        if (!wanted[i] || !*wanted[i])
            continue;
        enum ih_status status = words ? score_words(&score, wanted[i], heard, e)
                                      : score_characters(&score, wanted[i], heard, e);
        if (status)
            return status;
        *error = fminf(*error, (float)score_rate(score));
    }
    return IH_OK;
}

static enum ih_status check(
    struct speaking *s, const struct utterance *u, struct attempt *a, struct ih_error *e)
{
    struct model *reader = (struct model *)s->options->check;
    struct ih_error why;
    char *heard = NULL;
    if (!reader || a->fault || !a->sound.samples)
        return IH_OK;
    enum ih_status status = read_back_pcm(reader, a->sound.pcm, a->sound.samples, s->rate,
        u->language, &s->job->job, &s->arena, &heard, &why);
    if (status == IH_UNSUPPORTED) {
        speak_warn(s, SPEAK_WARN_CHECK, "not checked: %s", why.text);
        return IH_OK;
    }
    a->heard = heard;
    return status ? err_set(e, status, "%s", why.text) : compare(u, a->heard, &a->error, e);
}

static enum ih_status attempt(struct speaking *s, const struct utterance *u,
    const struct synthesis_request *request, int number, struct attempt *out, struct ih_error *e)
{
    struct synthesis_request r = *request;
    *out = (struct attempt){.error = 0};
    r.seed = s->options->seed + (uint64_t)s->said * ATTEMPTS + (uint64_t)number;
    r.speed *= pace[number];
    enum ih_status status =
        s->synthesizer->speak(s->session, &r, &s->job->job.cancel, &s->arena, &out->sound, e);
    if (status)
        return status;
    out->fault = sound_judge(
        out->sound.pcm, out->sound.samples, s->rate, r.phonemes, slowest(&r), &out->most);
    return check(s, u, out, e);
}

static bool is_better(const struct attempt *a, const struct attempt *b)
{
    return a->fault != b->fault ? a->fault < b->fault : a->error < b->error;
}

static void report(struct speaking *s, const struct utterance *u, const struct attempt *best)
{
    static const char *const faults[] = {[SOUND_GOOD] = NULL,
        [SOUND_SILENT] = "nothing can be heard of",
        [SOUND_RUNAWAY] = "the model does not come to an end in",
        [SOUND_BROKEN] = "the sound is broken in"};
    if (faults[best->fault])
        speak_warn(s, 0, "%s \"%.120s\"", faults[best->fault], u->text);
    else if (best->error > s->options->check_limit)
        speak_warn(
            s, 0, "\"%.120s\" was heard as \"%.120s\"", u->text, best->heard ? best->heard : "");
}

enum ih_status speak_say(
    struct speaking *s, const struct utterance *u, struct said *out, struct ih_error *e)
{
    const struct voice *voice;
    struct synthesis_request r;
    struct attempt best, next;
    enum ih_status status = choose_voice(s, u, &voice, e);
    if (!status)
        status = build_request(s, u, voice, &r, e);
    if (!status)
        status = attempt(s, u, &r, 0, &best, e);
    if (status)
        return status;
    if (voice->warning)
        speak_warn(s, SPEAK_WARN_CONSENT, "%s", voice->warning);
    int attempts = 1;
    while (attempts < ATTEMPTS && (best.fault || best.error > s->options->check_limit)) {
        status = speak_stopped(s, e);
        if (!status)
            status = attempt(s, u, &r, attempts++, &next, e);
        if (status)
            return status;
        best = is_better(&next, &best) ? next : best;
    }
    report(s, u, &best);
    float *pcm = arena_alloc(&s->arena, (size_t)best.sound.samples * sizeof *pcm);
    if (!pcm)
        return err_memory(e, "a sentence");
    *out = (struct said){pcm,
        sound_finish(
            pcm, best.sound.pcm, best.sound.samples, best.most, s->rate, s->options->volume),
        best.sound.begin, best.sound.count, voice, best.heard, best.error, attempts};
    return IH_OK;
}
