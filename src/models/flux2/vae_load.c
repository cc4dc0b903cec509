/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the autoencoder: its configuration, and where each weight is found. The walk over a side
 * is made at open to look and at the first job to pack. */
#include "models/flux2/vae_net.h"

#include "weights/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 96, CHANNELS_MAX = 4096, HEAD_MAX = 512 };

static const char *named(char out[NAME], const char *format, int i, int j)
{
    snprintf(out, NAME, format, i, j);
    return out;
}

static void load_norm(struct loader *l, struct vae_norm *out, const char *name, int64_t n)
{
    char full[2 * NAME];
    snprintf(full, sizeof full, "%s.weight", name);
    load_vector(l, &out->w, full, n);
    snprintf(full, sizeof full, "%s.bias", name);
    load_vector(l, &out->b, full, n);
}

static void load_3x3(struct loader *l, struct conv2d *out, const char *name, int64_t in, int64_t n)
{
    load_conv2d(l, out, name,
        &(struct conv2d_shape){
            .in = in, .out = n, .taps = 3, .top = 1, .left = 1, .bottom = 1, .right = 1});
}

static void load_1x1(struct loader *l, struct conv2d *out, const char *name, int64_t in, int64_t n)
{
    load_conv2d(l, out, name, &(struct conv2d_shape){.in = in, .out = n, .taps = 1});
}

/* Where the prefix was before something was put behind it. */
static size_t enter(struct loader *l, const char *more)
{
    size_t before = strlen(l->prefix);
    load_enter(l, more);
    return before;
}

static void leave(struct loader *l, size_t before)
{
    l->prefix[before] = '\0';
}

static void load_resnet(
    struct loader *l, struct vae_resnet *r, const char *name, int64_t in, int64_t out)
{
    size_t before = enter(l, name);
    r->in = in;
    r->out = out;
    load_norm(l, &r->norm[0], "norm1", in);
    load_3x3(l, &r->conv[0], "conv1", in, out);
    load_norm(l, &r->norm[1], "norm2", out);
    load_3x3(l, &r->conv[1], "conv2", out, out);
    if (in != out)
        load_1x1(l, &r->shortcut, "conv_shortcut", in, out);
    leave(l, before);
}

static void load_middle(struct loader *l, struct vae_side *s, int64_t n)
{
    static const char *const qkv[] = {"to_q", "to_k", "to_v"};
    size_t before = enter(l, "mid_block.");
    load_resnet(l, &s->middle[0], "resnets.0.", n, n);
    load_resnet(l, &s->middle[1], "resnets.1.", n, n);
    if (s->has_attention) {
        load_enter(l, "attentions.0.");
        load_norm(l, &s->attention.norm, "group_norm", n);
        load_linears(l, &s->attention.qkv, qkv, 3, n, n);
        load_linear(l, &s->attention.out, "to_out.0", n, n);
    }
    leave(l, before);
}

static void load_stage(struct loader *l, struct vae_side *s, int i, int64_t in)
{
    struct vae_stage *stage = &s->stage[i];
    char name[NAME];
    int64_t n = s->channels[i];
    size_t before = enter(l, named(name, s->decoder ? "up_blocks.%d." : "down_blocks.%d.", i, 0));
    for (int j = 0; j < stage->resnets; j++)
        load_resnet(l, &stage->resnet[j], named(name, "resnets.%d.", j, 0), j ? n : in, n);
    stage->resampled = i + 1 < s->stages;
    struct conv2d_shape up = {.in = n, .out = n, .taps = 3, .doubled = true};
    up.top = up.left = up.bottom = up.right = 1;
    struct conv2d_shape down = {.in = n, .out = n, .taps = 3, .stride = 2, .bottom = 1, .right = 1};
    if (stage->resampled && s->decoder)
        load_conv2d(l, &stage->resample, "upsamplers.0.conv", &up);
    else if (stage->resampled)
        load_conv2d(l, &stage->resample, "downsamplers.0.conv", &down);
    leave(l, before);
}

/* Products with few channels on one side are kept in 16 bits where the rest has 8. */
static void load_side(struct loader *l, const struct vae *v, struct vae_side *s)
{
    enum dtype storage = l->storage, fine = storage == DT_I8 ? DT_BF16 : storage;
    int64_t first = s->channels[0], last = s->channels[s->stages - 1];
    l->storage = fine;
    if (s->has_quant) {
        int64_t n = s->decoder ? s->channels_in : s->channels_out;
        load_1x1(l, &s->quant, s->decoder ? "post_quant_conv" : "quant_conv", n, n);
    }
    load_enter(l, s->decoder ? "decoder." : "encoder.");
    load_3x3(l, &s->in, "conv_in", s->channels_in, first);
    load_3x3(l, &s->out, "conv_out", last, s->channels_out);
    l->storage = storage;
    load_norm(l, &s->norm_out, "conv_norm_out", last);
    load_middle(l, s, s->decoder ? first : last);
    for (int i = 0; i < s->stages; i++) {
        load_stage(l, s, i, i ? s->channels[i - 1] : first);
        if (l->pack)
            weights_release(v->weights); /* what is packed need not be in memory twice */
    }
}

static void free_resnet(struct vae_resnet *r)
{
    conv2d_free(&r->conv[0]);
    conv2d_free(&r->conv[1]);
    conv2d_free(&r->shortcut);
}

static void unpack(struct vae_side *s)
{
    for (int i = 0; i < s->stages; i++) {
        for (int j = 0; j < s->stage[i].resnets; j++)
            free_resnet(&s->stage[i].resnet[j]);
        conv2d_free(&s->stage[i].resample);
    }
    free_resnet(&s->middle[0]);
    free_resnet(&s->middle[1]);
    linear_free(&s->attention.qkv);
    linear_free(&s->attention.out);
    conv2d_free(&s->in);
    conv2d_free(&s->out);
    conv2d_free(&s->quant);
    arena_free(&s->arena);
    s->arena = (struct arena){0};
    s->packed = false;
}

static enum ih_status walk(struct vae *v, struct vae_side *s, bool pack, struct ih_error *e)
{
    struct loader l = {.weights = v->weights,
        .device = v->device,
        .arena = &s->arena,
        .pack = pack,
        .storage = v->storage,
        .error = e};
    load_side(&l, v, s);
    return l.status;
}

enum ih_status vae_prepare(struct vae *v, struct vae_side *s, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    pthread_mutex_lock(&v->lock);
    if (!s->packed) {
        status = walk(v, s, true, e);
        if (status)
            unpack(s);
        else
            s->packed = true;
    }
    pthread_mutex_unlock(&v->lock);
    return status;
}

void vae_release(struct vae *v)
{
    unpack(&v->encoder);
    unpack(&v->decoder);
}

/* Latents are (x - mean) / sqrt(var + eps) by the statistics that training left in BatchNorm. */
static enum ih_status load_statistics(struct vae *v, struct ih_error *e)
{
    int64_t n = vae_channels(v);
    float *mean = NULL, *variance = NULL;
    struct loader l = {.weights = v->weights,
        .device = v->device,
        .arena = &v->arena,
        .pack = true,
        .storage = DT_F32,
        .error = e};
    load_vector(&l, &mean, "bn.running_mean", n);
    load_vector(&l, &variance, "bn.running_var", n);
    float **vectors[] = {&v->scale, &v->shift, &v->norm_scale, &v->norm_shift};
    for (int i = 0; i < 4 && !l.status; i++) {
        *vectors[i] = arena_alloc(&v->arena, (size_t)n * sizeof(float));
        if (!*vectors[i])
            l.status = err_memory(e, "an autoencoder");
    }
    for (int64_t c = 0; c < n && !l.status; c++) {
        float deviation = sqrtf(variance[c] + v->bn_eps);
        if (!(deviation > 0) || !isfinite(deviation) || !isfinite(mean[c]))
            return err_set(e, IH_BAD_DATA, "%s: bn.running_var holds %g, which is no variance",
                weights_path(v->weights), (double)variance[c]);
        v->scale[c] = deviation;
        v->shift[c] = mean[c];
        v->norm_scale[c] = 1 / deviation;
        v->norm_shift[c] = -mean[c] / deviation;
    }
    return l.status;
}

static enum ih_status read_channels(struct vae *v, struct vae_side *s,
    const struct config_value *list, const char *path, struct ih_error *e)
{
    int64_t n = config_length(list);
    if (n < 1 || n > VAE_STAGES)
        return err_set(e, IH_UNSUPPORTED, "%s: an autoencoder of %lld stages; 1 to %d can be run",
            path, (long long)n, VAE_STAGES);
    s->stages = (int)n;
    for (int i = 0; i < s->stages; i++) {
        /* The decoder walks the list from its end. */
        int64_t c = config_int_or(config_item(list, s->decoder ? n - 1 - i : i), 0);
        if (c < 1 || c > CHANNELS_MAX || c % v->groups)
            return err_set(e, IH_UNSUPPORTED,
                "%s: a stage of %lld channels; expected a multiple of %d up to %d", path,
                (long long)c, v->groups, CHANNELS_MAX);
        s->channels[i] = c;
    }
    int64_t middle = s->decoder ? s->channels[0] : s->channels[n - 1];
    if (s->has_attention && (middle > HEAD_MAX || middle % 2))
        return err_set(e, IH_UNSUPPORTED,
            "%s: attention over %lld channels; an even number up to %d can be run", path,
            (long long)middle, HEAD_MAX);
    return IH_OK;
}

static enum ih_status read_sides(
    struct vae *v, const struct config_value *root, const char *path, struct ih_error *e)
{
    const struct config_value *channels = config_find(root, "block_out_channels");
    const struct config_value *other = config_find(root, "decoder_block_out_channels");
    int layers = (int)config_int_or(config_find(root, "layers_per_block"), 2);
    bool attention = config_bool_or(config_find(root, "mid_block_add_attention"), true);
    struct vae_side *sides[] = {&v->encoder, &v->decoder};
    v->encoder.channels_in = v->decoder.channels_out = 3;
    v->encoder.channels_out = 2 * v->latent; /* mean and variance */
    v->decoder.channels_in = v->latent;
    v->encoder.has_quant = config_bool_or(config_find(root, "use_quant_conv"), true);
    v->decoder.has_quant = config_bool_or(config_find(root, "use_post_quant_conv"), true);
    v->decoder.decoder = true;
    for (int i = 0; i < 2; i++) {
        sides[i]->has_attention = attention;
        for (int j = 0; j < VAE_STAGES; j++)
            sides[i]->stage[j].resnets = layers + i;
    }
    enum ih_status status = read_channels(v, &v->encoder, channels, path, e);
    if (!status)
        status = read_channels(v, &v->decoder, other ? other : channels, path, e);
    if (!status && v->encoder.stages != v->decoder.stages)
        status = err_set(e, IH_UNSUPPORTED, "%s: encoder and decoder differ in their stages", path);
    return status;
}

static enum ih_status read_config(struct vae *v, const char *path, struct ih_error *e)
{
    struct config *c = NULL;
    int64_t layers = 0, groups = 0;
    enum ih_status status = config_open(&c, path, e);
    const struct config_value *root = config_root(c);
    if (!status)
        status = config_int(c, "latent_channels", 1, 256, &v->latent, e);
    if (!status)
        status = config_int(c, "layers_per_block", 1, VAE_RESNETS - 1, &layers, e);
    if (!status)
        status = config_int(c, "norm_num_groups", 1, CHANNELS_MAX, &groups, e);
    const struct config_value *patch = config_find(root, "patch_size");
    const char *act = config_string_or(config_find(root, "act_fn"), "silu");
    if (!status && strcmp(act, "silu") != 0)
        status = err_set(e, IH_UNSUPPORTED, "%s: activation %s; expected silu", path, act);
    for (int i = 0; i < config_length(patch) && !status; i++)
        if (config_int_or(config_item(patch, i), 0) != VAE_PATCH)
            status = err_set(e, IH_UNSUPPORTED, "%s: patch_size; expected 2 by 2", path);
    if (!status && (config_int_or(config_find(root, "in_channels"), 3) != 3 ||
                       config_int_or(config_find(root, "out_channels"), 3) != 3))
        status = err_set(e, IH_UNSUPPORTED, "%s: pictures have 3 channels", path);
    v->groups = (int)groups;
    v->bn_eps = (float)config_number_or(config_find(root, "batch_norm_eps"), 1e-4);
    if (!status)
        status = read_sides(v, root, path, e);
    config_close(&c);
    return status;
}

static enum ih_status open_weights(struct vae *v, const char *folder, struct ih_error *e)
{
    static const char *const names[] = {
        "/diffusion_pytorch_model.safetensors", "/diffusion_pytorch_model.safetensors.index.json"};
    char path[4096];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s%s", folder, names[i]);
        FILE *f = fopen(path, "rb");
        if (!f)
            continue;
        fclose(f);
        return weights_open(&v->weights, path, e);
    }
    return weights_open(&v->weights, folder, e);
}

void vae_close(struct vae **vp)
{
    struct vae *v = *vp;
    if (!v)
        return;
    vae_release(v);
    arena_free(&v->arena);
    weights_close(&v->weights);
    pthread_mutex_destroy(&v->lock);
    free(v);
    *vp = NULL;
}

enum ih_status vae_open(
    struct vae **out, struct device *d, const char *folder, enum dtype storage, struct ih_error *e)
{
    char path[4096];
    *out = NULL;
    struct vae *v = calloc(1, sizeof *v);
    if (!v)
        return err_memory(e, "an autoencoder");
    pthread_mutex_init(&v->lock, NULL);
    v->device = d;
    v->storage = storage;
    v->hidden = device_activation(d, storage);
    int n = snprintf(path, sizeof path, "%s/config.json", folder);
    enum ih_status status = n < 0 || n >= (int)sizeof path
                                ? err_set(e, IH_NOT_FOUND, "a path of %d letters is too long", n)
                                : read_config(v, path, e);
    if (!status)
        status = open_weights(v, folder, e);
    if (!status)
        status = load_statistics(v, e);
    if (!status)
        status = walk(v, &v->encoder, false, e);
    if (!status)
        status = walk(v, &v->decoder, false, e);
    if (status)
        vae_close(&v);
    *out = v;
    return status;
}

int vae_multiple(const struct vae *v)
{
    return VAE_PATCH << (v->encoder.stages - 1);
}

int vae_channels(const struct vae *v)
{
    return (int)v->latent * VAE_PATCH * VAE_PATCH;
}
