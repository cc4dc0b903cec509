/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/voice.h"

#include "base/err.h"
#include "base/number.h"
#include "inhouse/options.h"
#include "tasks/profile.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void voices_init(struct voices *v, const struct model *model, const char *folder, bool files)
{
    *v = (struct voices){.model = model, .folder = folder, .files = files};
}

void voices_free(struct voices *v)
{
    for (int i = 0; i < VOICES_KEPT; i++)
        arena_free(&v->kept[i].arena);
    *v = (struct voices){0};
}

const char *voices_made_for(const struct model *model, const char *language)
{
    const struct voice_info *list;
    int n = model->family->synthesizer->voices(model, &list);
    size_t length = strcspn(language ? language : "", "-_");
    for (int whole = 1; language && whole >= 0; whole--)
        for (int i = 0; i < n; i++)
            if (whole ? strcasecmp(list[i].language, language) == 0
                      : strncasecmp(list[i].language, language, length) == 0 &&
                            strchr("-_", list[i].language[length]))
                return list[i].name;
    return NULL;
}

const char *voices_default(const struct model *model, const char *language)
{
    const struct voice_info *list;
    const char *name = voices_made_for(model, language);
    int n = model->family->synthesizer->voices(model, &list);
    return name || n == 0 ? name : list[0].name;
}

bool voices_same_language(const char *a, const char *b)
{
    size_t n = strcspn(a, "-_");
    return n == strcspn(b, "-_") && strncasecmp(a, b, n) == 0;
}

bool voices_differ(const struct model *model)
{
    const struct voice_info *list;
    int n = model->family->synthesizer->voices(model, &list);
    for (int i = 1; i < n; i++)
        if (!voices_same_language(list[0].language, list[i].language))
            return true;
    return false;
}

static enum ih_status unknown(const struct voices *v, const char *name, struct ih_error *e)
{
    enum { NAMES = 512 };
    const char *names[NAMES + 1];
    const struct voice_info *list;
    int n = v->model->family->synthesizer->voices(v->model, &list), count = 0;
    for (; count < n && count < NAMES; count++)
        names[count] = list[count].name;
    names[count] = NULL;
    const char *close = ih_closest(name, names);
    return err_set(e, IH_NOT_FOUND,
        "%s has no voice '%.60s' and there is no profile of that name%s%s%s", v->model->name, name,
        close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
}

/* One voice of the model; false when it has none of that name. */
static bool find_own(const struct voices *v, const char *name, int *index, const char **language)
{
    const struct voice_info *list;
    int n = v->model->family->synthesizer->voices(v->model, &list);
    for (*index = 0; *index < n; (*index)++)
        if (strcasecmp(list[*index].name, name) == 0) {
            *language = list[*index].language;
            return true;
        }
    return false;
}

static bool is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

/* A profile by its file, or by its name in the folder. */
static enum ih_status open_profile(
    const struct voices *v, const char *name, struct ih_profile **p, struct ih_error *e)
{
    char path[PATH_MAX];
    *p = NULL;
    if (is_path(name))
        return v->files ? ih_profile_open(p, name, e)
                        : err_set(e, IH_INVALID, "a voice cannot be named by a file here");
    int n = v->folder ? ih_profile_path(v->folder, name, path, sizeof path) : -1;
    return n > 0 && (size_t)n < sizeof path ? ih_profile_open(p, path, e) : IH_NOT_FOUND;
}

/* Fills in what a profile says, with copies in the arena. */
static enum ih_status take_profile(struct voice *out, const struct voices *v,
    const struct ih_profile *p, struct arena *a, struct ih_error *e)
{
    const struct ih_profile_info *i = &p->info;
    enum ih_status status = ih_profile_usable(p, time(NULL), e);
    if (status)
        return status;
    if (strcmp(i->model, v->model->name) != 0)
        return err_set(e, IH_INVALID, "the voice %s was made for %s, not for %s", i->name, i->model,
            v->model->name);
    size_t bytes = (size_t)(p->style.rows * p->style.width) * sizeof(float);
    float *data = arena_alloc(a, bytes);
    char warning[512] = "";
    if (!i->synthetic && i->consent.state != IH_CONSENT_CHECKED)
        snprintf(warning, sizeof warning, "the consent for the voice %s was not checked: %.300s",
            i->name, i->consent.reason);
    out->manner = arena_strdup(a, i->style);
    out->lexicon = arena_strdup(a, i->lexicon);
    out->language = arena_strdup(a, i->language);
    out->warning = *warning ? arena_strdup(a, warning) : NULL;
    if (!data || !out->manner || !out->lexicon || !out->language || (*warning && !out->warning))
        return err_memory(e, "a voice");
    memcpy(data, p->style.data, bytes);
    out->style = (struct voice_style){p->style.rows, p->style.width, data};
    out->synthetic = i->synthetic;
    out->speed = i->speed;
    out->pitch = i->pitch;
    return IH_OK;
}

/* A profile made for this model comes before the model's own voice of that name, which comes before
 * a profile that cannot be used here. */
static enum ih_status find_one(const struct voices *v, const char *name, struct arena *a,
    struct voice *out, struct ih_error *e)
{
    int index;
    struct ih_profile *p;
    struct ih_error why = {0};
    *out =
        (struct voice){.language = "", .synthetic = true, .manner = "", .speed = 1, .lexicon = ""};
    enum ih_status status = open_profile(v, name, &p, &why);
    bool usable = !status && strcmp(p->info.model, v->model->name) == 0;
    if (!usable && !is_path(name) && find_own(v, name, &index, &out->language))
        status = v->model->family->synthesizer->voice(v->model, index, &out->style, e);
    else if (!status)
        status = take_profile(out, v, p, a, e);
    else if (status == IH_NOT_FOUND && !is_path(name))
        status = unknown(v, name, e);
    else
        err_set(e, status, "%s", why.text);
    ih_profile_close(&p);
    return status;
}

/* "name:0.7" to its two halves; the weight is 1 when there is none. */
static bool split_weight(char *part, double *weight)
{
    char *colon = strrchr(part, ':');
    *weight = 1;
    if (!colon || strchr(colon, '/'))
        return true;
    *colon = 0;
    return number_read(colon + 1, weight) && *weight > 0 && *weight < 1e6;
}

static enum ih_status add_part(struct voice *sum, float *data, const struct voice *part,
    double weight, bool first, const char *name, struct ih_error *e)
{
    const struct voice_style *s = &part->style;
    if (!first && (s->rows != sum->style.rows || s->width != sum->style.width))
        return err_set(
            e, IH_INVALID, "'%.60s' cannot be blended with the others: another shape", name);
    for (int64_t i = 0; i < s->rows * s->width; i++)
        data[i] = (first ? 0 : data[i]) + (float)weight * s->data[i];
    sum->style = (struct voice_style){s->rows, s->width, data};
    sum->language =
        first || voices_same_language(sum->language, part->language) ? part->language : "";
    sum->synthetic = (first || sum->synthetic) && part->synthetic;
    sum->warning = sum->warning ? sum->warning : part->warning;
    return IH_OK;
}

/* The weights count in proportion to their sum. */
static enum ih_status blend(
    const struct voices *v, char *list, struct arena *a, struct voice *out, struct ih_error *e)
{
    char *part[VOICE_PARTS], *rest = NULL;
    double weight[VOICE_PARTS], sum = 0;
    float *data = NULL;
    int n = 0;
    *out = (struct voice){.language = "", .manner = "", .speed = 1, .lexicon = ""};
    for (char *p = strtok_r(list, "+", &rest); p; p = strtok_r(NULL, "+", &rest), n++) {
        if (n == VOICE_PARTS)
            return err_set(e, IH_INVALID, "at most %d voices can be blended", (int)VOICE_PARTS);
        part[n] = p;
        if (!split_weight(p, &weight[n]) || !*p)
            return err_set(
                e, IH_INVALID, "'%.60s' has no weight that can be used: write anna:0.7+ben:0.3", p);
        sum += weight[n];
    }
    for (int i = 0; i < n; i++) {
        struct voice one;
        enum ih_status status = find_one(v, part[i], a, &one, e);
        if (!status && !data)
            data = arena_alloc(a, (size_t)(one.style.rows * one.style.width) * sizeof *data);
        if (!status && !data)
            status = err_memory(e, "a voice");
        if (!status)
            status = add_part(out, data, &one, weight[i] / sum, i == 0, part[i], e);
        if (status)
            return status;
    }
    return n ? IH_OK : err_set(e, IH_INVALID, "the name of the voice is empty");
}

static enum ih_status find_new(
    const struct voices *v, struct kept_voice *k, const char *name, struct ih_error *e)
{
    char list[VOICE_NAME];
    snprintf(k->name, sizeof k->name, "%s", name);
    snprintf(list, sizeof list, "%s", name);
    double weight;
    bool several = strchr(list, '+') != NULL;
    if (!several && !split_weight(list, &weight))
        return err_set(e, IH_INVALID, "'%.60s' has no weight that can be used", name);
    enum ih_status status = several ? blend(v, list, &k->arena, &k->voice, e)
                                    : find_one(v, list, &k->arena, &k->voice, e);
    k->voice.name = k->name;
    return status;
}

enum ih_status voices_find(
    struct voices *v, const char *name, const struct voice **out, struct ih_error *e)
{
    struct kept_voice *oldest = &v->kept[0];
    if (!name || !*name || strlen(name) >= VOICE_NAME)
        return err_set(e, IH_INVALID, "the name of a voice is 1 to %d bytes long", VOICE_NAME - 1);
    for (int i = 0; i < VOICES_KEPT; i++) {
        struct kept_voice *k = &v->kept[i];
        if (k->used && strcmp(k->name, name) == 0) {
            k->used = ++v->asked;
            *out = &k->voice;
            return IH_OK;
        }
        oldest = k->used < oldest->used ? k : oldest;
    }
    arena_rewind(&oldest->arena, (struct arena_mark){0});
    oldest->used = 0;
    enum ih_status status = find_new(v, oldest, name, e);
    if (status)
        return status;
    oldest->used = ++v->asked;
    *out = &oldest->voice;
    return IH_OK;
}
