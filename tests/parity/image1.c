/* SPDX-License-Identifier: Apache-2.0 */
/* image-1 held to train/image1's modules, which are held to diffusers and transformers, at a tiny
 * random configuration; and what a painter promises. See scripts/make_fixture_image1.py. */
#include "support/support.h"

#include "base/cpu.h"
#include "base/rng.h"
#include "models/image1/image1.h"
#include "nn/pixels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 64, WIDTH = 96, ROWS = 4, COLS = 6, TOKENS = ROWS * COLS, VALUES = 32 };
enum { STEPS = 4, BYTES = HEIGHT * WIDTH * 3 };
static const char prompt[] = "Two red  apples,\non a blue table.";

struct fixture {
    struct device *device;
    struct model *base;
    struct image1 *model;
    struct weights *expected;
    struct painter_session *session;
    double tolerance, worst;
    char worst_stage[64];
    int compared;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static void open_fixture(struct fixture *f, const char *tier, enum ih_compute compute, int threads)
{
    struct ih_error e;
    struct device_options o = {.threads = threads};
    *f = (struct fixture){0};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    const struct model_open m = {f->device, data_path("image1"), compute};
    check(model_open(&f->base, &m, &e), &e);
    assert_ptr_equal(f->base->family, &image1_family);
    f->model = (struct image1 *)f->base;
    check(weights_open(&f->expected, data_path("image1/expected.safetensors"), &e), &e);
    check(f->base->family->painter->open(&f->session, f->base, &e), &e);
}

static void close_fixture(struct fixture *f)
{
    f->base->family->painter->close(&f->session);
    assert_null(f->session);
    weights_close(&f->expected);
    model_close(&f->base);
    device_close(&f->device);
}

static const void *wanted(const struct fixture *f, const char *name, int64_t n)
{
    return fixture_data(f->expected, name, n);
}

static void compare(struct fixture *f, const char *name, const float *x, int64_t n)
{
    double d = distance(x, wanted(f, name, n), n);
    if (!(d <= f->tolerance))
        fail_msg("%s differs by %.3g of the reference", name, d);
    if (d > f->worst) {
        f->worst = d;
        snprintf(f->worst_stage, sizeof f->worst_stage, "%s", name);
    }
    f->compared++;
}

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    char name[64];
    snprintf(name, sizeof name, strcmp(stage, "x") == 0 ? "%s.%d" : "%s", stage, index);
    if (strcmp(stage, "x") == 0 || index == 0)
        compare(arg, name, x.data, tensor_count(&x));
}

static struct painting_request request(void)
{
    return (struct painting_request){.prompt = prompt,
        .width = WIDTH,
        .height = HEIGHT,
        .steps = STEPS,
        .guidance = 3,
        .seed = 5,
        .strength = 1};
}

static void check_text(struct fixture *f)
{
    struct ih_error e;
    struct arena a = {0};
    struct tensor text;
    int32_t id[64];
    bool cut = false;
    int n = image1_tokens(f->model, prompt, id, &cut);
    assert_memory_equal(id, wanted(f, "tokens", n), (size_t)n * sizeof *id);
    assert_false(cut);
    check(part_take(&f->model->text.base, &e), &e);
    check(image1_read(f->model, f->device, &a, prompt, NULL, NULL, &text, &e), &e);
    assert_int_equal(text.shape[0], n);
    compare(f, "features", text.data, tensor_count(&text));
    check(image1_read(f->model, f->device, &a, NULL, NULL, NULL, &text, &e), &e);
    assert_int_equal(text.shape[0], 1);
    compare(f, "empty", text.data, tensor_count(&text));
    part_give(&f->model->text.base, true);
    arena_free(&a);
}

static void check_all(const char *tier, enum ih_compute compute, const char *what, double tolerance,
    int most_different)
{
    struct fixture f;
    struct ih_error e;
    struct ih_picture p;
    open_fixture(&f, tier, compute, 2);
    f.tolerance = tolerance;
    const struct image1_watch watch = {on_stage, &f};
    struct painting_request r = request();
    const uint8_t *want = wanted(&f, "picture", BYTES);
    check_text(&f);
    check(image1_paint(f.session, &r, wanted(&f, "noise", TOKENS * VALUES), &watch, NULL, &p, &e),
        &e);
    assert_int_equal(f.compared, 2 + 2 + STEPS);
    assert_true(p.width == WIDTH && p.height == HEIGHT);
    int worst = 0;
    for (int i = 0; i < BYTES; i++)
        worst = abs(p.rgb[i] - want[i]) > worst ? abs(p.rgb[i] - want[i]) : worst;
    print_message("%-4s %-5s worst stage %-12s %.1e; a byte differs by %d at most\n", tier, what,
        f.worst_stage, f.worst, worst);
    assert_true(worst <= most_different);
    ih_picture_free(&p);
    close_fixture(&f);
}

/* f32: rounding in another order than the reference's. The others: guidance multiplies what
 * differs, and random weights do not average errors out. */
static void test_stages(void **state)
{
    (void)state;
    check_all("c", IH_COMPUTE_F32, "f32", 1e-5, 1);
    check_all("all", IH_COMPUTE_F32, "f32", 1e-5, 1);
    check_all("all", IH_COMPUTE_BF16, "bf16", 0.02, 8);
    check_all("all", IH_COMPUTE_INT8, "int8", 0.03, 12);
}

/* A smooth picture there and back, each way by itself. */
static void check_autoencoder(const char *tier, enum ih_compute compute, double tolerance)
{
    struct fixture f;
    struct ih_error e;
    float *rgb = test_malloc(BYTES * sizeof *rgb), latents[TOKENS * VALUES];
    int cancel = 1;
    open_fixture(&f, tier, compute, 2);
    f.tolerance = tolerance;
    const struct autoencoder *a = &f.model->autoencoder;
    struct tensor z = tensor_2d(latents, DT_F32, TOKENS, VALUES);
    const float *start = wanted(&f, "start", BYTES);
    check(autoencoder_encode(a, f.device, z, start, WIDTH, HEIGHT, NULL, &e), &e);
    compare(&f, "latents", latents, TOKENS * VALUES);
    memcpy(latents, wanted(&f, "latents", TOKENS * VALUES), sizeof latents);
    check(autoencoder_decode(a, f.device, rgb, z, WIDTH, HEIGHT, NULL, &e), &e);
    compare(&f, "decoded", rgb, BYTES);
    assert_int_equal(
        autoencoder_decode(a, f.device, rgb, z, WIDTH, HEIGHT, &cancel, &e), IH_CANCELLED);
    assert_int_equal(
        autoencoder_encode(a, f.device, z, start, WIDTH, HEIGHT, &cancel, &e), IH_CANCELLED);
    print_message("%-4s %s differs by %.1e\n", tier, f.worst_stage, f.worst);
    test_free(rgb);
    close_fixture(&f);
}

static void test_autoencoder(void **state)
{
    (void)state;
    check_autoencoder("c", IH_COMPUTE_F32, 2e-6);
    check_autoencoder("all", IH_COMPUTE_F32, 2e-6);
    check_autoencoder("all", IH_COMPUTE_BF16, 0.01);
    check_autoencoder("all", IH_COMPUTE_INT8, 0.01); /* never below 16 bits */
}

static void test_places(void **state)
{
    (void)state;
    struct fixture f;
    float places[TOKENS * 16];
    float at[(2 + TOKENS) * IMAGE1_AXES];
    open_fixture(&f, "all", IH_COMPUTE_F32, 1);
    image1_places(&f.model->config, places, 16, ROWS, COLS);
    assert_close("places", places, wanted(&f, "places", TOKENS * 16), TOKENS * 16, 2e-6f, 0);
    image1_positions(&f.model->config, at, 2, ROWS, COLS);
    assert_close("ids", at + 2 * IMAGE1_AXES, wanted(&f, "ids", TOKENS * IMAGE1_AXES),
        TOKENS * IMAGE1_AXES, 1e-5f, 0);
    assert_true(at[4] == 0 && at[7] == 1);
    close_fixture(&f);
}

static void test_long_prompt(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    struct ih_picture p;
    char text[2048] = "";
    int32_t id[64];
    bool cut = false;
    open_fixture(&f, "all", IH_COMPUTE_F32, 1);
    for (int i = 0; i < 100; i++)
        strcat(text, "a red apple ");
    struct painting_request r = request();
    r.prompt = text;
    r.cut = &cut;
    check(image1_paint(f.session, &r, NULL, NULL, NULL, &p, &e), &e);
    assert_true(cut);
    ih_picture_free(&p);
    assert_int_equal(image1_tokens(f.model, text, id, NULL), 64);
    assert_int_equal(id[63], f.model->end);
    /* White space alone is the empty prompt. */
    assert_int_equal(image1_tokens(f.model, " \t\xe3\x80\x80\x1f ", id, NULL), 1);
    close_fixture(&f);
}

static struct ih_picture paint(struct fixture *f, const struct painting_request *r)
{
    struct ih_error e;
    struct ih_picture p;
    int cancel = 0;
    check(f->base->family->painter->paint(f->session, r, &cancel, &p, &e), &e);
    return p;
}

/* The same for any number of threads, for noise made by hand, and another for another seed or
 * another negative prompt. */
static void test_seeds(void **state)
{
    (void)state;
    struct ih_picture p[5];
    struct painting_request r = request();
    struct fixture f;
    for (int t = 0; t < 2; t++) {
        open_fixture(&f, "all", IH_COMPUTE_AUTO, t + 1);
        p[t] = paint(&f, &r);
        close_fixture(&f);
    }
    struct ih_error e;
    float *noise = test_malloc(TOKENS * VALUES * sizeof *noise);
    uint64_t seed = r.seed;
    rng_normal(&seed, noise, TOKENS * VALUES);
    open_fixture(&f, "all", IH_COMPUTE_AUTO, 2);
    check(image1_paint(f.session, &r, noise, NULL, NULL, &p[2], &e), &e);
    r.negative = "a green frog";
    p[3] = paint(&f, &r);
    r.negative = NULL;
    r.seed++;
    p[4] = paint(&f, &r);
    close_fixture(&f);
    for (int i = 1; i < 5; i++)
        assert_int_equal(memcmp(p[i].rgb, p[0].rgb, BYTES) == 0, i < 3);
    for (int i = 0; i < 5; i++)
        ih_picture_free(&p[i]);
    test_free(noise);
}

static struct ih_picture random_picture(void)
{
    struct ih_picture p = {WIDTH, HEIGHT, malloc(BYTES)};
    uint64_t seed = 3;
    for (int i = 0; i < BYTES; i++)
        p.rgb[i] = (uint8_t)rng_next(&seed);
    return p;
}

/* The first step that is made: what the model takes the picture to be, and x behind it. */
struct first {
    int steps;
    float clean[TOKENS * VALUES], x[TOKENS * VALUES];
};

static void remember_first(void *arg, const char *stage, int index, struct tensor x)
{
    struct first *f = arg;
    (void)index;
    if (strcmp(stage, "clean") == 0 && f->steps == 0)
        memcpy(f->clean, x.data, sizeof f->clean);
    if (strcmp(stage, "x") == 0 && f->steps++ == 0)
        memcpy(f->x, x.data, sizeof f->x);
}

/* Strength 0 leaves a picture as it is; 0.35 makes two of four steps, as diffusers counts them,
 * from the picture with the noise of that time. */
static void test_start(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    struct ih_picture start = random_picture(), p;
    struct painting_request r = request();
    static struct first first;
    float picture[TOKENS * VALUES], want[TOKENS * VALUES], rgb[BYTES];
    open_fixture(&f, "all", IH_COMPUTE_AUTO, 2);
    const float *noise = wanted(&f, "noise", TOKENS * VALUES);
    const float *sigma = wanted(&f, "sigmas", STEPS + 1);
    r.image = &start;
    r.images = 1;
    r.guidance = 1;
    r.strength = 0;
    p = paint(&f, &r);
    assert_memory_equal(p.rgb, start.rgb, BYTES);
    ih_picture_free(&p);
    r.strength = 0.35f;
    const struct image1_watch watch = {remember_first, &first};
    check(image1_paint(f.session, &r, noise, &watch, NULL, &p, &e), &e);
    assert_int_equal(first.steps, 2);
    pixels_from_bytes(rgb, start.rgb, BYTES);
    check(autoencoder_encode(&f.model->autoencoder, f.device,
              tensor_2d(picture, DT_F32, TOKENS, VALUES), rgb, WIDTH, HEIGHT, NULL, &e),
        &e);
    for (int i = 0; i < TOKENS * VALUES; i++) {
        float x = (1 - sigma[2]) * picture[i] + sigma[2] * noise[i];
        want[i] = x + (sigma[3] - sigma[2]) * (x - first.clean[i]) / sigma[2];
    }
    assert_close("start", first.x, want, TOKENS * VALUES, 1e-5f, 1e-5f);
    ih_picture_free(&p);
    ih_picture_free(&start);
    close_fixture(&f);
}

/* What is black in a mask stays exactly. */
static void test_mask(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_picture start = random_picture(), mask = random_picture(), p;
    struct painting_request r = request();
    open_fixture(&f, "all", IH_COMPUTE_AUTO, 2);
    for (int i = 0; i < BYTES; i++)
        mask.rgb[i] = i % (WIDTH * 3) < WIDTH ? 0 : 255;
    r.image = &start;
    r.images = 1;
    r.mask = &mask;
    p = paint(&f, &r);
    int differ = 0;
    for (int i = 0; i < BYTES; i++)
        if (mask.rgb[i] == 0)
            assert_int_equal(p.rgb[i], start.rgb[i]);
        else
            differ += p.rgb[i] != start.rgb[i];
    assert_true(differ > BYTES / 2);
    ih_picture_free(&p);
    ih_picture_free(&start);
    ih_picture_free(&mask);
    close_fixture(&f);
}

struct viewer {
    struct image1 *model;
    int calls, stop_at;
    volatile int cancel;
    struct ih_picture last;
};

static int view(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct viewer *v = arg;
    assert_int_equal(done, ++v->calls);
    assert_int_equal(total, STEPS);
    if (preview)
        memcpy(v->last.rgb, preview->rgb, BYTES);
    return done == v->stop_at;
}

static void remember_clean(void *arg, const char *stage, int index, struct tensor x)
{
    struct viewer *v = arg;
    struct ih_error e;
    static float rgb[BYTES];
    /* Without guidance it is what the prompt says. */
    if (strcmp(stage, "clean") == 0 && index == STEPS - 1) {
        check(autoencoder_decode(
                  &v->model->autoencoder, v->model->base.device, rgb, x, WIDTH, HEIGHT, NULL, &e),
            &e);
        pixels_to_bytes(v->last.rgb, rgb, BYTES);
    }
    if (strcmp(stage, "clean") == 0 && index == 1 && v->stop_at < 0)
        v->cancel = 1;
}

static void test_previews_and_cancel(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    struct ih_picture p;
    open_fixture(&f, "all", IH_COMPUTE_AUTO, 2);
    struct viewer shown = {.last = random_picture()}, clean = {.last = random_picture()};
    struct painting_request r = request();
    r.guidance = 1;
    r.preview = true;
    r.step = view;
    r.arg = &shown;
    clean.model = f.model;
    struct image1_watch watch = {remember_clean, &clean};
    check(image1_paint(f.session, &r, NULL, &watch, NULL, &p, &e), &e);
    assert_int_equal(shown.calls, STEPS);
    assert_memory_equal(shown.last.rgb, clean.last.rgb, BYTES);
    ih_picture_free(&p);
    shown.calls = 0;
    shown.stop_at = 2;
    assert_int_equal(image1_paint(f.session, &r, NULL, NULL, NULL, &p, &e), IH_CANCELLED);
    assert_int_equal(shown.calls, 2);
    assert_null(p.rgb);
    shown.calls = 0;
    clean.stop_at = -1;
    assert_int_equal(
        image1_paint(f.session, &r, NULL, &watch, &clean.cancel, &p, &e), IH_CANCELLED);
    assert_int_equal(shown.calls, 1);
    ih_picture_free(&shown.last);
    ih_picture_free(&clean.last);
    close_fixture(&f);
}

static void test_reference_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    struct ih_picture start = random_picture(), p;
    struct painting_request r = request();
    r.image = &start;
    r.images = 1;
    open_fixture(&f, "all", IH_COMPUTE_AUTO, 1);
    assert_int_equal(image1_paint(f.session, &r, NULL, NULL, NULL, &p, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "strength below 1"));
    struct ih_draw_limits l;
    f.base->family->painter->limits(f.base, &l);
    assert_int_equal(l.width, 64);
    assert_int_equal(l.steps, 4);
    assert_true(l.guidance == 3);
    assert_int_equal(l.side_most, 512);
    ih_picture_free(&start);
    close_fixture(&f);
}

/* A copy of the folder with one line of image1.json changed. */
static void test_bad_configurations(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        {"\"patch\": 16", "\"patch\": 8", "8 pixels"},
        {"\"places\": 16", "\"places\": 20", "20 places"},
        {"\"prediction\": \"x\"", "\"prediction\": \"v\"", "\"v\""},
        {"\"end_token\": \"<|endoftext|>\"", "\"end_token\": \"<end>\"", "<end>"},
        {"\"shift\": 1.5", "\"shift\": 0", "shift 0"},
        {"\"multiple\": 16", "\"multiple\": 24", "multiple 24"},
        {"\"longest\": 64", "\"longest\": 1", "longest"},
        {"\"steps\": 4", "\"steps\": \"four\"", "steps"},
    };
    struct device *d;
    struct ih_error e;
    struct device_options o = {.threads = 1, .cpu_mask = ~0u};
    char command[1400], text[4096];
    check(device_open_cpu(&d, &o, &e), &e);
    snprintf(command, sizeof command, "cp -r %s/. %s", data_path("image1"), temp_dir());
    assert_int_equal(system(command), 0);
    FILE *file = fopen(data_path("image1/image1.json"), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct model *m;
        char changed[8192];
        const char *at = strstr(text, bad[i][0]);
        assert_non_null(at);
        int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, bad[i][1],
            at + strlen(bad[i][0]));
        temp_file("image1.json", changed, (size_t)n);
        assert_int_not_equal(
            model_open(&m, &(struct model_open){d, temp_dir(), IH_COMPUTE_F32}, &e), IH_OK);
        if (!strstr(e.text, bad[i][2]))
            fail_msg("%s: %s", bad[i][2], e.text);
    }
    device_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_autoencoder),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_long_prompt),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_previews_and_cancel),
        cmocka_unit_test(test_reference_refused),
        cmocka_unit_test(test_bad_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
