/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_KOKORO_KOKORO_H
#define MODELS_KOKORO_KOKORO_H

#include "base/arena.h"
#include "kernels/fft.h"
#include "models/synthesizer.h"
#include "nn/load.h"

#include <pthread.h>

/* Kokoro-82M: the prosody of StyleTTS 2 (Li et al. 2023) and the vocoder of iSTFTNet (Kaneko et al.
 * 2022), as hexgrad's PyPI package kokoro computes them. Shapes: n tokens with one of silence at
 * either end, h hidden width, T frames of 25 ms, 2T frames of pitch and energy, s style width. */

enum { STAGES_MAX = 4, KERNELS_MAX = 4, PAIRS = 3, LAYERS_MAX = 8, KOKORO_RATE = 24000 };
/* Blocks of the decoder behind its first, of a branch of the predictor, and harmonics. */
enum { DECODE_BLOCKS = 4, BRANCH_BLOCKS = 3, HARMONICS = 9 };

struct kokoro_config {
    int tokens, hidden, style, layers, max_duration, text_kernel;
    int bert_embedding, bert_dim, bert_heads, bert_ffn, bert_layers, bert_positions;
    int stages, rate[STAGES_MAX], up_kernel[STAGES_MAX], channels; /* of the first upsampling */
    int kernels, kernel[KERNELS_MAX], dilation[KERNELS_MAX][PAIRS];
    int n_fft, hop;
    int width, residual; /* of the decoder, as the file has them: 1024 and 64 */
    int frame_samples;   /* of a frame of pitch: hop times all rates */
};

/* A style-dependent affine map: w [n] and b [n] behind it lie at `at` of a style's values. */
struct adain {
    int64_t n, at;
};

/* All affine maps that one style decides, as one product. */
struct style_map {
    struct linear fc;
    int64_t width;
};

/* AdainResBlk1d */
struct residual_block {
    int64_t in, out;
    bool up, learned; /* twice the rows; a shortcut of its own */
    struct adain norm1, norm2;
    struct conv conv1, conv2, shortcut;
    struct depthwise pool;
};

/* AdaINResBlock1: pairs of convolutions with Snake in front */
struct snake_block {
    struct {
        struct adain norm[2];
        float *alpha[2], *inverse[2];
        struct conv conv[2];
    } pair[PAIRS];
};

struct upsampling {
    int64_t channels;
    struct conv up, source;
    struct snake_block noise, block[KERNELS_MAX];
};

struct bert {
    struct tensor words, positions; /* f32; the one token type is in the positions */
    struct linear widen, qkv, out, ffn, ffn_output, last;
    float *embed_w, *embed_b, *attention_w, *attention_b, *full_w, *full_b;
};

struct prosody_net {
    struct recurrent encoder[LAYERS_MAX], lstm, shared;
    struct adain norm[LAYERS_MAX];
    struct linear duration;
    struct residual_block pitch[BRANCH_BLOCKS], energy[BRANCH_BLOCKS];
    struct conv pitch_out, energy_out;
};

struct text_net {
    struct tensor embedding;
    struct conv conv[LAYERS_MAX];
    float *norm_w[LAYERS_MAX], *norm_b[LAYERS_MAX];
    struct recurrent lstm;
};

struct decoder_net {
    struct conv pitch, energy, residual;
    struct residual_block encode, decode[DECODE_BLOCKS];
    float *harmonics, *harmonics_bias;
    struct upsampling stage[STAGES_MAX];
    struct conv last;
};

struct kokoro_voice {
    char *path;
    struct weights *weights; /* opened when the voice is first wanted */
    struct voice_style style;
};

struct kokoro {
    struct model base;
    struct weights *weights;
    struct arena arena;
    struct kokoro_config config;
    int32_t *token; /* [TOKEN_TABLE] by code point, -1 where the vocabulary has none */
    struct voice_info *voice;
    struct kokoro_voice *voice_file;
    int voices;

    pthread_mutex_t lock; /* guards what the first job makes: the nets, and the voices' files */
    bool prepared;
    enum dtype storage, activation; /* of the decoder; the prosody is f32 throughout */
    struct bert bert;
    struct prosody_net prosody;
    struct text_net text;
    struct decoder_net decoder;
    struct style_map style[2]; /* STYLE_SOUND, STYLE_PROSODY */
    struct fft *fft;
    float *window, *third; /* [n_fft]; 1 / kernels as a vector of channels */
    float *half;           /* 1 / sqrt(2), likewise */
};

enum { STYLE_SOUND, STYLE_PROSODY, TOKEN_TABLE = 0x10000, PHONEMES_MAX = 510 };

extern const struct family kokoro_family;

/* config.c */
enum ih_status kokoro_read_config(struct kokoro *k, const char *folder, struct ih_error *e);

/* load.c: looks whether everything is there. */
enum ih_status kokoro_bind(struct kokoro *k, struct ih_error *e);
/* Packs the weights once; later calls return at once. */
enum ih_status kokoro_prepare(struct kokoro *k, struct ih_error *e);
void kokoro_unpack(struct kokoro *k);

/* voices.c */
enum ih_status kokoro_find_voices(struct kokoro *k, const char *folder, struct ih_error *e);
enum ih_status kokoro_voice(
    struct kokoro *k, int index, struct voice_style *out, struct ih_error *e);
void kokoro_close_voices(struct kokoro *k);

/* alphabet.c: espeak-ng's IPA in the model's letters. token[i] is an id of the vocabulary,
 * first[i] the code point of the phonemes at which it begins; returns how many, at most
 * `capacity`; *letters is how many letters there were with those that have no id, which decides
 * the style's row. */
int kokoro_tokens(const struct kokoro *k, const char *phonemes, const char *language,
    int32_t *token, int *first, int capacity, int *letters);

struct synthesizer_session {
    struct kokoro *model;
    struct device *device; /* a fork of the model's */
    struct arena arena;    /* of one utterance */
    const volatile int *cancel;
    float *style[2];        /* values of the two style maps */
    const float *noise;     /* for parity tests: [samples] in place of what the seed gives */
    const float *harmonics; /* likewise: the excitation's transform */
    void (*watch)(void *arg, const char *stage, int index, struct tensor x);
    void *watch_arg;
};

static inline bool kokoro_cancelled(const struct synthesizer_session *s)
{
    return s->cancel && *s->cancel;
}

/* forward.c: shared pieces. */
struct tensor kokoro_rows(struct synthesizer_session *s, int64_t rows, int64_t cols);
void kokoro_watch(const struct synthesizer_session *s, const char *stage, int i, struct tensor x);
/* Scale and shift for x, in the arena. */
struct channels kokoro_adain(
    struct synthesizer_session *s, int style, const struct adain *a, struct tensor x);
void kokoro_residual(struct synthesizer_session *s, int style, const struct residual_block *b,
    struct tensor y, struct tensor x);

/* prosody.c */
/* What the tokens say before they have lengths: encoded [n, h + s] for the prosody and their
 * durations in frames at speed 1 [n]. */
void kokoro_durations(struct synthesizer_session *s, const int32_t *token, int64_t n,
    const float *style, struct tensor encoded, float *duration);
/* Pitch in Hz and energy [2T, 1] of encoded tokens repeated by index [T]. */
void kokoro_curves(struct synthesizer_session *s, struct tensor encoded, const int32_t *index,
    struct tensor pitch, struct tensor energy);
/* The tokens as the decoder sees them: [n, h]. */
void kokoro_text(struct synthesizer_session *s, const int32_t *token, struct tensor y);

/* vocode.c: text [T, h], pitch and energy [2T, 1] to pcm [2T * frame_samples]. */
struct vocoding {
    struct tensor text, pitch, energy;
    const float *noise; /* [2T * frame_samples] */
    float breathiness;
};
void kokoro_vocode(struct synthesizer_session *s, const struct vocoding *v, float *pcm);
/* Bytes of activations for T frames and n tokens. */
size_t kokoro_vocode_bytes(const struct kokoro *k, int64_t frames);

/* speak.c */
enum ih_status kokoro_speak(struct synthesizer_session *s, const struct synthesis_request *r,
    const volatile int *cancel, struct arena *a, struct synthesized *out, struct ih_error *e);

#endif
