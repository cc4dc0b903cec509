/* SPDX-License-Identifier: Apache-2.0 */
#include "server/azure.h"

#include "inhouse/speak.h"
#include "server/exchange.h"
#include "server/fields.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

/* Errors */

static const char *error_code(const struct problem *p)
{
    static const struct {
        int status;
        const char *code;
    } known[] = {
        {400, "InvalidRequest"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "ResourceNotFound"},
        {405, "MethodNotAllowed"},
        {408, "RequestTimeout"},
        {411, "LengthRequired"},
        {413, "RequestEntityTooLarge"},
        {415, "UnsupportedMediaType"},
        {426, "UpgradeRequired"},
        {429, "TooManyRequests"},
        {431, "RequestHeaderFieldsTooLarge"},
        {503, "ServiceUnavailable"},
        {504, "GatewayTimeout"},
    };
    if (p->code && strcmp(p->code, "model_not_found") == 0)
        return "DeploymentNotFound";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == p->status)
            return known[i].code;
    return p->status < 500 ? "InvalidRequest" : "InternalServerError";
}

/* Code and message; what the first leaves open is in `innererror`, the field in `target`. */
static json_t *azure_error(const struct problem *p)
{
    json_t *error = json_pack("{ssso}", "code", error_code(p), "message", problem_text(p->text));
    if (error && *p->param)
        json_object_set_new(error, "target", problem_text(p->param));
    if (error && p->code)
        json_object_set_new(error, "innererror", json_pack("{ss}", "code", p->code));
    return json_pack("{so}", "error", error);
}

const struct dialect dialect_azure = {.name = "azure", .error = azure_error};

/* Deployments */

static bool set_text(struct form *f, const char *name, const char *text, struct problem *p)
{
    struct ih_error e;
    form_remove(f, name);
    return form_add(f, name, text, strlen(text), FIELD_TEXT, &e) == IH_OK || problem_from(p, &e);
}

static bool deployment_body(struct form *f, const char *path, struct problem *p)
{
    static const char front[] = "/openai/deployments/";
    char name[256];
    path += sizeof front - 1;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "/"), path);
    return set_text(f, "model", name, p);
}

const struct adapter azure_deployment = {.body = deployment_body};

/* Batches */

static bool batch_body(struct form *f, const char *path, struct problem *p)
{
    const struct field *field = form_find(f, "endpoint");
    char endpoint[64];
    (void)path;
    if (!field || field->kind != FIELD_TEXT || *field->text != '/' ||
        strncmp(field->text, "/v1/", 4) == 0)
        return true;
    snprintf(endpoint, sizeof endpoint, "/v1%.40s", field->text);
    return set_text(f, "endpoint", endpoint, p);
}

const struct adapter azure_batch = {.body = batch_body};

/* Pictures */

/* A whole number as it was written. */
static bool read_side(const struct form *f, const char *name, const char **out, struct problem *p)
{
    const struct field *field = form_find(f, name);
    int64_t n;
    *out = NULL;
    if (!field)
        return true;
    if (field->kind == FIELD_JSON || !text_integer(field->text, &n))
        return problem_set(p, 400, "invalid_type", name, "%s must be a whole number", name);
    *out = field->text;
    return true;
}

static bool picture_body(struct form *f, const char *path, struct problem *p)
{
    const char *width, *height;
    char size[48];
    (void)path;
    if (!read_side(f, "width", &width, p) || !read_side(f, "height", &height, p))
        return false;
    if (!width && !height)
        return true;
    if (!width || !height)
        return problem_set(p, 400, "missing_parameter", width ? "height" : "width",
            "width and height go together");
    snprintf(size, sizeof size, "%.20sx%.20s", width, height);
    form_remove(f, "width");
    form_remove(f, "height");
    return set_text(f, "size", size, p);
}

static const struct field_rule sides[] = {
    RULE_OWN("width", SHAPE_WHOLE, "pixels; together with height"),
    RULE_OWN("height", SHAPE_WHOLE, "pixels; together with width"),
    RULE_END,
};
const struct adapter azure_picture = {.body = picture_body, .more = sides};

/* Speech */

/* Formats that can be written here, of those that the service has. */
static const struct sound {
    const char *name, *format, *rate, *bit_rate;
} sounds[] = {
    {"riff-8khz-16bit-mono-pcm", "wav", "8000", NULL},
    {"riff-16khz-16bit-mono-pcm", "wav", "16000", NULL},
    {"riff-22050hz-16bit-mono-pcm", "wav", "22050", NULL},
    {"riff-24khz-16bit-mono-pcm", "wav", "24000", NULL},
    {"riff-44100hz-16bit-mono-pcm", "wav", "44100", NULL},
    {"riff-48khz-16bit-mono-pcm", "wav", "48000", NULL},
    {"raw-8khz-16bit-mono-pcm", "pcm", "8000", NULL},
    {"raw-16khz-16bit-mono-pcm", "pcm", "16000", NULL},
    {"raw-22050hz-16bit-mono-pcm", "pcm", "22050", NULL},
    {"raw-24khz-16bit-mono-pcm", "pcm", "24000", NULL},
    {"raw-44100hz-16bit-mono-pcm", "pcm", "44100", NULL},
    {"raw-48khz-16bit-mono-pcm", "pcm", "48000", NULL},
    {"audio-16khz-32kbitrate-mono-mp3", "mp3", "16000", "32000"},
    {"audio-16khz-64kbitrate-mono-mp3", "mp3", "16000", "64000"},
    {"audio-16khz-128kbitrate-mono-mp3", "mp3", "16000", "128000"},
    {"audio-24khz-48kbitrate-mono-mp3", "mp3", "24000", "48000"},
    {"audio-24khz-96kbitrate-mono-mp3", "mp3", "24000", "96000"},
    {"audio-24khz-160kbitrate-mono-mp3", "mp3", "24000", "160000"},
    {"audio-48khz-96kbitrate-mono-mp3", "mp3", "48000", "96000"},
    {"audio-48khz-192kbitrate-mono-mp3", "mp3", "48000", "192000"},
    {"ogg-16khz-16bit-mono-opus", "opus", "16000", NULL},
    {"ogg-24khz-16bit-mono-opus", "opus", "24000", NULL},
    {"ogg-48khz-16bit-mono-opus", "opus", "48000", NULL},
};

static const struct sound *find_sound(const char *name)
{
    for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++)
        if (strcmp(sounds[i].name, name) == 0)
            return &sounds[i];
    return NULL;
}

/* All but a WAV, whose head says how long it is, leave while they are made; a job's sound waits for
 * its end. */
static bool speech_head(struct form *f, const struct request_head *h, struct problem *p)
{
    static const char header[] = "X-Microsoft-OutputFormat";
    const char *given = h->output_format ? h->output_format : "";
    const struct sound *s = find_sound(given);
    if (!*given)
        return problem_set(p, 400, "missing_parameter", header, "the header %s is missing", header);
    if (!s)
        return problem_set(p, 400, "invalid_value", header,
            "sound cannot be written as '%.60s' here; riff, raw, mp3 and ogg-opus formats can be, "
            "such as audio-24khz-48kbitrate-mono-mp3",
            given);
    return set_text(f, "ssml", "true", p) && set_text(f, "response_format", s->format, p) &&
           set_text(f, "sample_rate", s->rate, p) &&
           (!s->bit_rate || set_text(f, "bit_rate", s->bit_rate, p)) &&
           (strcmp(s->format, "wav") == 0 || f->asked.operation ||
               set_text(f, "stream_format", "audio", p));
}

static const char *const speech_types[] = {
    "application/ssml+xml", "application/xml", "text/xml", NULL};
/* The voice of the text's first profile is the request's: what stands outside of it, which is
 * nothing in a text that was written for Azure, is said by nobody else. */
static bool speech_body(struct form *f, const char *path, struct problem *p)
{
    const struct field *input = form_find(f, "input");
    char name[128];
    size_t n;
    const char *value = input ? azure_profile(input->text, &n) : NULL;
    (void)path;
    if (!value || n == 0 || n >= sizeof name)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)n, value);
    return set_text(f, "voice", name, p);
}

static const struct field_rule speech_headers[] = {
    RULE_OWN("X-Microsoft-OutputFormat", SHAPE_TEXT, "such as audio-24khz-48kbitrate-mono-mp3",
        .needed = true),
    RULE_END,
};
const struct adapter azure_speech = {
    .types = speech_types, .head = speech_head, .body = speech_body, .headers = speech_headers};

/* Voices of persons */

static bool persona_body(struct form *f, const char *path, struct problem *p)
{
    static const char front[] = "/customvoice/";
    snprintf(f->asked.item, sizeof f->asked.item, "%s", path + sizeof front - 1);
    return strlen(path + sizeof front - 1) < sizeof f->asked.item ||
           problem_set(p, 400, "invalid_value", "id", "the id is too long");
}

const struct adapter azure_persona = {.body = persona_body};

/* Voices */

static json_t *voice_json(const struct ih_voice *v, int rate)
{
    bool male = v->gender && strcmp(v->gender, "male") == 0;
    bool female = v->gender && strcmp(v->gender, "female") == 0;
    const char *language = v->language ? v->language : "";
    char hertz[16];
    snprintf(hertz, sizeof hertz, "%d", rate);
    return json_pack("{ssssssssssssssssssss}", "Name", v->name, "DisplayName", v->name, "LocalName",
        v->name, "ShortName", v->name, "Gender",
        male     ? "Male"
        : female ? "Female"
                 : "Neutral",
        "Locale", language, "LocaleName", language, "SampleRateHertz", hertz, "VoiceType", "Neural",
        "Status", "GA");
}

bool azure_voices(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    struct ih_model *model;
    const struct ih_voice *voice;
    (void)path;
    if (form->fields)
        return problem_set(p, 400, "unknown_parameter", form->field[0].name,
            "there is no option '%.40s'", form->field[0].name);
    if (!depot_take(host->depot, NULL, IH_SPEAK, &model, p))
        return false;
    json_t *list = json_array();
    int count = ih_model_voices(model, &voice), rate = ih_speak_rate(model);
    for (int i = 0; i < count; i++)
        json_array_append_new(list, voice_json(&voice[i], rate));
    depot_give_back(host->depot, model);
    answer_json(a, 200, list);
    return true;
}
