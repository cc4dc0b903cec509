/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/cutter.h"

#include "base/utf8.h"
#include "speech/punctuation.h"
#include "text/unicode.h"

#include <string.h>

/* Seconds of silence behind a part of a sentence that was cut. */
static const float clause_pause = 0.1f;

enum { IPA_BYTES = 16 << 20 };

static int word_signs(const struct said *w)
{
    return (int)utf8_count(w->ipa, w->ipa_bytes);
}

/* Code points that a word takes behind another, with its space and its punctuation. */
static int word_length(const struct said *w, bool first)
{
    return word_signs(w) + (!first && !w->joined) + (w->mark != 0);
}

/* Bytes of the first n code points. */
static size_t bytes_of(const char *text, size_t bytes, int n)
{
    size_t i = 0;
    while (i < bytes && n-- > 0) {
        uint32_t c;
        i += utf8_read(text + i, bytes - i, &c);
    }
    return i;
}

/* A word that fits into no utterance becomes several. */
static int cut_word(const struct said *w, int longest, struct said *out)
{
    int count = 0, room = longest - 1;
    struct said rest = *w;
    while (word_signs(&rest) > room) {
        struct said piece = rest;
        piece.ipa_bytes = bytes_of(rest.ipa, rest.ipa_bytes, room);
        piece.mark = 0;
        rest.ipa += piece.ipa_bytes;
        rest.ipa_bytes -= piece.ipa_bytes;
        rest.joined = true;
        rest.text = "";
        if (out)
            out[count] = piece;
        count++;
    }
    if (out)
        out[count] = rest;
    return count + 1;
}

enum ih_status cutter_start(
    struct cutter *c, const struct said_words *words, struct arena *a, struct ih_error *e)
{
    int count = 0;
    for (int i = 0; i < words->count; i++)
        if (words->word[i].ipa_bytes)
            count += cut_word(&words->word[i], c->longest, NULL);
    struct said *word = arena_alloc(a, (size_t)count * sizeof *word);
    if (!word)
        return err_memory(e, "a sentence");
    int n = 0;
    for (int i = 0; i < words->count; i++) {
        const struct said *w = &words->word[i];
        if (w->ipa_bytes)
            n += cut_word(w, c->longest, word + n);
        else if (w->mark && n)
            word[n - 1].mark = w->mark; /* the punctuation of a word that is left out */
    }
    c->word = word;
    c->count = count;
    c->next = 0;
    return IH_OK;
}

/* Behind the last word of the next utterance. */
static int find_end(const struct cutter *c)
{
    int length = 0, cut = 0, i = c->next;
    for (; i < c->count; i++) {
        length += word_length(&c->word[i], i == c->next);
        if (length > c->longest && i > c->next)
            break;
        if (c->word[i].mark && length > c->longest / 2)
            cut = i + 1;
    }
    return i == c->count || !cut ? i : cut;
}

/* What an utterance is made of while it grows. */
struct draft {
    struct str phonemes, spoken, text;
    struct spoken_word *word;
    struct stress *stress;
    struct mark *mark;
    int words, stresses, marks, signs;
};

static void start_draft(struct draft *d)
{
    memset(d, 0, sizeof *d);
    str_init(&d->phonemes, IPA_BYTES);
    str_init(&d->spoken, IPA_BYTES);
    str_init(&d->text, IPA_BYTES);
}

static void end_draft(struct draft *d)
{
    str_free(&d->phonemes);
    str_free(&d->spoken);
    str_free(&d->text);
}

static void add_sign(struct draft *d, uint32_t sign)
{
    char text[UTF8_MAX];
    str_add(&d->phonemes, text, utf8_write(text, sign));
    d->signs++;
}

/* Gives the marks that stand before a place of the text, or before an event. */
static void add_marks(struct cutter *c, struct draft *d, size_t place, int event)
{
    int count;
    const struct event *events = script_events(c->script, &count);
    for (; c->mark < count && (events[c->mark].at <= place || c->mark < event); c->mark++)
        if (events[c->mark].kind == EVENT_MARK)
            d->mark[d->marks++] = (struct mark){events[c->mark].name, d->signs};
}

/* Marks that may come before the utterance's end. */
static int count_marks(const struct cutter *c, size_t place, int event)
{
    int count, i = c->mark, marks = 0;
    const struct event *events = script_events(c->script, &count);
    for (; i < count && (events[i].at <= place || i < event); i++)
        marks += events[i].kind == EVENT_MARK;
    return marks;
}

/* Chinese, Japanese and Thai words are written without spaces. */
static bool is_dense(const char *language)
{
    return !strncmp(language, "zh", 2) || !strncmp(language, "ja", 2) ||
           !strncmp(language, "th", 2);
}

static void add_spoken(struct draft *d, const struct said *w, const struct said *before)
{
    if (!*w->text)
        return;
    if (d->spoken.size && !(before && is_dense(before->language) && is_dense(w->language)))
        str_add_byte(&d->spoken, ' ');
    str_add_text(&d->spoken, w->text);
}

/* A stretch of words in one manner is one stress; the usual manner is none. */
static void add_stress(struct draft *d, const struct manner *m, int first)
{
    struct stress *last = d->stresses ? &d->stress[d->stresses - 1] : NULL;
    if (m->rate == 1 && m->pitch == 0 && m->volume == 1)
        return;
    if (last && last->first + last->count >= first - 1 && last->rate == m->rate &&
        last->pitch == m->pitch && last->volume == m->volume)
        last->count = d->signs - last->first;
    else
        d->stress[d->stresses++] =
            (struct stress){first, d->signs - first, m->rate, m->pitch, m->volume};
}

/* Words that were written as one ("$5") are one. */
static void add_place(struct draft *d, const struct script *s, const struct said *w, int first)
{
    size_t source = script_source(s, w->begin);
    size_t bytes = script_source_end(s, w->end) - source;
    struct spoken_word *last = d->words ? &d->word[d->words - 1] : NULL;
    if (last && last->source == source && last->source_bytes == bytes)
        last->count = d->signs - last->first;
    else
        d->word[d->words++] = (struct spoken_word){source, bytes, first, d->signs - first};
}

static void add_word(struct cutter *c, struct draft *d, const struct said *w, bool first)
{
    if (!first && !w->joined)
        add_sign(d, ' ');
    add_marks(c, d, w->begin, 0);
    int begin = d->signs;
    str_add(&d->phonemes, w->ipa, w->ipa_bytes);
    d->signs += word_signs(w);
    add_place(d, c->script, w, begin);
    if (w->mark)
        add_sign(d, w->mark);
    add_stress(d, script_manners(c->script) + w->manner, begin);
    add_spoken(d, w, first ? NULL : w - 1);
}

/* The text as written, on one line, without what stands for things that are not. */
static void add_text(struct draft *d, const struct script *s, size_t begin, size_t end)
{
    bool space = false;
    for (size_t i = begin; i < end;) {
        uint32_t c;
        size_t used = utf8_read(str_text(&s->text) + i, end - i, &c);
        bool object = used == 3 && !memcmp(str_text(&s->text) + i, SCRIPT_OBJECT, 3);
        if (unicode_class(c) == UNICODE_SPACE) {
            space = true;
        } else if (!object) {
            if (space && d->text.size)
                str_add_byte(&d->text, ' ');
            space = false;
            str_add(&d->text, str_text(&s->text) + i, used);
        }
        i += used;
    }
}

static enum ih_status finish(struct draft *d, struct arena *a, struct utterance *u)
{
    u->phonemes = arena_strdup(a, str_text(&d->phonemes));
    u->spoken = arena_strdup(a, str_text(&d->spoken));
    u->text = arena_strdup(a, str_text(&d->text));
    u->phoneme_count = d->signs;
    u->words = d->word;
    u->word_count = d->words;
    u->stress = d->stress;
    u->stress_count = d->stresses;
    u->marks = d->mark;
    u->mark_count = d->marks;
    bool failed = d->phonemes.failed || d->spoken.failed || d->text.failed;
    return failed || !u->phonemes || !u->spoken || !u->text ? IH_NO_MEMORY : IH_OK;
}

static enum ih_status allocate(struct draft *d, struct arena *a, int words, int marks)
{
    d->word = arena_alloc(a, (size_t)words * sizeof *d->word);
    d->stress = arena_alloc(a, (size_t)words * sizeof *d->stress);
    d->mark = arena_alloc(a, (size_t)marks * sizeof *d->mark);
    return d->word && d->stress && d->mark ? IH_OK : IH_NO_MEMORY;
}

enum ih_status cutter_next(
    struct cutter *c, struct arena *a, struct utterance *out, struct ih_error *e)
{
    struct draft d;
    int first = c->next, end = find_end(c);
    bool last = end == c->count;
    size_t begin = first ? c->word[first].begin : c->begin;
    size_t stop = last ? c->end : c->word[end].begin;
    int until = last ? c->marks_until : 0;
    const struct manner *m = script_manners(c->script) + c->word[first].manner;
    *out = (struct utterance){
        .language = c->language, .voice = m->voice, .style = m->style, .style_degree = m->degree};
    start_draft(&d);
    enum ih_status status =
        allocate(&d, a, end - first, count_marks(c, c->word[end - 1].begin, until));
    for (int i = first; !status && i < end; i++)
        add_word(c, &d, &c->word[i], i == first);
    if (!status) {
        add_marks(c, &d, c->word[end - 1].begin, until);
        add_text(&d, c->script, begin, stop);
        out->pause = last ? c->pause : c->word[end - 1].mark ? clause_pause : 0;
        status = finish(&d, a, out);
    }
    end_draft(&d);
    c->next = end;
    return status ? err_memory(e, "an utterance") : IH_OK;
}

enum ih_status cutter_silence(
    struct cutter *c, struct arena *a, struct utterance *out, struct ih_error *e)
{
    struct draft d;
    const struct manner *m = script_manners(c->script);
    *out = (struct utterance){.language = c->language, .style_degree = m->degree};
    start_draft(&d);
    enum ih_status status = allocate(&d, a, 0, count_marks(c, 0, c->marks_until));
    if (!status) {
        add_marks(c, &d, 0, c->marks_until);
        out->pause = c->pause;
        status = finish(&d, a, out);
    }
    end_draft(&d);
    return status ? err_memory(e, "an utterance") : IH_OK;
}
