/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a tiny text model with random weights: they are always the same, alone or in company,
 * and what was read before is not read again. */
#include "inhouse/chat.h"

#include "support/support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct place {
    struct ih_engine *engine;
    struct ih_model *model;
    struct ih_chat *chat;
};

static void open_place(struct place *p, int conversations, int context)
{
    struct ih_error e;
    if (ih_engine_open(&p->engine, &(struct ih_engine_options){.threads = 2}, &e) ||
        ih_model_open(&p->model, p->engine, data_path("qwen3-tiny"),
            &(struct ih_model_options){IH_COMPUTE_F32}, &e) ||
        ih_chat_open(&p->chat, p->model, &(struct ih_chat_setup){conversations, context}, &e))
        fail_msg("%s", e.text);
}

static void close_place(struct place *p)
{
    ih_chat_close(&p->chat);
    assert_null(p->chat);
    ih_model_close(&p->model);
    ih_engine_close(&p->engine);
}

/* Twelve greedy tokens to a question. */
static struct ih_chat_answer ask(const struct place *p, const char *question, struct ih_chat_job *j)
{
    const struct ih_chat_message m[] = {
        {.role = "system", .text = "You answer in few words."}, {.role = "user", .text = question}};
    struct ih_chat_options o;
    struct ih_chat_answer a;
    struct ih_error e;
    ih_chat_defaults(&o);
    o.message = m;
    o.messages = 2;
    o.tokens = 12;
    o.temperature = 0;
    if (ih_chat_write(p->chat, &o, j, &a, &e))
        fail_msg("%s", e.text);
    return a;
}

struct heard {
    char text[1024];
    double most;
};

static void hear(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct heard *h = arg;
    (void)reasoning;
    strncat(h->text, text, bytes);
}

static void progress(void *arg, double done, double total)
{
    struct heard *h = arg;
    assert_true(done >= h->most && done <= total);
    h->most = done;
}

/* f32 in whole panels: of four layers q, k and v, what follows attention, and the two of the
 * network; and the logits, whose embedding stays in the file too. */
static void weights_take_memory_once_packed(void **state)
{
    enum { DIM = 64, QKV = 256, ATTENTION = 128, FFN = 96, PADDED = 128, VOCAB = 640, LAYERS = 4 };
    enum { LAYER = QKV * DIM + DIM * ATTENTION + 2 * FFN * DIM + DIM * PADDED };
    const size_t want = 4 * (LAYERS * LAYER + VOCAB * DIM);
    struct place p;
    struct ih_error e;
    (void)state;
    assert_int_equal(ih_engine_open(&p.engine, NULL, &e), IH_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ih_model_open(&p.model, p.engine, data_path("qwen3-tiny"),
                             &(struct ih_model_options){IH_COMPUTE_F32}, &e),
            IH_OK);
        assert_int_equal(ih_model_memory(p.model).packed, 0);
        assert_int_equal(ih_model_memory(p.model).most, 0);
        assert_int_equal(ih_chat_open(&p.chat, p.model, NULL, &e), IH_OK);
        assert_int_equal(ih_model_memory(p.model).packed, want);
        for (int k = 0; k < 2; k++) {
            struct ih_chat_answer a = ask(&p, "What is red?", NULL);
            ih_chat_answer_free(&a);
        }
        assert_int_equal(ih_model_memory(p.model).packed, want);
        assert_int_equal(ih_model_memory(p.model).most, want);
        ih_chat_close(&p.chat);
        ih_model_close(&p.model);
    }
    ih_engine_close(&p.engine);
}

/* Prompt and answer share what one request may have, which may be less than the place has. */
static void a_request_has_a_context_of_its_own(void **state)
{
    struct place p;
    const struct ih_chat_message m = {.role = "user", .text = "What is red?"};
    struct ih_chat_options o;
    struct ih_chat_answer a, b;
    struct ih_error e;
    (void)state;
    open_place(&p, 1, 0);
    ih_chat_defaults(&o);
    o.message = &m;
    o.messages = 1;
    o.temperature = 0;
    o.tokens = 12;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a, &e), IH_OK);
    assert_int_equal(a.tokens, 12); /* of so small a model none of them ends it */
    o.context = a.prompt_tokens + 5;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &b, &e), IH_OK);
    assert_int_equal(b.tokens, 5);
    assert_int_equal(b.end, IH_CHAT_LENGTH);
    assert_memory_equal(a.text, b.text, strlen(b.text));
    ih_chat_answer_free(&b);
    o.context = a.prompt_tokens;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &b, &e), IH_INVALID);
    assert_int_equal(b.prompt_tokens, a.prompt_tokens);
    assert_null(b.text);
    o.context = 1 << 30; /* no more than there is */
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &b, &e), IH_OK);
    assert_int_equal(b.tokens, 12);
    ih_chat_answer_free(&b);
    o.context = -1;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &b, &e), IH_INVALID);
    ih_chat_answer_free(&a);
    close_place(&p);
}

static void answers_stream_and_are_remembered(void **state)
{
    (void)state;
    struct place p;
    struct heard h = {0};
    struct ih_chat_job job = {.job = {.arg = &h, .progress = progress}, .text = hear};
    open_place(&p, 2, 0);
    struct ih_chat_answer a = ask(&p, "What is red?", &job), b = ask(&p, "What is red?", NULL);
    assert_string_equal(h.text, a.text);
    assert_true(h.most == a.prompt_tokens);
    assert_true(a.tokens == 12 || a.end == IH_CHAT_STOP);
    assert_int_equal(a.kept_tokens, 0);
    assert_int_equal(b.kept_tokens, b.prompt_tokens - 1);
    assert_string_equal(a.text, b.text);
    struct ih_chat_answer c = ask(&p, "Who is it?", NULL);
    assert_in_range(c.kept_tokens, 10, c.prompt_tokens - 2); /* the system's message */
    ih_chat_answer_free(&a);
    ih_chat_answer_free(&b);
    ih_chat_answer_free(&c);
    close_place(&p);
}

enum { THREADS = 6, ROUNDS = 4 };
static const char *const questions[THREADS] = {"What is red?", "Who is it?", "When?",
    "Why is it so?", "Tell me more about the sea, the ships on it and the people in them.",
    "Yes or no?"};

struct asker {
    const struct place *place;
    int number;
    char *expected;
    int wrong;
};

static void *ask_again(void *arg)
{
    struct asker *a = arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct ih_chat_answer got = ask(a->place, questions[a->number], NULL);
        a->wrong += strcmp(got.text, a->expected) != 0;
        ih_chat_answer_free(&got);
    }
    return NULL;
}

/* More threads than places. */
static void company_changes_nothing(void **state)
{
    (void)state;
    struct place p;
    pthread_t thread[THREADS];
    struct asker asker[THREADS];
    open_place(&p, 3, 200);
    for (int i = 0; i < THREADS; i++) {
        struct ih_chat_answer a = ask(&p, questions[i], NULL);
        asker[i] = (struct asker){&p, i, strdup(a.text), 0};
        ih_chat_answer_free(&a);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask_again, &asker[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(asker[i].wrong, 0);
        free(asker[i].expected);
    }
    close_place(&p);
}

static void seeds_and_stops(void **state)
{
    (void)state;
    struct place p;
    struct ih_error e;
    struct ih_chat_options o;
    struct ih_chat_answer a[4];
    const struct ih_chat_message m = {.role = "user", .text = "Go on."};
    open_place(&p, 1, 0);
    ih_chat_defaults(&o);
    o.message = &m;
    o.messages = 1;
    o.tokens = 20;
    o.temperature = 2;
    o.top_k = 0;
    o.top_p = 1;
    for (int i = 0; i < 3; i++) {
        o.seed = (uint64_t)i / 2;
        assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a[i], &e), IH_OK);
    }
    assert_string_equal(a[0].text, a[1].text);
    assert_string_not_equal(a[0].text, a[2].text);
    /* From the middle of what it wrote. */
    size_t n = strlen(a[0].text);
    assert_true(n > 8);
    char stop[8] = {0};
    size_t at = n / 2;
    while (((unsigned char)a[0].text[at] & 0xC0) == 0x80)
        at++;
    strncpy(stop, a[0].text + at, sizeof stop - 1);
    const char *const stops[] = {stop};
    o.seed = 0;
    o.stop = stops;
    o.stops = 1;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a[3], &e), IH_OK);
    assert_int_equal(a[3].end, IH_CHAT_STOP);
    assert_null(strstr(a[3].text, stop));
    assert_memory_equal(a[3].text, a[0].text, strlen(a[3].text));
    for (int i = 0; i < 4; i++)
        ih_chat_answer_free(&a[i]);
    close_place(&p);
}

static void stop_it(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct ih_chat_job *job = arg;
    (void)text;
    (void)bytes;
    (void)reasoning;
    job->job.cancel = 1;
}

static void cancelled_answers_keep_what_is_there(void **state)
{
    (void)state;
    struct place p;
    struct ih_error e;
    struct ih_chat_options o;
    struct ih_chat_answer a;
    const struct ih_chat_message m = {.role = "user", .text = "Go on."};
    struct ih_chat_job job = {.text = stop_it};
    job.job.arg = &job;
    open_place(&p, 1, 0);
    ih_chat_defaults(&o);
    o.message = &m;
    o.messages = 1;
    assert_int_equal(ih_chat_write(p.chat, &o, &job, &a, &e), IH_CANCELLED);
    assert_true(a.tokens >= 1 && strlen(a.text) > 0);
    ih_chat_answer_free(&a);
    assert_int_equal(ih_chat_write(p.chat, &o, &job, &a, &e), IH_CANCELLED);
    ih_chat_answer_free(&a);
    close_place(&p);
}

static void mistakes_are_said(void **state)
{
    (void)state;
    struct place p;
    struct ih_error e;
    struct ih_chat_options o;
    struct ih_chat_answer a;
    struct ih_chat_message m = {.role = "robot", .text = "Beep."};
    open_place(&p, 1, 24);
    ih_chat_defaults(&o);
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a, &e), IH_INVALID);
    o.message = &m;
    o.messages = 1;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "robot"));
    m.role = "user";
    m.text = "A very long message that does not fit into so little room, however one counts it.";
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "room for 24"));
    m.text = "Hi";
    o.top_p = 2;
    assert_int_equal(ih_chat_write(p.chat, &o, NULL, &a, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "top_p"));
    close_place(&p);
    struct ih_chat *none;
    assert_int_equal(ih_chat_open(&none, NULL, NULL, &e), IH_INVALID);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_take_memory_once_packed),
        cmocka_unit_test(a_request_has_a_context_of_its_own),
        cmocka_unit_test(answers_stream_and_are_remembered),
        cmocka_unit_test(company_changes_nothing),
        cmocka_unit_test(seeds_and_stops),
        cmocka_unit_test(cancelled_answers_keep_what_is_there),
        cmocka_unit_test(mistakes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
