/* SPDX-License-Identifier: Apache-2.0 */
/* Texts to sound: /v1/audio/speech. */
#include "inhouse/audio.h"
#include "server/azure.h"
#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE_LOW = 8000, RATE_HIGH = 48000 };

/* clang-format off */
static const char *const ways[] = {"audio", "sse", NULL};
static const struct field_rule rules[] = {
    RULE_OWN("input", SHAPE_TEXT, "the text, which may be SSML", .most = "limits.characters", .needed = true),
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"),
    RULE_OWN("voice", SHAPE_TEXT, "a name of GET /v1/audio/voices, or a blend: anna:0.7+ben:0.3"),
    RULE_OWN("response_format", SHAPE_TEXT, "of the sound; mp3 without it", .option = "format"),
    RULE_OWN("stream_format", SHAPE_TEXT, "the sound as it is made: as it is, or in events", .choices = ways),
    RULE_OWN("instructions", SHAPE_TEXT, "not followed, which a warning says"),
    RULE_OWN("sample_rate", SHAPE_WHOLE, "of the sound; the model's own without it", .low = RATE_LOW, .high = RATE_HIGH),
    RULE_NOTHING("user"),
    RULE_REFUSED("format", "the field is called response_format"),
    RULE_END,
};
/* clang-format on */

/* How the sound leaves: whole, when all of it is there and its headers are right; as it is made; as
 * it is made, in events. */
enum leaving { WHOLE, AS_MADE, IN_EVENTS };

struct work {
    struct ih_request request;
    const char *model, *text, *instructions;
    size_t bytes;
    char *renamed; /* the text with voices of ours, or null */
    int rate;      /* of the sound; 0: the model's */
    const struct ih_audio_format *format;
    enum leaving leaving;
    struct answer *answer;
    struct ih_model *speaker;
    struct ih_audio_writer *writer;
    struct ih_error failure; /* of what the callbacks did */
};

/* Voices of OpenAI; ours are chosen by gender, in the order of the model's list. */
static const struct {
    const char *name, *gender;
    int number;
} known_elsewhere[] = {
    {"alloy", "female", 0},
    {"ash", "male", 0},
    {"ballad", "male", 1},
    {"cedar", "male", 4},
    {"coral", "female", 1},
    {"echo", "male", 2},
    {"fable", "male", 3},
    {"marin", "female", 0},
    {"nova", "female", 2},
    {"onyx", "male", 4},
    {"sage", "female", 1},
    {"shimmer", "female", 2},
    {"verse", "male", 3},
};

static bool speaks(const struct ih_voice *v, const char *language, const char *gender)
{
    size_t n = language ? strcspn(language, "-_") : 0;
    return (n == 0 || (strlen(v->language) >= n && strncmp(v->language, language, n) == 0)) &&
           (!gender || (v->gender && strcmp(v->gender, gender) == 0));
}

/* Voice `number` of those with a language and a gender, from the beginning again behind the last;
 * null when there are none. */
static const char *pick(
    const struct ih_voice *voice, int count, const char *language, const char *gender, int number)
{
    int fit = 0;
    for (int i = 0; i < count; i++)
        fit += speaks(&voice[i], language, gender);
    for (int i = 0, left = fit ? number % fit : 0; fit && i < count; i++)
        if (speaks(&voice[i], language, gender) && left-- == 0)
            return voice[i].name;
    return NULL;
}

/* Texts written for Azure name its voices. */
static void rename_voices(struct work *w)
{
    const struct ih_voice *voice;
    int count = ih_model_voices(w->speaker, &voice);
    const char *given = w->request.speak.voice;
    const char *ours = given ? azure_voice(given, strlen(given), voice, count) : NULL;
    if (ours)
        w->request.speak.voice = ours;
    if (w->request.speak.ssml || strstr(w->text, "<speak"))
        w->renamed = azure_rename_voices(w->text, w->bytes, voice, count);
}

/* A voice that the model has by that name is that voice. */
static void choose_voice(struct work *w)
{
    const struct ih_voice *voice;
    const char *given = w->request.speak.voice, *language = w->request.speak.language;
    int count = ih_model_voices(w->speaker, &voice);
    for (int i = 0; given && i < count; i++)
        if (strcmp(voice[i].name, given) == 0)
            return;
    if (!language || strcmp(language, "auto") == 0)
        language = "en";
    for (size_t k = 0; given && k < sizeof known_elsewhere / sizeof *known_elsewhere; k++) {
        if (strcmp(known_elsewhere[k].name, given) != 0)
            continue;
        const char *gender = known_elsewhere[k].gender;
        const char *found = pick(voice, count, language, gender, known_elsewhere[k].number);
        w->request.speak.voice =
            found ? found : pick(voice, count, language, NULL, known_elsewhere[k].number);
        return;
    }
}

static size_t characters(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

static bool read_text(
    struct work *w, const struct host *host, const struct form *f, struct problem *p)
{
    const struct field *input = form_find(f, "input");
    if (!fields_text(f, "input", &w->text, p))
        return false;
    if (!w->text || !*w->text)
        return problem_set(p, 400, "missing_parameter", "input", "input, the text, is missing");
    w->bytes = input->bytes;
    if (characters(w->text, w->bytes) > (size_t)host->settings->characters)
        return problem_set(p, 400, "string_above_max_length", "input",
            "the text has more than %d characters", host->settings->characters);
    return true;
}

static bool read_rate(struct work *w, const struct form *f, struct problem *p)
{
    const struct field *field = form_find(f, "sample_rate");
    int64_t rate;
    if (!field)
        return true;
    bool number = field->kind == (f->typed ? FIELD_NUMBER : FIELD_TEXT);
    if (!number || !text_integer(field->text, &rate) || rate < RATE_LOW || rate > RATE_HIGH)
        return problem_set(p, 400, "invalid_value", "sample_rate",
            "sample_rate must be a whole number from %d to %d", RATE_LOW, RATE_HIGH);
    w->rate = (int)rate;
    return true;
}

static bool read_request(
    struct work *w, const struct host *host, const struct form *f, struct problem *p)
{
    const char *format;
    struct ih_error e;
    int way = -1;
    *w = (struct work){0};
    ih_request_defaults(&w->request, IH_SPEAK);
    if (!fields_read(&w->request, f, rules, p) || !fields_text(f, "model", &w->model, p) ||
        !fields_text(f, "voice", &w->request.speak.voice, p) ||
        !fields_text(f, "instructions", &w->instructions, p) ||
        !fields_text(f, "response_format", &format, p) ||
        !fields_choice(f, "stream_format", ways, &way, p) || !read_rate(w, f, p) ||
        !read_text(w, host, f, p))
        return false;
    w->leaving = way < 0 ? WHOLE : way == 0 ? AS_MADE : IN_EVENTS;
    w->format = ih_audio_format_find(format ? format : "mp3", &e);
    w->request.speak.voice_files = false;
    return w->format || problem_set(p, 400, "invalid_value", "response_format", "%s", e.text);
}

static int send_event(struct work *w, const void *data, size_t n)
{
    size_t length = (n + 2) / 3 * 4;
    char *text = malloc(length + 1);
    if (!text)
        return -1;
    text_base64(text, data, n);
    json_t *json = json_pack("{ssss%}", "type", "speech.audio.delta", "audio", text, length);
    free(text);
    return event_write(w->answer, json);
}

/* Bytes of the sound's file. */
static int sink_write(void *arg, const void *data, size_t n)
{
    struct work *w = arg;
    if (w->leaving != WHOLE && !answer_state(w->answer).stream)
        answer_stream(w->answer, w->leaving == IN_EVENTS ? "text/event-stream" : w->format->mime);
    return w->leaving == IN_EVENTS ? send_event(w, data, n) : answer_write(w->answer, data, n);
}

static int sink_seek(void *arg, int64_t offset)
{
    return answer_seek(((struct work *)arg)->answer, offset);
}

/* With the first sound, so that a text that cannot be said is an error and no empty file. */
static enum ih_status open_writer(struct work *w)
{
    char comment[512];
    const char *voice = w->request.speak.voice;
    struct ih_audio_sink sink = {
        .arg = w, .write = sink_write, .seek = w->leaving == WHOLE ? sink_seek : NULL};
    ih_speak_provenance(w->speaker, voice, (int64_t)time(NULL), comment, sizeof comment);
    struct ih_audio_writer_options o = {.format = w->format->name,
        .rate = ih_speak_rate(w->speaker),
        .file_rate = w->rate,
        .bit_rate = w->request.bit_rate,
        .artist = voice,
        .comment = comment};
    return ih_audio_writer_open(&w->writer, &sink, &o, &w->failure);
}

static int on_audio(void *arg, const float *pcm, int64_t samples)
{
    struct work *w = arg;
    if (!w->writer) {
        if (open_writer(w) != IH_OK)
            return -1;
        answer_use(w->answer, ih_model_name(w->speaker), CHARACTERS,
            (double)characters(w->text, w->bytes));
    }
    answer_hear(w->answer, (double)samples / ih_speak_rate(w->speaker));
    return ih_audio_writer_write(w->writer, pcm, samples, &w->failure) == IH_OK ? 0 : -1;
}

static void on_progress(void *arg, double done, double total)
{
    answer_progress(((struct work *)arg)->answer, done, total);
}

static void on_warning(void *arg, const char *text)
{
    answer_warn(((struct work *)arg)->answer, text);
}

static void finish(struct work *w, double seconds)
{
    const char *type = w->leaving == IN_EVENTS ? "text/event-stream" : w->format->mime;
    if (w->leaving == IN_EVENTS)
        event_write(w->answer,
            json_pack("{sss{sssIsf}}", "type", "speech.audio.done", "usage", "type", "characters",
                "characters", (json_int_t)characters(w->text, w->bytes), "seconds", seconds));
    answer_finish(w->answer, 200, type);
}

static bool speak(struct work *w, const struct host *host, struct problem *p)
{
    struct ih_error e = {0};
    double seconds = 0;
    struct ih_speak_job job = {
        .job.arg = w, .job.progress = on_progress, .audio = on_audio, .warning = on_warning};
    if (!depot_take(host->depot, w->model, IH_SPEAK, &w->speaker, p))
        return false;
    answer_use(w->answer, ih_model_name(w->speaker), CHARACTERS, 0);
    choose_voice(w);
    rename_voices(w);
    if (w->instructions && *w->instructions)
        answer_warn(w->answer, "instructions are not followed; style, speed and pitch are fields");
    w->request.speak.speller = depot_speller(host->depot);
    w->request.speak.profiles = depot_profiles(host->depot);
    const char *text = w->renamed ? w->renamed : w->text;
    answer_attach(w->answer, &job.job);
    enum ih_status status =
        ih_speak(w->speaker, text, strlen(text), &w->request.speak, &job, &seconds, &e);
    answer_detach(w->answer);
    if (status == IH_OK && !w->writer)
        status = explain(&e, IH_INVALID, "there is nothing to say in the text");
    if (status == IH_OK)
        status = ih_audio_writer_finish(w->writer, &e);
    ih_audio_writer_close(&w->writer);
    depot_give_back(host->depot, w->speaker);
    if (status == IH_OK)
        finish(w, seconds);
    if (status == IH_NOT_FOUND)
        return problem_set(p, 400, "invalid_value", "voice", "%s", e.text);
    return status == IH_OK || problem_from(p, w->failure.code ? &w->failure : &e);
}

static void run(const struct host *host, const struct form *form, struct answer *answer)
{
    struct work *w = malloc(sizeof *w);
    struct problem p;
    bool done = w ? read_request(w, host, form, &p)
                  : problem_set(&p, 503, "out_of_memory", NULL, "not enough memory");
    if (done) {
        w->answer = answer;
        done = speak(w, host, &p);
    }
    if (!done && w && w->leaving == IN_EVENTS)
        event_fail(answer, &p);
    else if (!done)
        answer_fail(answer, &p);
    if (w)
        free(w->renamed);
    free(w);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    struct work w;
    return read_request(&w, host, form, p);
}

static void measure(const struct host *host, const struct form *form, struct amounts *out)
{
    const struct field *input = form_find(form, "input");
    (void)host;
    if (input)
        out->of[CHARACTERS] = (double)characters(input->text, input->bytes);
}

const struct operation operation_speak = {.name = "speak",
    .check = check,
    .run = run,
    .measure = measure,
    .about = "A text to sound.",
    .rules = rules,
    .task = IH_SPEAK};
