/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_VOICE1_VOICE1_H
#define MODELS_VOICE1_VOICE1_H

#include "base/arena.h"
#include "media/mel.h"
#include "media/vocoder.h"
#include "models/synthesizer.h"
#include "nn/bind_conv.h"
#include "nn/block.h"
#include "weights/config.h"

#include <pthread.h>

/* voice-1, our own text to speech: phonemes to durations, pitch, envelope and noise by a small
 * network, and to sound by media/vocoder.h. The graph stands in train/voice1/README.md. Shapes: D
 * width, S code points, T frames. */

struct voice1_config {
    int width, heads;
    int text_layers, duration_layers, pitch_layers, decoder_layers;
    int speaker; /* numbers that say how somebody sounds */
    int longest; /* code points of an utterance, without the space before and behind */
    int tokens, languages, voices;
    struct vocoder_shape vocoder;
};

enum { SPEAKER_CONVS = 3, SPEAKER_MELS = 80 };

/* A layer is x + conv2(GELU(conv1(norm(x)))), kernels of 3; its norm's weight and bias depend on
 * the speaker. */
struct sound_layer {
    struct conv_source source1, source2;
    struct conv conv1, conv2;
};

/* Layers, a norm that depends on the speaker too, and a linear layer. */
struct stack {
    int layers, first_norm; /* place of its norms among all of the model's */
    struct sound_layer *layer;
    struct linear_part out_part; /* [outputs, D] */
};

/* A token's code point and its id: sorted by code point. */
struct voice1_token {
    uint32_t code;
    int32_t id;
};

struct voice1 {
    struct model base;
    struct weights *weights;
    struct arena arena;
    struct voice1_config config;
    struct voice1_token *token;
    const char **language;
    struct voice_info *voice;
    float *voice_style; /* [voices, speaker + 1] */
    struct vocoder *vocoder;
    struct mel *mel; /* of the speaker encoder */

    /* As found in the file. */
    struct matrix token_table;     /* [tokens, D] */
    struct tensor language_table;  /* [languages, D] f32 */
    struct tensor positions;       /* [longest + 2, D] f32 */
    struct block_parts *text_part; /* [text_layers] */
    struct layer_norm text_norm;
    struct conv_source text_source, speaker_source[SPEAKER_CONVS];
    struct stack duration, pitch, decoder; /* and as the device multiplies them */
    struct linear_part *norm_part;         /* [norms] */
    int norms;
    struct linear_part colour_part, place_part, melody_part, speaker_out_part, speaker_pitch_part;

    /* As the device multiplies them; made at the first job. */
    pthread_mutex_t prepare_lock;
    bool prepared;
    enum dtype storage;
    struct block_shape shape;
    struct conv text_conv, speaker_conv[SPEAKER_CONVS];
    struct block *text;
    struct linear norm; /* [norms * 2 D, speaker]: every norm's weight and bias */
    struct linear colour, place, melody;
    struct linear duration_out, pitch_out, envelope_out, share_out;
    struct linear speaker_out, speaker_pitch;
};

extern const struct family voice1_family;

/* config.c */
enum ih_status voice1_read_config(struct voice1 *m, const char *folder, struct ih_error *e);
/* Id of a code point's token, -1 where there is none. */
int32_t voice1_token(const struct voice1 *m, uint32_t code);
/* Place of a language by its code; -1 for one that it does not know. */
int voice1_language(const struct voice1 *m, const char *code);

/* bind.c */
enum ih_status voice1_bind(struct voice1 *m, struct ih_error *e);
enum ih_status voice1_prepare(struct voice1 *m, struct ih_error *e);
void voice1_unpack(struct voice1 *m);

struct synthesizer_session {
    struct voice1 *model;
    struct device *device; /* a fork of the model's */
    /* For tests: gets the name of each stage and its value. */
    void (*watch)(void *arg, const char *stage, struct tensor x);
    void *watch_arg;
    const float *noise; /* for tests: instead of drawn noise */
};

/* forward.c: what the network makes of an utterance. All in the arena. */
struct voice1_score {
    struct device *device; /* the session's */
    int tokens;            /* with the space before and behind */
    const int32_t *token;
    int language;
    const float *speaker; /* [speaker], of length 1 */
    float mean_pitch;     /* ln Hz */

    struct tensor norms; /* [norms, 2 D] f32: weights and biases of all norms for this speaker */
    struct tensor text;  /* [S, D] f32 */
    int32_t *frames;     /* [S] of each code point */
    int64_t count;       /* T */
    float *pitch;        /* [T] ln Hz */
    float *voiced;       /* [T] 0 or 1 */
    float *envelope;     /* [T, bands] */
    float *share;        /* [T, shares] */
};

/* norms, text, and in `duration` [S] how many frames each code point wants. */
enum ih_status voice1_read(struct synthesizer_session *s, struct arena *a, struct voice1_score *x,
    const float **duration, struct ih_error *e);
/* From frames: expanded [T, D], and pitch and voicing; the pitch is then the caller's to bend. */
enum ih_status voice1_sing(struct synthesizer_session *s, struct arena *a, struct voice1_score *x,
    struct tensor *expanded, struct ih_error *e);
/* From pitch and voicing: envelope and share. */
enum ih_status voice1_sound(struct synthesizer_session *s, struct arena *a, struct voice1_score *x,
    struct tensor expanded, struct ih_error *e);

/* imitate.c: the speaker encoder on mono samples at 16 kHz: style [speaker + 1]. */
enum ih_status voice1_hear(struct synthesizer_session *s, const float *pcm, int64_t samples,
    struct arena *a, float *style, struct ih_error *e);

/* speak.c */
extern const struct synthesizer voice1_synthesizer;

#endif
