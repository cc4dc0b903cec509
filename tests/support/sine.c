/* SPDX-License-Identifier: Apache-2.0 */
#include "support/sine.h"

#include "base/err.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct synthesizer_session {
    struct sine *sine;
};

struct recognizer_session {
    struct sine *sine;
    double window; /* seconds that were encoded */
};

static const struct voice_info infos[] = {
    {"anna", "en", "female", "a tone of 200 Hz"},
    {"ben", "en", "male", "a tone of 120 Hz"},
    {"carla", "de", "female", ""},
    {"wide", "fr", "neutral", "of another shape"},
};
enum { VOICES = sizeof infos / sizeof *infos };
static const float styles[VOICES][4] = {{200, 1}, {120, 1}, {240, 0.5f}, {100, 1}};
static const char *const codes[] = {"en", "de", "fr", "zh"};

static int rate(const struct model *m)
{
    (void)m;
    return SINE_RATE;
}

static int voices(const struct model *m, const struct voice_info **out)
{
    (void)m;
    *out = infos;
    return VOICES;
}

static int languages(const struct model *m, const char *const **out)
{
    (void)m;
    *out = codes;
    return sizeof codes / sizeof *codes;
}

static enum ih_status voice(
    const struct model *m, int index, struct voice_style *out, struct ih_error *e)
{
    (void)m, (void)e;
    *out = (struct voice_style){index == 3 ? 2 : 1, index == 3 ? 2 : 4, styles[index]};
    return IH_OK;
}

static int longest(const struct model *m)
{
    (void)m;
    return SINE_LONGEST;
}

static enum ih_status session_open(
    struct synthesizer_session **out, struct model *m, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a session");
    (*out)->sine = (struct sine *)m;
    return IH_OK;
}

static void session_close(struct synthesizer_session **s)
{
    free(*s);
    *s = NULL;
}

/* What applies to a code point: the request, or the stretch that covers it. */
static struct prosody prosody_at(const struct synthesis_request *r, int place)
{
    struct prosody p = {0, 0, r->speed, r->pitch, r->energy};
    for (int i = 0; i < r->prosody_count; i++)
        if (place >= r->prosody[i].first && place < r->prosody[i].first + r->prosody[i].count) {
            p.rate *= r->prosody[i].rate;
            p.pitch += r->prosody[i].pitch;
            p.volume *= r->prosody[i].volume;
        }
    return p;
}

static void put_fault(struct sine *s, float *pcm, int64_t n)
{
    if (s->fault == SINE_SILENT)
        memset(pcm, 0, (size_t)n * sizeof *pcm);
    else if (s->fault == SINE_NAN && n > 100)
        pcm[100] = NAN;
    for (int64_t i = 0; s->fault == SINE_LOUD && i < n; i++)
        pcm[i] *= 10;
}

static enum ih_status speak(struct synthesizer_session *session, const struct synthesis_request *r,
    const volatile int *cancel, struct arena *a, struct synthesized *out, struct ih_error *e)
{
    struct sine *s = session->sine;
    size_t bytes = strlen(r->phonemes);
    int count = (int)utf8_count(r->phonemes, bytes), faulty = s->calls++ < s->faulty;
    double stretch = faulty && s->fault == SINE_RUNAWAY ? 10 : 1, at = 0;
    double all = stretch > 1 ? 10 : 0;
    s->last = *r;
    if (*cancel)
        return err_set(e, IH_CANCELLED, "stopped");
    if (faulty && s->fault == SINE_FAILS)
        return err_set(e, IH_NO_MEMORY, "not enough memory for a tone");
    for (int i = 0; i < count; i++)
        all += stretch * sine_seconds / (double)prosody_at(r, i).rate;
    int64_t samples = (int64_t)(all * SINE_RATE + 0.5);
    float *pcm = arena_calloc(a, (size_t)samples, sizeof *pcm);
    float *begin = arena_alloc(a, (size_t)(count + 1) * sizeof *begin);
    if (!pcm || !begin)
        return err_memory(e, "a tone");
    size_t place = 0;
    for (int i = 0; i < count; i++) {
        uint32_t c = 0;
        struct prosody p = prosody_at(r, i);
        place += (size_t)utf8_decode(r->phonemes + place, bytes - place, &c);
        double hertz = (double)r->voice.data[0] * (1 + c % 32 / 32.0) * pow(2, p.pitch / 12.0);
        double end = at + stretch * sine_seconds / (double)p.rate;
        float loud = c == ' ' ? 0 : 0.3f * r->voice.data[1] * p.volume;
        begin[i] = (float)at;
        for (int64_t k = (int64_t)(at * SINE_RATE + 0.5); k < (int64_t)(end * SINE_RATE + 0.5); k++)
            pcm[k] = loud * (float)sin(2 * M_PI * hertz * (double)k / SINE_RATE);
        at = end;
    }
    begin[count] = (float)at;
    if (faulty)
        put_fault(s, pcm, samples);
    *out = (struct synthesized){pcm, samples, begin, count};
    return IH_OK;
}

static enum ih_status imitate(struct synthesizer_session *s, const float *pcm, int64_t samples,
    struct arena *a, struct voice_style *out, struct ih_error *e)
{
    float *data = arena_calloc(a, 4, sizeof *data);
    int64_t crossings = 0;
    (void)s, (void)e;
    for (int64_t i = 1; i < samples; i++)
        crossings += pcm[i - 1] < 0 && pcm[i] >= 0;
    data[0] = (float)((double)crossings * SINE_RATE / (double)samples);
    data[1] = 1;
    *out = (struct voice_style){1, 4, data};
    return IH_OK;
}

static double window_seconds(const struct model *m)
{
    (void)m;
    return 30;
}

static bool scales(const struct model *m)
{
    (void)m;
    return true;
}

static int beam(const struct model *m)
{
    (void)m;
    return 1;
}

static int reader_languages(const struct model *m, const char *const **out)
{
    (void)m;
    *out = codes;
    return 2; /* en, de */
}

static enum ih_status reader_open(struct recognizer_session **out, struct model *m,
    const struct recognizer_setup *setup, struct ih_error *e)
{
    (void)setup;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a session");
    (*out)->sine = (struct sine *)m;
    return IH_OK;
}

static void reader_close(struct recognizer_session **s)
{
    free(*s);
    *s = NULL;
}

static int windows(const struct recognizer_session *s)
{
    (void)s;
    return 1;
}

static enum ih_status encode(struct recognizer_session *s, const float *const *pcm,
    const int64_t *samples, int count, struct ih_error *e)
{
    (void)pcm, (void)count, (void)e;
    s->window = (double)samples[0] / 16000;
    return IH_OK;
}

static enum ih_status detect(
    struct recognizer_session *s, int window, int *language, float *probability, struct ih_error *e)
{
    (void)s, (void)window, (void)e;
    *language = 0;
    *probability = 1;
    return IH_OK;
}

/* A token is a byte of what is to be heard. */
static enum ih_status decode(struct recognizer_session *s, const struct decode_options *o,
    const struct decode_request *request, int count, const volatile int *cancel, struct arena *a,
    struct decoded *out, struct ih_error *e)
{
    struct sine *m = s->sine;
    (void)o, (void)request, (void)count, (void)cancel;
    const char *text = *m->always                       ? m->always
                       : m->hears && m->hears[m->heard] ? m->hears[m->heard++]
                                                        : "";
    int n = (int)strlen(text);
    int32_t *token = arena_alloc(a, (size_t)(n + 1) * sizeof *token);
    struct decoded_piece *piece = arena_alloc(a, sizeof *piece);
    if (!token || !piece)
        return err_memory(e, "a text");
    for (int i = 0; i < n; i++)
        token[i] = (unsigned char)text[i];
    *piece = (struct decoded_piece){0, n, 0, n, 0, s->window};
    *out = (struct decoded){
        .token = token, .count = n, .piece = piece, .pieces = 1, .consumed = s->window};
    return IH_OK;
}

static size_t tokens(const struct model *m, const char *text, int32_t *id, size_t capacity)
{
    (void)m, (void)text, (void)id, (void)capacity;
    return 0;
}

static size_t text(
    const struct model *m, const int32_t *id, size_t count, char *out, size_t capacity)
{
    (void)m;
    for (size_t i = 0; i < count && i + 1 < capacity; i++)
        out[i] = (char)id[i];
    if (capacity)
        out[count < capacity ? count : capacity - 1] = 0;
    return count;
}

static bool probe(const char *path)
{
    char file[4096], line[64] = "";
    snprintf(file, sizeof file, "%s/config.json", path);
    FILE *f = fopen(file, "r");
    bool yes = f && fgets(line, sizeof line, f) && strstr(line, "\"sine\"");
    if (f)
        fclose(f);
    return yes;
}

void sine_init(struct sine *s, const char *name)
{
    *s = (struct sine){.base = {.family = &sine_family, .name = name}};
}

static void read_always(struct sine *s, const char *path)
{
    char file[4096];
    snprintf(file, sizeof file, "%s/hears.txt", path);
    FILE *f = fopen(file, "r");
    if (f && !fgets(s->always, sizeof s->always, f))
        *s->always = 0;
    if (f)
        fclose(f);
}

static enum ih_status model_new(struct model **out, const struct model_open *o, struct ih_error *e)
{
    const char *slash = strrchr(o->path, '/');
    struct sine *s = calloc(1, sizeof *s);
    char *name = strdup(slash ? slash + 1 : o->path);
    if (!s || !name) {
        free(s);
        free(name);
        return err_memory(e, "a model");
    }
    sine_init(s, name);
    read_always(s, o->path);
    s->base.device = o->device;
    *out = &s->base;
    return IH_OK;
}

static void model_free(struct model *m)
{
    free((char *)(uintptr_t)m->name);
    free(m);
}

static const struct synthesizer synthesizer = {.rate = rate,
    .voices = voices,
    .languages = languages,
    .voice = voice,
    .longest = longest,
    .open = session_open,
    .close = session_close,
    .speak = speak,
    .imitate = imitate};

static const struct recognizer recognizer = {.window_seconds = window_seconds,
    .scales = scales,
    .beam = beam,
    .languages = reader_languages,
    .open = reader_open,
    .close = reader_close,
    .windows = windows,
    .encode = encode,
    .detect = detect,
    .decode = decode,
    .tokens = tokens,
    .text = text};

const struct family sine_family = {.name = "sine",
    .probe = probe,
    .open = model_new,
    .close = model_free,
    .recognizer = &recognizer,
    .synthesizer = &synthesizer};
