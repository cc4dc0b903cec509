/* SPDX-License-Identifier: Apache-2.0 */
/* Readings of Chinese and Japanese from small files made by hand, and the tones of Chinese against
 * the examples that grammars give. */
#include "speech/readings.h"
#include "support/support.h"

#include <string.h>

static const char chinese[] = "银行\tyin2 hang2\t900\n"
                              "行\txing2\t500\n"
                              "行\thang2\t300\n"
                              "银\tyin2\t50\n"
                              "中国\tzhong1 guo2\t2000\n"
                              "国\tguo2\t300\n"
                              "中\tzhong1\t700\n"
                              "人\tren2\t3000\n"
                              "你好\tni3 hao3\t400\n"
                              "你\tni3\t4000\n"
                              "我\two3\t4000\n"
                              "好\thao3\t2000\n"
                              "很\then3\t2000\n"
                              "不\tbu4\t3000\n"
                              "是\tshi4\t3000\n"
                              "一\tyi1\t3000\n"
                              "个\tge5\t900\n"
                              "样\tyang4\t900\n"
                              "天\ttian1\t900\n"
                              "第\tdi4\t900\n"
                              "十\tshi2\t900\n"
                              "来\tlai2\t900\n";

static const char japanese[] = "今日\tきょう\t900\n"
                               "今\tいま\t300\n"
                               "日\tひ\t300\n"
                               "日本\tにほん\t800\n"
                               "本\tほん\t400\n"
                               "は\tわ\t5000\n"
                               "東京\tとうきょう\t500\n";

static struct readings *open_text(const char *text, const char *language)
{
    struct readings *r;
    struct ih_error e;
    if (readings_open(&r, temp_file("readings.txt", text, strlen(text)), language, &e))
        fail_msg("%s", e.text);
    return r;
}

/* The words of a text as "written=said", with | between them. */
static void expect(const struct readings *r, const char *text, const char *want)
{
    struct arena a = {0};
    struct reading *word;
    int count;
    struct ih_error e;
    char got[512] = "";
    size_t at = 0;
    assert_int_equal(readings_find(r, text, strlen(text), &a, &word, &count, &e), IH_OK);
    for (int i = 0; i < count; i++) {
        assert_int_equal(word[i].begin, at);
        at += word[i].bytes;
        strcat(got, i ? "|" : "");
        strncat(got, text + word[i].begin, word[i].bytes);
        strcat(got, "=");
        strcat(got, word[i].said ? word[i].said : "?");
    }
    assert_int_equal(at, strlen(text));
    assert_string_equal(got, want);
    arena_free(&a);
}

static void cuts_chinese(void **state)
{
    (void)state;
    struct readings *r = open_text(chinese, "zh");
    expect(r, "中国银行", "中国=zhong1 guo2|银行=yin2 hang2");
    expect(r, "中国人行", "中国=zhong1 guo2|人=ren2|行=xing2");
    expect(r, "中龘国", "中=zhong1|龘=?|国=guo2");
    expect(r, "中x", "中=zhong1|x=?");
    expect(r, "", "");
    readings_close(&r);
}

static void changes_tones(void **state)
{
    (void)state;
    struct readings *r = open_text(chinese, "zh");
    expect(r, "你好", "你好=ni2 hao3");
    expect(r, "我很好", "我=wo2|很=hen2|好=hao3");
    expect(r, "你好我", "你好=ni2 hao3|我=wo3");
    expect(r, "不是", "不=bu2|是=shi4");
    expect(r, "不来", "不=bu4|来=lai2");
    expect(r, "一样", "一=yi2|样=yang4");
    expect(r, "一天", "一=yi4|天=tian1");
    expect(r, "第一天", "第=di4|一=yi1|天=tian1");
    expect(r, "十一天", "十=shi2|一=yi1|天=tian1");
    expect(r, "一", "一=yi1");
    expect(r, "龘你我", "龘=?|你=ni2|我=wo3");
    readings_close(&r);
}

static void cuts_japanese(void **state)
{
    (void)state;
    struct readings *r = open_text(japanese, "ja");
    expect(r, "今日は日本", "今日=きょう|は=わ|日本=にほん");
    expect(r, "コーヒーと龘と今日", "コーヒーと=コーヒーと|龘=?|と=と|今日=きょう");
    expect(r, "東京タワ", "東京=とうきょう|タワ=タワ");
    readings_close(&r);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"zh", "中\tzhong1\n", "line 1: not a word, its reading and a count"},
        {"zh", "中\tzhong1\t0\n", "line 1: not a word, its reading and a count"},
        {"zh", "中\tzhong1\t1\n\n国\tguo\t5\n", "line 3: the reading is not pinyin"},
        {"zh", "中\tzhong11\t1\n", "line 1: the reading is not pinyin"},
        {"zh", "中\t1\t1\n", "line 1: the reading is not pinyin"},
        {"zh", "中\tzhong1  guo2\t1\n", "line 1: the reading is not pinyin"},
        {"zh", "\tzhong1\t1\n", "line 1: the reading is not pinyin"},
        {"zh", "\xff\tzhong1\t1\n", "line 1: the reading is not pinyin"},
        {"ja", "今日\tkyou\t1\n", "line 1: the reading is not kana"},
        {"ja", "", "is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct readings *r;
        struct ih_error e;
        const char *path = temp_file("wrong.txt", cases[i][1], strlen(cases[i][1]));
        assert_int_equal(readings_open(&r, path, cases[i][0], &e), IH_BAD_DATA);
        assert_null(r);
        if (!strstr(e.text, cases[i][2]) || !strstr(e.text, "wrong.txt"))
            fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i][2]);
    }
    struct readings *r;
    assert_int_equal(readings_open(&r, "/no/such/file", "zh", NULL), IH_NOT_FOUND);
}

/* The files that come with the project. */
static void reads_sentences(void **state)
{
    (void)state;
    struct readings *r;
    if (readings_open(&r, TEST_MODELS "/spell-1/readings/zh.txt", "zh", NULL)) {
        print_message("no readings of Chinese here\n");
        skip();
    }
    struct arena a = {0};
    struct reading *word;
    int count;
    static const char text[] = "银行";
    assert_int_equal(readings_find(r, text, sizeof text - 1, &a, &word, &count, NULL), IH_OK);
    assert_int_equal(count, 1);
    assert_string_equal(word[0].said, "yin2 hang2");
    arena_free(&a);
    readings_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_chinese),
        cmocka_unit_test(changes_tones),
        cmocka_unit_test(cuts_japanese),
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_sentences),
    };
    return cmocka_run_group_tests_name("speech_readings", tests, NULL, NULL);
}
