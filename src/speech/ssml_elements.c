/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of SSML: what their attributes ask for. */
#include "speech/ipa.h"
#include "speech/ssml_reader.h"
#include "speech/ssml_values.h"

#include <string.h>

/* Products of nested prosody stay within these. */
static const float slowest = 0.25f, fastest = 4, deepest = 24, loudest = 4;

const char *ssml_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *find(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(ssml_local(*attributes), name))
            return attributes[1];
    return NULL;
}

/* An attribute that the element cannot do without. */
static const char *need(
    struct reader *r, const char *element, const char **attributes, const char *name)
{
    const char *value = find(attributes, name);
    if (!value || !*value)
        ssml_fail(r, "<%s> needs the attribute %s", element, name);
    else if (strlen(value) > SCRIPT_SAID)
        ssml_fail(r, "the attribute %s of <%s> is too long", name, element);
    return value && *value && !r->status ? value : NULL;
}

static void wrong_value(
    struct reader *r, const char *element, const char *name, const char *value, const char *hint)
{
    ssml_fail(r, "%s=\"%.60s\" of <%s> is not understood; %s", name, value, element, hint);
}

static void start_voice(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *name = find(attributes, "name");
    if (!name || !*name)
        warn(r->w, "<voice> without a name changes nothing");
    else if (strlen(name) > SCRIPT_SAID)
        ssml_fail(r, "the name of <voice> is too long");
    else
        m->voice = ssml_keep(r, name);
}

/* A voice of one's own, in Azure's words. */
static void start_embedding(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *name = need(r, "ttsembedding", attributes, "speakerProfileId");
    if (name)
        m->voice = ssml_keep(r, name);
}

static float within(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static void multiply(struct manner *m, float rate, float pitch, float volume)
{
    m->rate = within(m->rate * rate, slowest, fastest);
    m->pitch = within(m->pitch + pitch, -deepest, deepest);
    m->volume = within(m->volume * volume, 0, loudest);
}

static void start_prosody(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *rate = find(attributes, "rate"), *pitch = find(attributes, "pitch");
    const char *volume = find(attributes, "volume");
    float faster = 1, higher = 0, louder = 1;
    if (rate && !ssml_rate(rate, &faster))
        wrong_value(r, "prosody", "rate", rate, "say slow, fast, 120% or +20%");
    if (pitch && !ssml_pitch(pitch, &higher))
        wrong_value(r, "prosody", "pitch", pitch, "say low, high, +2st or +10%");
    if (volume && !ssml_volume(volume, &louder))
        wrong_value(r, "prosody", "volume", volume, "say soft, loud, 80 or -6dB");
    multiply(m, faster, higher, louder);
}

static void start_emphasis(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *level = find(attributes, "level");
    float rate = 1, pitch = 0, volume = 1;
    if (!ssml_emphasis(level ? level : "moderate", &rate, &pitch, &volume))
        wrong_value(r, "emphasis", "level", level, "say strong, moderate, reduced or none");
    multiply(m, rate, pitch, volume);
}

static void start_break(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    (void)m;
    const char *time = find(attributes, "time"), *strength = find(attributes, "strength");
    float seconds = 0;
    if (time) {
        if (!ssml_time(time, &seconds))
            wrong_value(r, "break", "time", time, "say 500ms or 1.5s, at most 60s");
    } else if (!ssml_strength(strength ? strength : "medium", &seconds)) {
        wrong_value(
            r, "break", "strength", strength, "say none, x-weak, weak, medium, strong or x-strong");
    }
    script_event(r->s, (struct event){.kind = EVENT_BREAK, .seconds = seconds});
}

static void start_say_as(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *as = need(r, "say-as", attributes, "interpret-as");
    const char *format = find(attributes, "format");
    if (as)
        m->say_as = ssml_keep(r, as);
    m->format = format && strlen(format) <= SCRIPT_SAID ? ssml_keep(r, format) : NULL;
}

static void start_sub(struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)m;
    const char *alias = need(r, "sub", attributes, "alias");
    f->run.kind = RUN_ALIAS;
    f->run.said = alias ? ssml_keep(r, alias) : NULL;
}

static void start_phoneme(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)m;
    const char *alphabet = find(attributes, "alphabet"), *ph = need(r, "phoneme", attributes, "ph");
    if (alphabet && strcmp(alphabet, "ipa") != 0)
        wrong_value(r, "phoneme", "alphabet", alphabet, "only ipa is known");
    if (!ph || r->status)
        return;
    struct ih_error why = {0};
    struct str ipa;
    str_init(&ipa, 4 * SCRIPT_SAID);
    if (ipa_read(&ipa, ph, strlen(ph), &why))
        ssml_fail(r, "ph of <phoneme>: %s", why.text);
    else if (!ipa.size)
        ssml_fail(r, "ph of <phoneme> is empty");
    f->run.kind = RUN_PHONEMES;
    f->run.said = ssml_keep(r, str_text(&ipa));
    str_free(&ipa);
}

static void add_mark(struct reader *r, const char *name)
{
    if (name)
        script_event(r->s, (struct event){.kind = EVENT_MARK, .name = ssml_keep(r, name)});
}

static void start_mark(struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    (void)m;
    add_mark(r, need(r, "mark", attributes, "name"));
}

static void start_bookmark(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    (void)m;
    add_mark(r, need(r, "bookmark", attributes, "mark"));
}

static void start_express_as(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    const char *style = need(r, "mstts:express-as", attributes, "style");
    const char *degree = find(attributes, "styledegree");
    if (style)
        m->style = ssml_keep(r, style);
    m->degree = 1;
    if (degree && !ssml_number(degree, 0, 2, &m->degree))
        wrong_value(r, "mstts:express-as", "styledegree", degree, "say a number from 0.01 to 2");
}

static void start_audio(
    struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    (void)m;
    (void)attributes;
    ssml_fail(r, "<audio> is not supported: recordings cannot be put into speech here");
}

static void start_lang(struct reader *r, struct frame *f, struct manner *m, const char **attributes)
{
    (void)f;
    (void)m;
    need(r, "lang", attributes, "lang");
}

static const struct element elements[] = {
    {"speak", INSIDE, NULL},
    {"p", PARAGRAPH, NULL},
    {"paragraph", PARAGRAPH, NULL},
    {"s", SENTENCE, NULL},
    {"sentence", SENTENCE, NULL},
    {"voice", INSIDE, start_voice},
    {"ttsembedding", INSIDE, start_embedding},
    {"prosody", INSIDE, start_prosody},
    {"emphasis", INSIDE, start_emphasis},
    {"break", EMPTY, start_break},
    {"say-as", LEAF, start_say_as},
    {"sub", LEAF, start_sub},
    {"phoneme", LEAF, start_phoneme},
    {"lang", INSIDE, start_lang},
    {"mark", EMPTY, start_mark},
    {"bookmark", EMPTY, start_bookmark},
    {"express-as", INSIDE, start_express_as},
    {"audio", INSIDE, start_audio},
    {"w", INSIDE, NULL},
    {"token", INSIDE, NULL},
    {"meta", MUTE, NULL},
    {"metadata", MUTE, NULL},
    {"desc", MUTE, NULL},
};

/* Attributes that are read, or that may stand anywhere and ask for nothing. */
static const struct {
    const char *element, *name;
} attributes_known[] = {
    {"voice", "name"},
    {"ttsembedding", "speakerProfileId"},
    {"prosody", "rate"},
    {"prosody", "pitch"},
    {"prosody", "volume"},
    {"emphasis", "level"},
    {"break", "time"},
    {"break", "strength"},
    {"say-as", "interpret-as"},
    {"say-as", "format"},
    {"sub", "alias"},
    {"phoneme", "alphabet"},
    {"phoneme", "ph"},
    {"mark", "name"},
    {"bookmark", "mark"},
    {"express-as", "style"},
    {"express-as", "styledegree"},
    {"speak", "version"},
    {NULL, "lang"},
    {NULL, "id"},
    {NULL, "schemaLocation"},
    {NULL, "base"},
};

bool ssml_knows(const struct element *element, const char *attribute)
{
    if (!strncmp(attribute, "xmlns", 5))
        return true;
    for (size_t i = 0; i < sizeof attributes_known / sizeof *attributes_known; i++)
        if (!strcmp(attributes_known[i].name, ssml_local(attribute)) &&
            (!attributes_known[i].element || !strcmp(attributes_known[i].element, element->name)))
            return true;
    return false;
}

const struct element *ssml_element(const char *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (!strcmp(elements[i].name, ssml_local(name)))
            return &elements[i];
    return NULL;
}
