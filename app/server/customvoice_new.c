/* SPDX-License-Identifier: Apache-2.0 */
/* Projects, consents and voices of persons are made. */
#include "inhouse/voices.h"
#include "server/access.h"
#include "server/customvoice.h"
#include "server/fields.h"
#include "server/kept.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A key for certain models makes voices with those alone. */
static bool allowed_model(
    const struct host *host, const struct form *f, const char *model, struct problem *p)
{
    struct key k;
    return persona_key(host, f, &k, p) && access_allows_model(&k, model, p);
}

/* clang-format off */
static const char *const project_kinds[] = {"PersonalVoice", NULL};
#define NAMES                                                     \
    RULE_OWN("description", SHAPE_TEXT, "a sentence about it"),   \
    RULE_OWN("displayName", SHAPE_TEXT, "what it is shown as")
static const struct field_rule project_rules[] = {
    RULE_OWN("kind", SHAPE_TEXT, "of the project", .choices = project_kinds), NAMES, RULE_END};
static const struct field_rule consent_rules[] = {
    RULE_OWN("audiodata", SHAPE_FILE, "the person saying that the voice may be used", .needed = true),
    RULE_OWN("voiceTalentName", SHAPE_TEXT, "the person, as the recording says", .needed = true),
    RULE_OWN("companyName", SHAPE_TEXT, "who may use the voice, as the recording says", .needed = true),
    RULE_OWN("locale", SHAPE_TEXT, "of the recording, such as de-DE", .needed = true),
    RULE_OWN("projectId", SHAPE_TEXT, "a project"), NAMES, RULE_END};
static const struct field_rule voice_rules[] = {
    RULE_OWN("audiodata", SHAPE_FILE, "a recording of the voice", .needed = true),
    RULE_OWN("consentId", SHAPE_TEXT, "the consent of the same person", .needed = true),
    RULE_OWN("projectId", SHAPE_TEXT, "a project"), NAMES, RULE_END};
/* clang-format on */

static const struct field_rule *find_rule(const struct field_rule *rules, const char *name)
{
    while (rules->name && (rules->shape == SHAPE_FILE || strcmp(rules->name, name) != 0))
        rules++;
    return rules->name ? rules : NULL;
}

/* Only these fields, and those that are needed; files are looked at elsewhere. False fills in the
 * problem. */
static bool check_fields(const struct form *f, const struct field_rule *rules, struct problem *p)
{
    for (int i = 0; i < f->fields; i++) {
        if (!find_rule(rules, f->field[i].name))
            return problem_set(p, 400, "unknown_parameter", f->field[i].name,
                "there is no field %.60s", f->field[i].name);
        if (f->field[i].kind != FIELD_TEXT || f->field[i].bytes > 1000)
            return problem_set(p, 400, "invalid_value", f->field[i].name,
                "%.60s must be a text of at most 1000 bytes", f->field[i].name);
    }
    for (; rules->name; rules++) {
        const char *text = asked_text(f, rules->name);
        if (rules->needed && rules->shape != SHAPE_FILE && !(text && *text))
            return problem_set(
                p, 400, "missing_parameter", rules->name, "%s is missing", rules->name);
    }
    return true;
}

static bool check_id(const char *id, struct problem *p)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(id);
    bool good = n >= 3 && n < PERSONA_ID && strspn(id, letters) > 0 && strchr(letters, id[n - 1]);
    for (size_t i = 0; i < n; i++)
        good = good && (strchr(letters, id[i]) || strchr("._-", id[i]));
    return good || problem_set(p, 400, "invalid_value", "id",
                       "an id has 3 to 64 letters, digits, '.', '-' and '_', and begins and ends "
                       "with a letter or digit");
}

static bool need_sound(const struct form *f, struct problem *p)
{
    return (f->uploads == 1 && form_upload(f, "audiodata")) ||
           problem_set(p, 400, "missing_parameter", "audiodata",
               "send one recording, as 'audiodata' of a multipart/form-data body");
}

/* The fields as what is shown later. */
static bool describe(struct persona *row, const struct form *f, struct problem *p)
{
    json_t *json = json_pack("{ss}", "id", row->id);
    for (int i = 0; json && i < f->fields; i++)
        json_object_set_new(json, f->field[i].name, problem_text(f->field[i].text));
    if (row->kind == PERSONA_PROJECT)
        json_object_set_new(json, "kind", json_string("PersonalVoice"));
    if (row->kind == PERSONA_VOICE)
        json_object_set_new(json, "speakerProfileId", json_string(row->id));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    bool good = text && strlen(text) < sizeof row->data;
    if (good)
        snprintf(row->data, sizeof row->data, "%s", text);
    free(text);
    json_decref(json);
    return good || problem_set(p, 400, "invalid_value", NULL, "the fields are too long");
}

static bool fill_in(
    struct persona *row, const struct host *host, const struct form *f, struct problem *p)
{
    const char *project = asked_text(f, "projectId"), *consent = asked_text(f, "consentId");
    *row = (struct persona){.owner = f->asked.key};
    row->kind = persona_item(f, row->id);
    if (!check_id(row->id, p) || (project && !check_id(project, p)) ||
        (consent && !check_id(consent, p)))
        return false;
    snprintf(row->project, sizeof row->project, "%s", project ? project : "");
    snprintf(row->consent, sizeof row->consent, "%s", consent ? consent : "");
    if (row->kind == PERSONA_VOICE && access_is_base(row->id, strlen(row->id)))
        return problem_set(p, 400, "invalid_value", "id", "that is the name of a model");
    return describe(row, f, p) &&
           (row->kind != PERSONA_VOICE || persona_allowed(host, f, row->id, p));
}

/* What a new one names has to be there, of the same owner. */
static bool find_named(const struct host *host, const struct persona *row, enum persona_kind kind,
    struct persona *out, struct problem *p)
{
    struct ih_error e = {0};
    const char *id = kind == PERSONA_PROJECT ? row->project : row->consent;
    if (!*id || persona_find(host->store, kind, id, row->owner, out, &e) == IH_OK)
        return true;
    return problem_set(p, 400, "not_found", kind == PERSONA_PROJECT ? "projectId" : "consentId",
        "there is no %s '%.64s'", kind == PERSONA_PROJECT ? "project" : "consent", id);
}

static bool keep(const struct host *host, struct persona *row, struct problem *p)
{
    struct ih_error e = {0};
    enum ih_status status = persona_add(host->store, row, &e);
    if (status == IH_INVALID)
        return problem_set(p, 409, "exists", "id", "%s", e.text);
    if (status)
        return problem_set(p, 503, "unavailable", NULL, "the data folder cannot be used now");
    return true;
}

static bool check_project(const struct host *host, const struct form *f, struct problem *p)
{
    const char *kind = asked_text(f, "kind");
    (void)host;
    if (!check_fields(f, project_rules, p))
        return false;
    return !kind || strcmp(kind, project_kinds[0]) == 0 ||
           problem_set(p, 400, "invalid_value", "kind", "projects are of the kind PersonalVoice");
}

static bool check_consent(const struct host *host, const struct form *f, struct problem *p)
{
    (void)host;
    return check_fields(f, consent_rules, p) && need_sound(f, p);
}

static bool check_voice(const struct host *host, const struct form *f, struct problem *p)
{
    if (!depot_profiles(host->depot))
        return problem_set(p, 404, "no_voices_folder", NULL, "this server has no folder of voices");
    return check_fields(f, voice_rules, p) && need_sound(f, p);
}

static void run_project(const struct host *host, const struct form *form, struct answer *a)
{
    struct persona row;
    struct problem p;
    if (!fill_in(&row, host, form, &p) || !keep(host, &row, &p))
        answer_fail(a, &p);
    else
        answer_json(a, 201, persona_json(&row));
}

/* A recording as a blob that a row will name. */
static bool keep_sound(
    const struct host *host, const struct form *f, char blob[BLOB_NAME], struct problem *p)
{
    struct ih_error e = {0};
    char id[STORE_ID];
    if (!keep_has_room(host->store, host->settings, f, p))
        return false;
    snprintf(blob, BLOB_NAME, "%s", id_new(id, "talk_") ? id : "");
    if (*blob && keep_spool(host->store, blob, form_upload(f, "audiodata")->data, &e) == IH_OK)
        return true;
    return problem_set(p, 503, "unavailable", NULL, "the recording cannot be kept now");
}

static void run_consent(const struct host *host, const struct form *form, struct answer *a)
{
    struct persona row, project;
    struct problem p;
    bool good = fill_in(&row, host, form, &p) &&
                find_named(host, &row, PERSONA_PROJECT, &project, &p) &&
                keep_sound(host, form, row.blob, &p);
    if (good && !keep(host, &row, &p)) {
        blob_remove(host->store, row.blob);
        good = false;
    }
    if (good)
        answer_json(a, 201, persona_json(&row));
    else
        answer_fail(a, &p);
}

/* Errors of the library name files by paths, which are nobody's business. */
static bool hide_paths(struct problem *p, enum ih_status status, const struct ih_error *e,
    const char *clip, const char *statement)
{
    const char *const paths[] = {clip, statement};
    static const char *const names[] = {"the recording of the voice", "the statement"};
    char text[sizeof p->text];
    problem_from(p, &(struct ih_error){.code = status});
    snprintf(p->text, sizeof p->text, "%s", e->text);
    for (int i = 0; i < 2; i++) {
        char *at = strstr(p->text, paths[i]);
        if (!at)
            continue;
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - p->text), p->text, names[i],
            at + strlen(paths[i]));
        snprintf(p->text, sizeof p->text, "%s", text);
    }
    return false;
}

/* Who reads the statement, and who will speak; both are lent. */
struct lent {
    struct ih_model *speaker, *reader;
};

/* The row first: a profile without one could not be deleted. */
static bool keep_profile(const struct host *host, struct persona *row,
    const struct ih_profile *profile, struct problem *p)
{
    struct ih_error e = {0};
    if (!keep(host, row, p))
        return false;
    const char *folder = depot_profiles(host->depot);
    enum ih_status status = store_make_folder(folder, &e);
    if (!status)
        status = ih_profile_save(profile, folder, false, &e);
    if (status == IH_OK)
        return true;
    persona_remove(host->store, row, NULL);
    return status == IH_INVALID
               ? problem_set(p, 409, "exists", "id", "there is a voice '%.64s' already", row->id)
               : problem_set(p, 503, "unavailable", NULL, "the voice cannot be kept now");
}

static bool make_profile(const struct host *host, struct persona *row, const struct lent *m,
    const struct ih_profile_request *r, struct problem *p)
{
    struct ih_profile *profile = NULL;
    struct ih_error e = {0};
    enum ih_status status = ih_profile_create(&profile, m->speaker, r, &e);
    bool good = status == IH_OK || hide_paths(p, status, &e, r->clip, r->statement);
    if (good && ih_profile_info(profile)->consent.state != IH_CONSENT_CHECKED)
        good = problem_set(p, 400, "consent_not_checked", "consentId",
            "there is no voice without a consent that could be checked: %s",
            ih_profile_info(profile)->consent.reason);
    good = good && keep_profile(host, row, profile, p);
    ih_profile_close(&profile);
    return good;
}

static const char *data_text(const json_t *data, const char *name)
{
    const char *text = json_string_value(json_object_get(data, name));
    return text ? text : "";
}

static bool is_new(const struct host *host, const char *name, struct problem *p)
{
    char path[4200];
    ih_profile_path(depot_profiles(host->depot), name, path, sizeof path);
    return access(path, F_OK) != 0 ||
           problem_set(p, 409, "exists", "id", "there is a voice '%.64s' already", name);
}

static bool make_voice(const struct host *host, const struct form *f, struct persona *row,
    const struct persona *consent, const char *clip, struct problem *p)
{
    char clip_path[4200], statement_path[4200], language[16];
    struct lent m = {0};
    json_t *said = json_loads(consent->data, 0, NULL);
    const char *locale = data_text(said, "locale");
    snprintf(language, sizeof language, "%.*s", (int)strcspn(locale, "-_"), locale);
    struct ih_profile_request r = {.name = row->id,
        .language = language,
        .clip = clip_path,
        .statement = statement_path,
        .who = data_text(said, "voiceTalentName"),
        .company = data_text(said, "companyName"),
        .profiles = depot_profiles(host->depot)};
    bool good = store_blob_path(host->store, clip, clip_path, sizeof clip_path) &&
                store_blob_path(host->store, consent->blob, statement_path, sizeof statement_path);
    if (!good)
        problem_set(p, 500, "internal_error", NULL, "the data folder's name is too long");
    good = good && depot_take(host->depot, NULL, IH_SPEAK, &m.speaker, p) &&
           depot_take(host->depot, NULL, IH_TRANSCRIBE, &m.reader, p);
    r.reader = m.reader;
    good = good && allowed_model(host, f, ih_model_name(m.speaker), p) &&
           make_profile(host, row, &m, &r, p);
    depot_give_back(host->depot, m.reader);
    depot_give_back(host->depot, m.speaker);
    json_decref(said);
    return good;
}

static void run_voice(const struct host *host, const struct form *form, struct answer *a)
{
    struct persona row, project, consent;
    struct problem p;
    char clip[BLOB_NAME] = "";
    bool good =
        fill_in(&row, host, form, &p) && find_named(host, &row, PERSONA_PROJECT, &project, &p) &&
        find_named(host, &row, PERSONA_CONSENT, &consent, &p) && is_new(host, row.id, &p) &&
        keep_sound(host, form, clip, &p) && make_voice(host, form, &row, &consent, clip, &p);
    if (*clip)
        blob_remove(host->store, clip);
    if (good)
        answer_json(a, 201, persona_json(&row));
    else
        answer_fail(a, &p);
}

const struct operation operation_project_new = {.name = "project_new",
    .check = check_project,
    .run = run_project,
    .quick = true,
    .about = "Makes a project.",
    .rules = project_rules,
    .status = 201};
const struct operation operation_consent_new = {.name = "consent_new",
    .check = check_consent,
    .run = run_consent,
    .quick = true,
    .about = "Keeps the recording in which a person allows a voice.",
    .rules = consent_rules,
    .status = 201};
const struct operation operation_voice_new = {.name = "voice_new",
    .check = check_voice,
    .run = run_voice,
    .about = "Makes a person's voice.",
    .rules = voice_rules,
    .status = 201};
