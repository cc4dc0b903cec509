/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_TRANSCRIBE_H
#define INHOUSE_TRANSCRIBE_H

#include "inhouse/inhouse.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Speech to text. */

struct ih_transcribe_options {
    const char *language; /* "en", "de" ...; null or "auto": detect */
    bool translate;       /* into English */
    const char *prompt;   /* text that could have come before: names, spelling, style */
    const char *phrases;  /* phrases to favour, one a line */
    bool words;           /* times for each word */
    bool no_timestamps;   /* text only: a little faster */
    const char *vad;      /* model file for voice activity; null: none, windows of 30 s in order */
    int beam;             /* 1: greedy; 0: as many as the model asks for (default 0) */
    int best_of;          /* samples at temperatures above 0 (default 5) */
    float temperature;    /* first temperature (default 0) */
    float temperature_step;  /* raised by this on a bad result up to 1 (default 0.2); 0: no retry */
    float patience;          /* beam patience (default 1) */
    float length_penalty;    /* negative: divide by length (default -1) */
    float compression_limit; /* above: a bad result (default 2.4) */
    float logprob_limit;     /* below: a bad result (default -1) */
    float no_speech_limit;   /* above, with a low logprob: silence (default 0.6) */
    bool condition;          /* feed each window the text before it (default true without vad) */
    uint64_t seed;           /* for temperatures above 0 */
    int max_tokens;          /* most that one window may give; 0: half of what the model can hold */
    int batch;               /* windows computed together with vad (default 8) */
};

/* Fills in the defaults above. */
void ih_transcribe_defaults(struct ih_transcribe_options *o);

struct ih_word {
    const char *text;  /* with its leading space */
    double begin, end; /* seconds */
    float probability;
};

/* Things a reader should know about a segment. */
enum ih_warning {
    IH_WARN_LOOP = 1 << 0,      /* the model repeated itself; the repetition was cut */
    IH_WARN_SILENCE = 1 << 1,   /* probably nothing was said here */
    IH_WARN_UNSURE = 1 << 2,    /* mean log probability below the limit after all retries */
    IH_WARN_TRUNCATED = 1 << 3, /* the model ran into its length limit */
};

struct ih_segment {
    int id;
    double begin, end; /* seconds */
    const char *text;
    const int32_t *tokens;
    int token_count;
    float temperature, avg_logprob, compression_ratio, no_speech_prob;
    unsigned warnings; /* of enum ih_warning */
    const struct ih_word *words;
    int word_count;
};

struct ih_transcript {
    const char *text;
    const char *language;       /* code */
    float language_probability; /* 1 when the caller named it */
    double duration;            /* seconds of audio read */
    double speech;              /* seconds of it that were given to the model */
    bool damaged;               /* the file broke off; this is what could be read */
    const struct ih_segment *segments;
    int segment_count;
};

struct ih_transcribe_job {
    struct ih_job job;
    /* Finished segments in order, as soon as they are known; borrowed for the call. May be null. */
    void (*segment)(void *arg, const struct ih_segment *segment);
    /* Text that may still change, for live input; null text clears it. May be null. */
    void (*partial)(void *arg, const char *text, double begin, double end);
    /* Live input: somebody begins to speak, or has ended, at a time of the recording; before the
     * text of it. May be null. */
    void (*voice)(void *arg, bool speaks, double seconds);
};

/* Where audio bytes come from: a file, memory, or a function. Exactly one of path, data and read.
 */
struct ih_audio_input {
    const char *path; /* "-" for standard input */
    const void *data;
    size_t size;
    int64_t (*read)(void *arg, void *buf, size_t n); /* 0 at the end, -1 on error */
    void *arg;
    bool raw;     /* headerless mono samples: signed 16-bit little-endian */
    int raw_rate; /* of them a second; 0: 16000 */
    bool raw_f32; /* with raw: 32-bit floats instead */
    bool live;    /* give partial text while audio comes in */
};

/* Runs to the end of the input. On IH_OK and on IH_CANCELLED *out holds what was recognised (null
 * on other failures); free it with ih_transcript_free(). job may be null. */
enum ih_status ih_transcribe(struct ih_transcript **out, struct ih_model *model,
    const struct ih_audio_input *input, const struct ih_transcribe_options *options,
    struct ih_transcribe_job *job, struct ih_error *e);
void ih_transcript_free(struct ih_transcript **t);

/* Languages a model transcribes: codes, and the English name of a code ("de" -> "german"). */
int ih_model_languages(const struct ih_model *model, const char *const **codes);
const char *ih_language_name(const char *code);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
