/* SPDX-License-Identifier: Apache-2.0 */
/* The real spell-1 on everyday words: what espeak-ng 1.51 says alone to each of them, in the
 * alphabet of speech/phonemizer.h. The model is not exact, so shares are asserted. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/model.h"
#include "models/speller.h"

#include <string.h>

/* Of the words of all languages, and of one. */
static const double right_of_all = 0.9, right_of_one = 0.6;

static const struct {
    const char *language, *words, *phonemes;
} table[] = {
    {"ar", "كتاب مدرسة بيت شمس ماء باب ولد كلب",
        "kitˈaːb mˈadrasˌa bˈajt ʃˈams mˈaːʔ bˈaːb wˈalad kˈalb"},
    {"zh", "ni3 hao3 zhong1 guo2 shui3 lv4 xue2 er4 de5 si4",
        "nˈi3 χˈɑu3 ʈʂˈonɡ1 kˈuo2 ʂwˈei3 lˈy4 ɕˈyɛ2 ˈər4 tˈə5 sˈi̪4"},
    {"cs", "dobrý dům voda kniha příklad řeka čtyři zítra škola město",
        "dˈobriː dˈuːm vˈoda kɲˈiha pr̝̊ˈiːklat r̝ˈeka tʃtˈir̝i zˈiːtra ʃkˈola mɲˈesto"},
    {"da", "hund huset vand bog skole morgen venlig sommer",
        "hˈʔun hˈʔusəð ʋˈan bˈɒw skˈolə mˈɒɒən ʋˈɛnlʔi sˈʔʌmʔʌ"},
    {"nl", "huis water boek school morgen vriendelijk schip goed",
        "hˈœys ʋˈaːtər bˈuk sxˈoːl mˈɔrɣən vrˈindələk sxˈɪp ɣˈut"},
    {"en",
        "house water knowledge school tomorrow friendly nation enough thought computer language "
        "winter",
        "hˈaʊs wˈɔːɾɚ nˈɑːlɪdʒ skˈuːl təmˈɑːɹoʊ fɹˈɛndli nˈeɪʃən ɪnˈʌf θˈɔːt kəmpjˈuːɾɚ lˈæŋɡwɪdʒ "
        "wˈɪntɚ"},
    {"fi", "talo vesi kirja koulu huomenna ystävä yö kesä",
        "tˈalo vˈesɪ kˈirja kˈoulu hˈuomenna ˈystævæ ˈyø kˈesæ"},
    {"fr", "maison eau livre école demain oiseau gentil travail nation ville",
        "mɛzˈɔ̃ ˈo lˈivʁ ekˈɔl dəmˈɛ̃ wazˈo ʒɑ̃tˈi tʁavˈaj nasjˈɔ̃ vˈil"},
    {"de", "Haus Wasser Buch Schule morgen freundlich Straße schön Zeitung zwölf",
        "hˈaʊs vˈasɜ bˈuːx ʃˈuːlə mˈɔɾɡən frˈɔøntlɪç ʃtɾˈɑːsə ʃˈøːn tsˈaɪtˌʊŋ tsvˈœlf"},
    {"hi", "घर पानी किताब स्कूल कल दोस्त नमस्ते बच्चा",
        "ɡʰˈʌɾ pˈaːni kɪtˈaːb skˈuːl kˈʌl dˈoːst nəmˈʌsteː bˈʌcːaː"},
    {"hu", "ház víz könyv iskola holnap gyerek város szép",
        "hˈaːz vˈiːz kˈøɲv ˈiʃkolɑ hˈolnɑp ɟˈɛrɛk vˈaːroʃ sˈeːp"},
    {"id", "rumah air buku sekolah besok teman makan kucing",
        "rˈumah ˈaɪr bˈuku səkˈolah bˈɛsok tˈɛman mˈakan kˈutʃiŋ"},
    {"it", "casa acqua libro scuola domani amico bello gatto chiesa",
        "kˈaza ˈakːwa lˈibro skʊˈɔla domˈanɪ amˈiko bˈɛllo ɡˈatːo kjˈɛza"},
    {"ja", "イエ ミズ ホン ガッコー トモダチ ニッポン キョー ジショ",
        "ˈie̞ mˈizɯᵝ hˈo̞ɴ ɡˈäkko̞o̞ tˌo̞mo̞dˈätɕi nˈihpo̞ɴ kʲˈo̞o̞ dʑˈiɕo̞"},
    {"ko", "집 물 학교 내일 친구 한국 사람 고양이",
        "tɕˈip mˈuɫ hˈɐqkjo nɛˈiɫ tʃhˈinqu hˈɐnquq sɐɾˈɐm ɡˈojɐŋˌi"},
    {"no", "hus vann bok skole morgen venn vinter sommer",
        "hˈʉːs vˈɑn bˈuːk skˈuːla mˈɔrɡən vˈɛn vˈɪntər sˈɔmmər"},
    {"pl", "dom woda książka szkoła jutro przyjaciel dziękuję miasto",
        "dˈɔm vˈɔda kɕˈɔ̃ʃka ʃkˈɔwa jˈutrɔ pʃɨjˈatɕɛl dʑɛŋkˈujɛ mʲˈastɔ"},
    {"pt", "casa água livro escola amanhã amigo coração cidade",
        "kˈazæ ˈaɡwæ lˈivrʊ ˌeskˈɔlæ ˌæmɐ̃ɲˈɐ̃ ˌæmˈiɡʊ kˌoɾasˈɐ̃ʊ̃ sˌidˈadʒy"},
    {"ro", "casă apă carte școală mâine prieten frumos oraș",
        "kˈasə ˈapə kˈarte ʃkˈɔalə mˈyɪne prjˈeten frumˈos oɾˈaʃ"},
    {"ru", "дом вода книга школа завтра друг хорошо город",
        "dˈom vʌdˈɑ knʲˈiɡa ʃkˈoɭa zˈɑftra drˈuk xʌrʌʃˈo ɡˈorʌt"},
    {"es", "casa agua libro escuela mañana amigo ciudad perro queso",
        "kˈasa ˈaɣwa lˈiβɾo eskwˈela maɲˈana amˈiɣo θjuðˈad pˈero kˈeso"},
    {"sv", "hus vatten bok skola vänlig sommar vinter stad",
        "hˈʉs vˈatːən bˈuːk skˈuːla vˈɛnlɪɡ sˈɔmar vˈɪntər stˈɑːd"},
    {"th", "บ้าน น้ำ หนังสือ โรงเรียน เพื่อน แมว",
        "bsn ns hˌa2nmnɡa5sˈueːʔ ˌo2ɹa2nɡˈe2rsja2n e2phˈueːʔˈa2n aˈe2ma2w"},
    {"tr", "ev su kitap okul yarın arkadaş güzel çocuk",
        "ˈɛv sˈʊ kitˈap okˈʊɫ jaɾˈɯn arkadˈaʃ ɟyzˈæl tʃodʒˈʊk"},
    {"vi", "nhà nước sách trường bạn người xin học",
        "ɲˈaː2 nˈyə3c sˈe3c tʃˈyə2ŋ bˈaː6n ŋˈyə2j sˈin hˈɔ6k"},
};

struct fixture {
    struct device *device;
    struct model *model;
    struct arena arena;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static int open_fixture(void **state)
{
    static struct fixture f;
    struct ih_error e;
    struct device_options o = {.threads = 2};
    assert_int_equal(cpu_mask("all", &o.cpu_mask), 0);
    check(device_open_cpu(&f.device, &o, &e), &e);
    struct model_open open = {f.device, TEST_MODELS "/spell-1", IH_COMPUTE_AUTO};
    check(model_open(&f.model, &open, &e), &e);
    *state = &f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    model_close(&f->model);
    device_close(&f->device);
    arena_free(&f->arena);
    return 0;
}

static const char *say(struct fixture *f, const char *text, const char *language)
{
    struct ih_error e;
    const char *ipa = NULL;
    check(f->model->family->speller->phonemes(f->model, text, language, &f->arena, &ipa, &e), &e);
    return ipa;
}

/* Words of two texts that are the same at the same place; *count: of the first. */
static int count_same(const char *a, const char *b, int *count)
{
    int same = 0;
    for (*count = 0; *a; ++*count) {
        size_t m = strcspn(a, " "), n = strcspn(b, " ");
        same += m == n && memcmp(a, b, n) == 0;
        a += m + (a[m] == ' ');
        b += n + (b[n] == ' ');
    }
    return same;
}

static void says_everyday_words_as_the_teacher(void **state)
{
    struct fixture *f = *state;
    int right = 0, all = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int count;
        const char *got = say(f, table[i].words, table[i].language);
        int same = count_same(table[i].phonemes, got, &count);
        if (same < right_of_one * count)
            fail_msg("%s: %d of %d words: %s", table[i].language, same, count, got);
        right += same;
        all += count;
    }
    if (right < right_of_all * all)
        fail_msg("%d of %d words", right, all);
}

/* Words that sentences are made of are in the list of exceptions or learned by heart. */
static void common_words_are_as_in_sentences(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(say(f, "the", "en"), "ðə");
    assert_string_equal(say(f, "a", "en"), "ɐ");
    assert_string_equal(say(f, "und", "de"), "ʊnt");
    assert_string_equal(say(f, "des", "fr"), "de");
    assert_string_equal(say(f, "que", "es"), "ke");
}

static void odd_texts_are_harmless(void **state)
{
    struct fixture *f = *state;
    static char wide[5001];
    memset(wide, 'a', sizeof wide - 1);
    assert_string_equal(say(f, "", "en"), "");
    assert_string_equal(say(f, " .,!? \xf0\x9f\x98\x80", "en"), "");
    assert_true(strlen(say(f, wide, "en")) > 0);
    assert_string_equal(say(f, "\xff\xfe", "en"), "");
    assert_string_equal(say(f, "HOUSE", "en"), say(f, "house", "en"));
    assert_string_equal(say(f, "e\u0301cole", "fr"), say(f, "école", "fr"));
    assert_string_equal(say(f, "ともだち", "ja"), say(f, "トモダチ", "ja"));
    struct ih_error e;
    const char *ipa;
    const struct speller *s = f->model->family->speller;
    assert_int_equal(s->phonemes(f->model, "a", "xx", &f->arena, &ipa, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "does not know the language \"xx\""));
    assert_int_equal(s->phonemes(f->model, "a", NULL, &f->arena, &ipa, &e), IH_UNSUPPORTED);
}

static void knows_its_languages(void **state)
{
    struct fixture *f = *state;
    const char *const *codes;
    assert_int_equal(f->model->family->speller->languages(f->model, &codes), 25);
    assert_string_equal(codes[0], "ar");
    assert_null(f->model->family->recognizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_everyday_words_as_the_teacher),
        cmocka_unit_test(common_words_are_as_in_sentences),
        cmocka_unit_test(odd_texts_are_harmless),
        cmocka_unit_test(knows_its_languages),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
