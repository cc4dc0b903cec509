/* SPDX-License-Identifier: Apache-2.0 */
/* The autoencoder of FLUX.2 held to diffusers' class at a tiny random configuration, stage by
 * stage. See tests/data/README.md. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/flux2/vae.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 32, WIDTH = 48, PATCH = 16, CHANNELS = 16 };
static const char folder[] = "flux2-vae-tiny";

struct fixture {
    struct device *device;
    struct vae *vae;
    struct weights *stages;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static void open_fixture(struct fixture *f, const char *tier, enum dtype storage, int threads)
{
    struct ih_error e;
    char path[256];
    struct device_options o = {.threads = threads};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    check(vae_open(&f->vae, f->device, data_path(folder), storage, &e), &e);
    snprintf(path, sizeof path, "%s/stages.safetensors", folder);
    check(weights_open(&f->stages, data_path(path), &e), &e);
}

static void close_fixture(struct fixture *f)
{
    weights_close(&f->stages);
    vae_close(&f->vae);
    device_close(&f->device);
}

static const float *wanted(const struct fixture *f, const char *name, int64_t n)
{
    return fixture_data(f->stages, name, n);
}

struct comparison {
    struct fixture *f;
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
    int64_t rows = x.shape[0], cols = x.shape[1];
    float *wide = test_malloc((size_t)(rows * cols) * sizeof *wide);
    snprintf(name, sizeof name, "%s.%d", stage, index);
    for (int64_t i = 0; i < rows * cols; i++) {
        int64_t at = i / cols * x.stride[0] + i % cols;
        wide[i] = x.dtype == DT_F32 ? ((const float *)x.data)[at]
                                    : bf16_to_f32(((const uint16_t *)x.data)[at]);
    }
    compare(arg, name, wide, rows * cols);
    test_free(wide);
}

static void check_all(const char *tier, enum dtype storage, double tolerance, const char *what)
{
    struct fixture f = {0};
    struct ih_error e;
    static float latents[HEIGHT / PATCH * WIDTH / PATCH * CHANNELS], rgb[HEIGHT * WIDTH * 3];
    int64_t n = sizeof latents / sizeof *latents, m = sizeof rgb / sizeof *rgb;
    open_fixture(&f, tier, storage, 2);
    assert_int_equal(vae_multiple(f.vae), PATCH);
    assert_int_equal(vae_channels(f.vae), CHANNELS);
    struct comparison c = {.f = &f, .tolerance = tolerance};
    struct vae_job job = {.arg = &c, .watch = on_stage};
    check(vae_encode(f.vae, latents, wanted(&f, "picture", m), WIDTH, HEIGHT, &job, &e), &e);
    compare(&c, "latents", latents, n);
    check(vae_decode(f.vae, rgb, wanted(&f, "given", n), WIDTH, HEIGHT, &job, &e), &e);
    compare(&c, "decoded", rgb, m);
    assert_int_equal(c.compared, 8 + 8 + 2);
    print_message("%-5s worst stage %-18s %.1e; picture %.0f dB\n", what, c.worst_stage, c.worst,
        -20 * log10(distance(rgb, wanted(&f, "decoded", m), m)));
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

/* bf16 keeps 8 bits of weights and of what convolutions read; random weights do not average errors
 * out as trained ones do. */
static void test_bf16(void **state)
{
    (void)state;
    check_all("all", DT_BF16, 0.03, "bf16");
}

static void test_int8(void **state)
{
    (void)state;
    check_all("all", DT_I8, 0.08, "int8");
}

static float *random_latents(int64_t n)
{
    uint32_t random = 9;
    float *x = test_malloc((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = 2 * random_unit(&random);
    return x;
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    enum { H = 80, W = 112 };
    float *latents = random_latents(H / PATCH * W / PATCH * CHANNELS), *rgb[3];
    for (int t = 0; t < 3; t++) {
        struct fixture f = {0};
        struct ih_error e;
        rgb[t] = test_malloc(H * W * 3 * sizeof(float));
        open_fixture(&f, "all", DT_BF16, t + 1);
        check(vae_decode(f.vae, rgb[t], latents, W, H, NULL, &e), &e);
        close_fixture(&f);
        assert_memory_equal(rgb[t], rgb[0], H * W * 3 * sizeof(float));
    }
    for (int t = 0; t < 3; t++)
        test_free(rgb[t]);
    test_free(latents);
}

/* Rows of a picture or of latents, `width` wide, from column `from` on. */
static void crop(
    float *to, const float *x, int64_t height, int64_t width, int64_t n, int64_t from, int64_t cols)
{
    for (int64_t y = 0; y < height; y++)
        memcpy(to + y * cols * n, x + (y * width + from) * n, (size_t)(cols * n) * sizeof *to);
}

/* 24 by 16 patches in a budget for 16 by 16: two tiles that share the middle 8 patches, over which
 * the left one fades into the right one. Made here of the two decoded by themselves. */
static void test_tiles(void **state)
{
    (void)state;
    enum { H = 16, W = 24, T = 16, OVERLAP = (2 * T - W) * PATCH };
    struct fixture f = {0};
    struct ih_error e;
    float *latents = random_latents(H * W * CHANNELS);
    float *part = test_malloc(H * T * CHANNELS * sizeof *part);
    size_t tile = (size_t)H * PATCH * T * PATCH * 3, whole = (size_t)H * PATCH * W * PATCH * 3;
    float *side[2], *got = test_malloc(whole * sizeof *got);
    float *want = test_malloc(whole * sizeof *want);
    open_fixture(&f, "all", DT_F32, 2);
    for (int i = 0; i < 2; i++) {
        side[i] = test_malloc(tile * sizeof(float));
        crop(part, latents, H, W, CHANNELS, i * (W - T), T);
        check(vae_decode(f.vae, side[i], part, T * PATCH, H * PATCH, NULL, &e), &e);
    }
    for (size_t i = 0; i < whole; i++) {
        int64_t y = (int64_t)i / (W * PATCH * 3), x = (int64_t)i / 3 % (W * PATCH), c = i % 3;
        int64_t begin = (W - T) * PATCH, end = T * PATCH;
        double right = x < begin ? 0 : x >= end ? 1 : ((double)(x - begin) + 0.5) / OVERLAP;
        float a = x < end ? side[0][(y * T * PATCH + x) * 3 + c] : 0;
        float b = x >= begin ? side[1][(y * T * PATCH + x - begin) * 3 + c] : 0;
        want[i] = (float)((1 - right) * a + right * b);
    }
    struct vae_job job = {.budget = vae_decode_bytes(f.vae, W * PATCH, H * PATCH) - 1};
    check(vae_decode(f.vae, got, latents, W * PATCH, H * PATCH, &job, &e), &e);
    assert_close("tiles", got, want, whole, 1e-5f, 1e-5f);
    float *all[] = {latents, part, side[0], side[1], got, want};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        test_free(all[i]);
    close_fixture(&f);
}

struct counter {
    int calls, last, total, stop_at;
    volatile int cancel;
};

static void count(void *arg, int done, int total)
{
    struct counter *c = arg;
    assert_int_equal(done, ++c->calls);
    assert_true(done <= total);
    c->last = done;
    c->total = total;
    c->cancel = done == c->stop_at;
}

/* Both ways, both in one piece and in tiles: the steps told are all there are. */
static void test_progress_and_cancel(void **state)
{
    (void)state;
    enum { H = 2, W = 24 };
    struct fixture f = {0};
    struct ih_error e;
    float *latents = random_latents(H * W * CHANNELS);
    float *rgb = test_malloc(H * PATCH * W * PATCH * 3 * sizeof *rgb);
    open_fixture(&f, "all", DT_F32, 2);
    size_t bytes = vae_decode_bytes(f.vae, W * PATCH, H * PATCH);
    for (int tiles = 0; tiles < 2; tiles++) {
        struct counter c = {0};
        struct vae_job job = {
            .budget = bytes - (size_t)tiles, .cancel = &c.cancel, .progress = count, .arg = &c};
        check(vae_decode(f.vae, rgb, latents, W * PATCH, H * PATCH, &job, &e), &e);
        assert_int_equal(c.last, c.total);
        c = (struct counter){.stop_at = c.total - 2};
        assert_int_equal(
            vae_decode(f.vae, rgb, latents, W * PATCH, H * PATCH, &job, &e), IH_CANCELLED);
        assert_int_equal(c.calls, c.stop_at);
        c = (struct counter){0};
        job.budget = vae_encode_bytes(f.vae, W * PATCH, H * PATCH) - (size_t)tiles;
        check(vae_encode(f.vae, latents, rgb, W * PATCH, H * PATCH, &job, &e), &e);
        assert_int_equal(c.last, c.total);
    }
    test_free(latents);
    test_free(rgb);
    close_fixture(&f);
}

static void test_refusals(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct ih_error e;
    float x[16] = {0};
    open_fixture(&f, "all", DT_F32, 1);
    struct vae_job job = {.budget = 1 << 20};
    assert_int_equal(vae_decode(f.vae, x, x, 4096, 4096, &job, &e), IH_NO_MEMORY);
    assert_non_null(strstr(e.text, "4096 by 4096"));
    assert_non_null(strstr(e.text, "smallest tiles"));
    assert_int_equal(vae_decode(f.vae, x, x, 40, 48, NULL, &e), IH_INVALID);
    assert_int_equal(vae_encode(f.vae, x, x, 0, 48, NULL, &e), IH_INVALID);
    struct vae *other;
    assert_int_equal(vae_open(&other, f.device, temp_dir(), DT_F32, &e), IH_NOT_FOUND);
    assert_null(other);
    close_fixture(&f);
}

/* A configuration that asks for what is not there, in turn: each is refused with a sentence that
 * names what is wrong. */
static void test_bad_configurations(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "latent_channels"},
        {"{\"latent_channels\":4,\"layers_per_block\":1,\"norm_num_groups\":4}", "0 stages"},
        {"{\"latent_channels\":4,\"layers_per_block\":900,\"norm_num_groups\":4}", "layers_per"},
        {"{\"latent_channels\":4,\"layers_per_block\":1,\"norm_num_groups\":4,"
         "\"block_out_channels\":[8,18]}",
            "18 channels"},
        {"{\"latent_channels\":4,\"layers_per_block\":1,\"norm_num_groups\":4,"
         "\"block_out_channels\":[8,1024]}",
            "attention over 1024"},
        {"{\"latent_channels\":4,\"layers_per_block\":1,\"norm_num_groups\":4,\"act_fn\":\"relu\","
         "\"block_out_channels\":[8,16]}",
            "relu"},
        {"{\"latent_channels\":4,\"layers_per_block\":1,\"norm_num_groups\":4,"
         "\"block_out_channels\":[8,32,24,24]}",
            "expected"},
    };
    struct device *d;
    struct ih_error e;
    struct device_options o = {.threads = 1, .cpu_mask = ~0u};
    char path[600], command[1400];
    check(device_open_cpu(&d, &o, &e), &e);
    snprintf(path, sizeof path, "%s/%s", data_path(folder), "diffusion_pytorch_model.safetensors");
    snprintf(command, sizeof command, "cp %s %s", path, temp_dir());
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vae *v;
        temp_file("config.json", bad[i][0], strlen(bad[i][0]));
        assert_int_not_equal(vae_open(&v, d, temp_dir(), DT_F32, &e), IH_OK);
        assert_null(v);
        if (!strstr(e.text, bad[i][1]))
            fail_msg("%s: %s", bad[i][1], e.text);
    }
    device_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f32),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_int8),
        cmocka_unit_test(test_same_for_any_threads),
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_progress_and_cancel),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bad_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
