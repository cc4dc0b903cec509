/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_WHISPER_WHISPER_H
#define MODELS_WHISPER_WHISPER_H

#include "base/arena.h"
#include "media/mel.h"
#include "models/recognizer.h"
#include "nn/bind.h"
#include "nn/block.h"
#include "text/bpe.h"
#include "text/ctc.h"
#include "text/lexicon.h"
#include "weights/ggml.h"

#include <pthread.h>

/* Whisper (Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision"),
 * every size, as openai/whisper and transformers compute it. Shapes: M mels, F = 2 T mel frames, T
 * encoder positions, d width, V vocabulary, N text positions. */

struct whisper_config {
    int mels, positions, dim, heads, layers, ffn;          /* encoder; T = positions */
    int text_positions, text_layers, text_heads, text_ffn; /* decoder; N = text_positions */
    int vocab;
    bool variable_window; /* the encoder may run on fewer than T positions */
};

enum { WHISPER_LANGUAGES = 128, ALIGNMENT_HEADS = 64 };

/* Ids of the tokens that steer the model; -1 where a model has none. */
struct whisper_tokens {
    int32_t end, start, translate, transcribe, previous, no_speech, no_timestamps;
    int32_t time0, times; /* <|0.00|> and how many follow, 20 ms apart */
    int32_t blank;        /* the token of " " */
    int languages;        /* 0 for an English-only model */
    int32_t language[WHISPER_LANGUAGES];
    const char *code[WHISPER_LANGUAGES];
    const int32_t *suppress; /* never sampled */
    int suppress_count;
    int max_initial_time; /* largest first time token, as an index from time0 */
};

struct alignment_head {
    int layer, head;
};

/* A CTC head on the encoder's output; without one classes is 0. */
struct whisper_ctc {
    int classes, blank;
    float weight; /* of its scores beside the decoder's log probabilities */
    /* By language of the model: whether its tokens write what the head hears, and with spaces. */
    enum { CTC_SILENT, CTC_SPACED, CTC_UNSPACED } says[WHISPER_LANGUAGES];
    struct ctc_speller speller;
    struct linear_part part; /* [classes, d] */
    struct linear head;
    /* Words by language of the model, read when the first job wants them: DIR/lexicon/LL.txt. */
    float lexicon_weight;
    const char *folder, *letters; /* letters: the classes as text */
    pthread_mutex_t lock;
    struct lexicon *lexicon[WHISPER_LANGUAGES];
};

struct whisper {
    struct model base;
    struct weights *weights; /* one of these two */
    struct ggml_file *ggml;
    struct bpe *bpe;
    struct mel *mel;
    struct arena arena;
    struct whisper_config config;
    struct whisper_tokens tokens;
    struct alignment_head alignment[ALIGNMENT_HEADS];
    int alignment_count;
    struct whisper_ctc ctc;
    int beam; /* num_beams of generation_config.json */

    /* As found in the file. */
    struct linear_part conv1_part, conv2_part;
    struct block_parts *encoder_parts, *decoder_parts;
    struct tensor encoder_positions, text_positions; /* f32 */
    struct layer_norm encoder_norm, decoder_norm;
    struct matrix embedding; /* [V, d], also the output matrix */

    /* As the device multiplies them; made at the first job. */
    pthread_mutex_t prepare_lock;
    bool prepared;
    enum dtype storage, kv_type;
    struct linear conv1, conv2, logits;
    struct block *encoder, *decoder;
    struct block_shape encoder_shape, decoder_shape;
};

extern const struct family whisper_family;

/* open.c */
enum ih_status whisper_read_config(struct whisper *w, const char *folder, struct ih_error *e);
/* bind.c */
enum ih_status whisper_bind(struct whisper *w, struct ih_error *e);
/* Packs the weights once; later calls return at once. */
enum ih_status whisper_prepare(struct whisper *w, struct ih_error *e);
void whisper_unpack(struct whisper *w);
/* tokens.c */
enum ih_status whisper_read_tokens(struct whisper *w, const char *folder, struct ih_error *e);
enum ih_status whisper_ggml_tokens(struct whisper *w, struct ih_error *e);
/* Index of a language by its code, which may be null; -1 for one that the model does not know. */
int whisper_find_language(const struct whisper_tokens *t, const char *code);
/* ctc_open.c: reads ctc.json where there is one; after the tokens. */
enum ih_status whisper_read_ctc(struct whisper *w, const char *folder, struct ih_error *e);

/* One window after encoding: the decoder's keys and values of it, one per layer. */
struct whisper_window {
    struct kv *cross;
    int64_t positions;
    double seconds; /* of audio in it */
    struct ctc_frames ctc, ctc_unspaced;
};

/* The self-attention caches of one hypothesis, one per layer. */
struct whisper_cache {
    struct kv *self;
};

struct recognizer_session {
    struct whisper *model;
    struct device *device; /* a fork of the model's */
    struct arena arena;    /* of one step: activations */
    int windows, encoded;  /* capacity, and how many hold audio */
    int width;
    struct whisper_window *window;
    struct kv *kv;               /* all of them */
    struct whisper_cache *cache; /* [windows * width] */
    struct phrases *phrases;     /* or null */
    struct kv encoder_kv;        /* of one layer and window at a time */
    void *memory;                /* of all caches */
    size_t memory_bytes;
    float
        *spelled; /* [windows, classes + 2, T] what the CTC head heard; blanks and spaces; marks */
    size_t spelled_bytes;
    void (*watch)(void *arg, const char *stage, int layer, struct tensor x); /* for parity tests */
    void *watch_arg;
};

/* session.c */
enum ih_status whisper_session_open(struct recognizer_session **out, struct whisper *w,
    const struct recognizer_setup *setup, struct ih_error *e);
void whisper_session_close(struct recognizer_session **s);
/* Makes dst continue where src stands. */
void whisper_cache_copy(struct recognizer_session *s, int dst, int src);
void whisper_cache_reset(struct recognizer_session *s, int cache);

/* forward.c */
/* Most encoder rows that are computed together. */
int64_t whisper_group_rows(const struct whisper *w);
enum ih_status whisper_encode(struct recognizer_session *s, const float *const *pcm,
    const int64_t *samples, int count, struct ih_error *e);

/* ctc.c: what the head hears in one window's encoded rows [positions, d]; nothing without a head.
 */
void whisper_spell(struct recognizer_session *s, int window, struct tensor encoded);
/* The frames of an encoded window, or null where the head has no say. */
const struct ctc_frames *whisper_ctc(
    const struct recognizer_session *s, int window, const struct decode_options *o);

/* lexicon.c: the words of a language, or null where the model has none. */
enum ih_status whisper_lexicon(
    struct whisper *w, const char *language, const struct lexicon **out, struct ih_error *e);
void whisper_lexicon_close(struct whisper *w);
/* What the words say to a token: the logarithm of the probability of what it spells. */
double whisper_word_gain(
    const struct whisper *w, const struct lexicon *l, struct lexicon_state *s, int32_t token);

/* One sequence of a decoding step: `count` tokens that follow what its cache holds. */
struct whisper_row {
    int window, cache;
    const int32_t *token;
    int count;
};

/* Called with the cross-attention queries [rows, d] of each layer. */
struct whisper_tap {
    void (*fn)(void *arg, int layer, struct tensor q);
    void *arg;
};

/* Runs the rows through the decoder; logits[i] [V] is for the last token of row i, and first[i] [V]
 * (when first is not null) for its token number first_index[i]. tap may be null. */
void whisper_step(struct recognizer_session *s, const struct whisper_row *row, int rows,
    float *logits, float *first, const int *first_index, const struct whisper_tap *tap);

/* rules.c: what may be sampled next. */
struct whisper_rules {
    const struct whisper_tokens *tokens;
    const struct kernels *kernels;
    int vocab;
    bool timestamps;
    bool heard; /* a CTC head tells where text ends: the sum of all times does not */
};

/* Sets to -inf in `logits` [V] whatever the reference forbids after the `count` tokens sampled
 * since the prompt. Returns log(sum(exp(logits))) of what is left. */
float whisper_apply_rules(
    const struct whisper_rules *r, float *logits, const int32_t *sampled, int count);

/* prompt.c: [<|startofprev|> context] <|startoftranscript|> [language task] [<|notimestamps|>] in
 * the arena; *start is where <|startoftranscript|> stands. */
enum ih_status whisper_prompt(const struct whisper *w, const struct decode_options *o,
    const int32_t *context, int context_count, struct arena *a, int32_t **token, int *count,
    int *start, struct ih_error *e);

/* decode.c, search.c */
enum ih_status whisper_decode(struct recognizer_session *s, const struct decode_options *o,
    const struct decode_request *request, int count, const volatile int *cancel, struct arena *a,
    struct decoded *out, struct ih_error *e);
enum ih_status whisper_detect(struct recognizer_session *s, int window, int *language,
    float *probability, struct ih_error *e);

/* pieces.c: cuts sampled tokens at pairs of time tokens, as openai/whisper transcribe.py does. */
enum ih_status whisper_cut(const struct whisper *w, struct decoded *d, double window_seconds,
    struct arena *a, struct ih_error *e);

/* align.c: word times from cross attention for the text tokens of a result. */
enum ih_status whisper_align(struct recognizer_session *s, int window,
    const struct decode_options *o, struct decoded *d, struct arena *a, struct ih_error *e);

#endif
