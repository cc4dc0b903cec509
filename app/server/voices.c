/* SPDX-License-Identifier: Apache-2.0 */
/* What a model can sound like: GET /v1/audio/voices. */
#include "inhouse/voices.h"
#include "inhouse/speak.h"
#include "server/deploy.h"
#include "server/fields.h"
#include "server/operations.h"

#include <string.h>
#include <time.h>

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static json_t *voice_json(const struct ih_voice *v, const struct ih_model *model)
{
    return json_pack("{ssssssssssssss}", "object", "audio.voice", "id", v->name, "name", v->name,
        "language", text_or_empty(v->language), "gender", text_or_empty(v->gender), "about",
        text_or_empty(v->about), "model", ih_model_name(model));
}

struct list {
    json_t *voices;
    const char *model;
};

/* Those made for this model that may be spoken with today. */
static void add_profile(
    void *arg, const char *path, const struct ih_profile *p, const struct ih_error *e)
{
    struct list *list = arg;
    (void)path, (void)e;
    if (!p || ih_profile_usable(p, (int64_t)time(NULL), NULL) != IH_OK)
        return;
    const struct ih_profile_info *v = ih_profile_info(p);
    if (strcmp(v->model, list->model) == 0)
        json_array_append_new(list->voices, profile_json(v));
}

static bool read_request(const struct form *form, const char **model, struct problem *p)
{
    for (int i = 0; i < form->fields; i++)
        if (strcmp(form->field[i].name, "model") != 0)
            return problem_set(p, 400, "unknown_parameter", form->field[i].name,
                "there is no option '%.40s'", form->field[i].name);
    return fields_text(form, "model", model, p);
}

bool voices_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    const char *name;
    struct ih_model *model;
    const struct ih_voice *voice;
    struct deployment d;
    (void)path;
    if (!read_request(form, &name, p) || !deploy_find(host, name, &d, p) ||
        !depot_take(host->depot, *d.name ? d.model : name, IH_SPEAK, &model, p))
        return false;
    struct list list = {json_array(), ih_model_name(model)};
    int count = ih_model_voices(model, &voice);
    for (int i = 0; i < count; i++)
        json_array_append_new(list.voices, voice_json(&voice[i], model));
    if (depot_profiles(host->depot))
        ih_profile_each(depot_profiles(host->depot), add_profile, &list, NULL);
    answer_json(a, 200, json_pack("{ssso}", "object", "list", "data", list.voices));
    depot_give_back(host->depot, model);
    return true;
}
