/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_SYNTHESIZER_H
#define MODELS_SYNTHESIZER_H

#include "base/arena.h"
#include "models/model.h"

/* What a speech synthesizer can do: say one utterance of phonemes in a voice. Sentences, pauses,
 * retries and files are the business of tasks/. */

/* All mutable state of one job. */
struct synthesizer_session;

/* One of the voices that come with a model. Strings are the model's. */
struct voice_info {
    const char *name;
    const char *language; /* code of the language it is meant for */
    const char *gender;   /* "female", "male" or "neutral" */
    const char *about;    /* a few words for lists; may be empty */
};

/* How a voice sounds, as numbers only the family understands: [rows, width] f32. Voices of one
 * model have one shape, so their weighted mean is a voice too. */
struct voice_style {
    int64_t rows, width;
    const float *data;
};

/* A stretch of phonemes that is said differently. Stretches do not overlap; what none covers is
 * said as the request says. */
struct prosody {
    int first, count; /* code points of the phoneme string */
    float rate;       /* 1: unchanged, 2: twice as fast */
    float pitch;      /* semitones up */
    float volume;     /* gain, 1: unchanged */
};

struct synthesis_request {
    const char *phonemes; /* UTF-8, as phonemizer.h defines them; families map them to their own */
    const char *language; /* code */
    struct voice_style voice;
    float speed;       /* 1: the voice's own pace */
    float pitch;       /* semitones up */
    float range;       /* of the pitch's movement, 1: the voice's own */
    float energy;      /* gain, 1: the voice's own */
    float breathiness; /* 0: the voice's own, 1: whispered */
    const struct prosody *prosody;
    int prosody_count;
    uint64_t seed;
};

/* Lives in the arena that speak() was given. */
struct synthesized {
    const float *pcm; /* mono, in [-1, 1] */
    int64_t samples;
    const float *begin; /* [count + 1]: seconds at which each code point of the phonemes begins, and
                           the end */
    int count;
};

struct synthesizer {
    int (*rate)(const struct model *m); /* samples a second */
    int (*voices)(const struct model *m, const struct voice_info **out);
    /* Codes of the languages that it was made for. */
    int (*languages)(const struct model *m, const char *const **codes);
    /* The style of voice `index` of voices(), borrowed until the model is closed. */
    enum ih_status (*voice)(
        const struct model *m, int index, struct voice_style *out, struct ih_error *e);
    /* Code points of phonemes that one call of speak() takes at most. */
    int (*longest)(const struct model *m);

    enum ih_status (*open)(struct synthesizer_session **out, struct model *m, struct ih_error *e);
    void (*close)(struct synthesizer_session **s);
    /* Phonemes the model has no sign for are left out. `cancel` is read between layers. */
    enum ih_status (*speak)(struct synthesizer_session *s, const struct synthesis_request *r,
        const volatile int *cancel, struct arena *a, struct synthesized *out, struct ih_error *e);

    /* The style that makes the model sound like a recording: mono samples at rate(). Null for a
     * family that has no encoder of speakers. */
    enum ih_status (*imitate)(struct synthesizer_session *s, const float *pcm, int64_t samples,
        struct arena *a, struct voice_style *out, struct ih_error *e);
};

#endif
