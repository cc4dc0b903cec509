/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SCRIPT_H
#define SPEECH_SCRIPT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What a text and its mark-up ask for, told apart:
 *
 *     text      a <sub alias="b c">d</sub> e <break/> f      (without the mark-up)
 *     runs     |--text--|----alias "b c"----|---text-------|  (they cover the text, in order)
 *     events                                   ^ break
 *
 * Every byte of the text knows the byte of the input it came from. */

/* How a stretch is said. Strings live in the script's arena; null: as the request says. */
struct manner {
    const char *language, *voice, *style;
    const char *say_as, *format; /* as normalize() takes them */
    float degree;                /* of the style */
    float rate, pitch, volume;   /* 1, semitones, 1: see struct prosody of models/synthesizer.h */
};

enum run_kind {
    RUN_TEXT,
    RUN_ALIAS,    /* `said` is said in its place */
    RUN_PHONEMES, /* `said` is IPA as ipa_read() gives it */
};

struct run {
    size_t begin, end; /* of the text, never empty */
    int manner;
    enum run_kind kind;
    const char *said;
};

enum event_kind {
    EVENT_MARK,      /* `name` */
    EVENT_BREAK,     /* `seconds` of silence; a sentence ends here if it is more than 0 */
    EVENT_SENTENCE,  /* a sentence ends here, whatever the text says */
    EVENT_PARAGRAPH, /* so does a paragraph */
};

struct event {
    size_t at; /* of the text, in order */
    enum event_kind kind;
    float seconds;
    const char *name;
};

/* Stands in the text for something that is said without being written. U+FFFC. */
#define SCRIPT_OBJECT "\xef\xbf\xbc"

enum {
    SCRIPT_BYTES = 32 << 20, /* of input: a shelf of books */
    SCRIPT_PARTS = 1 << 20,  /* runs, events and manners, each */
    SCRIPT_SAID = 4096,      /* bytes of one alias or of one stretch of phonemes */
};

/* Fields are read through the functions below. */
struct script {
    struct arena arena;
    struct str text;
    struct str source; /* uint32_t for each byte of the text */
    struct str manner, run, event;
    size_t input; /* bytes */
};

void script_init(struct script *s);
void script_free(struct script *s);

/* Plain text. Phonemes stand in double brackets: "say [[həlˈoʊ]]"; brackets around something else
 * are text. */
enum ih_status script_plain(struct script *s, const char *text, size_t bytes, struct ih_error *e);

/* For readers of mark-up. Steps that fail make `failed` of a part true: look once, at the end. */
int script_manner(struct script *s, const struct manner *m);
/* Adds text of a run that stands for `source_bytes` of the input at `source`: one by one where the
 * numbers of bytes are the same. */
void script_add(struct script *s, const struct run *like, const char *text, size_t bytes,
    size_t source, size_t source_bytes);
void script_event(struct script *s, struct event event);
enum ih_status script_check(const struct script *s, struct ih_error *e);

static inline size_t script_bytes(const struct script *s)
{
    return s->text.size;
}

/* The place in the input of a byte of the text, or of its end. */
size_t script_source(const struct script *s, size_t at);
/* The place behind a stretch of the text that ends before `end`, which is not 0. */
size_t script_source_end(const struct script *s, size_t end);

static inline const struct manner *script_manners(const struct script *s)
{
    return (const struct manner *)(const void *)s->manner.data;
}

static inline const struct run *script_runs(const struct script *s, int *count)
{
    *count = (int)(s->run.size / sizeof(struct run));
    return (const struct run *)(const void *)s->run.data;
}

/* The run in which a byte of the text lies; the number of runs for what lies behind the text. */
int script_find_run(const struct script *s, size_t at);

static inline const struct event *script_events(const struct script *s, int *count)
{
    *count = (int)(s->event.size / sizeof(struct event));
    return (const struct event *)(const void *)s->event.data;
}

#endif
