/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/consent.h"

#include "base/str.h"
#include "inhouse/voices.h"
#include "text/score.h"
#include "text/unicode.h"

#include <stdio.h>
#include <string.h>

static const double wrong_limit = 0.34; /* of the sentence's words */

/* The sentence with the person and the company, who the company is when nobody says, the word that
 * allows, and the words that take it back. */
static const struct wording {
    const char *language, *sentence, *owner, *allows, *refuses;
} wordings[] = {
    {"en", "I am %s, and I allow %s to make a synthetic version of my voice.",
        "the owner of this device", "allow", "not never no cannot don't can't won't refuse"},
    {"de", "Ich bin %s und erlaube %s, eine künstliche Version meiner Stimme herzustellen.",
        "dem Besitzer dieses Geräts", "erlaube", "nicht nie niemals kein keine keinem"},
    {"fr", "Je suis %s et j'autorise %s à créer une version synthétique de ma voix.",
        "le propriétaire de cet appareil", "autorise", "pas ne jamais n'autorise refuse"},
    {"es", "Soy %s y permito que %s cree una versión sintética de mi voz.",
        "el propietario de este dispositivo", "permito", "no nunca jamás prohíbo"},
    {"it", "Sono %s e acconsento che %s crei una versione sintetica della mia voce.",
        "il proprietario di questo dispositivo", "acconsento", "non mai rifiuto"},
    {"nl", "Ik ben %s en ik sta %s toe om een kunstmatige versie van mijn stem te maken.",
        "de eigenaar van dit apparaat", "toe", "niet nooit geen"},
    {"pt", "Eu sou %s e permito que %s crie uma versão sintética da minha voz.",
        "o proprietário deste dispositivo", "permito", "não nunca jamais proíbo"},
};

static const struct wording *wording_for(const char *language)
{
    for (size_t i = 0; language && i < sizeof wordings / sizeof *wordings; i++)
        if (strncmp(language, wordings[i].language, 2) == 0)
            return &wordings[i];
    return &wordings[0];
}

/* The wordings have two "%s"; they are filled in by hand, because no format is taken from a table.
 */
int ih_consent_sentence(
    const char *language, const char *who, const char *company, char *buf, size_t size)
{
    const struct wording *w = wording_for(language);
    const char *first = strstr(w->sentence, "%s"), *second = strstr(first + 2, "%s");
    return snprintf(buf, size, "%.*s%s%.*s%s%s", (int)(first - w->sentence), w->sentence,
        who && *who ? who : "...", (int)(second - first - 2), first + 2,
        company && *company ? company : w->owner, second + 2);
}

/* " i am anna " out of "I am Anna,": words in lower case, spaces around each; an apostrophe inside
 * a word stays. */
static void words_of(struct str *out, const char *text)
{
    size_t n = strlen(text);
    str_add_byte(out, ' ');
    for (size_t i = 0; i < n;) {
        uint32_t c;
        char bytes[UTF8_MAX];
        i += utf8_read(text + i, n - i, &c);
        c = c == 0x2019 ? '\'' : c;
        enum unicode_class kind = c == UTF8_INVALID ? UNICODE_OTHER : unicode_class(c);
        if (kind == UNICODE_OTHER && c != '\'')
            kind = UNICODE_SPACE;
        if (kind != UNICODE_SPACE)
            str_add(out, bytes, utf8_write(bytes, unicode_lower(c)));
        else if (out->size && out->data[out->size - 1] != ' ')
            str_add_byte(out, ' ');
    }
    str_add_byte(out, ' ');
}

static int count_word(const struct str *words, const char *word, size_t length)
{
    int n = 0;
    for (const char *p = str_text(words); (p = strchr(p, ' ')); p++)
        n += strncmp(p + 1, word, length) == 0 && p[1 + length] == ' ';
    return n;
}

static bool is_taken_back(
    const struct wording *w, const struct str *said, const struct str *sentence)
{
    for (const char *p = w->refuses; *p;) {
        size_t length = strcspn(p, " ");
        if (count_word(said, p, length) > count_word(sentence, p, length))
            return true;
        p += length;
        p += strspn(p, " ");
    }
    return false;
}

enum ih_status consent_given(bool *given, const char *language, const char *sentence,
    const char *transcript, struct ih_error *e)
{
    enum { LONGEST = 1 << 16 };
    const struct wording *w = wording_for(language);
    struct str said, wanted;
    struct score score;
    *given = false;
    enum ih_status status = score_words(&score, sentence, transcript, e);
    if (status)
        return status;
    str_init(&said, LONGEST);
    str_init(&wanted, LONGEST);
    words_of(&said, transcript);
    words_of(&wanted, sentence);
    *given = !said.failed && !wanted.failed && score_rate(score) <= wrong_limit &&
             strstr(str_text(&said), w->allows) && !is_taken_back(w, &said, &wanted);
    str_free(&said);
    str_free(&wanted);
    return IH_OK;
}
