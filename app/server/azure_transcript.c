/* SPDX-License-Identifier: Apache-2.0 */
/* Azure's fast transcription: its definition becomes fields, a transcript becomes its phrases. */
#include "server/azure.h"
#include "server/fields.h"
#include "server/text.h"

#include <math.h>
#include <string.h>

/* An entry of the definition: its name, and what is done with it. */
struct entry {
    const char *name;
    bool (*read)(struct form *f, const json_t *value, struct problem *p);
};

static bool refuse(struct problem *p, const char *name, const char *why)
{
    return problem_set(p, 400, "unsupported_parameter", name, "%s", why);
}

static bool wrong(struct problem *p, const char *name, const char *wanted)
{
    return problem_set(p, 400, "invalid_type", name, "%s must be %s", name, wanted);
}

static bool add(struct form *f, const char *name, const char *text, struct problem *p)
{
    struct ih_error e;
    return form_add(f, name, text, strlen(text), FIELD_TEXT, &e) == IH_OK || problem_from(p, &e);
}

/* One of several languages is found out by the model as one of all is. */
static bool read_locales(struct form *f, const json_t *value, struct problem *p)
{
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_string(json_array_get(value, i)))
            return wrong(p, "locales", "a list of texts");
    if (!json_is_array(value))
        return wrong(p, "locales", "a list of texts");
    return json_array_size(value) != 1 ||
           add(f, "language", json_string_value(json_array_get(value, 0)), p);
}

static bool add_texts(
    struct form *f, const char *name, const json_t *value, const char *said, struct problem *p)
{
    if (!json_is_array(value))
        return wrong(p, said, "a list of texts");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text)
            return wrong(p, said, "a list of texts");
        if (!add(f, name, text, p))
            return false;
    }
    return true;
}

static bool read_phrases(struct form *f, const json_t *value, struct problem *p)
{
    const json_t *list = json_object_get(value, "phrases");
    return !list || json_is_null(list) || add_texts(f, "phrases", list, "phraseList.phrases", p);
}

static bool read_diarization(struct form *f, const json_t *value, struct problem *p)
{
    (void)f;
    return !json_is_true(json_object_get(value, "enabled")) ||
           refuse(p, "diarization", "speakers are not told apart");
}

static bool read_channels(struct form *f, const json_t *value, struct problem *p)
{
    (void)f;
    return json_array_size(value) == 0 ||
           refuse(p, "channels", "channels are transcribed together");
}

static bool read_profanity(struct form *f, const json_t *value, struct problem *p)
{
    const char *mode = json_string_value(value);
    (void)f;
    return (mode && strcmp(mode, "None") == 0) ||
           refuse(p, "profanityFilterMode", "words are not masked or taken out; None is possible");
}

static bool read_audio_url(struct form *f, const json_t *value, struct problem *p)
{
    const char *url = json_string_value(value);
    return url ? add(f, "audio_url", url, p) : wrong(p, "audioUrl", "text");
}

static bool read_model_options(struct form *f, const json_t *value, struct problem *p)
{
    const char *times = json_string_value(json_object_get(value, "timestamps"));
    const char *style = json_string_value(json_object_get(value, "transcribeStyle"));
    if (style && strcmp(style, "clean") != 0)
        return refuse(p, "modelOptions.transcribeStyle",
            "a transcript is as the model writes it, without hesitations: clean");
    if (!times)
        return true;
    if (strcmp(times, "word") != 0 && strcmp(times, "segment") != 0 && strcmp(times, "none") != 0)
        return problem_set(p, 400, "invalid_value", "modelOptions.timestamps",
            "timestamps are word, segment or none, not '%.60s'", times);
    form_remove(f, "timestamp_granularities");
    return add(f, "timestamp_granularities", strcmp(times, "word") == 0 ? "word" : "segment", p);
}

static bool read_enhanced(struct form *f, const json_t *value, struct problem *p)
{
    const json_t *prompt = json_object_get(value, "prompt");
    const json_t *options = json_object_get(value, "modelOptions");
    const char *model = json_string_value(json_object_get(value, "model"));
    const char *task = json_string_value(json_object_get(value, "task"));
    if (task && strcmp(task, "transcribe") != 0)
        return refuse(p, "enhancedMode.task",
            "/openai/deployments/{name}/audio/translations "
            "translates");
    if (prompt && !json_is_null(prompt) && json_array_size(prompt) > 0 &&
        !(json_array_size(prompt) == 1 && add_texts(f, "prompt", prompt, "enhancedMode.prompt", p)))
        return json_array_size(prompt) == 1 ||
               refuse(p, "enhancedMode.prompt", "there is one prompt");
    return (!model || add(f, "model", model, p)) &&
           (!options || json_is_null(options) || read_model_options(f, options, p));
}

static bool read_models(struct form *f, const json_t *value, struct problem *p)
{
    (void)f;
    return json_object_size(value) == 0 ||
           refuse(p, "models", "which model is said by enhancedMode.model");
}

static const struct entry entries[] = {
    {"locales", read_locales},
    {"phraseList", read_phrases},
    {"diarization", read_diarization},
    {"channels", read_channels},
    {"profanityFilterMode", read_profanity},
    {"audioUrl", read_audio_url},
    {"modelOptions", read_model_options},
    {"enhancedMode", read_enhanced},
    {"models", read_models},
};

static bool read_entry(struct form *f, const char *name, const json_t *value, struct problem *p)
{
    if (json_is_null(value))
        return true;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].read(f, value, p);
    return problem_set(
        p, 400, "unknown_parameter", name, "the definition has no '%.60s' here", name);
}

static bool read_definition(struct form *f, const char *text, size_t bytes, struct problem *p)
{
    json_error_t why;
    const char *name;
    json_t *value, *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(root)) {
        problem_set(p, 400, "invalid_value", "definition", "it is not a JSON object%s%.100s",
            root ? "" : ": ", root ? "" : why.text);
        json_decref(root);
        return false;
    }
    bool good = true;
    json_object_foreach(root, name, value) good = good && read_entry(f, name, value, p);
    json_decref(root);
    return good;
}

/* A field, or, where a client gives it a file name, an upload; without it everything is as usual.
 */
static bool transcription_body(struct form *f, const char *path, struct problem *p)
{
    struct ih_error e;
    const struct field *field = form_find(f, "definition");
    struct upload *upload = (struct upload *)form_upload(f, "definition");
    const void *data = field ? field->text : NULL;
    size_t bytes = field ? field->bytes : 0;
    (void)path;
    form_rename_upload(f, "audio", "file");
    form_remove(f, "audio_url"); /* it is in the definition, or nowhere */
    if (!add(f, "timestamp_granularities", "word", p))
        return false;
    if (!field && upload && spool_map(upload->data, &data, &bytes, &e) != IH_OK)
        return problem_from(p, &e);
    if (data && !read_definition(f, data, bytes, p))
        return false;
    form_remove(f, "definition");
    form_remove_upload(f, "definition");
    return true;
}

static const struct field_rule parts[] = {
    RULE_OWN("audio", SHAPE_FILE, "the recording; needed where the definition has no audioUrl"),
    RULE_OWN(
        "definition", SHAPE_TEXT, "a JSON object: locales, phraseList, enhancedMode, audioUrl ..."),
    RULE_END,
};
const struct adapter azure_transcription = {.body = transcription_body, .rules = parts};

/* The answer */

static json_t *trimmed(const char *text)
{
    text = text ? text : "";
    text += strspn(text, " \n");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \n", text[n - 1]))
        n--;
    return json_stringn(text, n);
}

static json_int_t milliseconds(double seconds)
{
    return (json_int_t)llround(seconds * 1000);
}

static json_t *word_json(const struct ih_word *w)
{
    return json_pack("{sosIsI}", "text", trimmed(w->text), "offsetMilliseconds",
        milliseconds(w->begin), "durationMilliseconds",
        milliseconds(w->end) - milliseconds(w->begin));
}

static json_t *phrase_json(const struct ih_segment *s, const char *locale)
{
    json_t *phrase = json_pack("{sIsIsosssf}", "offsetMilliseconds", milliseconds(s->begin),
        "durationMilliseconds", milliseconds(s->end) - milliseconds(s->begin), "text",
        trimmed(s->text), "locale", locale, "confidence", exp((double)s->avg_logprob));
    json_t *words = s->word_count ? json_array() : NULL;
    for (int i = 0; i < s->word_count; i++)
        json_array_append_new(words, word_json(&s->words[i]));
    if (words)
        json_object_set_new(phrase, "words", words);
    return phrase;
}

json_t *azure_transcript(const struct ih_transcript *t, const char *locale)
{
    json_t *phrases = json_array();
    for (int i = 0; i < t->segment_count; i++)
        json_array_append_new(phrases, phrase_json(&t->segments[i], locale        ? locale
                                                                    : t->language ? t->language
                                                                                  : ""));
    return json_pack("{sIs[{so}]so}", "durationMilliseconds", milliseconds(t->duration),
        "combinedPhrases", "text", trimmed(t->text), "phrases", phrases);
}
