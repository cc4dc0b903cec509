/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings to text: /v1/audio/transcriptions and /v1/audio/translations. */
#include "inhouse/audio.h"
#include "inhouse/format.h"
#include "server/azure.h"
#include "server/fetch_url.h"
#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* clang-format off */
#define MODEL_TEXT "a name of GET /v1/models; without it the server's choice"
static const char *const granularities[] = {"word", "segment", NULL};
#define RULES \
    RULE_OWN("file", SHAPE_FILE, "the recording, or a video with one", .needed = true), \
    RULE_OWN("model", SHAPE_TEXT, MODEL_TEXT), \
    RULE_OWN("response_format", SHAPE_TEXT, "how the text is written; json without it", .option = "format"), \
    RULE_OWN("timestamp_granularities", SHAPE_TEXTS, "of what verbose_json has times", .choices = granularities), \
    RULE_OWN("stream", SHAPE_BOOL, "the text in events, as it becomes known; of json and text"), \
    RULE_OWN("phrases", SHAPE_TEXTS, "phrases to favour"), \
    RULE_NOTHING("chunking_strategy"), \
    RULE_NOTHING("user"), \
    RULE_REFUSED("include", "probabilities of tokens are not given; verbose_json has avg_logprob of each segment"), \
    RULE_REFUSED("known_speaker_names", "speakers are not told apart"), \
    RULE_REFUSED("known_speaker_references", "speakers are not told apart"), \
    RULE_REFUSED("format", "the field is called response_format"), \
    RULE_REFUSED("task", "POST /v1/audio/translations translates"),
static const struct field_rule rules[] = {RULES RULE_END};
/* What the definition calls audioUrl. */
static const struct field_rule recognize_rules[] = {
    RULES RULE_OWN("audio_url", SHAPE_TEXT, "where the recording is"), RULE_END};
/* clang-format on */

/* What becomes of a recording: its text, its text in English, or its text in Azure's shape. */
enum kind { TRANSCRIBE, TRANSLATE, RECOGNIZE };

/* One request, read. */
struct work {
    struct ih_request request;
    enum kind kind;
    const char *locale; /* the language as it was asked for, or null */
    const struct ih_format *format;
    const char *model;
    bool stream;
    char *phrases; /* owned */
    struct answer *answer;
    size_t told;      /* bytes of text in events */
    const char *name; /* of the model */
    double heard;     /* seconds that have been counted as used */
};

static bool read_format(struct work *w, const struct form *f, struct problem *p)
{
    const char *name;
    struct ih_error e;
    if (!fields_text(f, "response_format", &name, p))
        return false;
    w->format = ih_format_find(name ? name : "json", &e);
    if (!w->format)
        return problem_set(p, 400, "invalid_value", "response_format", "%s", e.text);
    if (w->stream && strcmp(w->format->name, "json") != 0 && strcmp(w->format->name, "text") != 0)
        return problem_set(p, 400, "invalid_value", "response_format",
            "a stream has response_format json or text");
    return true;
}

static bool read_granularities(struct work *w, const struct form *f, struct problem *p)
{
    for (int i = 0; i < f->fields; i++) {
        const struct field *field = &f->field[i];
        if (strcmp(field->name, "timestamp_granularities") != 0)
            continue;
        if (strcmp(field->text, "word") == 0)
            w->request.transcribe.words = true;
        else if (strcmp(field->text, "segment") != 0)
            return problem_set(p, 400, "invalid_value", field->name,
                "timestamp_granularities are word and segment, not '%.60s'", field->text);
    }
    return true;
}

/* One a line for the library; in a request a list, or one text with commas or line ends. */
static bool read_phrases(struct work *w, const struct form *f, struct problem *p)
{
    size_t room = 1;
    for (int i = 0; i < f->fields; i++)
        room += strcmp(f->field[i].name, "phrases") == 0 ? f->field[i].bytes + 1 : 0;
    if (room == 1)
        return true;
    w->phrases = calloc(1, room);
    if (!w->phrases)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    for (int i = 0; i < f->fields; i++)
        if (strcmp(f->field[i].name, "phrases") == 0) {
            strcat(w->phrases, f->field[i].text);
            strcat(w->phrases, "\n");
        }
    for (char *c = w->phrases; *c; c++)
        *c = *c == ',' ? '\n' : *c;
    w->request.transcribe.phrases = w->phrases;
    return true;
}

static bool read_request(struct work *w, const struct form *f, enum kind kind, struct problem *p)
{
    const struct upload *file = form_upload(f, "file");
    *w = (struct work){.kind = kind};
    ih_request_defaults(&w->request, IH_TRANSCRIBE);
    w->request.transcribe.translate = kind == TRANSLATE;
    if (!fields_read(&w->request, f, kind == RECOGNIZE ? recognize_rules : rules, p) ||
        !fields_text(f, "model", &w->model, p) || !fields_bool(f, "stream", &w->stream, p) ||
        !read_format(w, f, p) || !read_granularities(w, f, p) || !read_phrases(w, f, p))
        return false;
    if (!file && !form_find(f, "audio_url"))
        return problem_set(p, 400, "missing_parameter", kind == RECOGNIZE ? "audio" : "file",
            "a recording is missing: send it as the file '%s' of a multipart/form-data body",
            kind == RECOGNIZE ? "audio" : "file");
    if (file && spool_size(file->data) == 0)
        return problem_set(p, 400, "invalid_file", "file", "the file is empty");
    w->locale = w->request.transcribe.language;
    return true;
}

const char *operation_language(const struct ih_model *model, const char *language)
{
    const char *const *codes;
    size_t n = strcspn(language, "-_");
    int count = ih_model_languages(model, &codes);
    for (int i = 0; i < count; i++) {
        const char *name = ih_language_name(codes[i]);
        if ((strlen(codes[i]) == n && strncasecmp(codes[i], language, n) == 0) ||
            (name && strcasecmp(name, language) == 0))
            return codes[i];
    }
    return language;
}

/* OpenAI bills recordings by the second, rounded up. */
static json_t *usage_json(const struct ih_transcript *t)
{
    return json_pack("{sssI}", "type", "duration", "seconds", (json_int_t)ceil(t->duration));
}

/* The whole text as a JSON string, without blanks around it, as the formats write it. */
static json_t *text_json(const struct ih_transcript *t)
{
    const char *text = t->text ? t->text : "";
    text += strspn(text, " \n");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \n", text[n - 1]))
        n--;
    return json_stringn(text, n);
}

/* Seconds up to here are used. */
static void count(struct work *w, double end)
{
    if (end <= w->heard)
        return;
    answer_use(w->answer, w->name, AUDIO_SECONDS, end - w->heard);
    answer_hear(w->answer, end - w->heard);
    w->heard = end;
}

static void on_progress(void *arg, double done, double total)
{
    answer_progress(((struct work *)arg)->answer, done, total);
}

static void on_segment(void *arg, const struct ih_segment *s)
{
    struct work *w = arg;
    count(w, s->end);
    const char *text = s->text ? s->text : "";
    if (!w->stream || !*text)
        return;
    if (!answer_state(w->answer).stream)
        answer_stream(w->answer, "text/event-stream");
    if (w->told == 0)
        text += strspn(text, " ");
    w->told += strlen(text);
    event_write(w->answer, json_pack("{ssss}", "type", "transcript.text.delta", "delta", text));
}

static void finish_stream(struct work *w, const struct ih_transcript *t)
{
    if (!answer_state(w->answer).stream)
        answer_stream(w->answer, "text/event-stream");
    event_write(w->answer, json_pack("{sssoso}", "type", "transcript.text.done", "text",
                               text_json(t), "usage", usage_json(t)));
    answer_finish(w->answer, 200, "text/event-stream");
}

static void finish_whole(struct work *w, const struct ih_transcript *t)
{
    struct ih_error e;
    struct problem p;
    unsigned flags = (w->request.transcribe.words ? IH_FORMAT_WORDS : 0u) |
                     (w->request.transcribe.translate ? IH_FORMAT_TRANSLATED : 0u);
    if (w->kind == RECOGNIZE) {
        answer_json(w->answer, 200, azure_transcript(t, w->locale));
        return;
    }
    if (strcmp(w->format->name, "json") == 0) {
        answer_json(
            w->answer, 200, json_pack("{soso}", "text", text_json(t), "usage", usage_json(t)));
        return;
    }
    if (ih_transcript_write(t, w->format->name, flags, answer_write, w->answer, &e) == IH_OK) {
        answer_finish(w->answer, 200, w->format->mime);
    } else {
        problem_from(&p, &e);
        answer_fail(w->answer, &p);
    }
}

static bool transcribe(
    struct work *w, const struct host *host, const struct upload *file, struct problem *p)
{
    struct ih_error e = {0};
    struct ih_model *model;
    struct ih_transcript *t = NULL;
    struct ih_audio_input input = {0};
    struct ih_transcribe_job job = {
        .job.arg = w, .job.progress = on_progress, .segment = on_segment};
    if (spool_map(file->data, &input.data, &input.size, &e) != IH_OK)
        return problem_from(p, &e);
    if (!depot_take(host->depot, w->model, IH_TRANSCRIBE, &model, p))
        return false;
    w->name = ih_model_name(model);
    answer_use(w->answer, w->name, AUDIO_SECONDS, 0); /* so that it is known for what fails */
    if (w->request.transcribe.language)
        w->request.transcribe.language = operation_language(model, w->request.transcribe.language);
    w->request.transcribe.vad = depot_vad(host->depot);
    answer_attach(w->answer, &job.job);
    enum ih_status status = ih_transcribe(&t, model, &input, &w->request.transcribe, &job, &e);
    answer_detach(w->answer);
    if (status == IH_OK)
        count(w, t->duration);
    depot_give_back(host->depot, model);
    if (status == IH_OK && w->stream)
        finish_stream(w, t);
    else if (status == IH_OK)
        finish_whole(w, t);
    ih_transcript_free(&t);
    return status == IH_OK || problem_from(p, &e);
}

static void run(
    const struct host *host, const struct form *form, struct answer *answer, enum kind kind)
{
    struct work *w = malloc(sizeof *w);
    struct problem p;
    if (!w) {
        problem_set(&p, 503, "out_of_memory", NULL, "not enough memory");
        answer_fail(answer, &p);
        return;
    }
    bool done = read_request(w, form, kind, &p);
    if (done) {
        w->answer = answer;
        done = transcribe(w, host, form_upload(form, "file"), &p);
    }
    if (!done)
        event_fail(answer, &p);
    free(w->phrases);
    free(w);
}

static bool check(const struct form *form, enum kind kind, struct problem *p)
{
    struct work w;
    bool good = read_request(&w, form, kind, p);
    free(w.phrases);
    return good;
}

static bool check_transcribe(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host;
    return check(form, TRANSCRIBE, p);
}

static bool check_translate(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host;
    return check(form, TRANSLATE, p);
}

static bool check_recognize(const struct host *host, const struct form *form, struct problem *p)
{
    const struct field *url = form_find(form, "audio_url");
    char *whole = NULL;
    if (url && form_upload(form, "file"))
        return problem_set(p, 400, "invalid_value", "audioUrl",
            "there are a part 'audio' and an audioUrl; send one of them");
    bool good = !url || fetch_allowed(host->settings, url->text, "audioUrl", &whole, p);
    curl_free(whole);
    return good && check(form, RECOGNIZE, p);
}

static bool is_gone(void *answer)
{
    return answer_cancelled(answer);
}

/* The recording behind an address. */
static bool bring(
    const struct host *host, struct form *form, struct answer *answer, struct problem *p)
{
    const struct field *url = form_find(form, "audio_url");
    struct spool *data;
    struct ih_error e;
    if (!url)
        return true;
    struct fetch f = {.settings = host->settings,
        .url = url->text,
        .param = "audioUrl",
        .folder = host->folder,
        .gone = is_gone,
        .arg = answer};
    if (!fetch_url(&data, &f, p))
        return false;
    return form_add_spool(form, "file", "audio", "", &data, &e) == IH_OK || problem_from(p, &e);
}

static void run_transcribe(const struct host *host, const struct form *form, struct answer *answer)
{
    run(host, form, answer, TRANSCRIBE);
}

static void run_translate(const struct host *host, const struct form *form, struct answer *answer)
{
    run(host, form, answer, TRANSLATE);
}

static void run_recognize(const struct host *host, const struct form *form, struct answer *answer)
{
    run(host, form, answer, RECOGNIZE);
}

/* A file that does not say how long it is has at most the seconds that it would have as the
 * thinnest speech there is. */
static void measure(const struct host *host, const struct form *form, struct amounts *out)
{
    enum { BYTES_A_SECOND_LEAST = 500 };
    const struct upload *file = form_upload(form, "file");
    struct ih_audio_tags tags = {.seconds = -1};
    struct ih_error e;
    const void *data;
    size_t bytes;
    (void)host;
    if (!file || spool_map(file->data, &data, &bytes, &e) != IH_OK)
        return;
    if (ih_audio_tags(&tags, data, bytes, &e) != IH_OK)
        return; /* no recording: it will be refused */
    out->of[AUDIO_SECONDS] =
        tags.seconds >= 0 ? tags.seconds : (double)bytes / BYTES_A_SECOND_LEAST;
    ih_audio_tags_free(&tags);
}

const struct operation operation_transcribe = {.name = "transcribe",
    .check = check_transcribe,
    .run = run_transcribe,
    .measure = measure,
    .about = "A recording to text.",
    .rules = rules,
    .task = IH_TRANSCRIBE};
const struct operation operation_translate = {.name = "translate",
    .check = check_translate,
    .run = run_translate,
    .measure = measure,
    .about = "A recording to text in English.",
    .rules = rules,
    .task = IH_TRANSCRIBE};
const struct operation operation_recognize = {.name = "recognize",
    .check = check_recognize,
    .bring = bring,
    .run = run_recognize,
    .measure = measure,
    .about = "A recording to text with the times of its words."};
