/* SPDX-License-Identifier: Apache-2.0 */
/* TAEF2 with its real weights on a part of a photograph, held to the same network in PyTorch. See
 * tests/data/README.md. The weights are not in the repository. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/flux2/taef2.h"
#include "weights/pth.h"
#include "weights/write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEIGHT = 64,
    WIDTH = 96,
    LATENTS = HEIGHT / 16 * WIDTH / 16 * 128,
    RGB = HEIGHT * WIDTH * 3
};

struct fixture {
    struct device *device;
    struct taef2 *taef2;
    struct weights *stages;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static void open_fixture(
    struct fixture *f, const char *path, const char *tier, enum dtype storage, int threads)
{
    struct ih_error e;
    struct device_options o = {.threads = threads};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    check(taef2_open(&f->taef2, f->device, path, storage, &e), &e);
    check(weights_open(&f->stages, data_path("taef2/stages.safetensors"), &e), &e);
}

static void close_fixture(struct fixture *f)
{
    weights_close(&f->stages);
    taef2_close(&f->taef2);
    device_close(&f->device);
}

static bool skipped(void)
{
    return !have_shared("taef2/taef2_encoder.pth") || !have_shared("taef2/taef2_decoder.pth");
}

static const float *wanted(const struct fixture *f, const char *name, int64_t n)
{
    return fixture_data(f->stages, name, n);
}

/* Of pictures from -1 to 1, limited to that, against their full range. */
static double psnr(const float *x, const float *picture)
{
    double square = 0;
    for (int i = 0; i < RGB; i++) {
        double d = fmax(-1, fmin(1, x[i])) - picture[i];
        square += d * d;
    }
    return 10 * log10(4 * RGB / square);
}

struct comparison {
    struct fixture *f;
    double tolerance;
    int compared;
};

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    struct comparison *c = arg;
    char name[64];
    snprintf(name, sizeof name, "%s.%d", stage, index);
    if (!weights_find(c->f->stages, name))
        return; /* only the small ones are kept */
    int64_t n = x.shape[0] * x.shape[1];
    double d = distance(x.data, wanted(c->f, name, n), n);
    if (!(d <= c->tolerance))
        fail_msg("%s differs by %.3g of the reference", name, d);
    c->compared++;
}

static void check_all(const char *path, const char *tier, enum dtype storage, double tolerance,
    double loss, const char *what)
{
    struct fixture f = {0};
    struct ih_error e;
    static float latents[LATENTS], rgb[RGB];
    open_fixture(&f, path, tier, storage, 2);
    assert_true(taef2_encodes(f.taef2) && taef2_decodes(f.taef2));
    struct comparison c = {.f = &f, .tolerance = tolerance};
    struct vae_job job = {.arg = &c, .watch = on_stage};
    const float *picture = wanted(&f, "picture", RGB), *decoded = wanted(&f, "decoded", RGB);
    check(taef2_encode(f.taef2, latents, picture, WIDTH, HEIGHT, &job, &e), &e);
    double encoding = distance(latents, wanted(&f, "latents", LATENTS), LATENTS);
    check(taef2_decode(f.taef2, rgb, latents, WIDTH, HEIGHT, NULL, &e), &e);
    double got = psnr(rgb, picture), reference = psnr(decoded, picture);
    check(taef2_decode(f.taef2, rgb, wanted(&f, "latents", LATENTS), WIDTH, HEIGHT, &job, &e), &e);
    double decoding = distance(rgb, decoded, RGB);
    print_message("%-5s latents differ by %.1e, the picture by %.1e; photograph after encoding and "
                  "decoding: %.2f dB (reference %.2f)\n",
        what, encoding, decoding, got, reference);
    if (!(encoding <= tolerance && decoding <= tolerance && got >= reference - loss))
        fail_msg("%s is too far from the reference", what);
    assert_int_equal(c.compared, 8);
    close_fixture(&f);
}

static void test_real_weights(void **state)
{
    (void)state;
    if (skipped())
        skip();
    check_all(shared_path("taef2"), "c", DT_F32, 2e-5, 1e-3, "c");
    check_all(shared_path("taef2"), "avx2", DT_F32, 2e-5, 1e-3, "avx2");
    check_all(shared_path("taef2"), "all", DT_F32, 2e-5, 1e-3, "f32");
    /* Fewer bits cost this much of the likeness, as docs/accuracy.md states. */
    check_all(shared_path("taef2"), "all", DT_BF16, 0.02, 0.2, "bf16");
    check_all(shared_path("taef2"), "all", DT_I8, 0.1, 0.6, "int8");
}

static void add_half(struct writer *to, struct weights *from, const char *prefix, int *number)
{
    struct ih_error e;
    char name[80];
    for (int i = 0; i < weights_count(from); i++) {
        const struct tensor *t = weights_at(from, i);
        snprintf(name, sizeof name, "%s.%s", prefix, weights_name(from, i));
        check(writer_add(to, name, t->dtype, t->rank, t->shape, &number[i], &e), &e);
    }
}

static void put_half(struct writer *to, const struct weights *from, const int *number)
{
    struct ih_error e;
    for (int i = 0; i < weights_count(from); i++) {
        const struct tensor *t = weights_at(from, i);
        size_t bytes = dtype_bytes(t->dtype, tensor_count(t));
        check(writer_put(to, number[i], 0, t->data, bytes, &e), &e);
    }
}

/* Both halves in one safetensors file, with prefixes. */
static const char *joined_file(void)
{
    enum { TENSORS_MAX = 256 };
    static char path[512];
    struct ih_error e;
    struct weights *half[2];
    struct writer *w;
    int number[2][TENSORS_MAX];
    snprintf(path, sizeof path, "%s/taef2.safetensors", temp_dir());
    check(pth_open(&half[0], shared_path("taef2/taef2_encoder.pth"), &e), &e);
    check(pth_open(&half[1], shared_path("taef2/taef2_decoder.pth"), &e), &e);
    check(writer_open(&w, path, &e), &e);
    add_half(w, half[0], "encoder", number[0]);
    add_half(w, half[1], "decoder", number[1]);
    check(writer_start(w, &e), &e);
    for (int i = 0; i < 2; i++)
        put_half(w, half[i], number[i]);
    check(writer_finish(w, &e), &e);
    writer_close(&w);
    for (int i = 0; i < 2; i++)
        weights_close(&half[i]);
    return path;
}

static void test_safetensors(void **state)
{
    (void)state;
    if (skipped())
        skip();
    check_all(joined_file(), "all", DT_F32, 2e-5, 1e-3, "one file");
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    if (skipped())
        skip();
    static float latents[3][LATENTS];
    for (int t = 0; t < 3; t++) {
        struct fixture f = {0};
        struct ih_error e;
        open_fixture(&f, shared_path("taef2"), "all", DT_BF16, t + 1);
        check(
            taef2_encode(f.taef2, latents[t], wanted(&f, "picture", RGB), WIDTH, HEIGHT, NULL, &e),
            &e);
        close_fixture(&f);
        assert_memory_equal(latents[t], latents[0], sizeof latents[0]);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    if (skipped())
        skip();
    struct fixture f = {0};
    struct ih_error e;
    float x[16 * 16 * 3] = {0};
    open_fixture(&f, shared_path("taef2/taef2_decoder.pth"), "all", DT_F32, 1);
    assert_true(taef2_decodes(f.taef2) && !taef2_encodes(f.taef2));
    assert_int_equal(taef2_encode(f.taef2, x, x, 64, 64, NULL, &e), IH_NOT_FOUND);
    assert_int_equal(taef2_decode(f.taef2, x, x, 64, 65, NULL, &e), IH_INVALID);
    struct vae_job job = {.budget = 1 << 20};
    assert_int_equal(taef2_decode(f.taef2, x, x, 2048, 2048, &job, &e), IH_NO_MEMORY);
    volatile int stop = 1;
    job = (struct vae_job){.cancel = &stop};
    assert_int_equal(taef2_decode(f.taef2, x, x, 16, 16, &job, &e), IH_CANCELLED);
    struct taef2 *other;
    assert_int_equal(taef2_open(&other, f.device, data_path("mel.json"), DT_F32, &e), IH_NOT_FOUND);
    assert_int_equal(
        taef2_open(&other, f.device, data_path("taef2/stages.safetensors"), DT_F32, &e),
        IH_BAD_DATA);
    assert_null(other);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_weights),
        cmocka_unit_test(test_safetensors),
        cmocka_unit_test(test_same_for_any_threads),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
