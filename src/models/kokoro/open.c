/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a folder as the hub lays it out: config.json, one .pth with the weights, voices/. */
#include "models/kokoro/kokoro.h"

#include "weights/config.h"
#include "weights/pth.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first .pth of a folder by name, as a path. */
static bool find_pth(const char *folder, char *out, size_t size)
{
    char best[256] = "";
    DIR *d = opendir(folder);
    if (!d)
        return false;
    for (struct dirent *f = readdir(d); f; f = readdir(d)) {
        size_t n = strlen(f->d_name);
        bool pth = n > 4 && n < sizeof best && strcmp(f->d_name + n - 4, ".pth") == 0;
        if (pth && (!best[0] || strcmp(f->d_name, best) < 0))
            memcpy(best, f->d_name, n + 1);
    }
    closedir(d);
    int n = snprintf(out, size, "%s/%s", folder, best);
    return best[0] && n > 0 && (size_t)n < size;
}

static bool kokoro_probe(const char *path)
{
    char file[4096];
    struct config *c = NULL;
    if (!find_pth(path, file, sizeof file))
        return false;
    snprintf(file, sizeof file, "%s/config.json", path);
    if (config_open(&c, file, NULL))
        return false;
    const struct config_value *root = config_root(c);
    bool yes =
        config_find(root, "istftnet") && config_find(root, "plbert") && config_find(root, "vocab");
    config_close(&c);
    return yes;
}

static void kokoro_close(struct model *m)
{
    struct kokoro *k = (struct kokoro *)m;
    kokoro_unpack(k);
    kokoro_close_voices(k);
    weights_close(&k->weights);
    arena_free(&k->arena);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* Convolutions are bf16 where the device multiplies that natively, unless f32 is asked for; fewer
 * bits are not offered: a vocoder's errors are heard. */
static enum dtype storage_for(const struct device *d, enum ih_compute compute)
{
    return compute != IH_COMPUTE_F32 && device_kernels(d)->fast_bf16 ? DT_BF16 : DT_F32;
}

static enum ih_status kokoro_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    char file[4096];
    struct kokoro *k = calloc(1, sizeof *k);
    if (!k)
        return err_memory(e, "a model");
    pthread_mutex_init(&k->lock, NULL);
    k->base.family = &kokoro_family;
    k->base.device = o->device;
    k->storage = storage_for(o->device, o->compute);
    enum ih_status status = kokoro_read_config(k, o->path, e);
    if (!status && !find_pth(o->path, file, sizeof file))
        status = err_set(e, IH_NOT_FOUND, "%s holds no .pth file", o->path);
    if (!status)
        status = pth_open(&k->weights, file, e);
    if (!status)
        status = kokoro_bind(k, e);
    if (!status)
        status = kokoro_find_voices(k, o->path, e);
    if (!status) {
        k->base.name = model_name(&k->arena, o->path);
        k->base.bytes = weights_bytes(k->weights);
        status = k->base.name ? IH_OK : err_memory(e, "a model");
    }
    if (status)
        kokoro_close(&k->base);
    else
        *out = &k->base;
    return status;
}

static int rate(const struct model *m)
{
    (void)m;
    return KOKORO_RATE;
}

static int voices(const struct model *m, const struct voice_info **out)
{
    const struct kokoro *k = (const struct kokoro *)m;
    *out = k->voice;
    return k->voices;
}

static int languages(const struct model *m, const char *const **codes)
{
    static const char *const known[] = {"en", "es", "fr", "hi", "it", "ja", "pt", "zh"};
    (void)m;
    *codes = known;
    return (int)(sizeof known / sizeof *known);
}

static enum ih_status voice(
    const struct model *m, int index, struct voice_style *out, struct ih_error *e)
{
    /* Voices are opened when they are wanted, behind the model's lock. */
    return kokoro_voice((struct kokoro *)(uintptr_t)m, index, out, e);
}

/* Some letters become two tokens. */
static int longest(const struct model *m)
{
    const struct kokoro *k = (const struct kokoro *)m;
    int room = k->config.bert_positions - 2;
    return (room < PHONEMES_MAX ? room : PHONEMES_MAX) * 7 / 8;
}

static enum ih_status session_open(
    struct synthesizer_session **out, struct model *m, struct ih_error *e)
{
    struct kokoro *k = (struct kokoro *)m;
    *out = NULL;
    enum ih_status status = kokoro_prepare(k, e);
    if (status)
        return status;
    struct synthesizer_session *s = calloc(1, sizeof *s);
    if (!s)
        return err_memory(e, "a session");
    s->model = k;
    status = device_fork(&s->device, m->device, e);
    if (status)
        free(s);
    else
        *out = s;
    return status;
}

static void session_close(struct synthesizer_session **s)
{
    if (!*s)
        return;
    arena_free(&(*s)->arena);
    device_close(&(*s)->device);
    free(*s);
    *s = NULL;
}

static const struct synthesizer synthesizer = {
    .rate = rate,
    .voices = voices,
    .languages = languages,
    .voice = voice,
    .longest = longest,
    .open = session_open,
    .close = session_close,
    .speak = kokoro_speak,
};

const struct family kokoro_family = {
    .name = "kokoro",
    .probe = kokoro_probe,
    .open = kokoro_open,
    .close = kokoro_close,
    .synthesizer = &synthesizer,
};
