/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_JSON_SCAN_H
#define WEIGHTS_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Walks JSON text from front to back without building anything of it: for lists and objects so long
 * that values of them would cost more than what they hold (a vocabulary). After a failure every
 * call fails; one look at `failed` at the end is enough. Nothing is read beyond `end`. */
struct json_scan {
    const char *at, *end;
    bool failed;
};

/* Sets *out to the text of a value inside nested objects ("model.vocab"), the first of that name;
 * false when there is none, also in a text that is not JSON up to there. */
bool json_scan_find(struct json_scan *out, const char *text, size_t size, const char *path);

/* Steps into a list or an object: `open` is [ or {. */
bool json_scan_enter(struct json_scan *s, char open);
/* True when element number `index` (from 0, one after the other) follows; else it has stepped out
 * behind `close`, which is ] or }. */
bool json_scan_next(struct json_scan *s, char close, int64_t index);
/* A member's name, or a string, without its escapes, into out[room]; a longer one fails, as does
 * one with a zero byte. Returns its length; no NUL is added. */
size_t json_scan_string(struct json_scan *s, char *out, size_t room);
/* The colon behind a member's name. */
bool json_scan_colon(struct json_scan *s);
/* A whole number; 0 on failure. */
int64_t json_scan_int(struct json_scan *s);
/* Passes over a value of any kind; inside lists and objects only brackets and strings count. */
bool json_scan_skip(struct json_scan *s);
/* The character that comes next behind white space, or 0 at the end. */
char json_scan_peek(struct json_scan *s);

/* How many elements or members a list or an object has. The scan itself does not move. */
int64_t json_scan_count(struct json_scan s);

#endif
