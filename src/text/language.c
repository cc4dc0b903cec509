/* SPDX-License-Identifier: Apache-2.0 */
#include "text/language.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct language {
    const char *code, *name;
};

static const struct language languages[] = {
    {"en", "english"},
    {"zh", "chinese"},
    {"de", "german"},
    {"es", "spanish"},
    {"ru", "russian"},
    {"ko", "korean"},
    {"fr", "french"},
    {"ja", "japanese"},
    {"pt", "portuguese"},
    {"tr", "turkish"},
    {"pl", "polish"},
    {"ca", "catalan"},
    {"nl", "dutch"},
    {"ar", "arabic"},
    {"sv", "swedish"},
    {"it", "italian"},
    {"id", "indonesian"},
    {"hi", "hindi"},
    {"fi", "finnish"},
    {"vi", "vietnamese"},
    {"he", "hebrew"},
    {"uk", "ukrainian"},
    {"el", "greek"},
    {"ms", "malay"},
    {"cs", "czech"},
    {"ro", "romanian"},
    {"da", "danish"},
    {"hu", "hungarian"},
    {"ta", "tamil"},
    {"no", "norwegian"},
    {"th", "thai"},
    {"ur", "urdu"},
    {"hr", "croatian"},
    {"bg", "bulgarian"},
    {"lt", "lithuanian"},
    {"la", "latin"},
    {"mi", "maori"},
    {"ml", "malayalam"},
    {"cy", "welsh"},
    {"sk", "slovak"},
    {"te", "telugu"},
    {"fa", "persian"},
    {"lv", "latvian"},
    {"bn", "bengali"},
    {"sr", "serbian"},
    {"az", "azerbaijani"},
    {"sl", "slovenian"},
    {"kn", "kannada"},
    {"et", "estonian"},
    {"mk", "macedonian"},
    {"br", "breton"},
    {"eu", "basque"},
    {"is", "icelandic"},
    {"hy", "armenian"},
    {"ne", "nepali"},
    {"mn", "mongolian"},
    {"bs", "bosnian"},
    {"kk", "kazakh"},
    {"sq", "albanian"},
    {"sw", "swahili"},
    {"gl", "galician"},
    {"mr", "marathi"},
    {"pa", "punjabi"},
    {"si", "sinhala"},
    {"km", "khmer"},
    {"sn", "shona"},
    {"yo", "yoruba"},
    {"so", "somali"},
    {"af", "afrikaans"},
    {"oc", "occitan"},
    {"ka", "georgian"},
    {"be", "belarusian"},
    {"tg", "tajik"},
    {"sd", "sindhi"},
    {"gu", "gujarati"},
    {"am", "amharic"},
    {"yi", "yiddish"},
    {"lo", "lao"},
    {"uz", "uzbek"},
    {"fo", "faroese"},
    {"ht", "haitian creole"},
    {"ps", "pashto"},
    {"tk", "turkmen"},
    {"nn", "nynorsk"},
    {"mt", "maltese"},
    {"sa", "sanskrit"},
    {"lb", "luxembourgish"},
    {"my", "myanmar"},
    {"bo", "tibetan"},
    {"tl", "tagalog"},
    {"mg", "malagasy"},
    {"as", "assamese"},
    {"tt", "tatar"},
    {"haw", "hawaiian"},
    {"ln", "lingala"},
    {"ha", "hausa"},
    {"ba", "bashkir"},
    {"jw", "javanese"},
    {"su", "sundanese"},
    {"yue", "cantonese"},
};

/* What else people and programs call them. */
static const struct language others[] = {
    {"my", "burmese"},
    {"ca", "valencian"},
    {"nl", "flemish"},
    {"ht", "haitian"},
    {"lb", "letzeburgesch"},
    {"ps", "pushto"},
    {"pa", "panjabi"},
    {"ro", "moldavian"},
    {"ro", "moldovan"},
    {"si", "sinhalese"},
    {"es", "castilian"},
    {"zh", "mandarin"},
    {"no", "nb"},
    {"no", "bokmål"},
    {"no", "norwegian bokmål"},
    {"nn", "norwegian nynorsk"},
    {"no", "nor"},
    {"no", "nob"},
    {"nn", "nno"},
    {"he", "iw"},
    {"id", "in"},
    {"yi", "ji"},
    {"jw", "jv"},
    {"tl", "fil"},
    {"tl", "filipino"},
    {"zh", "cmn"},
    {"zh", "zho"},
    {"zh", "chi"},
    {"yue", "zh-yue"},
    {"fa", "farsi"},
    {"fa", "fas"},
    {"fa", "per"},
    {"sl", "slovene"},
    {"bn", "bangla"},
    {"sw", "kiswahili"},
    {"ro", "mo"},
    {"en", "eng"},
    {"de", "deu"},
    {"de", "ger"},
    {"es", "spa"},
    {"ru", "rus"},
    {"ko", "kor"},
    {"fr", "fra"},
    {"fr", "fre"},
    {"ja", "jpn"},
    {"pt", "por"},
    {"tr", "tur"},
    {"pl", "pol"},
    {"ca", "cat"},
    {"nl", "nld"},
    {"nl", "dut"},
    {"ar", "ara"},
    {"sv", "swe"},
    {"it", "ita"},
    {"id", "ind"},
    {"hi", "hin"},
    {"fi", "fin"},
    {"vi", "vie"},
    {"he", "heb"},
    {"uk", "ukr"},
    {"el", "ell"},
    {"el", "gre"},
    {"cs", "ces"},
    {"cs", "cze"},
    {"ro", "ron"},
    {"ro", "rum"},
    {"da", "dan"},
    {"hu", "hun"},
    {"th", "tha"},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int language_count(void)
{
    return COUNT(languages);
}

const char *language_code(int i)
{
    return languages[i].code;
}

const char *language_name(int i)
{
    return languages[i].name;
}

static int find_code(const char *code)
{
    for (size_t i = 0; i < COUNT(languages); i++)
        if (strcasecmp(languages[i].code, code) == 0)
            return (int)i;
    return -1;
}

static int find_whole(const char *text)
{
    for (size_t i = 0; i < COUNT(languages); i++)
        if (strcasecmp(languages[i].name, text) == 0)
            return (int)i;
    for (size_t i = 0; i < COUNT(others); i++)
        if (strcasecmp(others[i].name, text) == 0)
            return find_code(others[i].code);
    return find_code(text);
}

int language_find(const char *text)
{
    char tag[32];
    size_t length = text ? strlen(text) : sizeof tag;
    if (length >= sizeof tag)
        return -1;
    memcpy(tag, text, length + 1);
    int found = find_whole(tag);
    if (found >= 0)
        return found;
    size_t subtag = strcspn(tag, "-_.@");
    if (!tag[subtag])
        return -1;
    tag[subtag] = 0;
    return find_whole(tag);
}
