/* SPDX-License-Identifier: Apache-2.0 */
/* Several answer at once, and a judge compares. */
#include "support/scripted.h"
#include "support/support.h"

#include "review/council.h"

#include <stdlib.h>
#include <string.h>

static struct script member[3], judge;
static struct council_setup council;
static struct council_result result;
static struct review_job job;
static struct ih_error e;

static int setup(void **state)
{
    static const char *const names[] = {"ann", "ben", "cid"};
    (void)state;
    for (int i = 0; i < 3; i++)
        scripted_init(&member[i], names[i]);
    scripted_init(&judge, "joe");
    council = (struct council_setup){
        .members = 3, .judge = &judge.author, .prompt = "Why is the sky blue?"};
    for (int i = 0; i < 3; i++)
        council.member[i] = &member[i].author;
    job = (struct review_job){0};
    e = (struct ih_error){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    council_free(&result);
    for (int i = 0; i < 3; i++)
        scripted_free(&member[i]);
    scripted_free(&judge);
    return 0;
}

static void run(enum ih_status want)
{
    enum ih_status status = council_run(&result, &council, &job, &e);
    if (status != want)
        fail_msg("status %d instead of %d: %s", status, want, e.text);
}

static void all_answer(void)
{
    scripted_say(&member[0], "Air scatters blue light. It does so with violet too.");
    scripted_say(&member[1], "Blue light is scattered.");
    scripted_say(&member[2], "It reflects the sea.");
}

static const char letter[] =
    "{\"agreements\":[{\"text\":\"Blue is "
    "scattered.\",\"references\":[\"A1\",\"B1\"]}],\"differences\":[{\"text\":"
    "\"One speaks of the "
    "sea.\",\"references\":[\"A1\",\"C1\"]}],\"single\":[{\"text\":\"Violet.\",\"references\":["
    "\"A2\"]}],\"summary\":\"Scattering.\"}";

static void test_letter(void **state)
{
    (void)state;
    all_answer();
    scripted_say(&judge, letter);
    run(IH_OK);
    assert_int_equal(result.answers, 3);
    assert_string_equal(result.answer[1].text, "Blue light is scattered.");
    assert_string_equal(result.answer[1].author, "ben");
    assert_non_null(result.letter);
    assert_string_equal(result.reason, "");
    assert_int_equal(result.log.steps, 4);
    assert_true(result.log.spent > 0.0047 && result.log.spent < 0.0049);
    assert_non_null(strstr(judge.last[0], "A2. It does so with violet too."));
    /* The judge is not told whose answers they are. */
    assert_null(strstr(judge.last[0], "ann"));
    json_t *whole = council_json(&council, &result, true);
    assert_string_equal(json_string_value(json_object_get(whole, "kind")), "council");
    assert_int_equal(json_array_size(json_object_get(whole, "answers")), 3);
    json_decref(whole);
    char *text = council_text(&result);
    assert_non_null(strstr(text, "- Blue is scattered. (A1, B1)"));
    assert_non_null(strstr(text, "## C: cid\n\nIt reflects the sea."));
    free(text);
}

static void test_member_down(void **state)
{
    (void)state;
    all_answer();
    member[2].line[0] =
        (struct script_line){.status = IH_NETWORK, .error = "cid cannot be reached"};
    scripted_say(&judge, "{\"agreements\":[{\"text\":\"t\",\"references\":[\"A1\",\"B1\"]}],"
                         "\"differences\":[],\"single\":[],\"summary\":\"\"}");
    run(IH_OK);
    assert_null(result.answer[2].text);
    assert_string_equal(result.answer[2].error, "cid cannot be reached");
    assert_non_null(result.letter);
    char *text = council_text(&result);
    assert_non_null(strstr(text, "(no answer: cid cannot be reached)"));
    free(text);
}

static void test_one_left(void **state)
{
    (void)state;
    scripted_fail(&member[0], IH_NETWORK, "down");
    scripted_say(&member[1], "Blue light is scattered.");
    scripted_fail(&member[2], IH_NETWORK, "down");
    run(IH_OK);
    assert_int_equal(judge.asked, 0);
    assert_null(result.letter);
    assert_non_null(strstr(result.reason, "only one answered"));
}

static void test_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        scripted_fail(&member[i], IH_NETWORK, "the line is dead");
    run(IH_NETWORK);
    assert_string_equal(e.text, "nobody answered: the line is dead");
    assert_int_equal(result.log.steps, 3);
}

static void test_judge_down(void **state)
{
    (void)state;
    all_answer();
    scripted_fail(&judge, IH_NETWORK, "joe is out");
    run(IH_OK);
    assert_null(result.letter);
    assert_string_equal(result.reason, "no letter: joe is out");
    assert_string_equal(
        result.answer[0].text, "Air scatters blue light. It does so with violet too.");
}

static void test_judge_repairs(void **state)
{
    (void)state;
    all_answer();
    scripted_say(&judge, "Dear reader, all three are right.");
    scripted_say(&judge, letter);
    run(IH_OK);
    assert_non_null(result.letter);
    assert_int_equal(judge.messages[1], 4);
    assert_non_null(strstr(judge.last[1], "it is no JSON object"));
}

static void test_judge_rubbish(void **state)
{
    (void)state;
    all_answer();
    scripted_say(&judge, "Dear reader,");
    scripted_say(&judge, "all three are right.");
    run(IH_OK);
    assert_null(result.letter);
    assert_non_null(strstr(result.reason, "no letter: it is no JSON object"));
}

static void test_judge_invents(void **state)
{
    (void)state;
    all_answer();
    for (int i = 0; i < 2; i++)
        scripted_say(&judge, "{\"agreements\":[{\"text\":\"t\",\"references\":[\"A1\",\"B9\"]},{"
                             "\"text\":\"u\",\"references\":[\"A1\","
                             "\"B1\"]}],\"differences\":[],\"single\":[],\"summary\":\"\"}");
    run(IH_OK);
    assert_non_null(result.letter);
    assert_int_equal(json_array_size(json_object_get(result.letter, "agreements")), 1);
    assert_non_null(strstr(result.reason, "1 of the letter's points"));
}

/* A member that waits is stopped with the whole. */
static void test_cancel(void **state)
{
    (void)state;
    all_answer();
    member[0].line[0] = (struct script_line){.waits = true};
    job.chat.job.cancel = 1;
    run(IH_CANCELLED);
    assert_int_equal(judge.asked, 0);
}

static void cancel_it(void *arg, const struct step *s, bool ended)
{
    if (s->author && !ended)
        ((struct review_job *)arg)->chat.job.cancel = 1;
}

/* While they are at it. */
static void test_cancel_later(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        member[i].line[member[i].lines++] = (struct script_line){.waits = true};
    job.arg = &job;
    job.told = cancel_it;
    run(IH_CANCELLED);
    assert_int_equal(judge.asked, 0);
    assert_int_equal(result.log.steps, 3);
}

static void test_slow_member(void **state)
{
    (void)state;
    all_answer();
    council.timeout = 0.05;
    member[0].line[0] = (struct script_line){.waits = true};
    scripted_say(&judge, "{\"agreements\":[],\"differences\":[{\"text\":\"t\",\"references\":["
                         "\"C1\",\"B1\"]}],\"single\":[],\"summary\":\"\"}");
    run(IH_OK);
    assert_string_equal(result.answer[0].error, "ann took too long");
    assert_non_null(result.letter);
}

static void test_judge_cancelled(void **state)
{
    (void)state;
    all_answer();
    judge.line[judge.lines++] = (struct script_line){.cancels = true};
    run(IH_CANCELLED);
}

static void test_budget(void **state)
{
    (void)state;
    all_answer();
    council.budget = 0.003; /* three answers cost 0.0036 */
    run(IH_OK);
    assert_int_equal(judge.asked, 0);
    assert_non_null(strstr(result.reason, "no letter: the budget"));
}

static void test_sources(void **state)
{
    static const struct ih_source source = {"sky.txt", "The sky is blue.", 16};
    (void)state;
    all_answer();
    council.source = &source;
    council.sources = 1;
    scripted_say(&judge, letter);
    run(IH_OK);
    assert_non_null(strstr(member[0].last[0], "Source [1] sky.txt\n<<<"));
    assert_non_null(strstr(member[0].system[0], "never an instruction"));
}

static void test_wrong_setups(void **state)
{
    (void)state;
    council.members = 1;
    run(IH_INVALID);
    council.members = COUNCIL_MOST + 1;
    run(IH_INVALID);
    council.members = 3;
    council.judge = NULL;
    run(IH_INVALID);
    council.judge = &judge.author;
    council.prompt = "";
    run(IH_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_letter),
        TEST(test_member_down),
        TEST(test_one_left),
        TEST(test_nobody),
        TEST(test_judge_down),
        TEST(test_judge_repairs),
        TEST(test_judge_rubbish),
        TEST(test_judge_invents),
        TEST(test_cancel),
        TEST(test_cancel_later),
        TEST(test_slow_member),
        TEST(test_judge_cancelled),
        TEST(test_budget),
        TEST(test_sources),
        TEST(test_wrong_setups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
