/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of text to speech. */
#include "base/err.h"
#include "inhouse/speak.h"
#include "tasks/speak.h"
#include "tasks/timestamp.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_LIMIT = 256 << 20 };

void ih_speak_defaults(struct ih_speak_options *o)
{
    *o = (struct ih_speak_options){
        .style_degree = 1,
        .speed = 1,
        .volume = 1,
        .check_limit = 0.3f,
    };
}

static enum ih_status check_range(
    const char *name, float value, float low, float high, struct ih_error *e)
{
    if (value >= low && value <= high)
        return IH_OK;
    return err_set(e, IH_INVALID, "%s must be %g to %g, not %g", name, (double)low, (double)high,
        (double)value);
}

static enum ih_status check_options(const struct ih_speak_options *o, struct ih_error *e)
{
    const struct {
        const char *name;
        float value, low, high;
    } numbers[] = {
        {"speed", o->speed, 0.25f, 4},
        {"pitch", o->pitch, -12, 12},
        {"volume", o->volume, 0, 2},
        {"style_degree", o->style_degree, 0, 2},
        {"check_limit", o->check_limit, 0, 1},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (check_range(numbers[i].name, numbers[i].value, numbers[i].low, numbers[i].high, e))
            return IH_INVALID;
    const struct model *check = (const struct model *)o->check;
    if (check && !check->family->recognizer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot transcribe, so it cannot check", check->name);
    const struct model *speller = (const struct model *)o->speller;
    if (speller && !speller->family->speller)
        return err_set(e, IH_UNSUPPORTED, "%s cannot turn words into phonemes", speller->name);
    return IH_OK;
}

enum ih_status ih_speak(struct ih_model *model, const char *text, size_t bytes,
    const struct ih_speak_options *options, struct ih_speak_job *job, double *seconds,
    struct ih_error *e)
{
    struct ih_speak_options defaults;
    struct ih_speak_job unwatched = {0};
    ih_speak_defaults(&defaults);
    if (seconds)
        *seconds = 0;
    if (!model || (!text && bytes))
        return err_set(e, IH_INVALID, "speaking needs a model and a text");
    if (bytes > TEXT_LIMIT)
        return err_set(e, IH_INVALID, "a text of %zu bytes; at most %d are spoken at once", bytes,
            (int)TEXT_LIMIT);
    struct speaking s = {
        .model = (struct model *)model,
        .options = options ? options : &defaults,
        .job = job ? job : &unwatched,
        .text = text ? text : "",
        .bytes = bytes,
    };
    s.synthesizer = s.model->family->synthesizer;
    if (!s.synthesizer)
        return err_set(e, IH_UNSUPPORTED, "%s cannot speak", s.model->name);
    enum ih_status status = check_options(s.options, e);
    if (!status)
        status = speak_run(&s, e);
    if (seconds && s.rate)
        *seconds = (double)s.samples / s.rate;
    return status;
}

/* A public handle is the model itself under an opaque name. */
static const struct model *inside(const struct ih_model *m)
{
    return (const struct model *)(uintptr_t)m;
}

int ih_speak_rate(const struct ih_model *model)
{
    const struct synthesizer *s = inside(model)->family->synthesizer;
    return s ? s->rate(inside(model)) : 0;
}

int ih_speak_languages(const struct ih_model *model, const char *const **codes)
{
    const struct synthesizer *s = inside(model)->family->synthesizer;
    *codes = NULL;
    return s ? s->languages(inside(model), codes) : 0;
}

int ih_speak_provenance(
    const struct ih_model *model, const char *voice, int64_t time, char *buf, size_t size)
{
    char when[TIMESTAMP_SIZE];
    timestamp_write(when, time);
    const char *name = voice && *voice ? voice : NULL;
    return snprintf(buf, size, "Synthetic speech: inhouse %s, model %s (%s)%s%s, %s",
        INHOUSE_VERSION, inside(model)->name, inside(model)->family->name, name ? ", voice " : "",
        name ? name : "", when);
}

/* Both structures hold the same four strings. */
_Static_assert(sizeof(struct ih_voice) == sizeof(struct voice_info) &&
                   offsetof(struct ih_voice, language) == offsetof(struct voice_info, language) &&
                   offsetof(struct ih_voice, gender) == offsetof(struct voice_info, gender) &&
                   offsetof(struct ih_voice, about) == offsetof(struct voice_info, about),
    "a voice is given out as it is");

int ih_model_voices(const struct ih_model *model, const struct ih_voice **out)
{
    const struct synthesizer *s = inside(model)->family->synthesizer;
    const struct voice_info *list = NULL;
    int n = s ? s->voices(inside(model), &list) : 0;
    *out = (const struct ih_voice *)(const void *)list;
    return n;
}
