/* SPDX-License-Identifier: Apache-2.0 */
/* voices/NAME.pt beside the weights: one tensor [lengths, 1, 2 s] each, whose row depends on how
 * much is said. A name begins with a letter for the language and one for the gender. */
#include "models/kokoro/kokoro.h"

#include "weights/pth.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VOICES_MAX = 4096 };

static const struct prefix {
    char letter;
    const char *language, *about;
} prefixes[] = {
    {'a', "en", "American English"},
    {'b', "en", "British English"},
    {'e', "es", "Spanish"},
    {'f', "fr", "French"},
    {'h', "hi", "Hindi"},
    {'i', "it", "Italian"},
    {'j', "ja", "Japanese"},
    {'p', "pt", "Brazilian Portuguese"},
    {'z', "zh", "Mandarin Chinese"},
};

static const struct prefix *find_prefix(char letter)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (prefixes[i].letter == letter)
            return &prefixes[i];
    return &prefixes[0];
}

/* "NAME.pt" with a name. */
static bool is_voice(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return d->d_name[0] != '.' && n > 3 && strcmp(d->d_name + n - 3, ".pt") == 0;
}

static int voice_filter(const struct dirent *d)
{
    return is_voice(d);
}

static enum ih_status add_voice(
    struct kokoro *k, const char *folder, const char *file, struct ih_error *e)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/voices/%s", folder, file);
    char *name = arena_strdup(&k->arena, file);
    char *copy = n < (int)sizeof path ? arena_strdup(&k->arena, path) : NULL;
    if (!name || !copy)
        return err_memory(e, "a list of voices");
    name[strlen(name) - 3] = 0;
    const struct prefix *p = find_prefix(name[0]);
    char gender = name[1];
    k->voice[k->voices] = (struct voice_info){.name = name,
        .language = p->language,
        .gender = gender == 'f'   ? "female"
                  : gender == 'm' ? "male"
                                  : "neutral",
        .about = p->about};
    k->voice_file[k->voices++].path = copy;
    return IH_OK;
}

enum ih_status kokoro_find_voices(struct kokoro *k, const char *folder, struct ih_error *e)
{
    char path[4096];
    struct dirent **list = NULL;
    snprintf(path, sizeof path, "%s/voices", folder);
    int n = scandir(path, &list, voice_filter, alphasort);
    enum ih_status status = IH_OK;
    if (n <= 0)
        status = err_set(e, IH_NOT_FOUND, "%s holds no voices; expected files NAME.pt", path);
    int count = n < 0 ? 0 : n > VOICES_MAX ? VOICES_MAX : n;
    k->voice = arena_calloc(&k->arena, (size_t)count + 1, sizeof *k->voice);
    k->voice_file = arena_calloc(&k->arena, (size_t)count + 1, sizeof *k->voice_file);
    if (!status && (!k->voice || !k->voice_file))
        status = err_memory(e, "a list of voices");
    for (int i = 0; i < count && !status; i++)
        status = add_voice(k, folder, list[i]->d_name, e);
    for (int i = 0; i < n; i++)
        free(list[i]);
    free(list);
    return status;
}

static enum ih_status open_voice(struct kokoro *k, struct kokoro_voice *v, struct ih_error *e)
{
    struct tensor t;
    int64_t width = 2 * (int64_t)k->config.style;
    enum ih_status status = pth_open(&v->weights, v->path, e);
    if (status)
        return status;
    status = weights_get(&t, v->weights, "tensor", 3, (int64_t[]){-1, 1, width}, e);
    if (!status && (t.dtype != DT_F32 || t.shape[0] < 1))
        status = err_set(e, IH_BAD_DATA, "%s: a voice must be f32 and have a row", v->path);
    if (status)
        weights_close(&v->weights);
    else
        v->style = (struct voice_style){t.shape[0], width, t.data};
    return status;
}

enum ih_status kokoro_voice(
    struct kokoro *k, int index, struct voice_style *out, struct ih_error *e)
{
    if (index < 0 || index >= k->voices)
        return err_set(e, IH_NOT_FOUND, "there is no voice number %d", index);
    struct kokoro_voice *v = &k->voice_file[index];
    pthread_mutex_lock(&k->lock);
    enum ih_status status = v->weights ? IH_OK : open_voice(k, v, e);
    pthread_mutex_unlock(&k->lock);
    if (!status)
        *out = v->style;
    return status;
}

void kokoro_close_voices(struct kokoro *k)
{
    for (int i = 0; i < k->voices; i++)
        weights_close(&k->voice_file[i].weights);
}
