/* SPDX-License-Identifier: Apache-2.0 */
/* From the text's frames, pitch and energy to samples. */
#include "models/kokoro/kokoro.h"

#include <string.h>

static const struct tensor none;

/* The columns that every block of the decoder sees beside the last one's output: the text's
 * residual, pitch and energy. */
static void join_constants(
    struct synthesizer_session *s, struct tensor x, struct tensor residual, struct tensor curves)
{
    struct device *d = s->device;
    int64_t at = x.shape[1] - 2 - residual.shape[1];
    op_convert(d, tensor_cols(x, at, residual.shape[1]), residual);
    op_convert(d, tensor_cols(x, x.shape[1] - 2, 2), curves);
}

/* x [2T, channels] from text, pitch and energy. */
static void decode(struct synthesizer_session *s, const struct vocoding *v, struct tensor x)
{
    const struct kokoro *k = s->model;
    const struct kokoro_config *c = &k->config;
    const struct decoder_net *n = &k->decoder;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t frames = v->text.shape[0], width = c->width + c->residual + 2;
    struct tensor in = kokoro_rows(s, frames, c->hidden + 2);
    struct tensor residual = kokoro_rows(s, frames, c->residual);
    struct tensor joined[2] = {kokoro_rows(s, frames, width), kokoro_rows(s, frames, width)};
    struct tensor curves = tensor_cols(in, c->hidden, 2);
    op_convert(d, tensor_cols(in, 0, c->hidden), v->text);
    op_conv(d, tensor_cols(curves, 0, 1), v->pitch, &n->pitch, NULL, ACT_NONE, none);
    op_conv(d, tensor_cols(curves, 1, 1), v->energy, &n->energy, NULL, ACT_NONE, none);
    op_conv(d, residual, v->text, &n->residual, NULL, ACT_NONE, none);
    join_constants(s, joined[0], residual, curves);
    join_constants(s, joined[1], residual, curves);
    kokoro_residual(s, STYLE_SOUND, &n->encode, tensor_cols(joined[0], 0, c->width), in);
    kokoro_watch(s, "encode", 0, tensor_cols(joined[0], 0, c->width));
    for (int i = 0; i < DECODE_BLOCKS && !kokoro_cancelled(s); i++) {
        bool last = i + 1 == DECODE_BLOCKS;
        struct tensor y = last ? x : tensor_cols(joined[(i + 1) % 2], 0, c->width);
        kokoro_residual(s, STYLE_SOUND, &n->decode[i], y, joined[i % 2]);
        kokoro_watch(s, "decode", i, y);
    }
    arena_rewind(&s->arena, mark);
}

/* f in front of convolution j of a pair. */
static struct channels snake(
    struct synthesizer_session *s, const struct snake_block *b, int pair, int j, struct tensor x)
{
    struct channels f = kokoro_adain(s, STYLE_SOUND, &b->pair[pair].norm[j], x);
    f.curve = CURVE_SNAKE;
    f.alpha = b->pair[pair].alpha[j];
    f.inverse = b->pair[pair].inverse[j];
    return f;
}

/* What a snake block works in, beside its input and output: [rows, channels] each. */
struct workspace {
    struct tensor running, hidden;
};

/* sum = block(x), or sum += block(x) when `more`. x stays; sum may be x when nothing more is made
 * of it. */
static void run_snake(struct synthesizer_session *s, const struct snake_block *b, struct tensor sum,
    struct tensor x, bool more, const struct workspace *w)
{
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    for (int i = 0; i < PAIRS && !kokoro_cancelled(s); i++) {
        bool last = i + 1 == PAIRS;
        struct tensor from = i ? w->running : x, to = last ? sum : w->running, residual = from;
        struct channels f = snake(s, b, i, 0, from);
        op_conv(d, w->hidden, from, &b->pair[i].conv[0], &f, ACT_NONE, none);
        f = snake(s, b, i, 1, w->hidden);
        if (last && more) {
            op_add(d, sum, from);
            residual = sum;
        }
        op_conv(d, to, w->hidden, &b->pair[i].conv[1], &f, ACT_NONE, residual);
    }
    arena_rewind(&s->arena, mark);
}

/* x + the upsampled `from`, in place. The last stage has one row more than there is to upsample:
 * the reflection of the second in front. */
static void add_upsampled(struct synthesizer_session *s, const struct upsampling *u,
    struct tensor x, struct tensor from, const struct channels *f, bool last)
{
    struct device *d = s->device;
    if (last) {
        struct tensor head = kokoro_rows(s, u->up.up, u->channels);
        op_conv(d, head, from, &u->up, f, ACT_NONE, none);
        op_add(d, tensor_rows(x, 0, 1), tensor_rows(head, 1, 1));
        x = tensor_rows(x, 1, x.shape[0] - 1);
    }
    op_conv(d, x, from, &u->up, f, ACT_NONE, x);
}

/* The sum over the blocks of a stage; the mean is left to what reads it. */
static void run_stage(struct synthesizer_session *s, int i, struct tensor from,
    struct tensor harmonics, struct tensor sum, const struct workspace *w)
{
    const struct kokoro *k = s->model;
    const struct upsampling *u = &k->decoder.stage[i];
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    struct channels f = {.scale = i ? k->third : NULL, .curve = CURVE_LEAKY, .slope = 0.1f};
    struct tensor x = kokoro_rows(s, sum.shape[0], u->channels);
    op_conv(d, x, harmonics, &u->source, NULL, ACT_NONE, none);
    run_snake(s, &u->noise, x, x, false, w);
    kokoro_watch(s, "noise", i, x);
    add_upsampled(s, u, x, from, &f, i + 1 == k->config.stages);
    kokoro_watch(s, "upsampled", i, x);
    for (int j = 0; j < k->config.kernels; j++)
        run_snake(s, &u->block[j], sum, x, j > 0, w);
    kokoro_watch(s, "stage", i, sum);
    arena_rewind(&s->arena, mark);
}

/* [2T * samples of a frame / hop + 1, n_fft + 2]: magnitudes and angles of the excitation. */
static void excite(struct synthesizer_session *s, const struct vocoding *v, struct tensor y)
{
    const struct kokoro *k = s->model;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t frames = v->pitch.shape[0], samples = frames * k->config.frame_samples;
    float *wave = arena_alloc(&s->arena, (size_t)samples * sizeof *wave);
    float breath = v->breathiness;
    struct excitation x = {
        .count = HARMONICS,
        .hop = k->config.frame_samples,
        .weight = k->decoder.harmonics,
        .bias = *k->decoder.harmonics_bias,
        .rate = KOKORO_RATE,
        .amplitude = 0.1f * (1 - breath),
        .threshold = 10,
        .voiced_noise = 0.003f + breath * (0.1f / 3 - 0.003f),
        .unvoiced_noise = 0.1f / 3,
    };
    op_excitation(d, wave, v->pitch.data, frames, &x, v->noise);
    kokoro_watch(s, "excitation", 0, tensor_2d(wave, DT_F32, samples, 1));
    op_stft(d, y, wave, samples, &(struct stft){k->fft, k->window, k->config.hop});
    kokoro_watch(s, "harmonics", 0, y);
    if (s->harmonics)
        memcpy(y.data, s->harmonics, (size_t)tensor_count(&y) * sizeof(float));
    arena_rewind(&s->arena, mark);
}

/* Rows after stage i. */
static int64_t stage_rows(const struct kokoro_config *c, int64_t frames, int i)
{
    int64_t rows = 2 * frames;
    for (int j = 0; j <= i; j++)
        rows *= c->rate[j];
    return rows + (i + 1 == c->stages);
}

/* The largest [rows, channels] of all stages. */
static int64_t largest_stage(const struct kokoro_config *c, int64_t frames)
{
    int64_t most = 0;
    for (int i = 0; i < c->stages; i++) {
        int64_t n = stage_rows(c, frames, i) * (c->channels >> (i + 1));
        most = n > most ? n : most;
    }
    return most;
}

/* Of the decoder, or of the generator behind it: neither keeps anything of the other. */
size_t kokoro_vocode_bytes(const struct kokoro *k, int64_t frames)
{
    const struct kokoro_config *c = &k->config;
    int64_t spectrum = stage_rows(c, frames, c->stages - 1) * (c->n_fft + 2);
    int64_t samples = 2 * frames * c->frame_samples;
    int64_t decoder = frames * (5 * (int64_t)(c->width + c->residual + 2 + c->hidden) +
                                   4 * (int64_t)(c->width + c->channels));
    int64_t generator = 3 * largest_stage(c, frames) + spectrum + samples;
    for (int i = 0; i < c->stages; i++)
        generator += stage_rows(c, frames, i) * (c->channels >> (i + 1));
    int64_t kept = 2 * frames * c->channels + spectrum + samples; /* with the noise */
    return (size_t)(kept + (decoder > generator ? decoder : generator)) * sizeof(float) +
           ((size_t)1 << 20);
}

static void synthesize(struct synthesizer_session *s, struct tensor sum, float *pcm)
{
    const struct kokoro *k = s->model;
    struct device *d = s->device;
    int64_t bins = k->config.n_fft / 2 + 1;
    struct channels mean = {.scale = k->third, .curve = CURVE_LEAKY, .slope = 0.01f};
    struct channels exponential = {.curve = CURVE_EXP}, sine = {.curve = CURVE_SIN};
    struct tensor y = kokoro_rows(s, sum.shape[0], 2 * bins);
    op_conv(d, y, sum, &k->decoder.last, &mean, ACT_NONE, none);
    kokoro_watch(s, "spectrum", 0, y);
    op_channels(d, tensor_cols(y, 0, bins), tensor_cols(y, 0, bins), &exponential);
    op_channels(d, tensor_cols(y, bins, bins), tensor_cols(y, bins, bins), &sine);
    op_istft(d, pcm, y, &(struct stft){k->fft, k->window, k->config.hop});
}

void kokoro_vocode(struct synthesizer_session *s, const struct vocoding *v, float *pcm)
{
    const struct kokoro_config *c = &s->model->config;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t frames = v->text.shape[0], most = largest_stage(c, frames);
    struct tensor x = kokoro_rows(s, 2 * frames, c->channels);
    struct tensor harmonics = kokoro_rows(s, stage_rows(c, frames, c->stages - 1), c->n_fft + 2);
    decode(s, v, x);
    excite(s, v, harmonics);
    float *work[2];
    for (int i = 0; i < 2; i++)
        work[i] = arena_alloc(&s->arena, (size_t)most * sizeof *work[i]);
    for (int i = 0; i < c->stages && !kokoro_cancelled(s); i++) {
        int64_t rows = stage_rows(c, frames, i), channels = c->channels >> (i + 1);
        struct workspace w = {
            tensor_2d(work[0], DT_F32, rows, channels), tensor_2d(work[1], DT_F32, rows, channels)};
        struct tensor sum = kokoro_rows(s, rows, channels);
        run_stage(s, i, x, harmonics, sum, &w);
        x = sum;
    }
    if (!kokoro_cancelled(s))
        synthesize(s, x, pcm);
    arena_rewind(&s->arena, mark);
}
