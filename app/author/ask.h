/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_ASK_H
#define AUTHOR_ASK_H

#include "author/entry.h"
#include "inhouse/chat.h"

/* What is asked of an endpoint, as the body of a request. */
struct ask {
    const struct remote_entry *r;
    const struct ih_chat_options *o;
    struct ih_error *e;
    bool stream;
    /* Filled in by ask_write(). */
    enum schema_way way; /* how the answer keeps to the schema, where there is one */
    int tokens;          /* most of the answer */
};

/* What function an answer is given by where it keeps to a schema that way. */
extern const char ask_answer_tool[];

/* A new text, or null after filling in the error: IH_INVALID for a conversation that makes no
 * sense, IH_UNSUPPORTED for what this endpoint cannot be asked. Options of which
 * ih_chat_defaults() would say the same are left to the endpoint. */
char *ask_write(struct ask *a);

/* At most so many tokens are in what is read: none is shorter than a byte. */
double ask_prompt_tokens(const struct ih_chat_options *o);

/* ask_openai.c, ask_anthropic.c: a new object, null after a failure. */
json_t *ask_openai(struct ask *a);
json_t *ask_anthropic(struct ask *a);
/* Sets a number where it is not what is said by default. */
void ask_number(json_t *body, const char *key, double value, double fallback);

/* The assistant's text without what it thought. */
const char *ask_text_of(const struct ih_chat_message *m);
/* The inside of a tool: an object with name, description and parameters; null after a failure. */
json_t *ask_function(struct ask *a, const char *tool);
/* What the instructions say about the schema; free() it. Null without memory. */
char *ask_schema_words(const struct ask *a);
/* Whether the option was set: it differs from what is said by default. */
bool ask_has(double value, double fallback);

#endif
