/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_WRITER_H
#define MODELS_WRITER_H

#include "base/arena.h"
#include "models/model.h"
#include "text/chat_template.h"

/* What a text model can do: several conversations at once, each a row of tokens with what the
 * network remembers of it. Choosing tokens from logits, stopping, templates and text are the
 * business of those above. */

/* All mutable state of one job. */
struct writer_session;

/* What a caller must know about a model; strings and lists are the model's. */
struct writer_info {
    int vocab;           /* logits of a token */
    int context;         /* tokens of the longest conversation it was made for */
    const int32_t *stop; /* tokens that end an answer */
    int stops;
    enum chat_kind chat;   /* how it writes conversations down */
    const struct bpe *bpe; /* text to tokens and back; ids may lie beyond vocab */
};

struct writer_setup {
    int conversations; /* at least 1 */
    int context;       /* tokens that each can hold; 0: all that the model was made for */
};

/* Tokens that follow what a conversation holds. */
struct writer_feed {
    int conversation;
    const int32_t *token;
    int count;     /* at least 1 */
    float *logits; /* [vocab] of what follows the last of them; null: not wanted */
};

struct writer {
    void (*info)(const struct model *m, struct writer_info *out);
    /* Reserves the memory of all conversations; the system gives it as they grow. */
    enum ih_status (*open)(struct writer_session **out, struct model *m,
        const struct writer_setup *setup, struct ih_error *e);
    void (*close)(struct writer_session **s);

    /* The tokens that a conversation holds, borrowed until it changes. */
    int (*held)(const struct writer_session *s, int conversation, const int32_t **token);
    /* Forgets all but the first `length` tokens, of which it holds as many or more. So a prompt
     * that begins like the last one need not be read again from its beginning. */
    void (*truncate)(struct writer_session *s, int conversation, int length);
    /* Makes `to` hold the first `length` tokens of `from`, instead of what it held: for several
     * answers to one prompt, and for prompts that begin alike. */
    void (*fork)(struct writer_session *s, int to, int from, int length);

    /* Reads all feeds, which name different conversations, together: long ones block by block,
     * single tokens of the others beside them. `cancel` is read between layers; a conversation
     * then holds what was read of its feed so far. IH_INVALID when a conversation would become
     * longer than its context or a token is none of the model's; nothing is read then. */
    enum ih_status (*feed)(struct writer_session *s, const struct writer_feed *feed, int count,
        const volatile int *cancel, struct ih_error *e);
};

#endif
