/* SPDX-License-Identifier: Apache-2.0 */
/* Languages of sentences: made ones with one answer each, and real ones with their file's name. */
#include "speech/language.h"
#include "speech/tag.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The languages of voice-1. */
static const char *const all[] = {"ar", "zh", "cs", "da", "nl", "en", "fi", "fr", "de", "hi", "hu",
    "id", "it", "ja", "ko", "no", "pl", "pt", "ro", "ru", "es", "sv", "th", "tr", "vi"};
enum { ALL = sizeof all / sizeof *all, FILE_BYTES = 1 << 20 };

static const char *guess(const char *text, const char *before)
{
    return language_guess(text, strlen(text), all, ALL, before);
}

static void tells_everyday_sentences(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"en", "Where is the nearest station, please?"},
        {"de", "Wo ist bitte der nächste Bahnhof?"},
        {"nl", "Waar is het dichtstbijzijnde station, alstublieft?"},
        {"fr", "Où est la gare la plus proche, s'il vous plaît ?"},
        {"es", "¿Dónde está la estación más cercana, por favor?"},
        {"pt", "Onde fica a estação mais próxima, por favor?"},
        {"it", "Dov'è la stazione più vicina, per favore?"},
        {"ro", "Unde este cea mai apropiată gară, vă rog?"},
        {"sv", "Var ligger närmaste station, tack?"},
        {"da", "Hvor er den nærmeste station, tak?"},
        {"no", "Hvor er nærmeste stasjon? Jeg vil gjerne kjøpe noe å drikke."},
        {"fi", "Missä on lähin asema, kiitos?"},
        {"hu", "Hol van a legközelebbi állomás, kérem?"},
        {"cs", "Kde je prosím nejbližší nádraží?"},
        {"pl", "Gdzie jest najbliższa stacja, proszę?"},
        {"tr", "En yakın istasyon nerede, lütfen?"},
        {"id", "Di mana stasiun yang terdekat, tolong?"},
        {"vi", "Ga gần nhất ở đâu, làm ơn?"},
        {"ru", "Где ближайшая станция, пожалуйста?"},
        {"ar", "أين أقرب محطة من فضلك؟"},
        {"hi", "कृपया निकटतम स्टेशन कहाँ है?"},
        {"th", "สถานีที่ใกล้ที่สุดอยู่ที่ไหน"},
        {"ko", "가장 가까운 역이 어디예요?"},
        {"ja", "一番近い駅はどこですか。"},
        {"zh", "请问最近的车站在哪里？"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = guess(cases[i][1], NULL);
        if (!got || strcmp(got, cases[i][0]) != 0)
            fail_msg("\"%s\" is %s, not %s", cases[i][1], got ? got : "nothing", cases[i][0]);
    }
}

static void goes_by_what_stands_before(void **state)
{
    (void)state;
    assert_string_equal(guess("Berlin.", "de"), "de");
    assert_string_equal(guess("Berlin.", "fr"), "fr");
    assert_string_equal(guess("東京大学", "ja"), "ja");
    assert_string_equal(guess("東京大学", NULL), "zh");
    assert_string_equal(guess("这是什么时候", "ja"), "zh");
    assert_string_equal(guess("The house and the garden.", "de"), "en");
    assert_null(guess("42 ... \U0001f600", NULL));
    assert_null(guess("", "de"));
}

static void knows_only_candidates(void **state)
{
    (void)state;
    static const char *const two[] = {"fr", "en"};
    const char *text = "Der Hund und die Katze";
    assert_non_null(language_guess(text, strlen(text), two, 2, NULL));
    assert_null(language_guess("Привет", strlen("Привет"), two, 2, NULL));
    assert_null(language_guess(text, strlen(text), NULL, 0, NULL));
    static const char *const other[] = {"en", "nb", "cmn"};
    text = "Jeg vet ikke hva det er.";
    assert_string_equal(language_guess(text, strlen(text), other, 3, NULL), "nb");
    assert_string_equal(language_guess("\u4e2d\u56fd", 6, other, 3, NULL), "cmn");
}

static void tells_scripts(void **state)
{
    (void)state;
    assert_true(language_writes("en-gb", 'a'));
    assert_false(language_writes("en", 0x416));
    assert_true(language_writes("ja", 0x6771));
    assert_false(language_writes("ko", 0x6771));
    assert_true(language_writes("ru", '7'));
    assert_true(language_writes("unheard-of", 0x416));
    assert_string_equal(language_of_letter(0x416), "ru");
    assert_string_equal(language_of_letter('a'), "en");
    assert_string_equal(language_of_letter(0x3042), "ja");
    assert_null(language_of_letter('7'));
}

static void reads_tags(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"de", "de"}, {"German", "de"}, {"pt_BR", "pt"},
        {"PT-pt", "pt-pt"}, {"en-US", "en"}, {"en-GB", "en-gb"}, {"nb", "no"}, {"zh-CN", "zh"},
        {"eo", "eo"}};
    char tag[TAG_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(tag_read(cases[i][0], tag));
        assert_string_equal(tag, cases[i][1]);
    }
    assert_false(tag_read("", tag));
    assert_false(tag_read("../de", tag));
    assert_false(tag_read("gibberish", tag));
}

/* Short ones, which leave little to go by: at most three of these may be wrong. */
static void tells_short_sentences(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"en", "I left my keys at home."},
        {"en", "Can we meet at half past nine?"},
        {"en", "The parcel will arrive on Thursday."},
        {"de", "Das kostet drei Euro am dritten Mai."},
        {"de", "Können wir uns um halb zehn treffen?"},
        {"de", "Ihr Paket kommt am Donnerstag an."},
        {"nl", "Ik heb mijn sleutels thuis laten liggen."},
        {"nl", "Kunnen we om half tien afspreken?"},
        {"nl", "Uw pakket wordt donderdag bezorgd."},
        {"fr", "J'ai oublié mes clés à la maison."},
        {"fr", "Peut-on se voir à neuf heures et demie ?"},
        {"fr", "Votre colis arrivera jeudi."},
        {"es", "He dejado las llaves en casa."},
        {"es", "¿Podemos vernos a las nueve y media?"},
        {"es", "Su paquete llegará el jueves."},
        {"pt", "Deixei as chaves em casa."},
        {"pt", "Podemos encontrar-nos às nove e meia?"},
        {"pt", "A sua encomenda chega na quinta-feira."},
        {"it", "Ho dimenticato le chiavi a casa."},
        {"it", "Possiamo vederci alle nove e mezza?"},
        {"it", "Il suo pacco arriverà giovedì."},
        {"ro", "Mi-am uitat cheile acasă."},
        {"ro", "Ne putem întâlni la nouă și jumătate?"},
        {"ro", "Pachetul dumneavoastră va ajunge joi."},
        {"sv", "Jag glömde mina nycklar hemma."},
        {"sv", "Kan vi ses halv tio?"},
        {"sv", "Ditt paket kommer på torsdag."},
        {"da", "Jeg glemte mine nøgler derhjemme."},
        {"da", "Kan vi mødes klokken halv ti?"},
        {"da", "Din pakke ankommer på torsdag."},
        {"no", "Jeg glemte nøklene mine hjemme."},
        {"no", "Kan vi møtes klokka halv ti?"},
        {"no", "Pakken din kommer på torsdag."},
        {"fi", "Unohdin avaimeni kotiin."},
        {"fi", "Voimmeko tavata puoli kymmeneltä?"},
        {"fi", "Pakettisi saapuu torstaina."},
        {"hu", "Otthon hagytam a kulcsaimat."},
        {"hu", "Találkozhatunk fél tízkor?"},
        {"hu", "A csomagja csütörtökön érkezik."},
        {"cs", "Nechal jsem si klíče doma."},
        {"cs", "Můžeme se sejít v půl desáté?"},
        {"cs", "Váš balík dorazí ve čtvrtek."},
        {"pl", "Zostawiłem klucze w domu."},
        {"pl", "Czy możemy się spotkać o wpół do dziesiątej?"},
        {"pl", "Twoja paczka dotrze w czwartek."},
        {"tr", "Anahtarlarımı evde unuttum."},
        {"tr", "Dokuz buçukta buluşabilir miyiz?"},
        {"tr", "Paketiniz perşembe günü gelecek."},
        {"id", "Saya meninggalkan kunci di rumah."},
        {"id", "Bisakah kita bertemu jam setengah sepuluh?"},
        {"id", "Paket Anda akan tiba hari Kamis."},
        {"vi", "Tôi để quên chìa khóa ở nhà."},
        {"vi", "Chúng ta có thể gặp nhau lúc chín giờ rưỡi không?"},
        {"vi", "Gói hàng của bạn sẽ đến vào thứ năm."},
        {"ru", "Я забыл ключи дома."},
        {"ru", "Можем встретиться в половине десятого?"},
        {"ru", "Ваша посылка придёт в четверг."},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = guess(cases[i][1], NULL);
        if (!got || strcmp(got, cases[i][0]) != 0) {
            print_message("%s as %s: %s\n", cases[i][0], got ? got : "none", cases[i][1]);
            wrong++;
        }
    }
    assert_in_range(wrong, 0, 3);
}

/* Counts the lines of a file that are told right; what is wrong is printed. */
static void count_file(const char *language, int *right, int *lines)
{
    char name[32];
    snprintf(name, sizeof name, "text/%s.txt", language);
    FILE *f = fopen(shared_path(name), "rb");
    char *text = malloc(FILE_BYTES);
    if (f && text) {
        text[fread(text, 1, FILE_BYTES - 1, f)] = 0;
        for (char *line = text, *end; *line; line = end) {
            end = line + strcspn(line, "\n");
            const char *got = language_guess(line, (size_t)(end - line), all, ALL, NULL);
            bool good = got && !strcmp(got, language);
            if (!good)
                print_message(
                    "%s as %s: %.*s\n", language, got ? got : "none", (int)(end - line), line);
            *right += good;
            ++*lines;
            end += *end != 0;
        }
    }
    if (f)
        fclose(f);
    free(text);
}

/* 95 of 100 sentences of encyclopedias and textbooks, without what stands before them. */
static void tells_real_sentences(void **state)
{
    (void)state;
    if (!have_shared("text/de.txt"))
        skip();
    int right = 0, lines = 0;
    for (int i = 0; i < ALL; i++)
        count_file(all[i], &right, &lines);
    assert_in_range(lines, 100, 10000);
    if (right * 100 < lines * 95)
        fail_msg("%d of %d sentences", right, lines);
    print_message("%d of %d sentences\n", right, lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_everyday_sentences),
        cmocka_unit_test(tells_short_sentences),
        cmocka_unit_test(goes_by_what_stands_before),
        cmocka_unit_test(knows_only_candidates),
        cmocka_unit_test(tells_scripts),
        cmocka_unit_test(reads_tags),
        cmocka_unit_test(tells_real_sentences),
    };
    return cmocka_run_group_tests_name("speech_language", tests, NULL, NULL);
}
