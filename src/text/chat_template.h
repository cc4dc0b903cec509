/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_CHAT_TEMPLATE_H
#define TEXT_CHAT_TEMPLATE_H

#include "base/arena.h"
#include "text/bpe.h"

/* How a family of text models writes a conversation down as tokens. The templates of the families
 * are known here in C; one that a model brings along is only looked at to tell which it is.
 *
 * Control tokens come from the template alone: what people and models wrote is encoded as text,
 * also where it spells a control token. (transformers recognises them there too.) */
enum chat_kind {
    CHAT_NONE,  /* none that is known */
    CHAT_QWEN2, /* Qwen2.5: a system message of its own where there is none */
    CHAT_QWEN3,
    CHAT_QWEN3_ANSWER, /* Qwen3-Instruct-2507: never thinks */
    CHAT_QWEN3_THINK,  /* Qwen3-Thinking-2507: the answer begins inside its thoughts */
    CHAT_LLAMA3,
    CHAT_LLAMA31, /* Llama 3.1 to 3.3: a system message with dates in front */
};

/* Whether an answer may have thoughts, as the template writes them. */
bool chat_thinks(enum chat_kind kind);

/* The kind of a Jinja template as models bring it; null gives CHAT_NONE. */
enum chat_kind chat_kind_of(const char *jinja);

/* A function that the assistant asks for. */
struct chat_call {
    const char *name;
    const char *arguments; /* JSON */
};

struct chat_message {
    const char *role; /* "system", "user", "assistant" or "tool" */
    const char *text; /* UTF-8 */
    /* What the assistant thought before it wrote; null: what stands before </think> in its text. */
    const char *reasoning;
    const struct chat_call *call; /* [calls] behind the assistant's text; Qwen only */
    int calls;
};

struct chat_options {
    bool answer;   /* end where the assistant's answer begins */
    bool thinking; /* Qwen3 may think first; without, the answer begins behind empty thoughts */
    const char *const *tool; /* [tools] JSON of each function that may be called; Qwen only */
    int tools;
    const char *date; /* Llama 3.1: today, as "26 Jul 2024", which null stands for */
};

/* Writes the tokens into the arena. Fails with IH_UNSUPPORTED for a kind, a role or tools that the
 * template does not know, and when the tokenizer lacks one of its tokens. */
enum ih_status chat_render(const struct bpe *b, enum chat_kind kind,
    const struct chat_message *message, int messages, const struct chat_options *o, struct arena *a,
    int32_t **id, size_t *count, struct ih_error *e);

#endif
