/* SPDX-License-Identifier: Apache-2.0 */
#include "review/passages.h"

#include "review/words.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A paragraph longer than this is several passages. */
enum { PASSAGE_MOST = 800, TERMS_MOST = 64, GAP = 8 };
static const double K1 = 1.2, B = 0.75; /* the usual choice for BM25 */

struct passage {
    int source;
    size_t start, bytes;
    int words, seen[TERMS_MOST]; /* how often each word of the question stands in it */
    double score;
    bool kept;
};

struct chooser {
    const struct ih_source *source;
    int sources;
    struct passage *passage;
    int passages, room;
    uint32_t term[TERMS_MOST]; /* words of the question, as hashes */
    int terms;
};

/* The next word as the hash of its letters in lower case; 0 at the end. What lies above U+3000 is
 * a word a sign. */
static uint32_t next_word(const char *text, size_t bytes, size_t *at)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    while (*at < bytes && !isalnum((unsigned char)text[*at]) && !(text[*at] & 0x80))
        ++*at;
    if (*at >= bytes)
        return 0;
    bool wide = (unsigned char)text[*at] >= 0xE3;
    size_t end = *at + (wide ? word_bytes(text + *at, bytes - *at) : 1);
    while (!wide && end < bytes && (unsigned char)text[end] < 0xE3 &&
           (isalnum((unsigned char)text[end]) || (text[end] & 0x80)))
        end++;
    for (; *at < end; ++*at)
        hash = (hash ^ (uint32_t)tolower((unsigned char)text[*at])) * 16777619u;
    return hash ? hash : 1;
}

static int term_find(const struct chooser *c, uint32_t word)
{
    for (int i = 0; i < c->terms; i++)
        if (c->term[i] == word)
            return i;
    return -1;
}

static void read_question(struct chooser *c, const char *question)
{
    size_t at = 0;
    uint32_t word;
    while (c->terms < TERMS_MOST && (word = next_word(question, strlen(question), &at)) != 0)
        if (term_find(c, word) < 0)
            c->term[c->terms++] = word;
}

/* To the end of a paragraph, or of the last sentence or word that fits. */
static size_t passage_end(const struct ih_source *s, size_t start)
{
    size_t end = start, stop = 0, blank = 0;
    while (end < s->bytes && end - start < PASSAGE_MOST) {
        if (s->text[end] == '\n' && end + 1 < s->bytes && s->text[end + 1] == '\n')
            return end;
        if (word_blank(s->text[end])) {
            blank = end;
            if (end > start && strchr(".!?", s->text[end - 1]))
                stop = end;
        }
        end++;
    }
    if (end == s->bytes)
        return end;
    return stop    ? stop
           : blank ? blank
                   : start + word_fit(s->text + start, s->bytes - start, end - start);
}

static bool add(struct chooser *c, const struct passage *p)
{
    if (c->passages == c->room) {
        int room = c->room ? 2 * c->room : 64;
        struct passage *more = realloc(c->passage, (size_t)room * sizeof *more);
        if (!more)
            return false;
        c->passage = more;
        c->room = room;
    }
    c->passage[c->passages++] = *p;
    return true;
}

static bool read_source(struct chooser *c, int i)
{
    const struct ih_source *s = &c->source[i];
    size_t at = 0;
    for (;;) {
        while (at < s->bytes && word_blank(s->text[at]))
            at++;
        if (at >= s->bytes)
            return true;
        struct passage p = {.source = i, .start = at};
        uint32_t word;
        size_t end = passage_end(s, at), k = 0;
        p.bytes = end - at;
        while ((word = next_word(s->text + at, p.bytes, &k)) != 0) {
            int term = term_find(c, word);
            p.words++;
            if (term >= 0)
                p.seen[term]++;
        }
        if (!add(c, &p))
            return false;
        at = end;
    }
}

static void score(struct chooser *c)
{
    double words = 0;
    for (int i = 0; i < c->passages; i++)
        words += c->passage[i].words;
    double mean = c->passages ? words / c->passages + 1e-9 : 1;
    for (int t = 0; t < c->terms; t++) {
        int with = 0;
        for (int i = 0; i < c->passages; i++)
            with += c->passage[i].seen[t] > 0;
        double idf = log(1 + (c->passages - with + 0.5) / (with + 0.5));
        for (int i = 0; i < c->passages; i++) {
            struct passage *p = &c->passage[i];
            double f = p->seen[t];
            p->score += idf * f * (K1 + 1) / (f + K1 * (1 - B + B * p->words / mean));
        }
    }
}

static int better_first(const void *a, const void *b)
{
    const struct passage *const *x = a, *const *y = b;
    if ((*x)->score != (*y)->score)
        return (*x)->score > (*y)->score ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

/* The best ones while there is room; each costs what may stand between it and the next. */
static bool choose(struct chooser *c, size_t most)
{
    size_t used = 0;
    struct passage **order = calloc((size_t)c->passages + 1, sizeof(struct passage *));
    for (int i = 0; order && i < c->passages; i++)
        order[i] = &c->passage[i];
    if (order)
        qsort(order, (size_t)c->passages, sizeof *order, better_first);
    for (int i = 0; order && i < c->passages; i++)
        if (used + order[i]->bytes + GAP <= most) {
            order[i]->kept = true;
            used += order[i]->bytes + GAP;
        }
    free(order);
    return order != NULL;
}

static char *join(const struct chooser *c, int source)
{
    struct pad pad;
    bool gap = false, any = false;
    if (!pad_open(&pad))
        return NULL;
    for (int i = 0; i < c->passages; i++) {
        const struct passage *p = &c->passage[i];
        if (p->source != source)
            continue;
        if (p->kept) {
            fputs(gap ? any ? "\n[...]\n" : "[...]\n" : any ? "\n\n" : "", pad.file);
            fwrite(c->source[source].text + p->start, 1, p->bytes, pad.file);
        }
        gap = !p->kept;
        any = any || p->kept;
    }
    fputs(gap ? any ? "\n[...]" : "[...]" : "", pad.file);
    return pad_take(&pad);
}

static bool build(struct passages *out, const struct chooser *c)
{
    struct pad pad;
    for (int i = 0; i < c->sources; i++) {
        char *text = join(c, i);
        if (!text)
            return false;
        out->source[i] = (struct ih_source){c->source[i].name, text, strlen(text)};
    }
    for (int i = 0; i < c->passages; i++)
        out->kept += c->passage[i].kept;
    out->passages = c->passages;
    if (!pad_open(&pad))
        return false;
    fprintf(pad.file,
        "the sources are too long for the models: they were given the %d of %d passages that share "
        "most with "
        "the request; the checks by code read all",
        out->kept, out->passages);
    out->note = pad_take(&pad);
    return out->note != NULL;
}

enum ih_status passages_choose(struct passages *out, const struct ih_source *source, int sources,
    const char *question, size_t most, struct ih_error *e)
{
    struct chooser c = {.source = source, .sources = sources};
    size_t bytes = 0;
    bool done = true;
    *out = (struct passages){.sources = sources};
    out->source = calloc((size_t)sources + 1, sizeof *out->source);
    for (int i = 0; i < sources; i++)
        bytes += source[i].bytes;
    if (out->source && bytes > most) {
        read_question(&c, question);
        for (int i = 0; i < sources && done; i++)
            done = read_source(&c, i);
        if (done)
            score(&c);
        done = done && choose(&c, most) && build(out, &c);
        free(c.passage);
    } else if (out->source && sources) {
        memcpy(out->source, source, (size_t)sources * sizeof *source);
    }
    if (out->source && done)
        return IH_OK;
    /* Nothing may be taken for the result's own. */
    for (int i = 0; i < sources && out->source; i++)
        free((void *)(uintptr_t)out->source[i].text);
    free(out->source);
    *out = (struct passages){0};
    return review_fail(e, IH_NO_MEMORY, "not enough memory for the sources");
}

void passages_free(struct passages *p)
{
    for (int i = 0; i < p->sources && p->note; i++)
        free((void *)(uintptr_t)p->source[i].text);
    free(p->source);
    free(p->note);
    *p = (struct passages){0};
}
