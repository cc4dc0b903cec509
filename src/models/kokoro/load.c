/* SPDX-License-Identifier: Apache-2.0 */
/* Where each weight is found. The walk is made at open to look and at the first job to pack. */
#include "models/kokoro/kokoro.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADAINS_MAX = 192, NAME = 256 };

/* The affine maps of one style as they are found, until they are packed into one. */
struct style_parts {
    struct linear_part part[ADAINS_MAX];
    int count;
    int64_t width;
};

struct walk {
    struct loader l;
    struct kokoro *k;
    struct style_parts style[2];
};

/* What is packed need not stay in memory a second time. */
static void release(const struct walk *w)
{
    if (w->l.pack)
        weights_release(w->k->weights);
}

/* The file's five dicts have keys with or without "module." in front. */
static void enter(struct walk *w, const char *part)
{
    const struct weights *set = w->k->weights;
    char with[64];
    size_t n = (size_t)snprintf(with, sizeof with, "%s.module.", part);
    bool found = false;
    for (int i = 0; i < weights_count(set) && !found; i++)
        found = strncmp(weights_name(set, i), with, n) == 0;
    snprintf(w->l.prefix, sizeof w->l.prefix, found ? "%s.module." : "%s.", part);
    release(w);
}

static const char *named(char *out, const char *prefix, const char *name)
{
    int n = snprintf(out, NAME, "%s%s", prefix, name);
    return n < NAME ? out : ""; /* which no tensor is called */
}

static const char *numbered(char *out, const char *prefix, int i, const char *rest)
{
    int n = snprintf(out, NAME, "%s%d%s", prefix, i, rest);
    return n < NAME ? out : "";
}

/* fc [2n, s] gives gamma and beta of (1 + gamma) x + beta; where the norm in front has a weight v
 * and a bias u of its own, x is v x + u. Both are folded into fc, and so is the 1. */
static void fold(
    struct walk *w, struct linear_part *part, const float *v, const float *u, int64_t n)
{
    int64_t s = part->w.w.shape[1];
    float *f = part->w.w.data, *c = part->bias.data;
    for (int64_t i = 0; i < n && !w->l.status; i++) {
        float *gamma = f + i * s, *beta = f + (n + i) * s, *one = c + i;
        *one += 1;
        for (int64_t j = 0; j < s; j++) {
            beta[j] += u ? u[i] * gamma[j] : 0;
            gamma[j] *= v ? v[i] : 1;
        }
        c[n + i] += u ? u[i] * *one : 0;
        *one *= v ? v[i] : 1;
    }
}

/* An AdaIN1d or AdaLayerNorm called NAME. */
static void take_adain(struct walk *w, struct adain *out, int style, const char *name, int64_t n)
{
    struct style_parts *p = &w->style[style];
    char full[NAME];
    float *fc = NULL, *bias = NULL, *v = NULL, *u = NULL;
    struct tensor table;
    load_table(&w->l, &table, named(full, name, ".fc.weight"), 2 * n, w->k->config.style);
    fc = table.data;
    load_vector(&w->l, &bias, named(full, name, ".fc.bias"), 2 * n);
    if (load_has(&w->l, named(full, name, ".norm.weight"))) {
        load_vector(&w->l, &v, named(full, name, ".norm.weight"), n);
        load_vector(&w->l, &u, named(full, name, ".norm.bias"), n);
    }
    *out = (struct adain){n, p->width};
    p->width += 2 * n;
    if (p->count == ADAINS_MAX && !w->l.status)
        w->l.status = err_set(w->l.error, IH_UNSUPPORTED, "more than %d style layers", ADAINS_MAX);
    if (w->l.status || !w->l.pack)
        return;
    struct linear_part *part = &p->part[p->count++];
    *part = (struct linear_part){.w.w = tensor_2d(fc, DT_F32, 2 * n, w->k->config.style),
        .bias = tensor_1d(bias, DT_F32, 2 * n)};
    fold(w, part, v, u, n);
}

static void take_residual(struct walk *w, struct residual_block *b, int style, const char *name,
    int64_t in, int64_t out, bool up)
{
    const float half = 0.70710678f; /* the block's output is (residual + shortcut) / sqrt(2) */
    char full[NAME];
    *b = (struct residual_block){.in = in, .out = out, .up = up, .learned = in != out};
    take_adain(w, &b->norm1, style, named(full, name, ".norm1"), in);
    take_adain(w, &b->norm2, style, named(full, name, ".norm2"), out);
    struct conv_shape first = {.in = in, .out = out, .taps = 3, .pad = 1};
    struct conv_shape second = {.in = out, .out = out, .taps = 3, .pad = 1, .scale = half};
    load_conv(&w->l, &b->conv1, named(full, name, ".conv1"), &first);
    load_conv(&w->l, &b->conv2, named(full, name, ".conv2"), &second);
    if (b->learned) {
        struct conv_shape s = {.in = in, .out = out, .taps = 1, .no_bias = true, .scale = half};
        load_conv(&w->l, &b->shortcut, named(full, name, ".conv1x1"), &s);
    }
    if (up)
        load_depthwise_transposed(&w->l, &b->pool, named(full, name, ".pool"), in, 3, 2, 1);
    release(w);
}

static void take_alpha(struct walk *w, float **alpha, float **inverse, const char *name, int64_t n)
{
    struct tensor t;
    char full[NAME];
    if (w->l.status)
        return;
    w->l.status = weights_get(
        &t, w->k->weights, named(full, w->l.prefix, name), 3, (int64_t[]){1, n, 1}, w->l.error);
    if (!w->l.status && t.dtype != DT_F32)
        w->l.status = err_set(
            w->l.error, IH_BAD_DATA, "%s: tensor %s is not f32", weights_path(w->k->weights), full);
    if (w->l.status || !w->l.pack)
        return;
    *alpha = arena_alloc(&w->k->arena, (size_t)n * sizeof **alpha);
    *inverse = arena_alloc(&w->k->arena, (size_t)n * sizeof **inverse);
    if (!*alpha || !*inverse) {
        w->l.status = err_memory(w->l.error, "a model's weights");
        return;
    }
    memcpy(*alpha, t.data, (size_t)n * sizeof **alpha);
    for (int64_t i = 0; i < n; i++)
        (*inverse)[i] = 1 / (*alpha)[i];
}

static void take_snake(struct walk *w, struct snake_block *b, const char *name, int64_t channels,
    int kernel, const int dilation[PAIRS])
{
    for (int i = 0; i < PAIRS; i++)
        for (int j = 0; j < 2; j++) {
            char full[NAME], part[32];
            int d = j ? 1 : dilation[i];
            struct conv_shape s = {.in = channels,
                .out = channels,
                .taps = kernel,
                .dilation = d,
                .pad = (kernel * d - d) / 2};
            snprintf(part, sizeof part, ".convs%d.%d", j + 1, i);
            load_conv(&w->l, &b->pair[i].conv[j], named(full, name, part), &s);
            snprintf(part, sizeof part, ".adain%d.%d", j + 1, i);
            take_adain(w, &b->pair[i].norm[j], STYLE_SOUND, named(full, name, part), channels);
            snprintf(part, sizeof part, ".alpha%d.%d", j + 1, i);
            take_alpha(
                w, &b->pair[i].alpha[j], &b->pair[i].inverse[j], named(full, name, part), channels);
        }
}

static void take_norm(struct walk *w, float **weight, float **bias, const char *name,
    const char *weight_name, const char *bias_name, int64_t n)
{
    char full[NAME];
    load_vector(&w->l, weight, named(full, name, weight_name), n);
    load_vector(&w->l, bias, named(full, name, bias_name), n);
}

static void take_bert(struct walk *w)
{
    const struct kokoro_config *c = &w->k->config;
    struct bert *b = &w->k->bert;
    struct loader *l = &w->l;
    struct tensor type;
    enter(w, "bert");
    load_table(l, &b->words, "embeddings.word_embeddings.weight", c->tokens, c->bert_embedding);
    load_table(l, &b->positions, "embeddings.position_embeddings.weight", c->bert_positions,
        c->bert_embedding);
    load_table(l, &type, "embeddings.token_type_embeddings.weight", -1, c->bert_embedding);
    for (int64_t i = 0; i < b->positions.shape[0] && l->pack && !l->status; i++)
        device_kernels(l->device)->add(
            (float *)b->positions.data + i * c->bert_embedding, type.data, c->bert_embedding);
    take_norm(
        w, &b->embed_w, &b->embed_b, "embeddings.LayerNorm", ".weight", ".bias", c->bert_embedding);
    load_linear(
        l, &b->widen, "encoder.embedding_hidden_mapping_in", c->bert_dim, c->bert_embedding);
    load_enter(l, "encoder.albert_layer_groups.0.albert_layers.0.");
    static const char *const qkv[] = {"attention.query", "attention.key", "attention.value"};
    load_linears(l, &b->qkv, qkv, 3, c->bert_dim, c->bert_dim);
    load_linear(l, &b->out, "attention.dense", c->bert_dim, c->bert_dim);
    load_linear(l, &b->ffn, "ffn", c->bert_ffn, c->bert_dim);
    load_linear(l, &b->ffn_output, "ffn_output", c->bert_dim, c->bert_ffn);
    take_norm(w, &b->attention_w, &b->attention_b, "attention.LayerNorm", ".weight", ".bias",
        c->bert_dim);
    take_norm(w, &b->full_w, &b->full_b, "full_layer_layer_norm", ".weight", ".bias", c->bert_dim);
    enter(w, "bert_encoder");
    l->prefix[strlen(l->prefix) - 1] = 0; /* the part is the linear itself */
    load_linear(l, &b->last, "", c->hidden, c->bert_dim);
}

static void take_branch(struct walk *w, struct residual_block *b, const char *name, int64_t h)
{
    const int64_t in[] = {h, h, h / 2}, out[] = {h, h / 2, h / 2};
    char full[NAME];
    for (int i = 0; i < BRANCH_BLOCKS; i++)
        take_residual(w, &b[i], STYLE_PROSODY, numbered(full, name, i, ""), in[i], out[i], i == 1);
}

static void take_prosody(struct walk *w)
{
    const struct kokoro_config *c = &w->k->config;
    struct prosody_net *p = &w->k->prosody;
    int64_t h = c->hidden, in = h + c->style;
    char full[NAME];
    enter(w, "predictor");
    for (int i = 0; i < c->layers; i++) {
        load_bidirectional(
            &w->l, &p->encoder[i], numbered(full, "text_encoder.lstms.", 2 * i, ""), in, h / 2);
        take_adain(
            w, &p->norm[i], STYLE_PROSODY, numbered(full, "text_encoder.lstms.", 2 * i + 1, ""), h);
    }
    load_bidirectional(&w->l, &p->lstm, "lstm", in, h / 2);
    load_bidirectional(&w->l, &p->shared, "shared", in, h / 2);
    load_linear(&w->l, &p->duration, "duration_proj.linear_layer", c->max_duration, h);
    take_branch(w, p->pitch, "F0.", h);
    take_branch(w, p->energy, "N.", h);
    struct conv_shape one = {.in = h / 2, .out = 1, .taps = 1};
    load_conv(&w->l, &p->pitch_out, "F0_proj", &one);
    load_conv(&w->l, &p->energy_out, "N_proj", &one);
}

static void take_text(struct walk *w)
{
    const struct kokoro_config *c = &w->k->config;
    struct text_net *t = &w->k->text;
    int64_t h = c->hidden;
    char full[NAME];
    struct conv_shape s = {
        .in = h, .out = h, .taps = c->text_kernel, .pad = (c->text_kernel - 1) / 2};
    enter(w, "text_encoder");
    load_table(&w->l, &t->embedding, "embedding.weight", c->tokens, h);
    for (int i = 0; i < c->layers; i++) {
        load_conv(&w->l, &t->conv[i], numbered(full, "cnn.", i, ".0"), &s);
        take_norm(
            w, &t->norm_w[i], &t->norm_b[i], numbered(full, "cnn.", i, ".1"), ".gamma", ".beta", h);
    }
    load_bidirectional(&w->l, &t->lstm, "lstm", h, h / 2);
}

/* One stage of the generator: from `channels` to half of them. */
static void take_stage(struct walk *w, int i)
{
    const struct kokoro_config *c = &w->k->config;
    struct upsampling *u = &w->k->decoder.stage[i];
    int64_t in = c->channels >> i, out = c->channels >> (i + 1);
    bool last = i + 1 == c->stages;
    int step = 1;
    char full[NAME];
    for (int j = i + 1; j < c->stages; j++)
        step *= c->rate[j];
    u->channels = out;
    struct conv_shape up = {.in = in,
        .out = out,
        .taps = c->up_kernel[i],
        .stride = c->rate[i],
        .pad = (c->up_kernel[i] - c->rate[i]) / 2,
        .transposed = true};
    struct conv_shape source = {.in = c->n_fft + 2,
        .out = out,
        .taps = last ? 1 : 2 * step,
        .stride = step,
        .pad = last ? 0 : (step + 1) / 2};
    load_conv(&w->l, &u->up, numbered(full, "generator.ups.", i, ""), &up);
    load_conv(&w->l, &u->source, numbered(full, "generator.noise_convs.", i, ""), &source);
    static const int noise_dilation[PAIRS] = {1, 3, 5};
    take_snake(w, &u->noise, numbered(full, "generator.noise_res.", i, ""), out, last ? 11 : 7,
        noise_dilation);
    for (int j = 0; j < c->kernels; j++)
        take_snake(w, &u->block[j], numbered(full, "generator.resblocks.", i * c->kernels + j, ""),
            out, c->kernel[j], c->dilation[j]);
}

static void take_decoder(struct walk *w)
{
    const struct kokoro_config *c = &w->k->config;
    struct decoder_net *d = &w->k->decoder;
    int64_t joined = c->width + c->residual + 2;
    char full[NAME];
    enum dtype storage = w->l.storage;
    enter(w, "decoder");
    /* Curves and the last layer decide much and cost nothing. */
    struct conv_shape curve = {.in = 1, .out = 1, .taps = 3, .stride = 2, .pad = 1};
    w->l.storage = DT_F32;
    load_conv(&w->l, &d->pitch, "F0_conv", &curve);
    load_conv(&w->l, &d->energy, "N_conv", &curve);
    struct conv_shape post = {
        .in = c->channels >> c->stages, .out = c->n_fft + 2, .taps = 7, .pad = 3};
    load_conv(&w->l, &d->last, "generator.conv_post", &post);
    struct tensor mix;
    load_table(&w->l, &mix, "generator.m_source.l_linear.weight", 1, HARMONICS);
    d->harmonics = mix.data;
    load_vector(&w->l, &d->harmonics_bias, "generator.m_source.l_linear.bias", 1);
    w->l.storage = storage;
    struct conv_shape residual = {.in = c->hidden, .out = c->residual, .taps = 1};
    load_conv(&w->l, &d->residual, "asr_res.0", &residual);
    take_residual(w, &d->encode, STYLE_SOUND, "encode", c->hidden + 2, c->width, false);
    for (int i = 0; i < DECODE_BLOCKS; i++) {
        bool last = i + 1 == DECODE_BLOCKS;
        take_residual(w, &d->decode[i], STYLE_SOUND, numbered(full, "decode.", i, ""), joined,
            last ? c->channels : c->width, last);
    }
    for (int i = 0; i < c->stages; i++)
        take_stage(w, i);
}

static void pack_styles(struct walk *w)
{
    for (int i = 0; i < 2 && !w->l.status && w->l.pack; i++) {
        struct style_parts *p = &w->style[i];
        w->k->style[i].width = p->width;
        w->l.status =
            linear_pack(w->l.device, &w->k->style[i].fc, p->part, p->count, DT_F32, w->l.error);
    }
}

/* Widths that only the file knows: rows of the first block's and the residual's biases. */
static enum ih_status read_widths(struct walk *w, struct ih_error *e)
{
    struct tensor t;
    char full[NAME];
    enter(w, "decoder");
    int64_t any = -1;
    named(full, w->l.prefix, "encode.conv1.bias");
    enum ih_status status = weights_get(&t, w->k->weights, full, 1, &any, e);
    if (status)
        return status;
    w->k->config.width = (int)t.shape[0];
    named(full, w->l.prefix, "asr_res.0.bias");
    status = weights_get(&t, w->k->weights, full, 1, &any, e);
    if (status)
        return status;
    w->k->config.residual = (int)t.shape[0];
    if (w->k->config.width < 1 || w->k->config.residual < 1 || w->k->config.width > 1 << 14 ||
        w->k->config.residual > 1 << 14)
        return err_set(e, IH_BAD_DATA, "%s: the decoder is %d and %d wide; expected 1 to %d",
            weights_path(w->k->weights), w->k->config.width, w->k->config.residual, 1 << 14);
    return IH_OK;
}

static enum ih_status walk(struct kokoro *k, bool pack, struct ih_error *e)
{
    struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a model's weights");
    w->k = k;
    w->l = (struct loader){.weights = k->weights,
        .device = k->base.device,
        .arena = &k->arena,
        .pack = pack,
        .storage = DT_F32,
        .error = e};
    w->l.status = read_widths(w, e);
    take_bert(w);
    take_prosody(w);
    w->l.storage = k->storage;
    take_text(w);
    take_decoder(w);
    pack_styles(w);
    enum ih_status status = w->l.status;
    free(w);
    return status;
}

enum ih_status kokoro_bind(struct kokoro *k, struct ih_error *e)
{
    return walk(k, false, e);
}

static enum ih_status constants(struct kokoro *k, struct ih_error *e)
{
    const struct kokoro_config *c = &k->config;
    enum ih_status status = fft_open(&k->fft, c->n_fft, e);
    if (status)
        return status;
    int64_t widest = c->hidden > c->width ? c->hidden : c->width;
    k->window = arena_alloc(&k->arena, (size_t)c->n_fft * sizeof *k->window);
    k->third = arena_alloc(&k->arena, (size_t)c->channels * sizeof *k->third);
    k->half = arena_alloc(&k->arena, (size_t)widest * sizeof *k->half);
    if (!k->window || !k->third || !k->half)
        return err_memory(e, "a model's weights");
    for (int i = 0; i < c->n_fft; i++) /* Hann, periodic */
        k->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / c->n_fft));
    for (int i = 0; i < c->channels; i++)
        k->third[i] = 1.0f / (float)c->kernels;
    for (int64_t i = 0; i < widest; i++)
        k->half[i] = 0.70710678f;
    return IH_OK;
}

enum ih_status kokoro_prepare(struct kokoro *k, struct ih_error *e)
{
    pthread_mutex_lock(&k->lock);
    enum ih_status status = IH_OK;
    if (!k->prepared) {
        status = walk(k, true, e);
        if (!status)
            status = constants(k, e);
        weights_release(k->weights);
        if (status)
            kokoro_unpack(k);
        k->prepared = !status;
    }
    pthread_mutex_unlock(&k->lock);
    return status;
}

static void free_residual(struct residual_block *b)
{
    conv_free(&b->conv1);
    conv_free(&b->conv2);
    conv_free(&b->shortcut);
}

static void free_snake(struct snake_block *b)
{
    for (int i = 0; i < PAIRS; i++) {
        conv_free(&b->pair[i].conv[0]);
        conv_free(&b->pair[i].conv[1]);
    }
}

static void free_decoder(struct decoder_net *d)
{
    struct conv *conv[] = {&d->pitch, &d->energy, &d->residual, &d->last};
    for (size_t i = 0; i < sizeof conv / sizeof *conv; i++)
        conv_free(conv[i]);
    free_residual(&d->encode);
    for (int i = 0; i < DECODE_BLOCKS; i++)
        free_residual(&d->decode[i]);
    for (int i = 0; i < STAGES_MAX; i++) {
        conv_free(&d->stage[i].up);
        conv_free(&d->stage[i].source);
        free_snake(&d->stage[i].noise);
        for (int j = 0; j < KERNELS_MAX; j++)
            free_snake(&d->stage[i].block[j]);
    }
}

void kokoro_unpack(struct kokoro *k)
{
    struct linear *linear[] = {&k->bert.widen, &k->bert.qkv, &k->bert.out, &k->bert.ffn,
        &k->bert.ffn_output, &k->bert.last, &k->prosody.duration, &k->style[0].fc, &k->style[1].fc};
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
        linear_free(linear[i]);
    for (int i = 0; i < LAYERS_MAX; i++) {
        recurrent_free(&k->prosody.encoder[i]);
        conv_free(&k->text.conv[i]);
    }
    recurrent_free(&k->prosody.lstm);
    recurrent_free(&k->prosody.shared);
    recurrent_free(&k->text.lstm);
    for (int i = 0; i < BRANCH_BLOCKS; i++) {
        free_residual(&k->prosody.pitch[i]);
        free_residual(&k->prosody.energy[i]);
    }
    conv_free(&k->prosody.pitch_out);
    conv_free(&k->prosody.energy_out);
    free_decoder(&k->decoder);
    fft_close(&k->fft);
}
