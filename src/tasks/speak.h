/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_SPEAK_H
#define TASKS_SPEAK_H

#include "base/arena.h"
#include "inhouse/speak.h"
#include "models/synthesizer.h"
#include "speech/speech.h"
#include "tasks/phonemizers.h"
#include "tasks/style.h"
#include "tasks/voice.h"

/* One job of speaking: the front end gives utterances, each is said, judged, said again when it is
 * bad, and handed out before the next is begun. Memory does not grow with the text. */
struct speaking {
    struct model *model;
    const struct synthesizer *synthesizer;
    struct synthesizer_session *session;
    const struct ih_speak_options *options;
    struct ih_speak_job *job; /* never null */
    const char *text;
    size_t bytes;
    struct phonemizers phonemizers;
    struct speech *speech;
    struct voices voices;
    char *lexicon;      /* of the voice and of the request */
    struct arena arena; /* of one utterance */
    int rate;
    int64_t samples; /* given out so far */
    int said;        /* utterances with sound */
    unsigned warned; /* kinds of warnings that were given: told once */
};

/* An utterance as it was said best. Lives in the arena. */
struct said {
    const float *pcm;
    int64_t samples;
    const float *begin; /* [count + 1]: seconds, as in struct synthesized */
    int count;
    const struct voice *voice;
    const char *heard; /* null without a check */
    float error;
    int attempts;
};

enum ih_status speak_run(struct speaking *s, struct ih_error *e);

/* say.c */
enum ih_status speak_say(
    struct speaking *s, const struct utterance *u, struct said *out, struct ih_error *e);

/* Cancelled or past its deadline: the status to end with, else IH_OK. */
enum ih_status speak_stopped(struct speaking *s, struct ih_error *e);

enum speak_warning {
    SPEAK_WARN_VOICE = 1 << 0,    /* SSML asks for a voice that is not there */
    SPEAK_WARN_STYLE = 1 << 1,    /* the same for a style */
    SPEAK_WARN_CONSENT = 1 << 2,  /* of the voice */
    SPEAK_WARN_CHECK = 1 << 3,    /* the checker does not know a language */
    SPEAK_WARN_LANGUAGE = 1 << 4, /* the voice that was asked for is made for another language */
};
/* Gives a sentence to the job; one of a kind of enum speak_warning only once, of kind 0 always. */
void speak_warn(struct speaking *s, unsigned kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* judge.c: what can be wrong with a sound by itself. */
enum sound_fault {
    SOUND_GOOD,
    SOUND_SILENT,  /* nothing to be heard where something should be */
    SOUND_RUNAWAY, /* far longer than its phonemes can take */
    SOUND_BROKEN,  /* holds what is no number */
};
/* `slowest`: the lowest factor of speed that was asked for anywhere in it. *most gets the samples
 * that it may have. */
enum sound_fault sound_judge(const float *pcm, int64_t samples, int rate, const char *phonemes,
    float slowest, int64_t *most);

/* Copies what may be heard of it, at most `most` samples: no numbers become 0, `gain` is applied,
 * and what would clip is turned down as a whole; the ends are faded so that they do not click.
 * Returns how many samples there are. */
int64_t sound_finish(
    float *out, const float *pcm, int64_t samples, int64_t most, int rate, float gain);

#endif
