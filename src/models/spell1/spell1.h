/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_SPELL1_SPELL1_H
#define MODELS_SPELL1_SPELL1_H

#include "base/arena.h"
#include "base/mapfile.h"
#include "models/model.h"
#include "models/speller.h"
#include "nn/bind.h"
#include "nn/block.h"

#include <pthread.h>

/* Words to phonemes without a teacher at hand: letters through transformer blocks, every letter
 * giving `slots` frames of CTC over the phones, greedily decoded. Words that are common and read
 * wrongly stand in a list of exceptions. Made by train/spell1.
 *
 * Shapes: T letters of a word and the sign of its end, d width, S slots, C classes of phones (0 is
 * the blank). */

enum { SPELL1_LANGUAGES = 64, SPELL1_LETTERS = 4096, SPELL1_PHONES = 1024 };

struct spell1_config {
    int dim, heads, layers, ffn;
    int positions; /* T at most */
    int slots;
};

/* A letter and the two that it is made of: U+00E9 of e and U+0301. */
struct spell1_composed {
    uint32_t whole, base, mark;
};

/* Letters are in order of their code points; the class of letter[i] is i + 1, that of the end of a
 * word 0. The class of phone[i], UTF-8, is i + 1. */
struct spell1_alphabet {
    uint32_t *letter;
    char (*phone)[5];
    int letters, phones;
    struct spell1_composed *composed; /* in order of whole */
    int composed_count;
    const char *const *language; /* codes */
    int languages;
};

/* "LL<tab>word<tab>phonemes", in order of their bytes. */
struct spell1_exception {
    const char *line;                            /* in the mapped file, without an end */
    uint16_t key_bytes, phonemes, phoneme_bytes; /* key: "LL<tab>word"; phonemes: their place */
};

struct spell1_exceptions {
    struct mapfile file;
    struct spell1_exception *line;
    int count;
};

struct spell1 {
    struct model base;
    struct arena arena;
    struct weights *weights;
    struct spell1_config config;
    struct spell1_alphabet alphabet;
    struct spell1_exceptions exceptions;

    /* As found in the file. */
    struct matrix letters, languages; /* [letters + 1, d], [languages, d] */
    struct tensor positions;          /* [positions, d] f32 */
    struct block_parts *parts;
    struct layer_norm norm;
    struct linear_part head_part; /* [S C, d] */

    /* As the device multiplies them; made at the first word. */
    pthread_mutex_t lock;
    bool prepared;
    enum dtype storage;
    struct block_shape shape;
    struct block *block;
    struct linear head;
};

extern const struct family spell1_family;

/* alphabet.c: reads "letters", "phones", "composed" and "languages" of config.json. */
struct config;
enum ih_status spell1_read_alphabet(
    struct spell1 *m, const struct config *c, const char *path, struct ih_error *e);
/* The class of a letter, 0 for one that the model has not; the class of a phone likewise. */
int32_t spell1_letter(const struct spell1_alphabet *a, uint32_t c);
int32_t spell1_phone(const struct spell1_alphabet *a, const char *s, size_t n);
/* Index of a code, -1 for a language that the model has not. */
int spell1_language(const struct spell1_alphabet *a, const char *code);

/* exceptions.c: reads FOLDER/exceptions.txt; a model may have none. */
enum ih_status spell1_read_exceptions(struct spell1 *m, const char *folder, struct ih_error *e);
void spell1_close_exceptions(struct spell1 *m);
/* The phonemes of a word in the model's letters, or null. */
const struct spell1_exception *spell1_find_exception(
    const struct spell1 *m, const char *language, const int32_t *letter, int count);

/* words.c: one word as the model sees it. */
struct spell1_word {
    int32_t *letter; /* [count] classes, without the sign of the end */
    int count;
    const struct spell1_exception *exception;
    bool joined; /* goes on the word before it, which was too long for the model */
};

/* Cuts a text into words, in the arena. A letter that the model does not know is replaced by what
 * it is made of, or left out; a word that has no other is left out. */
enum ih_status spell1_words(const struct spell1 *m, const char *text, int language, struct arena *a,
    struct spell1_word **out, int *count, struct ih_error *e);

/* forward.c */
struct spell1_watch {
    void (*fn)(void *arg, const char *stage, int layer, struct tensor x); /* for parity tests */
    void *arg;
};

/* Packs the weights once; later calls return at once. */
enum ih_status spell1_prepare(struct spell1 *m, struct ih_error *e);
void spell1_unpack(struct spell1 *m);

/* Words to text[i], zero-terminated UTF-8 in the arena; those with an exception are passed over.
 * watch may be null. */
enum ih_status spell1_spell(struct spell1 *m, const struct spell1_word *word, int count,
    int language, struct arena *a, const char **text, const struct spell1_watch *watch,
    struct ih_error *e);

#endif
