/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_GUIDE_H
#define TEXT_GUIDE_H

#include "base/err.h"
#include "text/bpe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps what a model writes within a JSON Schema: after each token it says which may follow.
 *
 * A schema becomes a program for an automaton with a stack, whose instructions take a byte, fork,
 * call and return. All states that fit what was written are followed at once, and the tokens that
 * may follow are found by walking the vocabulary in the order of its bytes, so that what begins
 * alike is walked once. Masks are remembered by their states: in the middle of a string the next
 * one is there already. */

/* What is followed: immutable, may be shared by threads. */
struct guide_program;

/* Schema in JSON: type (also a list of them), properties, required, additionalProperties, items,
 * minItems and maxItems to 1024, minLength and maxLength to 4096, enum, const, anyOf, oneOf (as
 * anyOf), $ref to "#" and below #/$defs or #/definitions; titles, descriptions, defaults, examples
 * and $schema mean nothing here. Members come in the order of `properties`; further ones only where
 * additionalProperties allows them and there are no properties. "{}" and true are any JSON.
 * IH_UNSUPPORTED for what else a schema says, IH_BAD_DATA for what is none. */
enum ih_status guide_compile(
    struct guide_program **out, const char *schema, size_t size, struct ih_error *e);
void guide_program_free(struct guide_program **p);

/* A vocabulary in the order of its bytes; may be shared by threads. */
struct guide_words;
enum ih_status guide_words_new(
    struct guide_words **out, const struct bpe *b, int vocab, struct ih_error *e);
void guide_words_free(struct guide_words **w);

/* One text that is being written. Program and words must outlive it. */
struct guide;
enum ih_status guide_open(struct guide **out, const struct guide_program *p,
    const struct guide_words *w, struct ih_error *e);
void guide_close(struct guide **g);

/* Bytes that follow; false when they do not fit, and the guide stays where it was. */
bool guide_take(struct guide *g, const void *bytes, size_t n);
/* Whether the text may end here, and whether it must. */
bool guide_may_end(const struct guide *g);
bool guide_must_end(const struct guide *g);
/* A bit for each token of the vocabulary, lowest first, that may follow; tokens of no bytes may
 * not. Borrowed until the next call. Null without memory. */
const uint64_t *guide_mask(struct guide *g);

#endif
