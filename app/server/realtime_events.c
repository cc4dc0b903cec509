/* SPDX-License-Identifier: Apache-2.0 */
/* What clients of a live transcription say: OpenAI's events, in the present shape (session.update)
 * and in the one before it (transcription_session.update). */
#include "server/realtime_session.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN_SECONDS = 300, /* longest that a client may keep open itself */
    MISTAKES_MOST = 16, /* events that make no sense before a session is ended */
    EVENT_MOST = 512,   /* bytes of an event's id */
    SILENCE_MS = 400,   /* the library's, for live input */
    PAD_MS = 30,
};

/* Turns: what is found is told as it is, whatever was asked for. */
static json_t *turns(const struct realtime_config *c)
{
    return c->detect ? json_pack("{sssfsisi}", "type", "server_vad", "threshold", 0.5,
                           "prefix_padding_ms", PAD_MS, "silence_duration_ms", SILENCE_MS)
                     : json_null();
}

static json_t *transcription(const struct realtime_config *c)
{
    return json_pack("{ss so so}", "model", *c->model ? c->model : "whisper-1", "language",
        *c->language ? json_string(c->language) : json_null(), "prompt", json_string(c->prompt));
}

json_t *realtime_session(const struct realtime *r)
{
    const struct realtime_config *c = &r->config;
    json_t *session = json_pack("{ssssss}", "id", r->id, "object", "realtime.transcription_session",
        "type", "transcription");
    if (session && c->beta)
        json_object_update_missing_new(
            session, json_pack("{sssososo}", "input_audio_format", "pcm16",
                         "input_audio_transcription", transcription(c), "turn_detection", turns(c),
                         "input_audio_noise_reduction", json_null()));
    else if (session)
        json_object_set_new(session, "audio",
            json_pack("{s{s{sssi}sososo}}", "input", "format", "type", "audio/pcm", "rate", c->rate,
                "transcription", transcription(c), "turn_detection", turns(c), "noise_reduction",
                json_null()));
    return session;
}

static bool refuse(struct problem *p, const char *param, const char *sentence)
{
    return problem_set(p, 400, "unsupported_parameter", param, "%s", sentence);
}

static bool wrong(struct problem *p, const char *param, const char *wanted)
{
    return problem_set(p, 400, "invalid_type", param, "%s must be %s", param, wanted);
}

/* Each key of an object must be one of these (ends with null). */
static bool known_keys(
    const json_t *object, const char *const *keys, const char *where, struct problem *p)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return wrong(p, where, "an object");
    json_object_foreach((json_t *)object, name, value)
    {
        int i = 0;
        while (keys[i] && strcmp(keys[i], name) != 0)
            i++;
        if (!keys[i])
            return problem_set(p, 400, "unknown_parameter", name, "%s has no '%.60s'", where, name);
    }
    return true;
}

static bool read_text(
    char *out, size_t room, const json_t *value, const char *name, struct problem *p)
{
    if (!value)
        return true;
    if (!json_is_string(value) && !json_is_null(value))
        return wrong(p, name, "text");
    const char *text = json_is_null(value) ? "" : json_string_value(value);
    if (strlen(text) >= room)
        return problem_set(p, 400, "string_above_max_length", name, "%s is too long", name);
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool read_transcription(struct realtime_config *c, const json_t *value, struct problem *p)
{
    static const char *const keys[] = {"model", "language", "prompt", NULL};
    if (!value || json_is_null(value))
        return true;
    return known_keys(value, keys, "transcription", p) &&
           read_text(c->model, sizeof c->model, json_object_get(value, "model"), "model", p) &&
           read_text(c->language, sizeof c->language, json_object_get(value, "language"),
               "language", p) &&
           read_text(c->prompt, sizeof c->prompt, json_object_get(value, "prompt"), "prompt", p);
}

static bool read_turns(struct realtime_config *c, const json_t *value, struct problem *p)
{
    const char *type = json_string_value(json_object_get(value, "type"));
    if (!value)
        return true;
    if (!json_is_null(value) && (!type || strcmp(type, "server_vad") != 0))
        return refuse(p, "turn_detection", "turn_detection is of the type server_vad, or null");
    c->detect = !json_is_null(value);
    return true;
}

static bool read_format(struct realtime_config *c, const json_t *value, struct problem *p)
{
    static const char sentence[] =
        "sound is pcm16: mono samples of 16 bits, little-endian, 24000 or 16000 a second";
    if (!value || json_is_null(value))
        return true;
    const json_t *rate = json_object_get(value, "rate");
    const char *type =
        json_string_value(json_is_object(value) ? json_object_get(value, "type") : value);
    if (!type || strcmp(type, json_is_object(value) ? "audio/pcm" : "pcm16") != 0)
        return refuse(p, "format", sentence);
    json_int_t wanted = rate ? json_integer_value(rate) : REALTIME_RATE;
    if (wanted != 24000 && wanted != 16000)
        return refuse(p, "format.rate", sentence);
    c->rate = (int)wanted;
    return true;
}

static bool read_noise(const json_t *value, struct problem *p)
{
    return !value || json_is_null(value) || refuse(p, "noise_reduction", "noise is not reduced");
}

static bool read_session(struct realtime_config *c, const json_t *session, struct problem *p)
{
    static const char *const keys[] = {"id", "object", "type", "audio", "include", NULL};
    static const char *const inputs[] = {
        "format", "transcription", "turn_detection", "noise_reduction", NULL};
    const char *type = json_string_value(json_object_get(session, "type"));
    const json_t *audio = json_object_get(session, "audio");
    const json_t *input = json_object_get(audio, "input");
    if (!known_keys(session, keys, "session", p))
        return false;
    if (type && strcmp(type, "transcription") != 0)
        return refuse(p, "session.type", "sessions transcribe: their type is transcription");
    if (json_array_size(json_object_get(session, "include")) > 0)
        return refuse(p, "session.include", "probabilities of tokens are not given");
    if (!input)
        return !audio || json_is_null(audio) || wrong(p, "audio.input", "an object");
    return known_keys(input, inputs, "audio.input", p) &&
           read_format(c, json_object_get(input, "format"), p) &&
           read_transcription(c, json_object_get(input, "transcription"), p) &&
           read_turns(c, json_object_get(input, "turn_detection"), p) &&
           read_noise(json_object_get(input, "noise_reduction"), p);
}

static bool read_beta_session(struct realtime_config *c, const json_t *session, struct problem *p)
{
    static const char *const keys[] = {"id", "object", "type", "input_audio_format",
        "input_audio_transcription", "turn_detection", "input_audio_noise_reduction", "include",
        NULL};
    if (!known_keys(session, keys, "session", p))
        return false;
    if (json_array_size(json_object_get(session, "include")) > 0)
        return refuse(p, "session.include", "probabilities of tokens are not given");
    return read_format(c, json_object_get(session, "input_audio_format"), p) &&
           read_transcription(c, json_object_get(session, "input_audio_transcription"), p) &&
           read_turns(c, json_object_get(session, "turn_detection"), p) &&
           read_noise(json_object_get(session, "input_audio_noise_reduction"), p);
}

/* All of it or nothing. */
static bool on_update(struct realtime *r, const json_t *event, bool beta, struct problem *p)
{
    struct realtime_config c = r->config;
    const json_t *session = json_object_get(event, "session");
    c.beta = beta;
    if (!(beta ? read_beta_session : read_session)(&c, session, p))
        return false;
    if (r->begun)
        return problem_set(p, 400, "session_begun", "session",
            "a session cannot be changed when sound has come; begin another");
    r->config = c;
    realtime_say(
        r, json_pack("{ssso}", "type", beta ? "transcription_session.updated" : "session.updated",
               "session", realtime_session(r)));
    return true;
}

static bool has_room(struct realtime *r, size_t bytes)
{
    size_t most = (size_t)r->config.rate * 2 * TURN_SECONDS;
    pthread_mutex_lock(&r->lock);
    bool room = r->config.detect || r->held + bytes <= most;
    pthread_mutex_unlock(&r->lock);
    return room;
}

/* With the first sound: whether the key may use the model, and what that name means from here on.
 */
static bool enter(struct realtime *r, struct problem *p)
{
    const char *model = *r->config.model ? r->config.model : NULL;
    r->begun = access_allows_model(&r->key, model, p) &&
               deploy_find(r->host, model, &r->deployment, p) &&
               lease_begin(&r->lease, r->host->ledger, &r->deployment, NULL, p);
    return r->begun;
}

static bool has_limit_left(const struct realtime *r, double seconds, struct problem *p)
{
    const struct deployment *d = &r->deployment;
    double most = d->limit[LIMIT_AUDIO_SECONDS];
    return most <= 0 || r->heard + seconds <= most ||
           problem_set(p, 400, "deployment_limit", NULL,
               "the deployment '%s' takes at most %.12g seconds of audio a session", d->name, most);
}

/* The limits of the key and of the deployment hold for sessions too. */
static bool take_sound(struct realtime *r, const void *data, size_t bytes, struct problem *p)
{
    const struct realtime_config *c = &r->config;
    double seconds = (double)bytes / 2 / c->rate;
    struct amounts used = {.of = {[AUDIO_SECONDS] = seconds}};
    if ((!r->begun && !enter(r, p)) || !has_limit_left(r, seconds, p) ||
        !access_take(r->host, &r->key, &used, p))
        return false;
    r->heard += seconds;
    r->fresh += (int64_t)bytes;
    return realtime_put(r, PIECE_SOUND, data, bytes) ||
           problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
}

static bool on_append(struct realtime *r, const json_t *event, struct problem *p)
{
    const json_t *audio = json_object_get(event, "audio");
    size_t bytes, n = json_string_length(audio);
    if (!json_is_string(audio))
        return wrong(p, "audio", "base64 of samples");
    unsigned char *data = malloc(n / 4 * 3 + 1);
    if (!data)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    bool good = text_base64_read(data, &bytes, json_string_value(audio), n);
    if (!good || bytes % 2 != 0) {
        problem_set(p, 400, "invalid_value", "audio",
            good ? "audio ends inside a sample of 16 bits" : "audio is not base64");
        good = false;
    } else if (!has_room(r, bytes)) {
        good = problem_set(p, 400, "buffer_full", "audio",
            "a turn has at most %d s; commit it or clear it", TURN_SECONDS);
    } else if (bytes > 0) {
        good = take_sound(r, data, bytes, p);
    }
    free(data);
    return good;
}

static bool on_commit(struct realtime *r, struct problem *p)
{
    if (r->fresh == 0)
        return problem_set(p, 400, "input_audio_buffer_commit_empty", NULL,
            "there is no sound to commit: none was appended since the last time");
    r->fresh = 0;
    return realtime_put(r, PIECE_COMMIT, NULL, 0) ||
           problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
}

static bool on_clear(struct realtime *r, struct problem *p)
{
    bool begun = r->fresh > 0;
    r->fresh = 0;
    if (begun && !realtime_put(r, PIECE_CLEAR, NULL, 0))
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    realtime_say(r, json_pack("{ss}", "type", "input_audio_buffer.cleared"));
    return true;
}

static bool read_event(struct realtime *r, const json_t *event, struct problem *p)
{
    const char *type = json_string_value(json_object_get(event, "type"));
    if (!type)
        return problem_set(p, 400, "invalid_event", "type", "an event is an object with a type");
    if (strcmp(type, "input_audio_buffer.append") == 0)
        return on_append(r, event, p);
    if (strcmp(type, "input_audio_buffer.commit") == 0)
        return on_commit(r, p);
    if (strcmp(type, "input_audio_buffer.clear") == 0)
        return on_clear(r, p);
    if (strcmp(type, "session.update") == 0)
        return on_update(r, event, false, p);
    if (strcmp(type, "transcription_session.update") == 0)
        return on_update(r, event, true, p);
    return problem_set(p, 400, "invalid_event", "type",
        "there is no event '%.60s' in a session that transcribes", type);
}

void realtime_read(struct realtime *r, const char *text, size_t bytes)
{
    json_error_t why;
    struct problem p;
    json_t *event = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
    const char *id = json_string_value(json_object_get(event, "event_id"));
    bool good = event ? read_event(r, event, &p)
                      : problem_set(&p, 400, "invalid_event", NULL,
                            "this is not JSON: %s (column %d)", why.text, why.column);
    if (!good)
        realtime_complain(r, &p, id && strlen(id) <= EVENT_MOST ? id : NULL);
    json_decref(event);
    if (!good && ++r->mistakes >= MISTAKES_MOST)
        realtime_end(r, "too_many_mistakes", "too many events could not be understood");
}
