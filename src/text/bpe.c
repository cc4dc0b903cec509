/* SPDX-License-Identifier: Apache-2.0 */
#include "text/bpe.h"

#include "text/bpe_build.h"
#include "text/nfc.h"
#include "text/pretokenize.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 1 << 16, ADDED = 1 << 16 };

enum ih_status bpe_from_tokens(struct bpe **out, const unsigned char *const *token,
    const int32_t *length, int32_t count, enum bpe_split split, struct ih_error *e)
{
    *out = NULL;
    struct bpe *b = calloc(1, sizeof *b);
    if (!b)
        return err_memory(e, "a tokenizer");
    b->split = split;
    b->whole_words = true;
    size_t bytes = 0;
    for (int32_t i = 0; i < count; i++)
        bytes += length[i] > 0 ? (size_t)length[i] : 0;
    enum { SPECIALS = 2048 };
    enum ih_status status = vocabulary_reserve(&b->vocabulary, count + SPECIALS, bytes, e);
    for (int32_t i = 0; i < count && !status; i++)
        status = vocabulary_add(
            &b->vocabulary, token[i], length[i] > 0 ? (size_t)length[i] : 0, i, false, e);
    if (status)
        bpe_close(&b);
    *out = b;
    return status;
}

static enum ih_status list_added(struct bpe *b, int32_t id, struct ih_error *e)
{
    if (b->added_count == ADDED)
        return err_set(e, IH_BAD_DATA, "more than %d added tokens", (int)ADDED);
    if (b->added_count == b->added_room) {
        int32_t room = b->added_room ? 2 * b->added_room : 64;
        int32_t *added = realloc(b->added, (size_t)room * sizeof *added);
        if (!added)
            return err_memory(e, "a tokenizer's added tokens");
        b->added = added;
        b->added_room = room;
    }
    b->added[b->added_count++] = id;
    return IH_OK;
}

enum ih_status bpe_add(
    struct bpe *b, const char *text, int64_t id, bool special, struct ih_error *e)
{
    enum ih_status status = vocabulary_add(&b->vocabulary, text, strlen(text), id, special, e);
    return status || !*text ? status : list_added(b, (int32_t)id, e);
}

enum ih_status bpe_add_special(struct bpe *b, const char *text, int32_t id, struct ih_error *e)
{
    return bpe_add(b, text, id, true, e);
}

enum ih_status bpe_add_merge(struct bpe *b, const struct alphabet *alphabet,
    const char *const side[2], const size_t length[2], int32_t rank, int32_t *guess,
    struct ih_error *e)
{
    unsigned char bytes[4 * TOKEN_BYTES];
    size_t left = alphabet_bytes(alphabet, side[0], length[0], bytes);
    size_t right = alphabet_bytes(alphabet, side[1], length[1], bytes + left);
    const struct vocabulary *known = &b->vocabulary;
    int32_t first = vocabulary_find(known, bytes, left);
    int32_t second = vocabulary_find(known, bytes + left, right);
    int32_t merged = vocabulary_is(known, *guess, bytes, left + right)
                         ? *guess
                         : vocabulary_find(known, bytes, left + right);
    *guess = merged + 1;
    if (first < 0 || second < 0 || merged < 0)
        return err_set(e, IH_BAD_DATA,
            "model.merges[%d] joins or makes a token that model.vocab does not have", (int)rank);
    merges_add(&b->merges, first, second, rank, merged);
    return IH_OK;
}

void bpe_close(struct bpe **bp)
{
    struct bpe *b = *bp;
    if (!b)
        return;
    vocabulary_free(&b->vocabulary);
    merges_free(&b->merges);
    free(b->added);
    free(b);
    *bp = NULL;
}

int32_t bpe_count(const struct bpe *b)
{
    return b->vocabulary.count;
}

int32_t bpe_id(const struct bpe *b, const char *text)
{
    return vocabulary_find(&b->vocabulary, text, strlen(text));
}

bool bpe_is_special(const struct bpe *b, int32_t id)
{
    return id >= 0 && id < b->vocabulary.count && b->vocabulary.token[id].special;
}

const unsigned char *bpe_bytes(const struct bpe *b, int32_t id, size_t *length)
{
    *length = 0;
    if (id < 0 || id >= b->vocabulary.count || !b->vocabulary.token[id].length)
        return (const unsigned char *)"";
    const struct vocabulary_token *t = &b->vocabulary.token[id];
    *length = t->length;
    return b->vocabulary.bytes + t->begin;
}

struct encoder {
    const struct bpe *b;
    int32_t *id;
    size_t capacity, count;
    void *scratch; /* for a word of `room` bytes; kept from word to word */
    size_t room;
};

static void put_ids(struct encoder *o, const int32_t *id, size_t n)
{
    for (size_t i = 0; i < n; i++, o->count++)
        if (o->count < o->capacity)
            o->id[o->count] = id[i];
}

static bool grow_scratch(struct encoder *o, size_t length)
{
    if (length <= o->room)
        return true;
    free(o->scratch);
    o->scratch = malloc(merge_scratch(length) + length * sizeof(int32_t));
    o->room = o->scratch ? length : 0;
    return o->scratch != NULL;
}

static void encode_word(struct encoder *o, const char *word, size_t length)
{
    const struct bpe *b = o->b;
    int32_t whole = b->whole_words ? vocabulary_find(&b->vocabulary, word, length) : -1;
    if (whole >= 0 && !b->vocabulary.token[whole].special) {
        put_ids(o, &whole, 1);
        return;
    }
    int32_t small[MERGE_SMALL], *id = small;
    if (length > MERGE_SMALL)
        id = (int32_t *)(void *)((char *)o->scratch + merge_scratch(length));
    size_t n = merge_word(&b->merges, &b->vocabulary, (const unsigned char *)word, length,
        length > MERGE_SMALL ? o->scratch : NULL, id);
    put_ids(o, id, n);
}

/* How much of the word at s to merge at once: all of it, within limits. */
static size_t piece_length(struct encoder *o, const char *s, size_t length)
{
    if (length <= MERGE_SMALL)
        return length;
    size_t most =
        grow_scratch(o, length < WORD_BYTES ? length : WORD_BYTES) ? WORD_BYTES : MERGE_SMALL;
    return length <= most ? length : most - utf8_unfinished(s, most);
}

static void encode_words(struct encoder *o, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t end = pretokenize(o->b->split, text, length, at);
        while (at < end) {
            size_t n = piece_length(o, text + at, end - at);
            encode_word(o, text + at, n);
            at += n;
        }
    }
}

static void encode_text(struct encoder *o, const char *text, size_t length)
{
    struct str composed;
    str_init(&composed, length > SIZE_MAX / 4 ? SIZE_MAX / 2 : 3 * length);
    if (o->b->nfc && nfc_needed(text, length) && !nfc_add(&composed, text, length))
        encode_words(o, composed.data, composed.size);
    else
        encode_words(o, text, length);
    str_free(&composed);
}

size_t bpe_encode(
    const struct bpe *b, const char *text, size_t length, int32_t *id, size_t capacity)
{
    struct encoder o = {.b = b, .id = id, .capacity = capacity};
    encode_text(&o, text, length);
    free(o.scratch);
    return o.count;
}

/* The longest added token that stands at s, or -1. */
static int32_t added_at(const struct bpe *b, const char *s, size_t length)
{
    int32_t best = -1;
    size_t longest = 0;
    for (int32_t i = 0; i < b->added_count; i++) {
        const struct vocabulary_token *t = &b->vocabulary.token[b->added[i]];
        if (t->length > longest && t->length <= length &&
            memcmp(b->vocabulary.bytes + t->begin, s, t->length) == 0) {
            best = b->added[i];
            longest = t->length;
        }
    }
    return best;
}

size_t bpe_encode_added(
    const struct bpe *b, const char *text, size_t length, int32_t *id, size_t capacity)
{
    struct encoder o = {.b = b, .id = id, .capacity = capacity};
    bool begins[256] = {false}; /* bytes with which an added token begins */
    for (int32_t i = 0; i < b->added_count; i++)
        begins[b->vocabulary.bytes[b->vocabulary.token[b->added[i]].begin]] = true;
    size_t done = 0;
    for (size_t at = 0; at < length;) {
        bool maybe = begins[(unsigned char)text[at]];
        int32_t added = maybe ? added_at(b, text + at, length - at) : -1;
        if (added < 0) {
            at++;
            continue;
        }
        encode_text(&o, text + done, at - done);
        put_ids(&o, &added, 1);
        done = at += b->vocabulary.token[added].length;
    }
    encode_text(&o, text + done, length - done);
    free(o.scratch);
    return o.count;
}

struct decoder {
    char *text;
    size_t capacity, length; /* the length it would have */
    bool full;
    char held[UTF8_MAX]; /* the beginning of a character */
    size_t held_count;
};

static void put_character(struct decoder *d, uint32_t c)
{
    char bytes[UTF8_MAX];
    size_t n = utf8_write(bytes, c);
    d->full |= d->length + n >= d->capacity;
    if (!d->full)
        memcpy(d->text + d->length, bytes, n);
    else if (d->length < d->capacity)
        d->text[d->length] = 0;
    d->length += n;
}

/* Writes what is held, keeping an unfinished character back unless this is the end. */
static void put_held(struct decoder *d, bool end)
{
    while (d->held_count) {
        if (!end && utf8_unfinished(d->held, d->held_count) == d->held_count)
            return;
        uint32_t c;
        size_t n = utf8_read(d->held, d->held_count, &c);
        put_character(d, c);
        d->held_count -= n;
        memmove(d->held, d->held + n, d->held_count);
    }
}

size_t bpe_decode(const struct bpe *b, const int32_t *id, size_t count, char *text, size_t capacity)
{
    struct decoder d = {.text = text, .capacity = capacity};
    for (size_t i = 0; i < count; i++) {
        size_t n;
        const unsigned char *bytes = bpe_bytes(b, id[i], &n);
        if (bpe_is_special(b, id[i]))
            continue;
        for (size_t j = 0; j < n; j++) {
            d.held[d.held_count++] = (char)bytes[j];
            put_held(&d, false);
        }
    }
    put_held(&d, true);
    if (d.length < capacity)
        text[d.length] = 0;
    return d.length;
}

size_t bpe_complete(const struct bpe *b, const int32_t *id, size_t count)
{
    char held[UTF8_MAX];
    size_t held_count = 0, complete = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n;
        const unsigned char *bytes = bpe_bytes(b, id[i], &n);
        for (size_t j = 0; j < n && !bpe_is_special(b, id[i]); j++) {
            held[held_count++] = (char)bytes[j];
            size_t unfinished = utf8_unfinished(held, held_count);
            memmove(held, held + held_count - unfinished, unfinished);
            held_count = unfinished;
        }
        if (!held_count)
            complete = i + 1;
    }
    return complete;
}
