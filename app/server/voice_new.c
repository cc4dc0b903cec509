/* SPDX-License-Identifier: Apache-2.0 */
/* Voice profiles are made and deleted: POST /v1/audio/voices and what belongs to it. */
#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, FD_ROOM = 32 };

/* What the request says, in the order of the table below; strings are borrowed from the form. */
struct wish {
    const char *model;
    struct ih_profile_request profile;
    const struct upload *sample, *consent;
};

json_t *profile_json(const struct ih_profile_info *v)
{
    static const char *const states[] = {"unchecked", "checked", "denied"};
    return json_pack("{ss ss ss ss ss ss sb ss ss so}", "object", "audio.voice", "id", v->name,
        "name", v->name, "language", v->language, "about", v->about, "model", v->model, "profile",
        1, "consent", v->synthetic ? "not needed" : states[v->consent.state], "created", v->created,
        "expires", *v->expires ? json_string(v->expires) : json_null());
}

static bool read_fields(struct wish *w, const struct form *f, struct problem *p)
{
    struct ih_profile_request *r = &w->profile;
    const struct {
        const char *name, **value;
    } table[] = {{"model", &w->model}, {"name", &r->name}, {"about", &r->about},
        {"language", &r->language}, {"who", &r->who}, {"company", &r->company},
        {"expires", &r->expires}, {"blend", &r->blend}};
    enum { KNOWN = sizeof table / sizeof *table };
    for (int i = 0; i < f->fields; i++) {
        const char *name = f->field[i].name;
        int k = 0;
        while (k < KNOWN && strcmp(table[k].name, name) != 0)
            k++;
        if (k < KNOWN)
            continue;
        return problem_set(p, 400, strcmp(name, "consent") ? "unknown_parameter" : "invalid_type",
            name,
            strcmp(name, "consent")
                ? "a voice has no option '%.40s'"
                : "%s must be a file: a recording in which the person allows it",
            name);
    }
    for (int k = 0; k < KNOWN; k++) {
        if (!fields_text(f, table[k].name, table[k].value, p))
            return false;
        if (*table[k].value && !**table[k].value)
            *table[k].value = NULL; /* a form's empty line */
    }
    return true;
}

static bool read_uploads(struct wish *w, const struct form *f, struct problem *p)
{
    w->sample = form_upload(f, "audio_sample");
    w->consent = form_upload(f, "consent");
    for (int i = 0; i < f->uploads; i++) {
        const struct upload *u = &f->upload[i];
        if (u != w->sample && u != w->consent)
            return problem_set(p, 400, "unknown_parameter", u->name,
                "the files of a voice are audio_sample and consent, once each");
        if (spool_size(u->data) == 0)
            return problem_set(p, 400, "invalid_file", u->name, "the file is empty");
    }
    return true;
}

/* Either of a person, with a sample and the person's consent, or a blend of voices. */
static bool read_wish(struct wish *w, const struct form *f, struct problem *p)
{
    *w = (struct wish){0};
    if (!read_fields(w, f, p) || !read_uploads(w, f, p))
        return false;
    if (!w->profile.name)
        return problem_set(p, 400, "missing_parameter", "name", "name is missing");
    if (w->profile.blend && (w->sample || w->consent))
        return problem_set(p, 400, "invalid_value", "blend",
            "a voice is either blended or a person's: not both blend and files");
    if (w->profile.blend)
        return true;
    if (!w->sample)
        return problem_set(p, 400, "missing_parameter", "audio_sample",
            "a recording of the voice is missing: send it as the file 'audio_sample' of a "
            "multipart/form-data body, or blend voices with 'blend'");
    if (!w->profile.who)
        return problem_set(p, 400, "missing_parameter", "who",
            "a person's voice needs the person's name, as it is said in the consent");
    return w->consent ||
           problem_set(p, 400, "missing_parameter", "consent",
               "a person's voice needs a recording of the person's consent as the file 'consent'; "
               "GET /v1/audio/voice_consents gives the sentence");
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    struct wish w;
    (void)host;
    return read_wish(&w, form, p);
}

/* mkdir -p, of a path of this program's own choice. */
static bool make_folder(const char *folder)
{
    char path[PATH_ROOM];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        return false;
    for (char *c = path + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
        *c = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* In a sentence for the client an upload's path on this machine is what the client calls it. */
static void rename_file(struct ih_error *e, const char *path, const char *name)
{
    char text[sizeof e->text];
    const char *found = *path ? strstr(e->text, path) : NULL;
    if (!found)
        return;
    snprintf(
        text, sizeof text, "%.*s%s%s", (int)(found - e->text), e->text, name, found + strlen(path));
    snprintf(e->text, sizeof e->text, "%s", text);
}

/* The voice as a file of the folder; *out is to be closed. */
static enum ih_status make(struct ih_profile **out, struct wish *w, struct ih_model *speaker,
    const char *folder, struct ih_error *e)
{
    char sample[FD_ROOM] = "", consent[FD_ROOM] = "";
    enum ih_status status = IH_OK;
    if (w->sample) {
        status = spool_path(w->sample->data, sample, sizeof sample, e);
        if (!status)
            status = spool_path(w->consent->data, consent, sizeof consent, e);
        w->profile.clip = sample;
        w->profile.statement = consent;
    }
    w->profile.profiles = folder;
    if (!status)
        status = ih_profile_create(out, speaker, &w->profile, e);
    if (!status && !make_folder(folder))
        status = explain(e, IH_IO, "the folder of voices cannot be made: %s", strerror(errno));
    if (!status)
        status = ih_profile_save(*out, folder, false, e);
    if (status) {
        rename_file(e, sample, "audio_sample");
        rename_file(e, consent, "consent");
    }
    return status;
}

/* Who reads the statement: the model that requests get who name none. The program's own small one
 * does not read everybody. */
static void lend_reader(const struct host *host, struct wish *w, struct ih_model **reader)
{
    struct problem none;
    *reader = NULL;
    if (!w->sample || !depot_can(host->depot, IH_TRANSCRIBE) ||
        !depot_take(host->depot, NULL, IH_TRANSCRIBE, reader, &none))
        return;
    w->profile.reader = *reader;
    w->profile.reader_is_weak = strcmp(ih_model_name(*reader), "transcribe-1") == 0;
}

static void tell(struct answer *a, const struct ih_profile_info *v)
{
    char text[300];
    if (!v->synthetic && v->consent.state != IH_CONSENT_CHECKED) {
        snprintf(text, sizeof text, "the consent is not checked: %s", v->consent.reason);
        answer_warn(a, text);
    }
    answer_json(a, 200, profile_json(v));
}

static void run(const struct host *host, const struct form *form, struct answer *a)
{
    struct wish w;
    struct problem p;
    struct ih_error e = {0};
    struct ih_model *speaker, *reader;
    struct ih_profile *made = NULL;
    const char *folder = depot_profiles(host->depot);
    if (!folder)
        problem_set(&p, 503, "unavailable", NULL, "this server has no folder for voices");
    if (!folder || !read_wish(&w, form, &p) ||
        !depot_take(host->depot, w.model, IH_SPEAK, &speaker, &p)) {
        answer_fail(a, &p);
        return;
    }
    lend_reader(host, &w, &reader);
    enum ih_status status = make(&made, &w, speaker, folder, &e);
    if (status) {
        problem_from(&p, &e);
        answer_fail(a, &p);
    } else {
        tell(a, ih_profile_info(made));
    }
    ih_profile_close(&made);
    if (reader)
        depot_give_back(host->depot, reader);
    depot_give_back(host->depot, speaker);
}

bool voice_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *name = form->asked.item, *folder = depot_profiles(host->depot);
    char file[PATH_ROOM];
    (void)path;
    bool good = folder && *name && name[strspn(name, letters)] == 0 &&
                ih_profile_path(folder, name, file, sizeof file) < (int)sizeof file;
    if (good && unlink(file) == 0) {
        answer_json(a, 200,
            json_pack(
                "{ss ss ss sb}", "object", "audio.voice", "id", name, "name", name, "deleted", 1));
        return true;
    }
    if (good && errno != ENOENT)
        return problem_set(p, 503, "unavailable", NULL, "the voice cannot be deleted now");
    return problem_set(p, 404, "not_found", NULL, "there is no voice profile '%.60s' here", name);
}

bool consent_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    enum { SENTENCE_MOST = 1024 };
    const char *value[3] = {0};
    static const char *const names[3] = {"who", "company", "language"};
    char sentence[SENTENCE_MOST];
    (void)host, (void)path;
    for (int i = 0; i < form->fields; i++) {
        int k = 0;
        while (k < 3 && strcmp(form->field[i].name, names[k]) != 0)
            k++;
        if (k == 3)
            return problem_set(p, 400, "unknown_parameter", form->field[i].name,
                "a consent has who, company and language");
        value[k] = *form->field[i].text ? form->field[i].text : NULL;
    }
    int n = ih_consent_sentence(value[2], value[0], value[1], sentence, sizeof sentence);
    if (n < 0 || n >= (int)sizeof sentence)
        return problem_set(p, 400, "invalid_value", "who", "the names are too long");
    answer_json(a, 200,
        json_pack("{ss so}", "object", "audio.voice_consent", "sentence", problem_text(sentence)));
    return true;
}

/* clang-format off */
static const struct field_rule rules[] = {
    RULE_OWN("name", SHAPE_TEXT, "of the voice, which no other has", .needed = true),
    RULE_OWN("model", SHAPE_TEXT, "that will speak; a name of GET /v1/models"),
    RULE_OWN("about", SHAPE_TEXT, "a sentence about it"),
    RULE_OWN("language", SHAPE_TEXT, "such as de"),
    RULE_OWN("audio_sample", SHAPE_FILE, "a recording of the person's voice"),
    RULE_OWN("consent", SHAPE_FILE, "a recording of the person saying what GET /v1/audio/voice_consents gives"),
    RULE_OWN("who", SHAPE_TEXT, "the person, as the consent says"),
    RULE_OWN("company", SHAPE_TEXT, "who may use the voice, as the consent says"),
    RULE_OWN("expires", SHAPE_TEXT, "the last day of the voice, such as 2027-01-31"),
    RULE_OWN("blend", SHAPE_TEXT, "voices instead of a person, such as anna:0.7+ben:0.3"),
    RULE_END,
};
/* clang-format on */

const struct operation operation_profile_new = {.name = "profile_new",
    .check = check,
    .run = run,
    .about = "Makes a voice profile, of a person who allows it or blended.",
    .rules = rules};
