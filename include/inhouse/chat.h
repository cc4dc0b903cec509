/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_CHAT_H
#define INHOUSE_CHAT_H

#include "inhouse/inhouse.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Conversations with a text model. */

/* A function that the model asks for. */
struct ih_chat_call {
    const char *name;
    const char *arguments; /* JSON */
};

struct ih_chat_message {
    const char *role; /* "system", "user", "assistant" or "tool" */
    const char *text; /* UTF-8 */
    /* What the assistant thought before it wrote; null: what stands before </think> in its text. */
    const char *reasoning;
    const struct ih_chat_call *call; /* behind the assistant's text */
    int calls;
};

struct ih_chat_options {
    const struct ih_chat_message *message; /* the last one is answered */
    int messages;
    const char *const *tool; /* JSON of each function that may be called */
    int tools;
    const char *const *stop; /* texts that end an answer; they are left out of it */
    int stops;
    int tokens; /* most of the answer, thoughts included; 0: as many as there is room for */
    /* Most of prompt and answer together; 0: as many as there is room for. A prompt that leaves
     * none of them is IH_INVALID, and the answer's prompt_tokens say how many it has. */
    int context;
    bool thinking; /* the model may think before it answers, where it can */
    /* JSON Schema, of which docs/cli.md says what can be kept to: the answer is JSON that fits it
     * unless its tokens run out. Without thoughts and tools. Null: none. */
    const char *schema;

    /* How tokens are chosen. */
    float temperature;         /* 0: the likeliest, always; at most 100 */
    int top_k;                 /* of so many likeliest; 0: of all */
    float top_p;               /* of the fewest that have so much probability; 1: of all */
    float min_p;               /* of those so likely as the first times this */
    float repetition;          /* 1: none; above, what was there is less likely */
    float presence, frequency; /* the same by subtraction, -2 to 2; 0: none */
    uint64_t seed;             /* the same number writes the same answer again */
};

/* A temperature of 0.7, top_p of 0.8 and top_k of 20, which Qwen3 is advised to be used with. */
void ih_chat_defaults(struct ih_chat_options *o);

enum ih_chat_end {
    IH_CHAT_STOP,   /* the model, or a text of `stop`, ended the answer */
    IH_CHAT_LENGTH, /* no tokens were left */
    IH_CHAT_CALLS   /* the answer asks for functions */
};

struct ih_chat_answer {
    char *text;      /* what is meant for the reader, "" when there is nothing */
    char *reasoning; /* what was thought before; null when nothing was */
    struct ih_chat_call *call;
    int calls;
    enum ih_chat_end end;
    int prompt_tokens, kept_tokens; /* of the prompt; how many of these were read before */
    int tokens;                     /* written */
    double read_seconds, write_seconds;
    bool estimated;       /* the numbers of tokens are: who wrote the answer did not say them */
    int reasoning_tokens; /* of those written, the thoughts with their marks */
};
void ih_chat_answer_free(struct ih_chat_answer *a);

struct ih_chat_job {
    struct ih_job job; /* progress in tokens of the prompt, while it is read */
    /* The next piece of the answer or of its thoughts: whole characters. May be null. */
    void (*text)(void *arg, const char *text, size_t bytes, bool reasoning);
};

/* A place where several conversations with one model go on at the same time: what their answers
 * need is computed together, and what was read of a conversation is kept for its next message. */
struct ih_chat;

struct ih_chat_setup {
    int conversations; /* at once, and remembered; 0: 4 */
    int context;       /* tokens of each; 0: what the model was made for, at most 8192 */
};

/* setup may be null. The model must outlive the place. IH_UNSUPPORTED for a model that does not
 * write or whose way to write conversations down is not known. */
enum ih_status ih_chat_open(struct ih_chat **out, struct ih_model *model,
    const struct ih_chat_setup *setup, struct ih_error *e);
/* When nobody writes in it any more. */
void ih_chat_close(struct ih_chat **c);

/* Tokens that a conversation can have. */
int ih_chat_context(const struct ih_chat *c);

/* Answers, from any number of threads at once; further ones wait for a place. The same options,
 * model and seed give the same answer when it is alone; beside others, sums may be rounded
 * otherwise. After IH_CANCELLED the answer holds what was written. job may be null. */
enum ih_status ih_chat_write(struct ih_chat *c, const struct ih_chat_options *options,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
