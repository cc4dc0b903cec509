/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"
#include "cli/speak.h"

#include <stdlib.h>
#include <string.h>

enum ih_status captions_open(struct captions *c, const char *path, struct ih_error *e)
{
    const char *dot = strrchr(path, '.'), *name = dot && !strchr(dot, '/') ? dot + 1 : "";
    static const char *const timed[] = {"srt", "vtt", "tsv", "lrc", NULL};
    bool json = strcmp(name, "json") == 0, known = json;
    *c = (struct captions){0};
    for (int i = 0; timed[i]; i++)
        known = known || strcmp(timed[i], name) == 0;
    if (!known)
        return fail(e, IH_INVALID,
            "words go to a file that ends in .json, .srt, .vtt, .tsv or .lrc, not to '%.200s'",
            path);
    enum ih_status status = output_file(&c->out, path, e);
    if (!status && !json)
        status = ih_writer_open(&c->writer, name, IH_FORMAT_WORDS, output_write, &c->out, e);
    c->open = !status;
    return status;
}

/* What stands in the text from a word up to the next one: with its punctuation, unless that is
 * mark-up or long. */
static size_t shown_bytes(const char *text, const struct ih_spoken *x, int i)
{
    enum { LONGEST = 12 };
    const struct ih_spoken_word *word = &x->words[i];
    const char *at = text + word->source + word->source_bytes;
    size_t n = strcspn(at, " \t\r\n<&");
    if (i + 1 < x->word_count && x->words[i + 1].source < word->source + word->source_bytes + n)
        n = x->words[i + 1].source > word->source + word->source_bytes
                ? x->words[i + 1].source - word->source - word->source_bytes
                : 0;
    return word->source_bytes + (n <= LONGEST ? n : 0);
}

/* The word as captions show it: a space in front where the text has one. Words that share a place
 * (five, dollars for $5) are shown once. */
static char *shown_word(const char *text, const struct ih_spoken *x, int i)
{
    const struct ih_spoken_word *word = &x->words[i];
    size_t n = shown_bytes(text, x, i);
    bool space = i > 0 && word->source > 0 && strchr(" \t\r\n>", text[word->source - 1]);
    char *shown = malloc(n + 2);
    if (!shown)
        return NULL;
    shown[0] = ' ';
    memcpy(shown + space, text + word->source, n);
    shown[n + space] = 0;
    return shown;
}

static bool is_repeated(const struct ih_spoken *x, int i)
{
    return i > 0 && x->words[i].source == x->words[i - 1].source;
}

static void add_cue(struct captions *c, const char *text, const struct ih_spoken *x)
{
    struct ih_word *word = calloc((size_t)x->word_count + 1, sizeof *word);
    struct ih_segment s = {.id = x->id, .begin = x->begin, .end = x->end, .text = x->text};
    int n = 0;
    for (int i = 0; word && i < x->word_count; i++) {
        if (is_repeated(x, i) && n > 0) {
            word[n - 1].end = x->words[i].end;
            continue;
        }
        char *shown = shown_word(text, x, i);
        if (shown)
            word[n++] = (struct ih_word){shown, x->words[i].begin, x->words[i].end, 1};
    }
    s.words = word;
    s.word_count = n;
    ih_writer_segment(c->writer, &s, NULL);
    for (int i = 0; i < n; i++)
        free((char *)(uintptr_t)word[i].text);
    free(word);
}

/* Milliseconds are enough, and are written without the noise of binary fractions. */
static json_t *seconds_json(double seconds)
{
    return json_real((double)(int64_t)(seconds * 1000 + 0.5) / 1000);
}

static json_t *sentence_json(const struct ih_spoken *x)
{
    json_t *json = json_object(), *words = json_array();
    json_object_set_new(json, "id", json_integer(x->id));
    json_object_set_new(json, "begin", seconds_json(x->begin));
    json_object_set_new(json, "end", seconds_json(x->end));
    json_object_set_new(json, "text", json_name(x->text));
    json_object_set_new(json, "phonemes", json_name(x->phonemes));
    json_object_set_new(json, "language", json_name(x->language));
    json_object_set_new(json, "voice", json_name(x->voice));
    for (int i = 0; i < x->word_count; i++) {
        const struct ih_spoken_word *w = &x->words[i];
        json_t *word = json_object();
        json_object_set_new(word, "begin", seconds_json(w->begin));
        json_object_set_new(word, "end", seconds_json(w->end));
        json_object_set_new(word, "text", json_name(w->text));
        json_object_set_new(word, "source", json_integer((json_int_t)w->source));
        json_object_set_new(word, "source_bytes", json_integer((json_int_t)w->source_bytes));
        json_array_append_new(words, word);
    }
    json_object_set_new(json, "words", words);
    if (x->heard) {
        json_object_set_new(json, "heard", json_name(x->heard));
        json_object_set_new(json, "error", json_real((double)x->error));
        json_object_set_new(json, "attempts", json_integer(x->attempts));
    }
    return json;
}

void captions_add(struct captions *c, const char *text, const struct ih_spoken *x)
{
    if (c->writer) {
        add_cue(c, text, x);
    } else {
        const char *before = c->sentences ? "," : "{\"sentences\":[\n";
        output_write(&c->out, before, strlen(before));
        json_line(&c->out, sentence_json(x));
    }
    c->sentences++;
}

enum ih_status captions_finish(struct captions *c, bool keep, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    const char *end = c->sentences ? "]}\n" : "{\"sentences\":[]}\n";
    if (!c->open)
        return IH_OK;
    c->open = false;
    if (keep && c->writer)
        ih_writer_finish(c->writer, NULL, NULL);
    else if (keep)
        output_write(&c->out, end, strlen(end));
    ih_writer_close(&c->writer);
    if (keep)
        status = output_commit(&c->out, e);
    else
        output_discard(&c->out);
    return status;
}
