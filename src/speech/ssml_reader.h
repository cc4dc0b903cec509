/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SSML_READER_H
#define SPEECH_SSML_READER_H

#include "speech/script.h"
#include "speech/warnings.h"

#include <expat.h>

/* What the reader of SSML (ssml.c) and its elements (ssml_elements.c) share. */

enum { DEPTH = 64 };

enum kind {
    INSIDE, /* said as it stands in what is around it */
    PARAGRAPH,
    SENTENCE,
    LEAF,  /* holds text alone */
    EMPTY, /* holds nothing */
    MUTE,  /* what is in it is not said */
};

struct frame {
    const struct element *element; /* null: not known */
    int manner;
    enum kind kind;
    struct run run; /* of the text in it */
    size_t begin;   /* where it begins in the input and in the script's text */
    size_t text;
};

struct reader {
    XML_Parser parser;
    struct script *s;
    struct warnings *w;
    struct ih_error *e;
    enum ih_status status;
    struct frame frame[DEPTH];
    int depth;
    const uint32_t *origin; /* of each byte that expat sees; null: the same */
};

struct element {
    const char *name;
    enum kind kind;
    /* Reads the attributes, of which expat gives names and values in turn up to a null. */
    void (*start)(struct reader *r, struct frame *f, struct manner *m, const char **attributes);
};

/* Ends the reading with a sentence that names the line; the first one counts. */
void ssml_fail(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A copy in the script's arena; null, with the reading ended, when there is no memory. */
const char *ssml_keep(struct reader *r, const char *text);

/* The name behind the prefix: "mstts:express-as", "xml:lang". */
const char *ssml_local(const char *name);

/* Null for one that is not known. */
const struct element *ssml_element(const char *name);

/* Whether an attribute of the element is read, or may stand anywhere and asks for nothing. */
bool ssml_knows(const struct element *element, const char *attribute);

#endif
