/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_TRANSCRIPT_H
#define TASKS_TRANSCRIPT_H

#include "base/arena.h"
#include "inhouse/transcribe.h"

/* A transcript while it grows. `open` is what the caller will own; its strings lie in the arena. */
struct transcript {
    struct ih_transcript open;
    struct arena arena;
    struct ih_segment *segments;
    int capacity;
};

enum ih_status transcript_new(struct transcript **out, struct ih_error *e);
void transcript_free(struct transcript **t);

/* Appends a segment (copied with its text, tokens and words) and returns the copy in *kept. */
enum ih_status transcript_add(struct transcript *t, const struct ih_segment *s,
    const struct ih_segment **kept, struct ih_error *e);

/* Joins the text of all segments; call once, at the end. */
enum ih_status transcript_finish(struct transcript *t, struct ih_error *e);

#endif
