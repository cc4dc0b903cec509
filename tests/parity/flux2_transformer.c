/* SPDX-License-Identifier: Apache-2.0 */
/* The transformer and the schedule of FLUX.2 held to diffusers' classes at a tiny random
 * configuration, stage by stage. See tests/data/README.md. */
#include "support/support.h"

#include "base/cpu.h"
#include "nn/flow_schedule.h"
#include "nn/flow_transformer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 7, SEEN = 42, ROWS = 30, DIM = 48, CHANNELS = 16, CONTEXT = 40, STAGES = 14 };
static const char folder[] = "flux2-transformer-tiny";
static const float time_given = 0.7f, guidance_given = 4.0f;

struct fixture {
    struct device *device;
    struct weights *weights, *stages;
    struct arena arena;
    struct flow_transformer model;
    struct rope rope;
    struct tensor text;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static const char *inside(const char *file)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return data_path(path);
}

static const float *wanted(const struct fixture *f, const char *name, int64_t n)
{
    return fixture_data(f->stages, name, n);
}

static struct tensor given(const struct fixture *f, const char *name, int64_t rows, int64_t cols)
{
    return tensor_2d((void *)(uintptr_t)wanted(f, name, rows * cols), DT_F32, rows, cols);
}

static void load_model(struct fixture *f, enum dtype storage)
{
    struct ih_error e;
    struct config *c;
    check(config_open(&c, inside("config.json"), &e), &e);
    check(flow_read_config(&f->model.config, c, "config.json", &e), &e);
    config_close(&c);
    check(weights_open(&f->weights, inside("diffusion_pytorch_model.safetensors"), &e), &e);
    for (int pack = 0; pack < 2; pack++) {
        struct loader l = {.weights = f->weights,
            .device = f->device,
            .arena = &f->arena,
            .pack = pack,
            .storage = storage,
            .error = &e};
        flow_load(&f->model, &l);
        check(l.status, &e);
    }
}

static void open_fixture(struct fixture *f, const char *tier, enum dtype storage, int threads)
{
    struct ih_error e;
    struct device_options o = {.threads = threads};
    *f = (struct fixture){0};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    check(weights_open(&f->stages, inside("stages.safetensors"), &e), &e);
    load_model(f, storage);
    const float *at = wanted(f, "coordinates", (TEXT + SEEN) * 4);
    assert_true(flow_rope(&f->rope, &f->arena, &f->model.config, at, TEXT + SEEN));
    f->text = tensor_2d(arena_alloc(&f->arena, TEXT * DIM * 4), DT_F32, TEXT, DIM);
    flow_embed_text(f->device, f->text, &f->model, given(f, "features", TEXT, CONTEXT));
}

static void close_fixture(struct fixture *f)
{
    flow_free(&f->model);
    arena_free(&f->arena);
    weights_close(&f->weights);
    weights_close(&f->stages);
    device_close(&f->device);
}

static struct flow_input input(const struct fixture *f)
{
    return (struct flow_input){.latents = given(f, "latents", SEEN, CHANNELS),
        .text = f->text,
        .rope = &f->rope,
        .time = time_given,
        .guidance = guidance_given};
}

struct comparison {
    const struct fixture *f;
    double tolerance, worst;
    char worst_stage[64];
    int compared;
};

static void compare(struct comparison *c, const char *name, const float *x, int64_t n)
{
    double d = distance(x, wanted(c->f, name, n), n);
    if (!(d <= c->tolerance))
        fail_msg("%s differs by %.3g of the reference", name, d);
    if (d > c->worst) {
        c->worst = d;
        snprintf(c->worst_stage, sizeof c->worst_stage, "%s", name);
    }
    c->compared++;
}

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    char name[64];
    float wide[(TEXT + SEEN) * DIM];
    int64_t n = x.shape[0] * x.shape[1];
    snprintf(name, sizeof name, "%s.%d", stage, index);
    assert_in_range(n, 1, sizeof wide / sizeof *wide);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i / x.shape[1] * x.stride[0] + i % x.shape[1];
        wide[i] = x.dtype == DT_F32 ? ((const float *)x.data)[at]
                                    : bf16_to_f32(((const uint16_t *)x.data)[at]);
    }
    compare(arg, name, wide, n);
}

static void check_all(const char *tier, enum dtype storage, double tolerance, const char *what)
{
    struct fixture f;
    struct ih_error e;
    float velocity[ROWS * CHANNELS];
    open_fixture(&f, tier, storage, 2);
    struct comparison c = {.f = &f, .tolerance = tolerance};
    struct flow_watch watch = {on_stage, &c};
    struct flow_input in = input(&f);
    in.watch = &watch;
    compare(&c, "text.0", f.text.data, TEXT * DIM);
    check(flow_run(
              f.device, &f.arena, &f.model, &in, tensor_2d(velocity, DT_F32, ROWS, CHANNELS), &e),
        &e);
    compare(&c, "velocity", velocity, ROWS * CHANNELS);
    assert_int_equal(c.compared, STAGES + 1);
    print_message("%-5s worst stage %-18s %.1e; velocity %.1e\n", what, c.worst_stage, c.worst,
        distance(velocity, wanted(&f, "velocity", ROWS * CHANNELS), ROWS * CHANNELS));
    close_fixture(&f);
}

/* f32: rounding in another order than the reference's. */
static void test_f32(void **state)
{
    (void)state;
    check_all("c", DT_F32, 1e-5, "c");
    check_all("avx2", DT_F32, 1e-5, "avx2");
    check_all("all", DT_F32, 1e-5, "f32");
}

/* Random weights do not average errors out as trained ones do. */
static void test_bf16(void **state)
{
    (void)state;
    check_all("all", DT_BF16, 0.01, "bf16");
}

static void test_int8(void **state)
{
    (void)state;
    check_all("all", DT_I8, 0.02, "int8");
}

static void test_q4(void **state)
{
    (void)state;
    check_all("all", DT_Q4, 0.1, "q4");
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    float velocity[3][ROWS * CHANNELS];
    for (int t = 0; t < 3; t++) {
        struct fixture f;
        struct ih_error e;
        open_fixture(&f, "all", DT_BF16, t + 1);
        struct flow_input in = input(&f);
        check(flow_run(f.device, &f.arena, &f.model, &in,
                  tensor_2d(velocity[t], DT_F32, ROWS, CHANNELS), &e),
            &e);
        close_fixture(&f);
        assert_memory_equal(velocity[t], velocity[0], sizeof velocity[0]);
    }
}

/* Memory that was reserved is enough: a second run takes nothing from the system. */
static void test_memory(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    float velocity[ROWS * CHANNELS];
    open_fixture(&f, "all", DT_F32, 1);
    struct flow_input in = input(&f);
    size_t before = f.arena.used;
    check(flow_run(
              f.device, &f.arena, &f.model, &in, tensor_2d(velocity, DT_F32, ROWS, CHANNELS), &e),
        &e);
    assert_int_equal(f.arena.used, before);
    assert_true(f.arena.peak - before <= flow_run_bytes(&f.model, TEXT, SEEN));
    close_fixture(&f);
}

struct stopper {
    volatile int cancel;
    int seen;
};

static void stop_at_pair(void *arg, const char *stage, int index, struct tensor x)
{
    (void)x;
    struct stopper *s = arg;
    s->seen++;
    s->cancel = strcmp(stage, "pair_image") == 0 && index == 1;
}

/* Stopped behind the pairs, no single block runs. */
static void test_cancel(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    float velocity[ROWS * CHANNELS];
    open_fixture(&f, "all", DT_F32, 1);
    struct flow_input in = input(&f);
    struct stopper s = {0};
    in.watch = &(struct flow_watch){stop_at_pair, &s};
    in.cancel = &s.cancel;
    assert_int_equal(flow_run(f.device, &f.arena, &f.model, &in,
                         tensor_2d(velocity, DT_F32, ROWS, CHANNELS), &e),
        IH_CANCELLED);
    assert_int_equal(s.seen, 6 + 4);
    close_fixture(&f);
}

/* FlowMatchEulerDiscreteScheduler's sigmas with compute_empirical_mu(). */
static void test_schedule(void **state)
{
    (void)state;
    static const struct {
        int steps, latents;
    } cases[] = {{4, 1024}, {4, 4096}, {10, 256}, {50, 4096}, {28, 8160}, {1, 64}};
    struct fixture f = {0};
    struct ih_error e;
    check(weights_open(&f.stages, inside("stages.safetensors"), &e), &e);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64];
        float times[64], mu = (float)flow_shift_flux2(cases[i].latents, cases[i].steps);
        snprintf(name, sizeof name, "mu.%d.%d", cases[i].steps, cases[i].latents);
        assert_close(name, &mu, wanted(&f, name, 1), 1, 1e-6f, 1e-6f);
        flow_times(times, cases[i].steps, flow_shift_flux2(cases[i].latents, cases[i].steps));
        snprintf(name, sizeof name, "times.%d.%d", cases[i].steps, cases[i].latents);
        size_t n = (size_t)cases[i].steps + 1;
        assert_close(name, times, wanted(&f, name, (int64_t)n), n, 1e-6f, 1e-6f);
    }
    weights_close(&f.stages);
}

/* By hand; the first step of a strength as diffusers' image-to-image pipelines count it. */
static void test_steps(void **state)
{
    (void)state;
    float x[2] = {2, 4}, v[2] = {1, -2}, without[2] = {3, 2};
    flow_guide(v, without, 2, 4);
    assert_close("guided", v, (float[]){-5, -14}, 2, 0, 0);
    flow_step(x, v, 2, 1.0f, 0.5f);
    assert_close("step", x, (float[]){4.5f, 11}, 2, 0, 0);
    flow_mix(x, without, v, 2, 0.25f);
    assert_close("mixed", x, (float[]){1, -2}, 2, 0, 0);
    assert_int_equal(flow_first_step(10, 1.0f), 0);
    assert_int_equal(flow_first_step(10, 0.3f), 7);
    assert_int_equal(flow_first_step(4, 0.6f), 1);
    assert_int_equal(flow_first_step(4, 0.75f), 1);
    assert_int_equal(flow_first_step(4, 0.5f), 2);
    assert_int_equal(flow_first_step(5, 0.2f), 4);
    assert_int_equal(flow_first_step(50, 0.8f), 10);
    assert_int_equal(flow_first_step(4, 0.01f), 3);
    assert_int_equal(flow_first_step(4, 0.0f), 4);
}

static void refuse(const char *json, const char *says)
{
    struct config *c;
    struct flow_config out;
    struct ih_error e;
    check(config_parse(&c, json, strlen(json), "config.json", &e), &e);
    if (!flow_read_config(&out, c, "config.json", &e))
        fail_msg("%s was taken", json);
    if (!strstr(e.text, says))
        fail_msg("%s: %s", json, e.text);
    config_close(&c);
}

#define BASE                                                                                       \
    "\"in_channels\":16,\"joint_attention_dim\":40,\"num_layers\":2,\"num_single_layers\":2,"      \
    "\"num_attention_heads\":3,"

static void test_bad_configurations(void **state)
{
    (void)state;
    refuse("{}", "in_channels");
    refuse("{" BASE "\"attention_head_dim\":5000}", "attention_head_dim");
    refuse("{" BASE "\"attention_head_dim\":16}", "axes_dims_rope");
    refuse("{" BASE "\"attention_head_dim\":16,\"axes_dims_rope\":[4,4,4]}", "comes to 12");
    refuse("{" BASE "\"attention_head_dim\":16,\"axes_dims_rope\":[5,3,4,4]}", "even");
    refuse("{" BASE "\"attention_head_dim\":16,\"mlp_ratio\":-1,\"axes_dims_rope\":[16]}", "mlp");
    refuse("{" BASE "\"attention_head_dim\":16,\"patch_size\":2,\"axes_dims_rope\":[16]}", "patch");
    refuse("{" BASE "\"attention_head_dim\":16,\"rope_theta\":0,\"axes_dims_rope\":[16]}", "theta");
    refuse(
        "{" BASE "\"attention_head_dim\":16,\"out_channels\":-3,\"axes_dims_rope\":[16]}", "out");
}

/* A file whose matrices are not those of the configuration is refused by the walk that only looks.
 */
static void test_wrong_shapes(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    open_fixture(&f, "all", DT_F32, 1);
    struct flow_transformer other = {.config = f.model.config};
    other.config.single_layers = 3;
    struct loader l = {.weights = f.weights,
        .device = f.device,
        .arena = &f.arena,
        .storage = DT_F32,
        .error = &e};
    flow_load(&other, &l);
    assert_int_not_equal(l.status, IH_OK);
    assert_non_null(strstr(e.text, "single_transformer_blocks.2."));
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f32),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_int8),
        cmocka_unit_test(test_q4),
        cmocka_unit_test(test_same_for_any_threads),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_bad_configurations),
        cmocka_unit_test(test_wrong_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
