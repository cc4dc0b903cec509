/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "speech/align.h"
#include "speech/said.h"

#include <string.h>

enum {
    TAG = 32,
    IPA_BYTES = 1 << 20,
    GLUED_SIGNS = 40, /* espeak-ng cuts words of more than 160 bytes off */
};

/* One sentence on its way through the phonemizers. */
struct pass {
    struct sayer *s;
    struct arena *a;
    struct ih_error *e;
    struct said *word;
    int count;
};

/* The next phonemizer from `*at` on that knows the language, or its name without the region; `tag`
 * becomes what it knows it by. */
static const struct phonemizer *find_phonemizer(
    const struct sayer *s, const char *language, int *at, char tag[TAG])
{
    size_t n = strcspn(language, "-"), length = strlen(language);
    if (length >= TAG)
        return NULL;
    for (; *at < s->phonemizers; ++*at) {
        const struct phonemizer *p = s->phonemizer[*at];
        memcpy(tag, language, length + 1);
        if (p->knows(p->self, tag))
            return p;
        tag[n] = 0;
        if (n < length && p->knows(p->self, tag))
            return p;
    }
    return NULL;
}

/* Says the phrase by the first phonemizer that can; false when none can. */
static enum ih_status say_phrase(struct pass *p, const char *const *text, const bool *glued,
    int count, const char *language, const char **ipa, struct share *share, bool *done)
{
    char tag[TAG];
    const struct phonemizer *by;
    struct ih_error why = {0};
    *done = false;
    for (int i = 0; (by = find_phonemizer(p->s, language, &i, tag)); i++) {
        enum ih_status status = align_phrase(by, text, glued, count, tag, p->a, ipa, share, &why);
        if (status == IH_NO_MEMORY)
            return err_set(p->e, status, "%s", why.text);
        *done = !status;
        if (*done)
            return IH_OK;
        warn(p->s->warnings, "%s: %s", by->name, why.text);
    }
    if (!why.code)
        warn(p->s->warnings,
            "nothing here turns words of the language %s into sounds; installing espeak-ng would",
            language);
    return IH_OK;
}

/* Letters that are said one by one lose all main stresses but the last, and their spaces. */
static void add_letter(struct str *out, const char *ipa, bool last)
{
    static const char main_stress[] = "ˈ", side_stress[] = "ˌ";
    for (size_t n; *ipa; ipa += n) {
        n = 1;
        if (!strncmp(ipa, main_stress, sizeof main_stress - 1)) {
            n = sizeof main_stress - 1;
            str_add_text(out, last ? main_stress : side_stress);
        } else if (*ipa != ' ') {
            str_add_byte(out, *ipa);
        }
    }
}

static enum ih_status spell(struct pass *p, struct said *w)
{
    struct str out;
    str_init(&out, IPA_BYTES);
    char letter[256];
    enum ih_status status = IH_OK;
    for (const char *at = w->input; !status && *at;) {
        size_t n = strcspn(at, " ");
        const char *ipa, *text = letter;
        struct share share;
        bool done, glued = false;
        if (n >= sizeof letter)
            break;
        memcpy(letter, at, n);
        letter[n] = 0;
        at += n + (at[n] == ' ');
        status = say_phrase(p, &text, &glued, 1, w->language, &ipa, &share, &done);
        if (!status && done)
            add_letter(&out, ipa, !*at);
    }
    if (!status && !(w->ipa = arena_strdup(p->a, str_text(&out))))
        status = err_memory(p->e, "a sentence");
    w->ipa_bytes = status ? 0 : strlen(w->ipa);
    str_free(&out);
    return status;
}

/* What a word has of its phrase's phonemes. A share that begins inside a piece is joined to the
 * word before. */
static void take_share(struct said *w, const char *ipa, const struct share *s)
{
    w->ipa = ipa + s->begin;
    w->ipa_bytes = s->length;
    w->joined = s->length && s->begin > 0 && ipa[s->begin - 1] != ' ';
}

/* How many words from `first` on make a phrase: one language, no punctuation between them. */
static int phrase_length(const struct pass *p, int first)
{
    int n = first;
    while (n < p->count && n - first < ALIGN_WORDS && p->word[n].input &&
           (n == first ||
               (!p->word[n - 1].mark && !strcmp(p->word[n].language, p->word[first].language))))
        n++;
    return n - first;
}

/* Japanese is read as it is written, without spaces: that is how espeak-ng sets its stress best. */
static void glue_words(const struct said *word, int count, bool *glued)
{
    size_t signs = 0;
    bool japanese = !strncmp(word->language, "ja", 2);
    for (int i = 0; i < count; i++) {
        size_t more = utf8_count(word[i].input, strlen(word[i].input));
        glued[i] = japanese && i > 0 && signs + more <= GLUED_SIGNS && !word[i].spelled &&
                   !word[i - 1].spelled;
        signs = glued[i] ? signs + more : more;
    }
}

/* Words that are spelled or whose phonemes are given stand in the phrase for the others' sake. */
static enum ih_status say_words(struct pass *p, int first, int count)
{
    const char *text[ALIGN_WORDS] = {0}, *ipa;
    struct share share[ALIGN_WORDS];
    struct said *word = p->word + first;
    bool done, glued[ALIGN_WORDS] = {false};
    for (int i = 0; i < count; i++)
        text[i] = word[i].input;
    glue_words(word, count, glued);
    enum ih_status status = say_phrase(p, text, glued, count, word->language, &ipa, share, &done);
    for (int i = 0; !status && i < count; i++) {
        if (done)
            take_share(&word[i], ipa, &share[i]);
        if (done && word[i].spelled)
            status = spell(p, &word[i]);
    }
    return status;
}

static void set_fixed(struct said *w)
{
    w->ipa = w->fixed;
    w->ipa_bytes = strlen(w->fixed);
}

/* A word that has its own phonemes is not joined, nor is what follows it. */
static void part_words(struct pass *p)
{
    for (int i = 0; i < p->count; i++) {
        struct said *w = &p->word[i];
        bool own = w->fixed || w->spelled;
        bool after = i > 0 && (p->word[i - 1].fixed || p->word[i - 1].spelled);
        w->joined = w->joined && !own && !after && i > 0 && p->word[i - 1].ipa_bytes;
    }
}

static void count_unsaid(struct pass *p)
{
    for (int i = 0; i < p->count; i++) {
        const struct said *w = &p->word[i];
        if (w->ipa_bytes)
            continue;
        p->s->unsaid++;
        if (!w->input && (!strncmp(w->language, "ja", 2) ? !p->s->japanese : !p->s->chinese))
            warn(p->s->warnings,
                "nothing here knows how Han characters are read in the language "
                "%s; the model spell-1 would",
                w->language);
        else if (!w->input)
            warn(p->s->warnings, "nothing here knows how to say %s (language %s); it is left out",
                w->text, w->language);
    }
}

enum ih_status said_phonemes(
    struct sayer *s, struct said_words *words, struct arena *a, struct ih_error *e)
{
    struct pass p = {s, a, e, words->word, words->count};
    enum ih_status status = IH_OK;
    for (int i = 0; i < p.count; i++)
        p.word[i].ipa = "";
    for (int i = 0, n; !status && i < p.count; i += n) {
        n = phrase_length(&p, i);
        if (n)
            status = say_words(&p, i, n);
        n += !n;
    }
    for (int i = 0; i < p.count; i++)
        if (p.word[i].fixed)
            set_fixed(&p.word[i]);
    part_words(&p);
    count_unsaid(&p);
    return status;
}
