/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/said.h"

#include "speech/foreign.h"
#include "speech/language.h"
#include "speech/punctuation.h"
#include "text/unicode.h"

#include <string.h>

enum { WORDS = 1 << 16 }; /* of one sentence */

/* A stretch of a sentence that is read in one way. */
struct part {
    size_t begin, end;
    enum run_kind kind;
    const char *said; /* in place of the text, see struct run */
    const char *language;
    const struct manner *manner;
};

struct work {
    struct sayer *s;
    struct arena *a;
    struct str words; /* struct said */
    int run;          /* the one that the last word was in */
    struct ih_error *e;
};

static const char *text_at(const struct work *w, size_t at)
{
    return str_text(&w->s->script->text) + at;
}

/* The manner in which a byte of the text is said; places come in order. */
static int manner_at(struct work *w, size_t at)
{
    int count;
    const struct run *run = script_runs(w->s->script, &count);
    while (w->run + 1 < count && run[w->run].end <= at)
        w->run++;
    while (w->run > 0 && run[w->run].begin > at)
        w->run--;
    return run[w->run].manner;
}

static bool has_han(const char *text)
{
    for (size_t n = strlen(text); n;) {
        uint32_t c;
        size_t used = utf8_read(text, n, &c);
        if (c != UTF8_INVALID && !language_writes("ko", c) && language_writes("zh", c))
            return true;
        text += used;
        n -= used;
    }
    return false;
}

/* Phonemizers take readings, never Han characters. */
static enum ih_status add_word(struct work *w, struct said word)
{
    if (word.input && has_han(word.input))
        word.input = NULL;
    word.manner = manner_at(w, word.begin);
    if (str_add(&w->words, &word, sizeof word))
        return err_set(w->e, IH_INVALID, "a sentence has more than %d words", (int)WORDS);
    return IH_OK;
}

static const struct readings *readings_of(const struct sayer *s, const char *language)
{
    return !strncmp(language, "zh", 2)   ? s->chinese
           : !strncmp(language, "ja", 2) ? s->japanese
                                         : NULL;
}

/* A text without spaces as words with their readings. `exact`: its bytes are those of the script at
 * `begin`, so every word knows its place; else all stand for [begin, end). */
static enum ih_status add_read(struct work *w, const struct readings *r, const char *text, size_t n,
    struct said like, bool exact)
{
    struct reading *word;
    int count;
    enum ih_status status = readings_find(r, text, n, w->a, &word, &count, w->e);
    for (int i = 0; !status && i < count; i++) {
        struct said said = like;
        said.text = arena_strndup(w->a, text + word[i].begin, word[i].bytes);
        if (!said.text)
            return err_memory(w->e, "a sentence");
        said.input = word[i].said ? word[i].said : said.text;
        said.mark = i == count - 1 ? like.mark : 0;
        if (exact) {
            said.begin = like.begin + word[i].begin;
            said.end = said.begin + word[i].bytes;
        }
        status = add_word(w, said);
    }
    return status;
}

/* Whether a word was written as it is said. */
static bool is_exact(const char *text, const struct normal_word *word)
{
    return strlen(word->text) == word->source_bytes &&
           !memcmp(word->text, text + word->source, word->source_bytes);
}

/* Words from `first` on that stand side by side as they are said, up to one with a mark. */
static int count_row(const char *text, const struct normal_word *word, int first, int count)
{
    int n = first;
    while (n < count && is_exact(text, &word[n]) && !word[n].spelled &&
           (n == first || (!word[n - 1].mark &&
                              word[n - 1].source + word[n - 1].source_bytes == word[n].source)))
        n++;
    return n - first;
}

/* Words of a text, normalized, at `offset` of the script; an alias's all stand for its part. */
static enum ih_status add_normal(struct work *w, const struct part *p, const char *text,
    const struct normal_word *word, int count)
{
    const struct readings *r = readings_of(w->s, p->language);
    bool alias = p->kind != RUN_TEXT;
    enum ih_status status = IH_OK;
    for (int i = 0; !status && i < count;) {
        struct said said = {.text = word[i].text,
            .input = word[i].text,
            .language = p->language,
            .begin = alias ? p->begin : p->begin + word[i].source,
            .mark = word[i].mark,
            .spelled = word[i].spelled};
        said.end = alias ? p->end : said.begin + word[i].source_bytes;
        int row = r ? count_row(text, word, i, count) : 0;
        if (row > 0) {
            const struct normal_word *last = &word[i + row - 1];
            said.mark = last->mark;
            status = add_read(w, r, text + word[i].source,
                last->source + last->source_bytes - word[i].source, said, !alias);
        } else if (r && !word[i].spelled) {
            status = add_read(w, r, word[i].text, strlen(word[i].text), said, false);
        } else {
            status = add_word(w, said);
        }
        i += row > 0 ? row : 1;
    }
    return status;
}

/* A part that somebody gave the phonemes of: they take the place of what its text would be. */
static enum ih_status add_fixed(
    struct work *w, const struct part *p, const struct normal_word *word, int count)
{
    struct str text;
    str_init(&text, SCRIPT_BYTES);
    for (int i = 0; i < count; i++)
        str_format(&text, "%s%s", i ? " " : "", word[i].text);
    struct said said = {.text = arena_strdup(w->a, str_text(&text)),
        .fixed = p->said,
        .language = p->language,
        .begin = p->begin,
        .end = p->end,
        .mark = count ? word[count - 1].mark : 0};
    bool failed = text.failed || !said.text;
    str_free(&text);
    if (failed)
        return err_memory(w->e, "a sentence");
    said.input = *said.text && !readings_of(w->s, p->language) ? said.text : NULL;
    return add_word(w, said);
}

/* The words of a part; punctuation right behind it is its last word's. */
static enum ih_status add_part(struct work *w, const struct part *p, size_t end)
{
    bool alias = p->kind == RUN_ALIAS;
    const char *text = alias ? p->said : text_at(w, p->begin);
    size_t bytes = alias ? strlen(text) : p->end - p->begin;
    struct normal_word *word;
    int count;
    int before = (int)(w->words.size / sizeof(struct said));
    enum ih_status status = normalize(w->s->normalizer, text, bytes, p->language, p->manner->say_as,
        p->manner->format, w->a, &word, &count, w->e);
    if (!status)
        status = p->kind == RUN_PHONEMES ? add_fixed(w, p, word, count)
                                         : add_normal(w, p, text, word, count);
    int after = (int)(w->words.size / sizeof(struct said));
    if (status || after == before)
        return status;
    struct said *last = (struct said *)(void *)w->words.data + after - 1;
    if (!last->mark)
        last->mark = punctuation_behind(text_at(w, p->end), end - p->end);
    return IH_OK;
}

/* Cuts a part where the script changes to one that its language is not written in, and back. */
static enum ih_status add_by_script(struct work *w, const struct part *p, size_t end)
{
    enum ih_status status = IH_OK;
    for (size_t at = p->begin; !status && at < p->end;) {
        const char *text = text_at(w, at);
        struct part piece = *p;
        size_t n = foreign_begins(p->language, text, p->end - at);
        if (!n) {
            n = foreign_ends(p->language, text, p->end - at);
            piece.language = foreign_language(text, n, w->s->languages, w->s->language_count);
        }
        piece.begin = at;
        piece.end = at += n;
        if (!piece.language)
            piece.language = p->language;
        status = add_part(w, &piece, end);
    }
    return status;
}

/* Takes out what the lexicon knows. */
static enum ih_status add_by_lexicon(struct work *w, const struct part *p, size_t end)
{
    struct lexicon_match m;
    enum ih_status status = IH_OK;
    struct part rest = *p;
    while (!status && rest.kind == RUN_TEXT && w->s->lexicon && !rest.manner->say_as &&
           speech_lexicon_find(w->s->lexicon, text_at(w, p->begin), p->end - p->begin,
               rest.begin - p->begin, p->language, &m)) {
        struct part before = rest, found = rest;
        found.begin = before.end = p->begin + m.begin;
        rest.begin = found.end = p->begin + m.end;
        found.kind = m.phonemes ? RUN_PHONEMES : RUN_ALIAS;
        found.said = m.said;
        status = add_by_script(w, &before, end);
        if (!status)
            status = add_part(w, &found, end);
    }
    if (status)
        return status;
    return rest.kind == RUN_TEXT ? add_by_script(w, &rest, end) : add_part(w, &rest, end);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* Whether two neighbouring runs read as one text: prosody may change inside a phrase. */
static bool read_together(const struct script *s, const struct run *a, const struct run *b)
{
    const struct manner *m = script_manners(s) + a->manner, *n = script_manners(s) + b->manner;
    return a->kind == RUN_TEXT && b->kind == RUN_TEXT && !m->say_as && !n->say_as &&
           same_text(m->language, n->language);
}

enum ih_status said_words(struct sayer *s, size_t begin, size_t end, const char *language,
    struct arena *a, struct said_words *out, struct ih_error *e)
{
    struct work w = {.s = s, .a = a, .e = e};
    int count;
    const struct run *run = script_runs(s->script, &count);
    str_init(&w.words, WORDS * sizeof(struct said));
    enum ih_status status = IH_OK;
    int i = w.run = script_find_run(s->script, begin);
    while (!status && i < count && run[i].begin < end) {
        const struct manner *m = script_manners(s->script) + run[i].manner;
        struct part p = {run[i].begin, run[i].end, run[i].kind, run[i].said,
            m->language ? m->language : language, m};
        while (++i < count && read_together(s->script, &run[i - 1], &run[i]))
            p.end = run[i].end;
        p.begin = p.begin > begin ? p.begin : begin;
        p.end = p.end < end ? p.end : end;
        status = add_by_lexicon(&w, &p, end);
    }
    out->count = (int)(w.words.size / sizeof *out->word);
    out->word = arena_alloc(a, (size_t)out->count * sizeof *out->word);
    if (!status && !out->word)
        status = err_memory(e, "a sentence");
    if (!status && out->count)
        memcpy(out->word, w.words.data, w.words.size);
    str_free(&w.words);
    return status;
}
