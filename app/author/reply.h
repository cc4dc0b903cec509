/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_REPLY_H
#define AUTHOR_REPLY_H

#include "author/ask.h"
#include "author/buffer.h"

enum { REPLY_CALLS_MOST = 128, REPLY_BLOCKS_MOST = 1024 };

/* An answer as it arrives. */
struct reply {
    /* Set by whoever reads. */
    enum remote_api api;
    bool schema;         /* the answer must be JSON, ... */
    enum schema_way way; /* ... and was made to be this way */
    /* Gets the pieces that a reader may see; may be null. */
    void (*text_out)(void *arg, const char *text, size_t bytes, bool reasoning);
    void *arg;

    struct buffer text, reasoning;
    struct call {
        struct buffer name, arguments;
        bool is_answer; /* what it is called with is the answer */
    } call[REPLY_CALLS_MOST];
    int calls;
    int block[REPLY_BLOCKS_MOST]; /* of Anthropic's: the call it is, plus 1 */
    bool ended;                   /* why it ended was said */
    bool complete;                /* nothing more comes */
    bool begun;                   /* a piece went out */
    bool withheld;                /* the endpoint will not answer this */
    enum ih_chat_end end;
    int prompt, kept, written; /* tokens; -1: not said */
    char fault[200];           /* what the endpoint says went wrong; "" for nothing */
    bool temporary;            /* and it may be right the next time */
};

/* Each text at most `most` bytes. */
void reply_init(struct reply *y, const struct ask *a, size_t most);
void reply_free(struct reply *y);

/* An event of a stream, or a whole answer. IH_BAD_DATA with a sentence for what is none, and
 * IH_NETWORK after filling in `fault` for an error in an answer's place. */
enum ih_status reply_event(struct reply *y, const char *data, size_t n, struct ih_error *e);
enum ih_status reply_whole(struct reply *y, const char *data, size_t n, struct ih_error *e);

/* What the body of a refusal says of the reason, cleaned of what is no plain text; "" where it says
 * nothing. */
void reply_fault(const char *data, size_t n, char *out, size_t size);

/* What has come, to be freed with ih_chat_answer_free(). Numbers of tokens that were not said are
 * estimated by the bytes, the prompt's by `bytes`. Zeroes it without memory. */
enum ih_status reply_take(
    struct reply *y, struct ih_chat_answer *out, double bytes, struct ih_error *e);
/* Whether the answer may be given: it ended, and is JSON where it must be. IH_NETWORK for one that
 * broke off, else IH_BAD_DATA. May take a fence off the text. */
enum ih_status reply_check(struct reply *y, struct ih_error *e);

/* reply_openai.c, reply_anthropic.c: read an object. */
enum ih_status reply_openai(struct reply *y, const json_t *json, bool whole, struct ih_error *e);
enum ih_status reply_anthropic(struct reply *y, const json_t *json, bool whole, struct ih_error *e);

/* For these: pieces, a call by its number (null for too many), numbers of tokens, an object that
 * says what went wrong. */
enum ih_status reply_add(struct reply *y, const json_t *text, bool reasoning, struct ih_error *e);
struct call *reply_call(struct reply *y, json_int_t number);
enum ih_status reply_add_to(
    struct reply *y, struct buffer *to, const json_t *text, struct ih_error *e);
enum ih_status reply_arguments(
    struct reply *y, struct call *c, const char *text, struct ih_error *e);
void reply_count(int *to, const json_t *number);
enum ih_status reply_error(struct reply *y, const json_t *error, struct ih_error *e);

#endif
