/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_RECOGNIZER_H
#define MODELS_RECOGNIZER_H

#include "base/arena.h"
#include "models/model.h"

/* What a speech recogniser can do with windows of audio: encode several, then decode any of them,
 * as often as a caller wants with other settings. Times are seconds from the window's start. */

/* All mutable state of one job. */
struct recognizer_session;

struct recognizer_setup {
    int windows;         /* most that are encoded together; the model may allow fewer */
    int width;           /* most hypotheses a window keeps: the larger of beam and best_of */
    const char *phrases; /* to favour, one a line; may be null */
};

struct decode_options {
    const char *language; /* a code the model knows; ignored by a model with one language */
    bool translate, timestamps, words;
    int beam, best_of;
    float patience, length_penalty; /* a negative penalty divides by the length */
    int max_tokens;                 /* 0: the model's own limit */
};

struct decode_request {
    int window; /* which of those encoded */
    float temperature;
    uint64_t seed;
    const int32_t *context; /* tokens of text that came before; may be null */
    int context_count;
};

struct decoded_word {
    int first, count; /* tokens, of the result */
    double begin, end;
    float probability;
};

/* A stretch of text between two times. */
struct decoded_piece {
    int first, count;           /* tokens of the result, with the time tokens around the text */
    int text_first, text_count; /* without them */
    double begin, end;
};

/* Lives in the arena that decode() was given. */
struct decoded {
    const int32_t *token; /* text and time tokens, without prompt and end */
    const float *logprob; /* of each */
    int count;
    const struct decoded_piece *piece;
    int pieces;
    const struct decoded_word *word; /* in order of tokens; null unless asked for */
    int words;
    float avg_logprob, no_speech;
    bool truncated;  /* ran into the length limit */
    double consumed; /* where a window that continues after this one should begin */
};

struct recognizer {
    double (*window_seconds)(const struct model *m);
    /* True when a short window costs less than a long one. */
    bool (*scales)(const struct model *m);
    /* Hypotheses that its makers want followed at once; 1 for greedy decoding. */
    int (*beam)(const struct model *m);
    /* Codes in the model's order; 1 for an English-only model. */
    int (*languages)(const struct model *m, const char *const **codes);

    enum ih_status (*open)(struct recognizer_session **out, struct model *m,
        const struct recognizer_setup *setup, struct ih_error *e);
    void (*close)(struct recognizer_session **s);
    int (*windows)(const struct recognizer_session *s);

    /* pcm[i] holds samples[i] samples at 16 kHz, at most the window's length. */
    enum ih_status (*encode)(struct recognizer_session *s, const float *const *pcm,
        const int64_t *samples, int count, struct ih_error *e);
    /* Language of an encoded window: index into languages(), and its probability. */
    enum ih_status (*detect)(struct recognizer_session *s, int window, int *language,
        float *probability, struct ih_error *e);
    /* Decodes the windows named together. `cancel` is read at every step. */
    enum ih_status (*decode)(struct recognizer_session *s, const struct decode_options *o,
        const struct decode_request *request, int count, const volatile int *cancel,
        struct arena *a, struct decoded *out, struct ih_error *e);

    /* Text to tokens as context, and tokens to text; see bpe_encode() and bpe_decode(). */
    size_t (*tokens)(const struct model *m, const char *text, int32_t *id, size_t capacity);
    size_t (*text)(
        const struct model *m, const int32_t *id, size_t count, char *text, size_t capacity);
};

#endif
