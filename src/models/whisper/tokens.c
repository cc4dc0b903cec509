/* SPDX-License-Identifier: Apache-2.0 */
/* The special tokens: from tokenizer.json and generation_config.json, or by the fixed layout of
 * whisper.cpp's files. */
#include "models/whisper/whisper.h"

#include "text/language.h"
#include "weights/config.h"

#include <stdio.h>

enum {
    BEAM_MAX = 32,
    MAX_INITIAL_TIME = 50,
    TIMES = 1501,
    ENGLISH_VOCABULARY = 51864,
    OTHER_SPECIALS = 8
};

/* Symbols that are never speech; openai/whisper tokenizer.py, non_speech_tokens. Each is suppressed
 * when it is one token, alone or behind a space; the musical ones by their first token. */
static const char *const symbols[] = {"\"", "#", "(", ")", "*", "+", "/", ":", ";", "<", "=", ">",
    "@", "[", "\\", "]", "^", "_", "`", "{", "|", "}", "~", "「", "」", "『", "』", "<<", ">>",
    "<<<", ">>>", "--", "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{",
    "}}", "♪♪", "♪♪♪"};
static const char *const music[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

struct id_list {
    int32_t *id;
    int count, capacity;
};

static void add_id(struct id_list *l, int32_t id)
{
    if (id < 0 || l->count == l->capacity)
        return;
    for (int i = 0; i < l->count; i++)
        if (l->id[i] == id)
            return;
    l->id[l->count++] = id;
}

static void add_symbol(struct id_list *l, const struct bpe *b, const char *text, bool always)
{
    int32_t id[8];
    size_t n = bpe_encode(b, text, strlen(text), id, 8);
    if (n == 1 || (n > 0 && always))
        add_id(l, id[0]);
}

static void add_spoken_never(struct id_list *l, const struct bpe *b)
{
    char spaced[16];
    add_symbol(l, b, " -", true);
    add_symbol(l, b, " '", true);
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        snprintf(spaced, sizeof spaced, " %s", symbols[i]);
        add_symbol(l, b, symbols[i], false);
        add_symbol(l, b, spaced, false);
    }
    for (size_t i = 0; i < sizeof music / sizeof *music; i++) {
        snprintf(spaced, sizeof spaced, " %s", music[i]);
        add_symbol(l, b, music[i], true);
        add_symbol(l, b, spaced, true);
    }
}

/* Tokens that steer the model are never text, whatever a file's own list says. */
static void add_control(struct id_list *l, const struct whisper_tokens *t)
{
    const int32_t control[] = {t->translate, t->transcribe, t->start, t->previous, t->no_speech};
    for (size_t i = 0; i < sizeof control / sizeof *control; i++)
        add_id(l, control[i]);
}

static enum ih_status read_suppressed(
    struct whisper *w, const struct config_value *listed, struct ih_error *e)
{
    enum { ROOM = 512 };
    int64_t n = config_length(listed);
    struct id_list l = {.capacity = ROOM + (int)(n < w->config.vocab ? n : w->config.vocab)};
    l.id = arena_alloc(&w->arena, (size_t)l.capacity * sizeof *l.id);
    if (!l.id)
        return err_memory(e, "a model's token lists");
    for (int64_t i = 0; i < n; i++) {
        int64_t id = config_int_or(config_item(listed, i), -1);
        if (id >= 0 && id < w->config.vocab)
            add_id(&l, (int32_t)id);
    }
    if (n == 0)
        add_spoken_never(&l, w->bpe);
    add_control(&l, &w->tokens);
    w->tokens.suppress = l.id;
    w->tokens.suppress_count = l.count;
    return IH_OK;
}

static void find_languages(struct whisper *w)
{
    struct whisper_tokens *t = &w->tokens;
    for (int i = 0; i < language_count() && t->languages < WHISPER_LANGUAGES; i++) {
        char text[16];
        snprintf(text, sizeof text, "<|%s|>", language_code(i));
        int32_t id = bpe_id(w->bpe, text);
        if (id >= 0 && id < w->config.vocab) {
            t->code[t->languages] = language_code(i);
            t->language[t->languages++] = id;
        }
    }
}

int whisper_find_language(const struct whisper_tokens *t, const char *code)
{
    for (int i = 0; code && i < t->languages; i++)
        if (strcmp(t->code[i], code) == 0)
            return i;
    return -1;
}

static enum ih_status find_tokens(struct whisper *w, const char *name, struct ih_error *e)
{
    struct whisper_tokens *t = &w->tokens;
    struct {
        int32_t *id;
        const char *text;
        bool required;
    } wanted[] = {
        {&t->end, "<|endoftext|>", true},
        {&t->start, "<|startoftranscript|>", true},
        {&t->no_timestamps, "<|notimestamps|>", true},
        {&t->translate, "<|translate|>", false},
        {&t->transcribe, "<|transcribe|>", false},
        {&t->previous, "<|startofprev|>", false},
        {&t->no_speech, "<|nospeech|>", false},
        {&t->time0, "<|0.00|>", false},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int32_t id = bpe_id(w->bpe, wanted[i].text);
        if (id >= w->config.vocab || (id < 0 && wanted[i].required))
            return err_set(e, IH_BAD_DATA,
                "%s: the tokenizer has no token %s within the vocabulary of %d", name,
                wanted[i].text, w->config.vocab);
        *wanted[i].id = id;
    }
    /* Early files call it <|nocaptions|>. */
    if (t->no_speech < 0)
        t->no_speech = bpe_id(w->bpe, "<|nocaptions|>");
    if (t->time0 < 0)
        t->time0 = t->no_timestamps + 1;
    t->times = w->config.vocab - t->time0;
    t->times = t->times < 0 ? 0 : t->times > TIMES ? TIMES : t->times;
    int32_t id;
    t->blank = bpe_encode(w->bpe, " ", 1, &id, 1) == 1 ? id : -1;
    return IH_OK;
}

/* A model whose texts begin with the token of a space says so by not listing it. */
static void read_blank(struct whisper *w, const struct config_value *listed)
{
    bool found = !config_is_list(listed);
    for (int64_t i = 0; i < config_length(listed); i++)
        found |= config_int_or(config_item(listed, i), -1) == w->tokens.blank;
    if (!found)
        w->tokens.blank = -1;
}

static enum ih_status read_alignment(
    struct whisper *w, const struct config_value *heads, const char *name, struct ih_error *e)
{
    const struct whisper_config *c = &w->config;
    for (int64_t i = 0; i < config_length(heads) && w->alignment_count < ALIGNMENT_HEADS; i++) {
        const struct config_value *pair = config_item(heads, i);
        int64_t layer = config_int_or(config_item(pair, 0), -1);
        int64_t head = config_int_or(config_item(pair, 1), -1);
        if (layer < 0 || layer >= c->text_layers || head < 0 || head >= c->text_heads)
            return err_set(e, IH_BAD_DATA,
                "%s: alignment_heads[%lld] names layer %lld, head %lld of a decoder with %d layers "
                "of %d heads",
                name, (long long)i, (long long)layer, (long long)head, c->text_layers,
                c->text_heads);
        w->alignment[w->alignment_count++] = (struct alignment_head){(int)layer, (int)head};
    }
    if (w->alignment_count)
        return IH_OK;
    /* Without a list the reference takes all heads of the upper half of the layers. */
    for (int l = c->text_layers / 2; l < c->text_layers; l++)
        for (int h = 0; h < c->text_heads && w->alignment_count < ALIGNMENT_HEADS; h++)
            w->alignment[w->alignment_count++] = (struct alignment_head){l, h};
    return IH_OK;
}

enum ih_status whisper_read_tokens(struct whisper *w, const char *folder, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tokenizer.json", folder);
    enum ih_status status = bpe_open(&w->bpe, path, e);
    if (!status)
        status = find_tokens(w, path, e);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/generation_config.json", folder);
    struct config *g = NULL;
    status = config_open(&g, path, e);
    if (status && status != IH_NOT_FOUND)
        return status;
    const struct config_value *root = g ? config_root(g) : NULL;
    /* English-only models keep language tokens in their vocabulary that they were never taught. */
    if (config_bool_or(config_find(root, "is_multilingual"), w->config.vocab != ENGLISH_VOCABULARY))
        find_languages(w);
    int64_t initial =
        config_int_or(config_find(root, "max_initial_timestamp_index"), MAX_INITIAL_TIME);
    w->tokens.max_initial_time = initial >= 0 && initial < TIMES ? (int)initial : MAX_INITIAL_TIME;
    int64_t beam = config_int_or(config_find(root, "num_beams"), 1);
    w->beam = beam >= 1 && beam <= BEAM_MAX ? (int)beam : 1;
    read_blank(w, config_find(root, "begin_suppress_tokens"));
    status = read_suppressed(w, config_find(root, "suppress_tokens"), e);
    if (!status)
        status = read_alignment(w, config_find(root, "alignment_heads"), path, e);
    config_close(&g);
    return status;
}

static bool last_word_is_end(const struct ggml_file *g)
{
    static const char end[] = "<|endoftext|>";
    int last = g->tokens - 1;
    return last >= 0 && g->token_length[last] == (int)sizeof end - 1 &&
           memcmp(g->token[last], end, sizeof end - 1) == 0;
}

/* whisper.cpp's files hold the text tokens; the special ones follow in a fixed order, with one time
 * token for each encoder position and one for 0. What is left are languages. */
static enum ih_status add_ggml_specials(struct whisper *w, struct ih_error *e)
{
    int vocab = w->config.vocab, times = w->config.positions + 1;
    int32_t id = w->ggml->tokens - last_word_is_end(w->ggml);
    int languages = vocab - id - OTHER_SPECIALS - times;
    if (languages < 1 || languages > language_count())
        return err_set(e, IH_BAD_DATA,
            "%s: a vocabulary of %d with %d words leaves no room for the special tokens",
            weights_path(w->weights), vocab, w->ggml->tokens);
    char text[32];
    enum ih_status status = bpe_add_special(w->bpe, "<|endoftext|>", id++, e);
    if (!status)
        status = bpe_add_special(w->bpe, "<|startoftranscript|>", id++, e);
    for (int i = 0; i < languages && !status; i++, id++) {
        snprintf(text, sizeof text, "<|%s|>", language_code(i));
        status = bpe_add_special(w->bpe, text, id, e);
    }
    static const char *const names[] = {"<|translate|>", "<|transcribe|>", "<|startoflm|>",
        "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"};
    for (int i = 0; i < 6 && !status; i++)
        status = bpe_add_special(w->bpe, names[i], id++, e);
    for (int i = 0; i < times && !status; i++) {
        snprintf(text, sizeof text, "<|%d.%02d|>", i / 50, i % 50 * 2);
        status = bpe_add_special(w->bpe, text, id++, e);
    }
    return status;
}

enum ih_status whisper_ggml_tokens(struct whisper *w, struct ih_error *e)
{
    const struct ggml_file *g = w->ggml;
    enum ih_status status = bpe_from_tokens(&w->bpe, (const unsigned char *const *)g->token,
        g->token_length, g->tokens, BPE_SPLIT_GPT2, e);
    if (!status)
        status = add_ggml_specials(w, e);
    if (!status)
        status = find_tokens(w, weights_path(w->weights), e);
    if (status)
        return status;
    if (w->config.vocab != ENGLISH_VOCABULARY)
        find_languages(w);
    w->tokens.max_initial_time = MAX_INITIAL_TIME;
    w->beam = 1;
    status = read_suppressed(w, NULL, e);
    return status ? status : read_alignment(w, NULL, weights_path(w->weights), e);
}
