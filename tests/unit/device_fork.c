/* SPDX-License-Identifier: Apache-2.0 */
/* Running out of a kernel's memory belongs to the job that did. */
#include "support/klein.h"

#include "base/cpu.h"

#include <limits.h>
#include <pthread.h>

/* An excitation of so many harmonics that no machine has the memory for their phases; nothing else
 * is touched before that is known. */
static void run_out(struct device *d)
{
    static const float weight[1], f0[1];
    float y[1];
    const struct excitation x = {.count = INT_MAX, .hop = 1, .weight = weight, .rate = 1};
    op_excitation(d, y, f0, INT64_C(1) << 21, &x, weight);
}

static void a_fork_keeps_its_own_account(void **state)
{
    (void)state;
    struct device *d, *fork[2];
    struct ih_error e;
    struct device_options o = {.threads = 2, .cpu_mask = CPU_ALL};
    klein_check(device_open_cpu(&d, &o, &e), &e);
    for (int i = 0; i < 2; i++)
        klein_check(device_fork(&fork[i], d, &e), &e);
    assert_int_equal(device_threads(fork[0]), 2);
    run_out(fork[0]);
    assert_false(device_exhausted(d));
    assert_false(device_exhausted(fork[1]));
    assert_true(device_exhausted(fork[0]));
    assert_false(device_exhausted(fork[0]));
    run_out(d);
    assert_false(device_exhausted(fork[0]));
    assert_true(device_exhausted(d));
    for (int i = 0; i < 2; i++)
        device_close(&fork[i]);
    device_close(&d);
}

/* What is packed on a model's device and on its jobs' is counted there and nowhere else. */
static void packed_weights_are_counted(void **state)
{
    enum { OUT = 40, IN = 64, BYTES = 48 * IN * 4 + 48 * 4 }; /* of whole panels, and the bias */
    static float w[OUT * IN], bias[OUT];
    const struct linear_part part = {
        .w.w = tensor_2d(w, DT_F32, OUT, IN), .bias = tensor_1d(bias, DT_F32, OUT)};
    struct device *d, *model[2], *job;
    struct linear first, second, other, none;
    struct ih_error e;
    struct device_options o = {.threads = 2, .cpu_mask = CPU_ALL};
    (void)state;
    klein_check(device_open_cpu(&d, &o, &e), &e);
    assert_null(device_account(d));
    for (int i = 0; i < 2; i++)
        klein_check(device_fork_account(&model[i], d, &e), &e);
    klein_check(device_fork(&job, model[0], &e), &e);
    const struct account *a = device_account(model[0]), *b = device_account(model[1]);
    assert_ptr_equal(device_account(job), a);
    klein_check(linear_pack(model[0], &first, &part, 1, DT_F32, &e), &e);
    assert_int_equal(first.bytes, BYTES);
    klein_check(linear_pack(job, &second, &part, 1, DT_F32, &e), &e);
    klein_check(linear_pack(model[1], &other, &part, 1, DT_F32, &e), &e);
    klein_check(linear_pack(d, &none, &part, 1, DT_F32, &e), &e);
    assert_int_equal(atomic_load(&a->now), 2 * BYTES);
    assert_int_equal(atomic_load(&b->now), BYTES);
    linear_free(&second);
    linear_free(&second); /* nothing is left to be counted */
    linear_free(&none);
    assert_int_equal(atomic_load(&a->now), BYTES);
    klein_check(linear_pack(job, &second, &part, 1, DT_F32, &e), &e);
    assert_int_equal(atomic_load(&a->most), 2 * BYTES);
    linear_free(&first);
    linear_free(&second);
    linear_free(&other);
    assert_int_equal(atomic_load(&a->now) + atomic_load(&b->now), 0);
    assert_int_equal(atomic_load(&a->most), 2 * BYTES);
    device_close(&job);
    for (int i = 0; i < 2; i++)
        device_close(&model[i]);
    device_close(&d);
}

struct side {
    struct device *device;
    bool fails;
    int told; /* rounds in which the device was exhausted */
};

enum { ROUNDS = 500 };

/* One matrix times another a round, which needs scratch memory, and if it fails something that has
 * none. */
static void *compute(void *arg)
{
    struct side *s = arg;
    float x[64] = {1}, scale[64], shift[64];
    for (int i = 0; i < ROUNDS; i++) {
        op_instance_norm(s->device, scale, shift, tensor_2d(x, DT_F32, 4, 16), NULL, NULL, 1e-5f);
        if (s->fails)
            run_out(s->device);
        s->told += device_exhausted(s->device);
    }
    return NULL;
}

/* Two jobs at the same time, of which one never has enough: all of its failures are told, and none
 * to the other. */
static void jobs_at_the_same_time(void **state)
{
    (void)state;
    struct device *d;
    struct ih_error e;
    struct device_options o = {.threads = 2, .cpu_mask = CPU_ALL};
    klein_check(device_open_cpu(&d, &o, &e), &e);
    struct side side[2] = {{.fails = true}, {.fails = false}};
    pthread_t thread[2];
    for (int i = 0; i < 2; i++) {
        klein_check(device_fork(&side[i].device, d, &e), &e);
        assert_int_equal(pthread_create(&thread[i], NULL, compute, &side[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], NULL);
        device_close(&side[i].device);
    }
    assert_int_equal(side[0].told, ROUNDS);
    assert_int_equal(side[1].told, 0);
    device_close(&d);
}

static int fail_in_a_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    (void)total;
    (void)preview;
    if (done == 1)
        run_out(arg);
    return 0;
}

/* A drawing does not hear of the model's device or of another drawing, and does of itself. */
static void drawings(void **state)
{
    (void)state;
    struct klein k;
    struct ih_error e;
    struct ih_picture out, want;
    struct painter_session *other = NULL;
    klein_open(&k, NULL, "all", IH_COMPUTE_F32, 2);
    const struct painter *p = k.model->family->painter;
    klein_check(p->open(&other, k.model, &e), &e);
    struct painting_request r = klein_request(&k);
    klein_paint(&k, &r, &want);
    r.step = fail_in_a_step;
    struct device *elsewhere[] = {k.device, other->device};
    for (int i = 0; i < 2; i++) {
        r.arg = elsewhere[i];
        klein_paint(&k, &r, &out);
        assert_memory_equal(out.rgb, want.rgb, KLEIN_PIXELS * 3);
        ih_picture_free(&out);
    }
    r.arg = k.session->device;
    assert_int_equal(p->paint(k.session, &r, NULL, &out, &e), IH_NO_MEMORY);
    assert_null(out.rgb);
    /* It was told once; the session goes on. */
    r.step = NULL;
    klein_paint(&k, &r, &out);
    assert_memory_equal(out.rgb, want.rgb, KLEIN_PIXELS * 3);
    ih_picture_free(&out);
    ih_picture_free(&want);
    p->close(&other);
    klein_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_keeps_its_own_account),
        cmocka_unit_test(packed_weights_are_counted),
        cmocka_unit_test(jobs_at_the_same_time),
        cmocka_unit_test(drawings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
