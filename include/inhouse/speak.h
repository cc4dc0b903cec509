/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_SPEAK_H
#define INHOUSE_SPEAK_H

#include "inhouse/inhouse.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Text to speech. */

struct ih_speak_options {
    const char *language; /* "en", "de" ...; null or "auto": by script and words */
    /* A voice of the model, a profile by its name or its file, or several of them with weights
     * ("anna:0.7+ben:0.3"); null: the model's best for the language. */
    const char *voice;
    const char *profiles; /* folder in which profiles are looked for by name; may be null */
    /* A voice, in SSML too, may be named by its profile's file; false where the text or the name
     * comes from somebody who is not to reach files. */
    bool voice_files;
    const char *style;   /* "neutral", "cheerful", "calm" ...; null: neutral */
    float style_degree;  /* 0 to 2 (default 1) */
    float speed;         /* 0.25 to 4 (default 1) */
    float pitch;         /* semitones, -12 to 12 (default 0) */
    float volume;        /* gain, 0 to 2 (default 1) */
    const char *lexicon; /* text of a pronunciation lexicon; may be null */
    bool ssml;           /* the text is SSML; a text that begins with <speak is too */
    bool words;          /* times for each word */
    uint64_t seed;
    /* A model that turns words into phonemes where espeak-ng is not installed, and that knows how
     * Chinese and Japanese characters are read (spell-1); may be null. */
    struct ih_model *speller;
    struct ih_model *check; /* transcribes each sentence back, and has the bad ones said again */
    float check_limit;      /* share of wrong words above which a sentence is bad (default 0.3) */
};

/* Fills in the defaults above. */
void ih_speak_defaults(struct ih_speak_options *o);

struct ih_spoken_word {
    const char *text;
    size_t source, source_bytes; /* place in the input text */
    double begin, end;           /* seconds from the beginning of the sound */
};

/* One sentence that was said. */
struct ih_spoken {
    int id;
    const char *text;
    const char *phonemes;
    const char *language, *voice;
    double begin, end;
    const struct ih_spoken_word *words;
    int word_count;
    const char *heard; /* what the check read; null without a check */
    float error;       /* share of wrong words in it; 0 without a check */
    int attempts;
};

struct ih_speak_job {
    struct ih_job job; /* progress in bytes of text */
    /* Mono samples in [-1, 1] at ih_speak_rate(), sentence by sentence; anything but 0 stops with
     * IH_IO. May be null. */
    int (*audio)(void *arg, const float *pcm, int64_t samples);
    /* A sentence, right after its sound; borrowed for the call. May be null. */
    void (*sentence)(void *arg, const struct ih_spoken *sentence);
    /* An SSML mark and when it is reached. May be null. */
    void (*mark)(void *arg, const char *name, double seconds);
    /* Something a person should know: one sentence. May be null. */
    void (*warning)(void *arg, const char *text);
};

/* Says a whole text. IH_OK and IH_CANCELLED leave what was given to audio() valid. *seconds (may be
 * null) gets the length of the sound. */
enum ih_status ih_speak(struct ih_model *model, const char *text, size_t bytes,
    const struct ih_speak_options *options, struct ih_speak_job *job, double *seconds,
    struct ih_error *e);

/* Says in a sentence who made a sound: program, model, voice and time (seconds since 1970), for the
 * comment of a file. Returns the length needed without the terminator, like snprintf. */
int ih_speak_provenance(
    const struct ih_model *model, const char *voice, int64_t time, char *buf, size_t size);

/* Samples a second; 0 for a model that cannot speak. */
int ih_speak_rate(const struct ih_model *model);
/* Codes of the languages that it speaks. */
int ih_speak_languages(const struct ih_model *model, const char *const **codes);

struct ih_voice {
    const char *name, *language, *gender, *about;
};
/* Voices that come with a model. */
int ih_model_voices(const struct ih_model *model, const struct ih_voice **out);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
