/* SPDX-License-Identifier: Apache-2.0 */
/* Models in memory: a budget, what is closed for it, what comes and goes; with threads at once.
 * The models here are files of which only the size matters, and each watches over itself. */
#include "base/err.h"
#include "models/model.h"
#include "server/depot.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MB = 1 << 20, MINUTE = 60 };

/* What the family below has seen. */
static atomic_long open_bytes, most_bytes;
static atomic_int opened, closed_in_use, fail_to_open;

struct watched {
    struct model base;
    atomic_int users; /* as the test knows them */
    long bytes;
    char name[64];
    struct linear weights[2]; /* packed by work() */
};

static void watched_close(struct model *m)
{
    struct watched *w = (struct watched *)m;
    if (atomic_load(&w->users) != 0)
        atomic_fetch_add(&closed_in_use, 1);
    atomic_fetch_sub(&open_bytes, w->bytes);
    for (int i = 0; i < 2; i++)
        linear_free(&w->weights[i]);
    free(w);
}

static const struct family watched_family = {.name = "watched", .close = watched_close};

enum ih_status __wrap_model_open(
    struct model **out, const struct model_open *o, struct ih_error *e);

enum ih_status __wrap_model_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct stat st;
    if (atomic_load(&fail_to_open) || stat(o->path, &st) != 0)
        return err_set(e, IH_BAD_DATA, "this is no model");
    struct watched *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a model");
    snprintf(w->name, sizeof w->name, "%s", strrchr(o->path, '/') + 1);
    w->base = (struct model){.family = &watched_family, .name = w->name, .device = o->device};
    w->bytes = (long)st.st_size;
    long now = atomic_fetch_add(&open_bytes, w->bytes) + w->bytes, most = atomic_load(&most_bytes);
    while (now > most && !atomic_compare_exchange_weak(&most_bytes, &most, now))
        ;
    atomic_fetch_add(&opened, 1);
    *out = &w->base;
    return IH_OK;
}

/* A file of so many bytes, most of them a hole. */
static void make_model(char path[512], const char *name, long bytes)
{
    snprintf(path, 512, "%s/%s", temp_dir(), name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), bytes), 0);
    fclose(f);
}

enum { MODELS = 4 };
static char path[MODELS][512];
static const char *const name[MODELS] = {"a", "b", "c", "d"};

/* Models a to d of 1, 1, 2 and 5 MB, none of them a default. */
static struct depot *open_depot(struct shelf *shelf, int megabytes, int minutes)
{
    static struct shelf_model model[MODELS];
    static const long size[MODELS] = {MB, MB, 2 * MB, 5 * MB};
    struct ih_engine_options engine = {.threads = 1};
    struct ih_error e = {0};
    struct depot *d;
    for (int i = 0; i < MODELS; i++) {
        make_model(path[i], name[i], size[i]);
        model[i] = (struct shelf_model){name[i], path[i], 0};
    }
    shelf->model = model;
    shelf->count = MODELS;
    shelf->memory = (struct stock_options){.memory_megabytes = megabytes, .keep_minutes = minutes};
    if (depot_open(&d, &engine, shelf, NULL, &e) != IH_OK)
        fail_msg("%s", e.text);
    return d;
}

static struct ih_model *take(struct depot *d, const char *which)
{
    struct ih_model *m;
    struct problem p = {0};
    if (!depot_take(d, which, IH_SPEAK, &m, &p))
        fail_msg("%s: %s", which, p.text);
    assert_string_equal(ih_model_name(m), which);
    return m;
}

static void use(struct depot *d, const char *which)
{
    depot_give_back(d, take(d, which));
}

/* What a job does with a model's weights: they are packed, as so many bytes, and part of them is
 * given up again. */
static void pack(struct ih_model *m, int i, int megabytes)
{
    enum { IN = 64, ROWS = MB / 4 / IN };
    struct watched *w = (struct watched *)m;
    struct ih_error e;
    float *x = calloc((size_t)megabytes * ROWS * IN, sizeof *x);
    assert_non_null(x);
    const struct linear_part part = {.w.w = tensor_2d(x, DT_F32, megabytes * ROWS, IN)};
    assert_int_equal(linear_pack(w->base.device, &w->weights[i], &part, 1, DT_F32, &e), IH_OK);
    assert_int_equal(w->weights[i].bytes, megabytes * MB);
    free(x);
}

static void unpack(struct ih_model *m, int i)
{
    linear_free(&((struct watched *)m)->weights[i]);
}

static void use_packed(struct depot *d, const char *which, int megabytes)
{
    struct ih_model *m = take(d, which);
    pack(m, 0, megabytes);
    depot_give_back(d, m);
}

/* The names of those that are open. */
static void expect_open(struct depot *d, const char *which)
{
    char open[MODELS + 1] = "";
    for (int i = 0; i < MODELS; i++)
        if (depot_is_open(d, name[i]))
            strcat(open, name[i]);
    assert_string_equal(open, which);
    assert_int_equal(depot_memory(d).open, strlen(which));
}

static void expect_refused(struct depot *d, const char *which, const char *code, bool passes)
{
    struct ih_model *m;
    struct problem p = {0};
    assert_false(depot_take(d, which, IH_SPEAK, &m, &p));
    assert_null(m);
    assert_int_equal(p.status, 503);
    assert_string_equal(p.code, code);
    assert_int_equal(p.passes, passes);
    assert_int_equal(p.retry_after > 0, passes);
}

static void test_the_least_used_goes(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 3, 0);
    (void)state;
    use(d, "a");
    use(d, "c");
    use(d, "a");
    expect_open(d, "ac");
    use(d, "b");
    expect_open(d, "ab");
    assert_true(depot_memory(d).bytes == 2 * MB);
    use(d, "c");
    expect_open(d, "bc");
    depot_close(&d);
    assert_int_equal(atomic_load(&open_bytes), 0);
}

static void test_what_is_lent_stays(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 2, 0);
    (void)state;
    struct ih_model *a = take(d, "a"), *again = take(d, "a");
    assert_ptr_equal(a, again);
    use(d, "b");
    expect_refused(d, "c", "model_busy", true);
    depot_give_back(d, again);
    expect_refused(d, "c", "model_busy", true);
    expect_open(d, "ab"); /* nothing is closed in vain */
    depot_give_back(d, a);
    use(d, "c");
    expect_open(d, "c");
    expect_refused(d, "d", "model_too_large", false);
    expect_open(d, "c");
    depot_close(&d);
}

/* A model counts for its file until its weights are packed, then for these. */
static void test_packed_weights_count(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 4, 0);
    (void)state;
    use(d, "c");
    assert_true(depot_memory(d).bytes == 2 * MB); /* nothing is packed for a look */
    use_packed(d, "c", 1);
    assert_true(depot_memory(d).bytes == MB);
    use_packed(d, "a", 3);
    expect_open(d, "ac");
    assert_true(depot_memory(d).bytes == 4 * MB);
    use(d, "b");
    expect_open(d, "ab"); /* c was not used for longest */
    assert_true(depot_memory(d).bytes == 4 * MB);
    /* What it took is known the next time, before it is packed again. */
    use(d, "c");
    expect_open(d, "bc");
    assert_true(depot_memory(d).bytes == 2 * MB);
    use(d, "a");
    expect_open(d, "ac");
    assert_true(depot_memory(d).bytes == 4 * MB);
    depot_close(&d);
}

static void test_weights_in_use_leave_no_room(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 4, 0);
    (void)state;
    struct ih_model *a = take(d, "a");
    use(d, "b");
    pack(a, 0, 3);
    expect_refused(d, "c", "model_busy", true);
    assert_true(depot_memory(d).bytes == 4 * MB);
    pack(a, 1, 1);
    assert_true(depot_memory(d).bytes == 5 * MB); /* nobody foresaw it */
    /* A part that is given up comes again with the next job. */
    unpack(a, 1);
    assert_true(depot_memory(d).bytes == 5 * MB);
    depot_give_back(d, a);
    expect_open(d, "a"); /* and what was not used for longest made room */
    assert_true(depot_memory(d).bytes == 4 * MB);
    depot_close(&d);
    assert_int_equal(atomic_load(&open_bytes), 0);
}

static void test_weights_that_turn_out_too_large(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 4, 0);
    (void)state;
    use(d, "b");
    use_packed(d, "a", 5);
    expect_open(d, "");
    assert_true(depot_memory(d).bytes == 0);
    expect_refused(d, "a", "model_too_large", false);
    /* Another file under the same name may be smaller. */
    make_model(path[0], name[0], 2 * MB);
    use_packed(d, "a", 1);
    expect_open(d, "a");
    assert_true(depot_memory(d).bytes == MB);
    depot_close(&d);
}

static void test_unlimited(void **state)
{
    struct shelf shelf = {.speak = "b"};
    struct depot *d = open_depot(&shelf, 0, 0);
    (void)state;
    expect_open(d, "b");
    for (int i = 0; i < MODELS; i++)
        use(d, name[i]);
    depot_tidy(d, 1e12);
    expect_open(d, "abcd");
    depot_close(&d);
}

static void test_keep(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 0, 10);
    (void)state;
    use(d, "a");
    struct ih_model *b = take(d, "b");
    double now = 0;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    now = (double)t.tv_sec;
    depot_tidy(d, now + 9 * MINUTE);
    expect_open(d, "ab");
    depot_tidy(d, now + 11 * MINUTE);
    expect_open(d, "b"); /* however long it is lent */
    depot_give_back(d, b);
    depot_tidy(d, now + 11 * MINUTE);
    expect_open(d, "");
    use(d, "a");
    expect_open(d, "a");
    depot_close(&d);
}

static void test_what_cannot_be_opened_holds_nothing(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 2, 0);
    struct ih_model *m;
    struct problem p;
    (void)state;
    atomic_store(&fail_to_open, 1);
    assert_false(depot_take(d, "c", IH_SPEAK, &m, &p));
    assert_int_equal(p.status, 400);
    atomic_store(&fail_to_open, 0);
    assert_true(depot_memory(d).bytes == 0);
    use(d, "c");
    depot_close(&d);
}

/* What the machine has when somebody looks. */
struct machine {
    struct shelf_model model[MODELS];
    int count;
    bool fails;
};

static bool look(void *arg, void (*show)(void *to, const struct shelf_model *model), void *to)
{
    const struct machine *m = arg;
    for (int i = 0; i < m->count; i++)
        show(to, &m->model[i]);
    return !m->fails;
}

static void add_name(void *arg, const struct offered *o)
{
    strcat(arg, o->name);
}

static void expect_names(struct depot *d, const char *want)
{
    char names[200] = "";
    depot_each(d, add_name, names);
    assert_string_equal(names, want);
}

static void test_models_come_and_go(void **state)
{
    char new_path[512], moved[512];
    struct machine machine = {.count = 2};
    struct shelf shelf = {.look = look, .arg = &machine, .speak = "b"};
    struct depot *d = open_depot(&shelf, 0, 0);
    struct ih_model *m;
    struct problem p = {0};
    (void)state;
    make_model(new_path, "new", MB);
    make_model(moved, "a-moved", MB);
    machine.model[0] = (struct shelf_model){"a", path[0], 0};
    machine.model[1] = (struct shelf_model){"new", new_path, 0};
    struct ih_model *c = take(d, "c");
    /* Asked for by name, it is found; c and d have gone, b is the default. */
    use(d, "new");
    char names[200] = "";
    depot_each(d, add_name, names);
    assert_int_equal(strncmp(names, "abnewtts-1", 10), 0);
    assert_int_equal(depot_take(d, "c", IH_SPEAK, &m, &p), 0);
    assert_int_equal(p.status, 404);
    assert_int_equal(depot_memory(d).open, 3); /* b, new, and c, which somebody has */
    assert_string_equal(ih_model_name(c), "c");
    depot_give_back(d, c);
    assert_int_equal(depot_memory(d).open, 2);
    /* One of the same name in another place is another one. */
    use(d, "a");
    machine.model[0].path = moved;
    depot_look(d);
    assert_false(depot_is_open(d, "a"));
    assert_true(depot_take(d, "a", IH_SPEAK, &m, &p));
    assert_string_equal(ih_model_name(m), "a-moved");
    depot_give_back(d, m);
    /* A folder that cannot be read takes nothing away. */
    machine.count = 0;
    machine.fails = true;
    depot_look(d);
    use(d, "new");
    machine.fails = false;
    depot_look(d);
    assert_false(depot_has(d, "new"));
    machine.count = 2;
    assert_true(depot_has(d, "new"));
    depot_close(&d);
    assert_int_equal(atomic_load(&open_bytes), 0);
}

/* A task that nothing was there for takes the first new model for it; one that has a default keeps
 * it. */
static void test_a_task_finds_its_model(void **state)
{
    char chat_path[512], other_path[512];
    struct machine machine = {.count = 2};
    struct shelf shelf = {.look = look, .arg = &machine, .speak = "b"};
    struct depot *d = open_depot(&shelf, 0, 0);
    (void)state;
    make_model(chat_path, "talks", MB);
    make_model(other_path, "talks-too", MB);
    machine.model[0] = (struct shelf_model){"talks", chat_path, IH_CHAT | IH_SPEAK};
    machine.model[1] = (struct shelf_model){"talks-too", other_path, IH_CHAT};
    assert_false(depot_can(d, IH_CHAT));
    depot_look(d);
    assert_true(depot_can(d, IH_CHAT));
    assert_false(depot_can(d, IH_DRAW));
    expect_names(d, "btalkstalks-tootts-1tts-1-hdgpt-4o-mini-ttsmai-voice-1mai-voice-2gpt-4o-mini"
                    "gpt-4.1-minigpt-5-mini");
    struct ih_model *m;
    struct problem p = {0};
    assert_true(depot_take(d, "tts-1", IH_SPEAK, &m, &p));
    assert_string_equal(ih_model_name(m), "b");
    depot_give_back(d, m);
    depot_close(&d);
}

static void test_names_without_looking(void **state)
{
    struct shelf shelf = {0};
    struct depot *d = open_depot(&shelf, 0, 0);
    (void)state;
    expect_names(d, "abcd");
    assert_false(depot_has(d, "e"));
    depot_close(&d);
}

enum { THREADS = 8, ROUNDS = 3000 };

struct crowd {
    struct depot *d;
    atomic_int had, refused, wrong;
};

static void *crowd(void *arg)
{
    struct crowd *c = arg;
    uint32_t seed = (uint32_t)(uintptr_t)&seed;
    for (int i = 0; i < ROUNDS; i++) {
        struct ih_model *m;
        struct problem p = {0};
        int which = (int)((random_unit(&seed) + 1) * 1.5f);
        if (!depot_take(c->d, name[which], IH_SPEAK, &m, &p)) {
            atomic_fetch_add(&c->refused, 1);
            if (p.status != 503 || strcmp(p.code, "model_busy") != 0)
                atomic_fetch_add(&c->wrong, 1);
            continue;
        }
        struct watched *w = (struct watched *)m;
        atomic_fetch_add(&w->users, 1);
        if (strcmp(w->name, name[which]) != 0)
            atomic_fetch_add(&c->wrong, 1);
        atomic_fetch_add(&c->had, 1);
        if (i % 7 == 0)
            depot_tidy(c->d, 1e12);
        atomic_fetch_sub(&w->users, 1);
        depot_give_back(c->d, m);
    }
    return NULL;
}

/* a and b fit together, c only alone: never more than 2 MB, and nothing is closed that is in use.
 */
static void test_a_crowd(void **state)
{
    struct shelf shelf = {0};
    struct crowd c = {.d = open_depot(&shelf, 2, 1)};
    pthread_t thread[THREADS];
    (void)state;
    atomic_store(&most_bytes, 0);
    atomic_store(&opened, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, crowd, &c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(c.wrong, 0);
    assert_int_equal(atomic_load(&closed_in_use), 0);
    assert_int_equal(c.had + c.refused, THREADS * ROUNDS);
    assert_in_range(c.had, 1, THREADS * ROUNDS);
    assert_in_range(atomic_load(&opened), 3, THREADS * ROUNDS);
    assert_in_range(atomic_load(&most_bytes), MB, 2 * MB);
    for (int i = 0; i < 3; i++)
        use(c.d, name[i]);
    depot_close(&c.d);
    assert_int_equal(atomic_load(&open_bytes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_least_used_goes),
        cmocka_unit_test(test_what_is_lent_stays),
        cmocka_unit_test(test_packed_weights_count),
        cmocka_unit_test(test_weights_in_use_leave_no_room),
        cmocka_unit_test(test_weights_that_turn_out_too_large),
        cmocka_unit_test(test_unlimited),
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_what_cannot_be_opened_holds_nothing),
        cmocka_unit_test(test_models_come_and_go),
        cmocka_unit_test(test_a_task_finds_its_model),
        cmocka_unit_test(test_names_without_looking),
        cmocka_unit_test(test_a_crowd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
