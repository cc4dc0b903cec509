/* SPDX-License-Identifier: Apache-2.0 */
/* Where each weight is found, and how it is packed. */
#include "models/voice1/voice1.h"

#include "nn/bind_block.h"

#include <math.h>
#include <stdio.h>

enum { NAME = 96 };

/* A norm's weight is 1 + what the linear layer gives: the 1 goes into the bias. */
static enum ih_status bind_speaker_norm(
    struct voice1 *m, const struct binder *b, const char *name, struct ih_error *e)
{
    const struct voice1_config *c = &m->config;
    struct linear_part *part = &m->norm_part[m->norms++];
    enum ih_status status = bind_linear(b, part, name, 2 * c->width, c->speaker, true, e);
    float *bias = part->bias.data;
    for (int i = 0; i < c->width && !status; i++)
        bias[i] += 1;
    return status;
}

static enum ih_status bind_stack(struct voice1 *m, const struct binder *b, struct stack *s,
    const char *name, int layers, int outputs, struct ih_error *e)
{
    char full[NAME];
    int width = m->config.width;
    enum ih_status status = IH_OK;
    *s = (struct stack){.layers = layers, .first_norm = m->norms};
    s->layer = arena_calloc(&m->arena, (size_t)layers, sizeof *s->layer);
    if (!s->layer)
        return err_memory(e, "a model's layers");
    for (int i = 0; i < layers && !status; i++) {
        snprintf(full, sizeof full, "%s.layers.%d.norm.linear", name, i);
        status = bind_speaker_norm(m, b, full, e);
        snprintf(full, sizeof full, "%s.layers.%d.conv1", name, i);
        if (!status)
            status = bind_conv(b, &s->layer[i].source1, full, width, width, 3, e);
        snprintf(full, sizeof full, "%s.layers.%d.conv2", name, i);
        if (!status)
            status = bind_conv(b, &s->layer[i].source2, full, width, width, 3, e);
    }
    snprintf(full, sizeof full, "%s.norm.linear", name);
    if (!status)
        status = bind_speaker_norm(m, b, full, e);
    snprintf(full, sizeof full, "%s.out", name);
    return status ? status : bind_linear(b, &s->out_part, full, outputs, width, true, e);
}

/* Half of Whisper's sinusoids: sines in the first half of the channels, cosines in the second. */
static enum ih_status make_positions(struct voice1 *m, struct ih_error *e)
{
    int width = m->config.width, half = width / 2, rows = m->config.longest + 2;
    float *p = arena_alloc(&m->arena, (size_t)rows * (size_t)width * sizeof *p);
    if (!p)
        return err_memory(e, "a model's positions");
    double step = log(10000) / (half - 1);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < half; j++) {
            double angle = i * exp(-step * j);
            p[i * width + j] = (float)(0.5 * sin(angle));
            p[i * width + half + j] = (float)(0.5 * cos(angle));
        }
    m->positions = tensor_2d(p, DT_F32, rows, width);
    return IH_OK;
}

static enum ih_status bind_text(struct voice1 *m, const struct binder *b, struct ih_error *e)
{
    const struct voice1_config *c = &m->config;
    char prefix[NAME];
    enum ih_status status =
        bind_matrix(b, &m->token_table, "text.tokens.weight", c->tokens, c->width, e);
    if (!status)
        status =
            bind_table(b, &m->language_table, "text.languages.weight", c->languages, c->width, e);
    if (!status)
        status = bind_conv(b, &m->text_source, "text.conv", c->width, c->width, 5, e);
    m->text_part = arena_calloc(&m->arena, (size_t)c->text_layers, sizeof *m->text_part);
    if (!status && !m->text_part)
        status = err_memory(e, "a model's layers");
    for (int i = 0; i < c->text_layers && !status; i++) {
        snprintf(prefix, sizeof prefix, "text.layers.%d.", i);
        status = bind_block(
            b, &m->text_part[i], &hub_block_names, prefix, c->width, 4 * c->width, false, e);
    }
    if (!status)
        status = bind_norm(b, &m->text_norm, "text.layer_norm", c->width, e);
    return status ? status : make_positions(m, e);
}

static enum ih_status bind_speaker(struct voice1 *m, const struct binder *b, struct ih_error *e)
{
    int width = m->config.width / 2;
    enum ih_status status = IH_OK;
    for (int i = 0; i < SPEAKER_CONVS && !status; i++) {
        char name[NAME];
        snprintf(name, sizeof name, "speaker.conv%d", i + 1);
        status = bind_conv(b, &m->speaker_source[i], name, width, i ? width : SPEAKER_MELS, 5, e);
    }
    if (!status)
        status = bind_linear(
            b, &m->speaker_out_part, "speaker.out", m->config.speaker, 2 * width, true, e);
    return status ? status
                  : bind_linear(b, &m->speaker_pitch_part, "speaker.pitch", 1, 2 * width, true, e);
}

enum ih_status voice1_bind(struct voice1 *m, struct ih_error *e)
{
    const struct voice1_config *c = &m->config;
    const struct binder b = {m->weights, device_kernels(m->base.device), &m->arena};
    size_t norms = (size_t)(c->duration_layers + c->pitch_layers + c->decoder_layers + 3);
    struct tensor voices;
    m->norm_part = arena_calloc(&m->arena, norms, sizeof *m->norm_part);
    if (!m->norm_part)
        return err_memory(e, "a model's layers");
    enum ih_status status = bind_text(m, &b, e);
    if (!status)
        status = bind_stack(m, &b, &m->duration, "duration", c->duration_layers, 1, e);
    if (!status)
        status = bind_stack(m, &b, &m->pitch, "pitch", c->pitch_layers, 2, e);
    if (!status)
        status = bind_stack(m, &b, &m->decoder, "decoder", c->decoder_layers,
            c->vocoder.bands + c->vocoder.shares, e);
    if (!status)
        status = bind_linear(&b, &m->colour_part, "colour", c->width, c->speaker, true, e);
    if (!status)
        status = bind_linear(&b, &m->place_part, "place", c->width, 3, true, e);
    if (!status)
        status = bind_linear(&b, &m->melody_part, "melody", c->width, 2, true, e);
    if (!status)
        status = bind_speaker(m, &b, e);
    if (!status)
        status = bind_table(&b, &voices, "voices", c->voices, c->speaker + 1, e);
    if (!status)
        m->voice_style = voices.data;
    return status;
}

/* Rows [first, first + rows) of a linear layer. */
static struct linear_part part_rows(struct linear_part whole, int64_t first, int64_t rows)
{
    whole.w.w = tensor_rows(whole.w.w, first, rows);
    if (whole.w.scale.data)
        whole.w.scale = tensor_rows(whole.w.scale, first, rows);
    whole.bias = tensor_1d((float *)whole.bias.data + first, DT_F32, rows);
    return whole;
}

static enum ih_status pack_stack(struct voice1 *m, struct stack *s, struct ih_error *e)
{
    struct device *d = m->base.device;
    const struct kernels *k = device_kernels(d);
    enum ih_status status = IH_OK;
    for (int i = 0; i < s->layers && !status; i++) {
        struct sound_layer *l = &s->layer[i];
        status = conv_source_pack(d, k, &l->conv1, &l->source1, m->storage, e);
        if (!status)
            status = conv_source_pack(d, k, &l->conv2, &l->source2, m->storage, e);
    }
    return status;
}

/* The small linear layers: what they decide is heard in every frame, so they stay in f32. */
static enum ih_status pack_small(struct voice1 *m, struct ih_error *e)
{
    struct linear_part envelope = part_rows(m->decoder.out_part, 0, m->config.vocoder.bands);
    struct linear_part share =
        part_rows(m->decoder.out_part, m->config.vocoder.bands, m->config.vocoder.shares);
    const struct {
        struct linear *to;
        const struct linear_part *from;
        int parts;
    } wanted[] = {
        {&m->norm, m->norm_part, m->norms},
        {&m->colour, &m->colour_part, 1},
        {&m->place, &m->place_part, 1},
        {&m->melody, &m->melody_part, 1},
        {&m->duration_out, &m->duration.out_part, 1},
        {&m->pitch_out, &m->pitch.out_part, 1},
        {&m->envelope_out, &envelope, 1},
        {&m->share_out, &share, 1},
        {&m->speaker_out, &m->speaker_out_part, 1},
        {&m->speaker_pitch, &m->speaker_pitch_part, 1},
    };
    enum ih_status status = IH_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++)
        status =
            linear_pack(m->base.device, wanted[i].to, wanted[i].from, wanted[i].parts, DT_F32, e);
    return status;
}

static enum ih_status pack_all(struct voice1 *m, struct ih_error *e)
{
    struct device *d = m->base.device;
    const struct kernels *k = device_kernels(d);
    enum ih_status status = conv_source_pack(d, k, &m->text_conv, &m->text_source, m->storage, e);
    for (int i = 0; i < m->config.text_layers && !status; i++)
        status = block_pack(d, &m->text[i], &m->text_part[i], m->storage, e);
    for (int i = 0; i < SPEAKER_CONVS && !status; i++)
        status = conv_source_pack(d, k, &m->speaker_conv[i], &m->speaker_source[i], m->storage, e);
    if (!status)
        status = pack_stack(m, &m->duration, e);
    if (!status)
        status = pack_stack(m, &m->pitch, e);
    if (!status)
        status = pack_stack(m, &m->decoder, e);
    if (!status)
        status = pack_small(m, e);
    weights_release(m->weights);
    return status;
}

static void unpack_stack(struct stack *s)
{
    for (int i = 0; s->layer && i < s->layers; i++) {
        conv_free(&s->layer[i].conv1);
        conv_free(&s->layer[i].conv2);
    }
}

void voice1_unpack(struct voice1 *m)
{
    struct linear *small[] = {&m->norm, &m->colour, &m->place, &m->melody, &m->duration_out,
        &m->pitch_out, &m->envelope_out, &m->share_out, &m->speaker_out, &m->speaker_pitch};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        linear_free(small[i]);
    conv_free(&m->text_conv);
    for (int i = 0; i < SPEAKER_CONVS; i++)
        conv_free(&m->speaker_conv[i]);
    for (int i = 0; m->text && i < m->config.text_layers; i++)
        block_free(&m->text[i]);
    unpack_stack(&m->duration);
    unpack_stack(&m->pitch);
    unpack_stack(&m->decoder);
}

enum ih_status voice1_prepare(struct voice1 *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->prepare_lock);
    enum ih_status status = m->prepared ? IH_OK : pack_all(m, e);
    m->prepared = !status;
    if (status)
        voice1_unpack(m);
    pthread_mutex_unlock(&m->prepare_lock);
    return status;
}
