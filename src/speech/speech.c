/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/speech.h"

#include "speech/cutter.h"
#include "speech/foreign.h"
#include "speech/language.h"
#include "speech/lexicon.h"
#include "speech/punctuation.h"
#include "speech/said.h"
#include "speech/sentences.h"
#include "speech/ssml.h"
#include "speech/tag.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum {
    SENTENCE = 400, /* code points of text; phonemes are cut again */
    SHORTEST = 16,  /* of `longest` */
    GUESS = 2000,   /* bytes at the text's beginning that its language is guessed from */
    STRETCH = 8192, /* bytes that are looked at for a sentence */
};

/* Seconds of silence behind what ends. */
static const float sentence_pause = 0.25f, paragraph_pause = 0.6f, cut_pause = 0.1f;

/* A sentence, or the part of one up to a change of voice. */
struct sentence {
    size_t end;
    const char *language;
    bool turns; /* the next voice goes on with it */
};

struct speech {
    struct script script;
    struct speech_lexicon *lexicon;
    struct normalizer *normalizer;
    struct warnings warnings;
    struct sayer sayer;
    struct arena arena; /* of the sentence in the cutter */
    struct cutter cutter;
    char language[TAG_BYTES]; /* the request's; empty: guess */
    const char *last;         /* the last sentence's language, with its region */
    const char *before;       /* the last that was guessed */
    size_t at;                /* where the next sentence begins */
    int event;                /* the next that was not obeyed yet */
    bool cut;                 /* what was read last is the beginning of a long sentence */
    bool spoke;               /* something was said */
    bool voices_differ;       /* between languages */
    struct sentence sentence; /* the one that s->at is in */
};

static enum ih_status read_language(struct speech *s, const char *text, struct ih_error *e)
{
    if (!text || !*text || !strcmp(text, "auto") || tag_read(text, s->language))
        return IH_OK;
    s->language[0] = 0;
    return err_set(e, IH_NOT_FOUND, "'%.40s' is no language", text);
}

static enum ih_status read_text(struct speech *s, const char *text, size_t bytes,
    const struct speech_options *o, struct ih_error *e)
{
    enum ih_status status = read_language(s, o->language, e);
    if (!status && o->lexicon)
        status = speech_lexicon_read(&s->lexicon, o->lexicon, e);
    if (!status)
        status = normalizer_open(&s->normalizer, e);
    if (!status && (o->ssml || ssml_begins(text, bytes)))
        status = ssml_read(&s->script, text, bytes, &s->warnings, e);
    else if (!status)
        status = script_plain(&s->script, text, bytes, e);
    return status;
}

enum ih_status speech_open(struct speech **out, const char *text, size_t bytes,
    const struct speech_options *o, struct ih_error *e)
{
    *out = NULL;
    if (o->longest < SHORTEST)
        return err_set(e, IH_INVALID, "utterances of %d signs are too short", o->longest);
    struct speech *s = calloc(1, sizeof *s);
    if (!s)
        return err_memory(e, "a text");
    script_init(&s->script);
    enum ih_status status = read_text(s, text, bytes, o, e);
    if (status) {
        speech_close(&s);
        return status;
    }
    s->sayer = (struct sayer){.script = &s->script,
        .normalizer = s->normalizer,
        .lexicon = s->lexicon,
        .chinese = o->chinese,
        .japanese = o->japanese,
        .phonemizer = o->phonemizer,
        .phonemizers = o->phonemizers,
        .languages = o->languages,
        .language_count = o->language_count,
        .warnings = &s->warnings};
    s->voices_differ = o->voices_differ;
    s->cutter = (struct cutter){.script = &s->script, .longest = o->longest};
    size_t known = script_bytes(&s->script) < GUESS ? script_bytes(&s->script) : GUESS;
    s->before =
        language_guess(str_text(&s->script.text), known, o->languages, o->language_count, NULL);
    *out = s;
    return IH_OK;
}

void speech_close(struct speech **ps)
{
    struct speech *s = *ps;
    if (!s)
        return;
    normalizer_close(&s->normalizer);
    speech_lexicon_close(&s->lexicon);
    script_free(&s->script);
    arena_free(&s->arena);
    free(s);
    *ps = NULL;
}

void speech_progress(const struct speech *s, size_t *done, size_t *total)
{
    *total = s->script.input;
    *done = cutter_is_done(&s->cutter) ? script_source(&s->script, s->at)
                                       : script_source(&s->script, s->cutter.begin);
}

const char *speech_warning(struct speech *s)
{
    return warnings_next(&s->warnings);
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* Voice and style hold for a whole utterance. */
static bool same_speaker(const struct manner *a, const struct manner *b)
{
    return same(a->voice, b->voice) && same(a->style, b->style) && a->degree == b->degree;
}

/* The code by which the voice's model knows a language, perhaps without its region; null for one
 * that it does not know. */
static const char *known_language(const struct speech *s, const char *language)
{
    const char *found = NULL;
    size_t n = strcspn(language, "-");
    for (int i = 0; i < s->sayer.language_count; i++) {
        const char *code = s->sayer.languages[i];
        if (!strcmp(code, language))
            return code;
        if (strcspn(code, "-_") == n && !strncmp(code, language, n) && !found)
            found = code;
    }
    return found;
}

static const char *model_language(const struct speech *s, const char *language)
{
    const char *known = known_language(s, language);
    return known ? known : language;
}

/* Whether mark-up asks for another language than before, which another voice is to say. */
static bool turns(const struct speech *s, const struct manner *a, const struct manner *b)
{
    const char *usual = s->language[0] ? s->language : s->before ? s->before : "";
    const char *x = a->language ? a->language : usual, *y = b->language ? b->language : usual;
    size_t n = strcspn(x, "-"), m = strcspn(y, "-");
    return s->voices_differ && !a->voice && (n != m || strncmp(x, y, n) != 0) &&
           known_language(s, *y ? y : x);
}

/* How far the text goes on without an event or a change of voice that ends a sentence; *turn tells
 * that another language's voice goes on from there. */
static size_t stretch_end(const struct speech *s, bool *turn)
{
    int runs, events;
    const struct run *run = script_runs(&s->script, &runs);
    const struct event *event = script_events(&s->script, &events);
    const struct manner *manner = script_manners(&s->script);
    size_t end = script_bytes(&s->script);
    end = end - s->at < STRETCH ? end : s->at + STRETCH;
    for (int i = s->event; i < events && event[i].at < end; i++) {
        bool ends =
            event[i].kind == EVENT_BREAK ? event[i].seconds > 0 : event[i].kind != EVENT_MARK;
        if (event[i].at > s->at && ends)
            end = event[i].at;
    }
    int first = script_find_run(&s->script, s->at);
    *turn = false;
    for (int i = first + 1; i < runs && run[i].begin < end; i++) {
        const struct manner *a = &manner[run[first].manner], *b = &manner[run[i].manner];
        *turn = same_speaker(a, b) && turns(s, a, b);
        if (*turn || !same_speaker(a, b))
            end = run[i].begin;
    }
    return end;
}

static size_t skip_space(const struct speech *s, size_t at, size_t end)
{
    while (at < end) {
        uint32_t c;
        size_t used = utf8_read(str_text(&s->script.text) + at, end - at, &c);
        if (unicode_class(c) != UNICODE_SPACE)
            break;
        at += used;
    }
    return at;
}

/* Whether blank space holds a blank line. */
static bool ends_paragraph(const struct speech *s, size_t begin, size_t end)
{
    int lines = 0;
    for (size_t i = begin; i < end; i++)
        lines += str_text(&s->script.text)[i] == '\n';
    return lines > 1;
}

/* The language of a sentence that does not say it. */
static const char *guess_language(const struct speech *s, size_t begin, size_t end)
{
    if (s->language[0])
        return s->language;
    if (s->cut)
        return s->last;
    const char *guess = language_guess(str_text(&s->script.text) + begin, end - begin,
        s->sayer.languages, s->sayer.language_count, s->before);
    if (guess)
        return guess;
    if (s->before)
        return s->before;
    return s->sayer.language_count ? s->sayer.languages[0] : "en";
}

static const struct manner *manner_at(const struct speech *s, size_t at)
{
    int runs;
    const struct run *run = script_runs(&s->script, &runs);
    int i = script_find_run(&s->script, at);
    return script_manners(&s->script) + (i < runs ? run[i].manner : 0);
}

static const char *language_at(const struct speech *s, size_t begin, size_t end)
{
    const struct manner *m = manner_at(s, begin);
    return m->language ? m->language : guess_language(s, begin, end);
}

/* The place, or the end of what is said in place of the text there. */
static size_t behind_run(const struct speech *s, size_t end)
{
    int runs;
    const struct run *run = script_runs(&s->script, &runs);
    int i = script_find_run(&s->script, end - 1);
    return i < runs && run[i].kind != RUN_TEXT && run[i].end > end ? run[i].end : end;
}

/* Where the sentence at s->at ends, with the blank space behind it. */
static size_t sentence_end(const struct speech *s, size_t limit)
{
    const char *text = str_text(&s->script.text) + s->at;
    size_t window = limit - s->at < SENTENCE ? limit - s->at : SENTENCE;
    const char *language = language_at(s, s->at, s->at + window);
    size_t n = sentence_next(s->normalizer, text, limit - s->at, language, SENTENCE);
    size_t end = behind_run(s, s->at + (n ? n : limit - s->at));
    return skip_space(s, end, script_bytes(&s->script));
}

/* Signs that close what stands before them: they belong to its last word. */
static size_t skip_signs(const struct speech *s, size_t at, size_t end)
{
    while (at < end) {
        uint32_t c;
        size_t used = utf8_read(str_text(&s->script.text) + at, end - at, &c);
        if (c == UTF8_INVALID || !punctuation_sign(c) || punctuation_opens(c))
            break;
        at += used;
    }
    return at;
}

static void find_sentence(struct speech *s, size_t limit, bool turn)
{
    size_t end = sentence_end(s, limit), all = script_bytes(&s->script);
    const char *language = language_at(s, s->at, end);
    bool turned = turn && end >= limit;
    if (turned)
        end = skip_space(s, skip_signs(s, end, all), all);
    s->sentence = (struct sentence){end, language, turned};
}

/* Up to the next phrase in a script that the sentence's language is not written in, or that phrase,
 * whose language is then *language. */
static size_t phrase_end(const struct speech *s, const char **language)
{
    const char *text = str_text(&s->script.text) + s->at;
    size_t left = s->sentence.end - s->at;
    for (size_t at = 0; at < left;) {
        size_t begin = at + foreign_begins(s->sentence.language, text + at, left - at);
        size_t n = foreign_ends(s->sentence.language, text + begin, left - begin);
        const char *other = NULL;
        if (n && foreign_is_phrase(text + begin, n))
            other = foreign_language(text + begin, n, s->sayer.languages, s->sayer.language_count);
        if (other && known_language(s, other)) {
            if (begin > 0)
                return behind_run(s, s->at + begin);
            *language = other;
            return skip_space(s, behind_run(s, s->at + n), s->sentence.end);
        }
        at = begin + n;
    }
    return s->sentence.end;
}

/* The last sign of a stretch that is not blank, and where it ends. */
static uint32_t last_sign(const struct speech *s, size_t begin, size_t end, size_t *behind)
{
    const char *text = str_text(&s->script.text);
    size_t last = end;
    while (last > begin && strchr(" \t\n\r", text[last - 1]))
        last--;
    size_t sign = last;
    while (sign > begin && last - sign < 4 && ((unsigned char)text[--sign] & 0xc0) == 0x80)
        continue;
    uint32_t c = 0;
    utf8_read(text + sign, last - sign, &c);
    *behind = last;
    return punctuation_sign(c);
}

/* Whether a sentence was cut because it is too long: nothing ends it. */
static bool is_cut(const struct speech *s, size_t begin, size_t end, size_t limit)
{
    const char *text = str_text(&s->script.text);
    size_t last;
    uint32_t sign = last_sign(s, begin, end, &last);
    return end < limit && utf8_count(text + begin, end - begin) > SENTENCE / 2 &&
           !punctuation_ends(sign) && !memchr(text + last, '\n', end - last);
}

/* What the events up to the place ask for behind a sentence; those that are not marks are done. */
static void obey_events(struct speech *s, size_t place, bool *paragraph, float *seconds)
{
    int count;
    const struct event *event = script_events(&s->script, &count);
    *seconds = -1;
    s->cutter.marks_until = 0;
    for (; s->event < count && event[s->event].at <= place; s->event++) {
        const struct event *now = &event[s->event];
        *paragraph |= now->kind == EVENT_PARAGRAPH;
        if (now->kind == EVENT_BREAK) {
            *seconds = (*seconds < 0 ? 0 : *seconds) + now->seconds;
            s->cutter.marks_until = s->event;
        }
    }
}

/* Reads the next sentence into the cutter. It may have no words. */
static enum ih_status read_sentence(struct speech *s, struct ih_error *e)
{
    struct said_words words;
    bool paragraph = false, turn;
    float seconds;
    size_t limit = stretch_end(s, &turn), begin = s->at, last;
    if (begin >= s->sentence.end)
        find_sentence(s, limit, turn);
    const char *language = s->sentence.language;
    bool said = manner_at(s, begin)->voice != NULL;
    size_t end = s->voices_differ && !said ? phrase_end(s, &language) : s->sentence.end;
    turn = end < s->sentence.end || s->sentence.turns;
    arena_rewind(&s->arena, (struct arena_mark){0});
    enum ih_status status = said_words(&s->sayer, begin, end, language, &s->arena, &words, e);
    if (!status)
        status = said_phonemes(&s->sayer, &words, &s->arena, e);
    if (!status)
        status = cutter_start(&s->cutter, &words, &s->arena, e);
    if (status)
        return status;
    obey_events(s, end, &paragraph, &seconds);
    paragraph |= ends_paragraph(s, begin, end);
    s->cutter.begin = begin;
    s->cutter.end = end;
    s->last = language;
    s->cutter.language = model_language(s, language);
    s->cut = seconds < 0 && !paragraph && !turn && is_cut(s, begin, end, limit);
    turn = turn && !punctuation_ends(last_sign(s, begin, end, &last));
    s->cutter.pause = seconds >= 0     ? seconds
                      : paragraph      ? paragraph_pause
                      : s->cut || turn ? cut_pause
                                       : sentence_pause;
    s->spoke |= s->cutter.count > 0;
    bool guessed = !s->language[0] && !manner_at(s, begin)->language;
    if (s->cutter.count && guessed && language == s->sentence.language)
        s->before = language;
    s->at = end;
    if (!s->cutter.count && seconds <= 0)
        s->cutter.pause = 0;
    return IH_OK;
}

/* Marks and breaks that no sentence is there to carry. */
static bool is_silent_news(const struct speech *s)
{
    int count;
    const struct event *event = script_events(&s->script, &count);
    if (s->cutter.pause > 0)
        return true;
    for (int i = s->cutter.mark; s->at == script_bytes(&s->script) && i < count; i++)
        if (event[i].kind == EVENT_MARK)
            return true;
    return false;
}

static enum ih_status give_silence(
    struct speech *s, struct arena *a, struct utterance *out, struct ih_error *e)
{
    int count;
    script_events(&s->script, &count);
    if (s->at == script_bytes(&s->script))
        s->cutter.marks_until = count;
    enum ih_status status = cutter_silence(&s->cutter, a, out, e);
    s->cutter.pause = 0;
    return status;
}

/* Breaks in front of the first word. */
static void read_beginning(struct speech *s)
{
    bool paragraph = false;
    float seconds;
    size_t end = skip_space(s, s->at, script_bytes(&s->script));
    obey_events(s, end, &paragraph, &seconds);
    s->cutter.pause = seconds > 0 ? seconds : 0;
    s->cutter.language = model_language(s, guess_language(s, 0, 0));
    s->at = end;
}

static enum ih_status finish(const struct speech *s, bool *more, struct ih_error *e)
{
    *more = false;
    if (s->spoke || !s->sayer.unsaid)
        return IH_OK;
    const char *why = s->warnings.count ? s->warnings.text[s->warnings.count - 1] : "";
    return err_set(e, IH_UNSUPPORTED, "nothing of the text can be said: %s", why);
}

enum ih_status speech_next(
    struct speech *s, struct arena *a, struct utterance *out, bool *more, struct ih_error *e)
{
    *more = true;
    if (!s->cutter.language)
        read_beginning(s);
    while (cutter_is_done(&s->cutter)) {
        if (!s->cutter.count && is_silent_news(s))
            return give_silence(s, a, out, e);
        s->cutter.count = s->cutter.next = 0;
        if (s->at == script_bytes(&s->script)) {
            if (is_silent_news(s))
                continue;
            return finish(s, more, e);
        }
        enum ih_status status = read_sentence(s, e);
        if (status)
            return status;
    }
    enum ih_status status = cutter_next(&s->cutter, a, out, e);
    if (cutter_is_done(&s->cutter)) {
        s->cutter.count = s->cutter.next = 0;
        s->cutter.pause = 0;
    }
    return status;
}
