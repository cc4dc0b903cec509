/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/espeak.h"

#include "base/library.h"
#include "speech/ipa.h"
#include "text/unicode.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Of espeak-ng's documented interface (speak_lib.h, stable since 1.49). */
enum {
    OUTPUT_SYNCHRONOUS = 2,
    DONT_EXIT = 0x8000,
    TEXT_UTF8 = 1,
    PHONEMES_NAMES = 0, /* its own names of phonemes */
    PHONEMES_IPA = 2,
};

enum {
    TEXT_BYTES = 1 << 20,
    IPA_BYTES = 8 << 20,
    WORD_SIGNS = 64, /* longer ones are cut: no language has them, and old versions stumble */
};

/* What is loaded is a property of the process, as is the library's voice. Everything but `once` is
 * used under the lock, except what load() wrote before anyone could ask. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct library file;
    int (*initialize)(int output, int buffer, const char *folder, int options);
    int (*set_voice)(const char *name);
    const char *(*phonemes)(const void **text, int encoding, int mode);
    int (*synthesize)(const void *text, size_t bytes, unsigned position, int position_type,
        unsigned end, unsigned encoding, unsigned *id, void *arg);
    char language[32]; /* whose voice is set; empty: none's */
} loaded = {.file = {.name = "espeak-ng", .wants = "espeak-ng is missing (package libespeak-ng1)"}};

/* Voices whose name is not the language's code; in order of preference. Names differ between
 * versions of espeak-ng. */
static const struct voice {
    const char *language, *name;
} voices[] = {
    {"en", "en-us"},
    {"en", "en"},
    {"en-us", "en-us"},
    {"en-gb", "en-gb"},
    {"en-gb", "en"},
    {"fr", "fr"},
    {"fr", "fr-fr"},
    {"no", "nb"},
    {"no", "no"},
    {"nn", "nb"},
    {"pt", "pt-br"},
    {"pt", "pt"},
    {"pt-pt", "pt"},
    {"zh", "cmn-latn-pinyin"},
    {"yue", "yue-latn-jyutping"},
};

static void load(void)
{
    struct library *l = &loaded.file;
    library_open(l, "libespeak-ng.so.1");
    library_find(l, "espeak_Initialize", &loaded.initialize);
    library_find(l, "espeak_SetVoiceByName", &loaded.set_voice);
    library_find(l, "espeak_TextToPhonemes", &loaded.phonemes);
    library_find(l, "espeak_Synth", &loaded.synthesize);
    if (!l->failure[0] && loaded.initialize(OUTPUT_SYNCHRONOUS, 0, NULL, DONT_EXIT) < 0)
        snprintf(l->failure, sizeof l->failure,
            "espeak-ng does not find its data (package espeak-ng-data)");
}

/* A code, never a path or a person's name: the library takes those too. */
static bool is_code(const char *language)
{
    size_t n = strlen(language);
    return n >= 2 && n < sizeof loaded.language &&
           strspn(language, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* Each change of voice leaves a command to the synthesizer behind, which is only given back when
 * something is synthesized: a space, which makes no sound. */
static bool set_voice(const char *name)
{
    static const char nothing[] = " ";
    if (loaded.set_voice(name))
        return false;
    loaded.synthesize(nothing, sizeof nothing, 0, 0, 0, TEXT_UTF8, NULL, NULL);
    return true;
}

/* Under the lock: the language's voice becomes the library's. */
static bool choose_voice(const char *language)
{
    bool listed = false, set = false;
    if (!strcmp(loaded.language, language))
        return true;
    for (size_t i = 0; !set && i < sizeof voices / sizeof *voices; i++)
        if (!strcmp(voices[i].language, language)) {
            listed = true;
            set = set_voice(voices[i].name);
        }
    set = set || (!listed && set_voice(language));
    snprintf(loaded.language, sizeof loaded.language, "%s", set ? language : "");
    return set;
}

static bool knows(void *self, const char *language)
{
    (void)self;
    if (!is_code(language))
        return false;
    pthread_mutex_lock(&lock);
    bool known = choose_voice(language);
    pthread_mutex_unlock(&lock);
    return known;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019 || c == '-';
}

/* Words of letters, marks, digits, apostrophes and hyphens with one space between them, none too
 * long: what the library reads without surprises. */
static enum ih_status plain_text(struct str *out, const char *text)
{
    size_t n = strlen(text), signs = 0;
    bool space = false;
    for (size_t i = 0; i < n && !out->failed;) {
        uint32_t c;
        size_t used = utf8_read(text + i, n - i, &c);
        enum unicode_class class = unicode_class(c);
        bool word = class == UNICODE_LETTER || class == UNICODE_MARK || class == UNICODE_NUMBER;
        if (!word && !(is_apostrophe(c) && signs)) {
            space = true;
        } else {
            if (out->size && (space || signs == WORD_SIGNS))
                str_add_byte(out, ' ');
            signs = space || signs == WORD_SIGNS ? 1 : signs + 1;
            space = false;
            str_add(out, text + i, used);
        }
        i += used;
    }
    return out->failed ? IH_NO_MEMORY : IH_OK;
}

/* Under the lock: all clauses of the text, with a space between them. */
static enum ih_status translate(struct str *out, const char *text, int mode)
{
    const void *rest = text;
    while (rest && !out->failed) {
        const char *clause = loaded.phonemes(&rest, TEXT_UTF8, mode);
        if (clause && *clause) {
            str_add_byte(out, ' ');
            str_add_text(out, clause);
        }
    }
    return out->failed ? IH_NO_MEMORY : IH_OK;
}

/* The tone of a syllable from its contour in the names of phonemes ("55", "214"); moves on. */
static char next_tone(const char **names)
{
    static const struct {
        const char *contour;
        char tone;
    } tones[] = {{"55", '1'}, {"35", '2'}, {"214", '3'}, {"21", '3'}, {"51", '4'}, {"11", '5'}};
    *names += strcspn(*names, "0123456789");
    size_t n = strspn(*names, "0123456789");
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++)
        if (n == strlen(tones[i].contour) && !memcmp(*names, tones[i].contour, n)) {
            *names += n;
            return tones[i].tone;
        }
    *names += n;
    return '5';
}

/* In IPA espeak-ng writes the first digit of a tone's contour alone, so that the first and the
 * fourth tone of Chinese are the same; its names of phonemes tell them. Tones become the digits of
 * pinyin. */
static void set_tones(struct str *ipa, const char *names)
{
    static const char third[] = "ɜ"; /* how a first digit 3 is written */
    size_t to = 0;
    for (size_t i = 0; i < ipa->size;) {
        bool digit = strchr("125", ipa->data[i]) && ipa->data[i];
        bool three = !strncmp(ipa->data + i, third, sizeof third - 1);
        if (digit || three)
            ipa->data[to++] = next_tone(&names);
        else
            ipa->data[to++] = ipa->data[i];
        i += three ? sizeof third - 1 : 1;
    }
    ipa->size = to;
    if (ipa->data)
        ipa->data[to] = 0;
}

/* Under the lock. */
static enum ih_status say(
    struct str *ipa, struct str *names, const char *text, const char *language, struct ih_error *e)
{
    if (!choose_voice(language))
        return err_set(e, IH_UNSUPPORTED, "espeak-ng has no voice for the language %s", language);
    bool tones = !strcmp(language, "zh");
    if (translate(ipa, text, PHONEMES_IPA) || (tones && translate(names, text, PHONEMES_NAMES)))
        return err_memory(e, "phonemes");
    if (tones)
        set_tones(ipa, str_text(names));
    return IH_OK;
}

static enum ih_status phonemes(void *self, const char *text, const char *language, struct arena *a,
    const char **ipa, struct ih_error *e)
{
    (void)self;
    if (!is_code(language))
        return err_set(e, IH_INVALID, "'%.40s' is no code of a language", language);
    struct str plain, raw, names, clean;
    str_init(&plain, TEXT_BYTES);
    str_init(&raw, IPA_BYTES);
    str_init(&names, IPA_BYTES);
    str_init(&clean, IPA_BYTES);
    enum ih_status status = plain_text(&plain, text) ? err_memory(e, "phonemes") : IH_OK;
    if (!status && plain.size) {
        pthread_mutex_lock(&lock);
        status = say(&raw, &names, str_text(&plain), language, e);
        pthread_mutex_unlock(&lock);
    }
    if (!status && ipa_clean(&clean, str_text(&raw), language))
        status = err_memory(e, "phonemes");
    if (!status && !(*ipa = arena_strdup(a, str_text(&clean))))
        status = err_memory(e, "phonemes");
    str_free(&plain);
    str_free(&raw);
    str_free(&names);
    str_free(&clean);
    return status;
}

static const struct phonemizer espeak = {NULL, "espeak-ng", knows, phonemes};

const struct phonemizer *espeak_find(struct ih_error *e)
{
    pthread_once(&once, load);
    if (!loaded.file.failure[0])
        return &espeak;
    err_set(e, IH_UNSUPPORTED, "%s", loaded.file.failure);
    return NULL;
}
