/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing through the public API, with a model whose pictures can be computed by hand. */
#include "support/brush.h"
#include "support/sine.h"
#include "support/support.h"

#include "base/clock.h"
#include "inhouse/draw.h"
#include "tasks/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
    char warning[1024];
    int steps, previews, cancel_at;
    double progress;
    struct ih_draw_job *job;
};

static void on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct record *r = arg;
    assert_int_equal(done, r->steps + 1);
    assert_true(total >= done);
    r->steps = done;
    r->previews += preview != NULL;
    if (done == r->cancel_at)
        r->job->job.cancel = 1;
}

static void on_warning(void *arg, const char *text)
{
    struct record *r = arg;
    size_t n = strlen(r->warning);
    snprintf(r->warning + n, sizeof r->warning - n, "%s\n", text);
}

static void on_progress(void *arg, double done, double total)
{
    struct record *r = arg;
    assert_true(done >= r->progress && done <= total);
    r->progress = done;
}

struct bench {
    struct brush brush;
    struct ih_draw_options o;
    struct ih_draw_job job;
    struct record record;
    struct ih_picture out;
    struct ih_error e;
};

static void bench_init(struct bench *b)
{
    *b = (struct bench){0};
    brush_init(&b->brush, "brush-1");
    ih_draw_defaults(&b->o);
    b->o.prompt = "a cat";
    b->job = (struct ih_draw_job){.job = {.arg = &b->record, .progress = on_progress},
        .step = on_step,
        .warning = on_warning};
    b->record.job = &b->job;
}

static struct ih_model *model_of(struct bench *b)
{
    return (struct ih_model *)(uintptr_t)&b->brush.base;
}

static enum ih_status run(struct bench *b)
{
    b->record.steps = 0;
    b->record.progress = 0;
    b->record.warning[0] = 0;
    ih_picture_free(&b->out);
    enum ih_status status = ih_draw(&b->out, model_of(b), &b->o, &b->job, &b->e);
    assert_int_equal(b->brush.sessions, 0);
    if (status) {
        assert_null(b->out.rgb);
        assert_int_equal(b->e.code, status);
    }
    return status;
}

static void refuse(struct bench *b, enum ih_status want, const char *words)
{
    b->e.text[0] = 0;
    assert_int_equal(run(b), want);
    if (!strstr(b->e.text, words))
        fail_msg("'%s' is not in '%s'", words, b->e.text);
    assert_int_equal(b->record.steps, 0);
}

static void accept(struct bench *b, const char *warning)
{
    if (run(b))
        fail_msg("%s", b->e.text);
    if (warning ? !strstr(b->record.warning, warning) : b->record.warning[0])
        fail_msg("the warning is '%s', not '%s'", b->record.warning, warning ? warning : "");
}

static void test_defaults_are_the_models(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.o.seed = 100;
    accept(&b, NULL);
    assert_int_equal(b.out.width, 64);
    assert_int_equal(b.out.height, 64);
    assert_int_equal(b.brush.last.steps, 4);
    assert_true(b.brush.last.guidance == 2 && b.brush.last.strength == 1);
    assert_null(b.brush.last.negative);
    /* Pixel (32, 16): 255 * 32 / 64, 255 * 16 / 64, 100 + 28 + 5 + 32. */
    const uint8_t *p = b.out.rgb + (16 * 64 + 32) * 3;
    assert_int_equal(p[0], 127);
    assert_int_equal(p[1], 63);
    assert_int_equal(p[2], 165);
    assert_int_equal(b.record.steps, 4);
    assert_int_equal(b.record.previews, 0);
    assert_true(b.record.progress == 4);
    b.o.preview = true;
    accept(&b, NULL);
    assert_int_equal(b.record.previews, 4);
    ih_picture_free(&b.out);
    /* Nobody need watch. */
    assert_int_equal(ih_draw(&b.out, model_of(&b), &b.o, NULL, NULL), IH_OK);
    ih_picture_free(&b.out);
}

static void test_prompts(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    static const char *const empty[] = {NULL, "", "  \n\t"};
    for (int i = 0; i < 3; i++) {
        b.o.prompt = empty[i];
        refuse(&b, IH_INVALID, "nothing to draw: the prompt is empty");
    }
    b.o.prompt = "caf\xe9";
    refuse(&b, IH_INVALID, "the prompt is not UTF-8");
    char *words = malloc(60001); /* ten thousand words */
    assert_non_null(words);
    for (int i = 0; i < 10000; i++)
        memcpy(words + (size_t)i * 6, "apple ", 6);
    words[60000] = 0;
    b.o.prompt = words;
    refuse(&b, IH_INVALID, "the prompt has 60000 bytes; at most 16384");
    b.o.prompt = "a cat";
    b.o.negative = words;
    refuse(&b, IH_INVALID, "the negative prompt has 60000 bytes");
    b.o.negative = "\x80";
    refuse(&b, IH_INVALID, "the negative prompt is not UTF-8");
    b.o.negative = " ";
    accept(&b, NULL);
    assert_null(b.brush.last.negative);
    b.o.negative = "a dog";
    accept(&b, NULL);
    b.o.guidance = 1;
    accept(&b, "without guidance the negative prompt does nothing");
    b.o.negative = NULL;
    words[6 * 21 - 1] = 0; /* 21 words */
    b.o.prompt = words;
    accept(&b, "about 20 words of a prompt");
    words[6 * 20 - 1] = 0;
    accept(&b, NULL);
    free(words);
    ih_picture_free(&b.out);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        const char *refusal; /* or the size that is drawn */
        int w, h;
        const char *warning;
    } cases[] = {
        {128, 96, NULL, 128, 96, NULL},
        {100, 61, NULL, 104, 64, "steps of 8 pixels: 100x61 became 104x64"},
        {99, 16, NULL, 96, 16, "99x16 became 96x16"},
        {128, 0, NULL, 128, 128, NULL},
        {0, 40, NULL, 40, 40, NULL},
        {-1, 64, "a width of -1 is too small", 0, 0, NULL},
        {64, 8, "16 to 256 pixels a side; a height of 8 is too small", 0, 0, NULL},
        {100000, 64, "a width of 100000 is too large", 0, 0, NULL},
        {64, 100000, "a height of 100000 is too large", 0, 0, NULL},
        {INT32_MAX, INT32_MAX, "too large", 0, 0, NULL},
        {256, 72, "256x72 is 0.02 million pixels", 0, 0, NULL},
        {256, 64, NULL, 256, 64, NULL},
    };
    struct bench b;
    bench_init(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        b.o.width = cases[i].width;
        b.o.height = cases[i].height;
        if (cases[i].refusal) {
            refuse(&b, IH_INVALID, cases[i].refusal);
            continue;
        }
        accept(&b, cases[i].warning);
        assert_int_equal(b.out.width, cases[i].w);
        assert_int_equal(b.out.height, cases[i].h);
    }
    ih_picture_free(&b.out);
}

static void test_sizes_as_text(void **state)
{
    (void)state;
    /* The model's own area is 4096: 2:3 of it is 52.3x78.4. */
    static const struct {
        const char *text;
        int w, h;
    } good[] = {{"640x480", 640, 480}, {"640X480", 640, 480}, {"512", 512, 512}, {"square", 64, 64},
        {"Portrait", 56, 80}, {"landscape", 80, 56}, {"1:1", 64, 64}, {"16:9", 88, 48},
        {"wide", 88, 48}, {"tall", 48, 88}, {"99999999999999999999x5", 1000000, 5},
        {"100:1", 256, 16}};
    static const char *const bad[] = {"", "x", "64x", "x64", "64x64x64", "-5x5", "0x64", "64x0",
        "big", "3:0", "1000:1", "1.5:1", "3:2:1", "5 x 5"};
    struct bench b;
    struct ih_draw_limits l;
    struct ih_error e;
    int w, h;
    bench_init(&b);
    assert_int_equal(ih_draw_limits(model_of(&b), &l, &e), IH_OK);
    assert_int_equal(l.pixels_most, 128 * 128);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (ih_draw_size(&w, &h, good[i].text, &l, &e))
            fail_msg("%s", e.text);
        if (w != good[i].w || h != good[i].h)
            fail_msg("%s is %dx%d", good[i].text, w, h);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ih_draw_size(&w, &h, bad[i], &l, &e) != IH_INVALID)
            fail_msg("'%s' is taken for %dx%d", bad[i], w, h);
}

static void test_numbers(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.o.steps = -1;
    refuse(&b, IH_INVALID, "steps must be 1 to 1000, not -1");
    b.o.steps = 1001;
    refuse(&b, IH_INVALID, "not 1001");
    b.o.steps = 0;
    static const float bad[] = {0.5f, -1, 51, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        b.o.guidance = bad[i];
        refuse(&b, IH_INVALID, "guidance must be 1 (none) to 50");
    }
    b.o.guidance = 0;
    static const float bad_strength[] = {-0.1f, 1.1f, NAN};
    for (size_t i = 0; i < sizeof bad_strength / sizeof *bad_strength; i++) {
        b.o.strength = bad_strength[i];
        refuse(&b, IH_INVALID, "strength must be 0 to 1");
    }
    b.o.strength = 0.5f;
    refuse(&b, IH_INVALID, "strength needs a picture");
    b.o.strength = 1;
    b.o.steps = 9;
    b.o.guidance = 3;
    b.o.seed = UINT64_MAX;
    accept(&b, NULL);
    assert_int_equal(b.brush.last.steps, 9);
    assert_true(b.brush.last.guidance == 3 && b.brush.last.seed == UINT64_MAX);
    ih_picture_free(&b.out);
}

static struct ih_picture plain(int width, int height, uint8_t value)
{
    struct ih_picture p = {width, height, malloc((size_t)width * (size_t)height * 3)};
    assert_non_null(p.rgb);
    memset(p.rgb, value, (size_t)width * (size_t)height * 3);
    return p;
}

static void test_references(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct ih_picture image[3] = {plain(100, 50, 9), plain(1000, 1000, 7), plain(36, 17, 5)};
    b.o.image = image;
    b.o.images = 3;
    refuse(&b, IH_INVALID, "at most 2 pictures, not 3");
    b.brush.references = 0;
    refuse(&b, IH_UNSUPPORTED, "draws from words alone");
    b.brush.references = 8;
    /* 2:1 of the first's 5000 pixels. References have no more than the brush's own 64 x 64: the
     * first is made 90 x 45, the second 64 x 64, and of all the middle is taken. */
    accept(&b, NULL);
    assert_int_equal(b.out.width, 104);
    assert_int_equal(b.out.height, 48);
    static const int want[3][2] = {{88, 40}, {64, 64}, {32, 16}};
    assert_memory_equal(b.brush.image_size, want, sizeof want);
    b.o.image = (const struct ih_picture[]){{15, 40, image[0].rgb}};
    b.o.images = 1;
    refuse(&b, IH_INVALID, "15x40; its sides must have at least 16 pixels");
    b.o.image = (const struct ih_picture[]){{16, 129, image[0].rgb}};
    refuse(&b, IH_INVALID, "at most 8 times");
    b.o.image = NULL;
    refuse(&b, IH_INVALID, "pictures to go by");
    b.o.image = (const struct ih_picture[]){{0}};
    b.o.images = 1;
    refuse(&b, IH_INVALID, "is empty");
    for (int i = 0; i < 3; i++)
        ih_picture_free(&image[i]);
    ih_picture_free(&b.out);
}

/* Sizes that diffusers' Flux2ImageProcessor gave (0.42.1, _resize_to_target_area). */
static void test_sizes_of_references(void **state)
{
    (void)state;
    static const int size[][4] = {{1024, 1024, 1024, 1024}, {1025, 1024, 1024, 1023},
        {1920, 1080, 1365, 768}, {4032, 3024, 1182, 886}, {3000, 4000, 886, 1182},
        {640, 427, 640, 427}, {1000, 1049, 999, 1048}, {8000, 1000, 2896, 362}};
    const struct ih_draw_limits flux2 = {.width = 1024, .height = 1024, .multiple = 16};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        int w = size[i][0], h = size[i][1];
        draw_fit(&w, &h, &flux2);
        assert_int_equal(w, size[i][2]);
        assert_int_equal(h, size[i][3]);
    }
}

/* Of 39 x 29 pixels the 32 x 24 in the middle are taken as they are, from (3, 2) on. */
static void test_middle_of_references(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct ih_picture image = plain(39, 29, 0);
    for (int i = 0; i < 39 * 29; i++) {
        image.rgb[i * 3] = (uint8_t)(i % 39);
        image.rgb[i * 3 + 1] = (uint8_t)(i / 39);
    }
    b.o.image = &image;
    b.o.images = 1;
    accept(&b, NULL);
    assert_int_equal(b.brush.image_size[0][0], 32);
    assert_int_equal(b.brush.image_size[0][1], 24);
    assert_int_equal(b.brush.image_corner[0][0], 3);
    assert_int_equal(b.brush.image_corner[0][1], 2);
    ih_picture_free(&image);
    ih_picture_free(&b.out);
}

static void test_start_and_mask(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct ih_picture image = plain(160, 80, 200), mask = plain(320, 160, 0);
    b.o.mask = &mask;
    refuse(&b, IH_INVALID, "a mask needs a picture");
    b.o.image = &image;
    b.o.images = 1;
    b.o.strength = 0;
    b.o.mask = NULL;
    accept(&b, NULL);
    assert_int_equal(b.out.width, 160);
    assert_int_equal(b.out.rgb[0], 200); /* strength 0 leaves it as it is */
    /* The left half is drawn anew. */
    for (int y = 0; y < 160; y++)
        memset(mask.rgb + (size_t)y * 960, 255, 480);
    b.o.strength = 1;
    b.o.mask = &mask;
    accept(&b, NULL);
    assert_int_equal(b.out.rgb[0], 0);
    assert_int_equal(b.out.rgb[79 * 3], 255 * 79 / 160);
    assert_int_equal(b.out.rgb[81 * 3], 200);
    /* A drawing of another shape takes the middle. */
    b.o.width = b.o.height = 64;
    accept(&b, "what sticks out is cut off");
    assert_int_equal(b.brush.image_size[0][0], 64);
    assert_int_equal(b.out.rgb[63 * 3], 200);
    struct ih_picture wrong = plain(100, 100, 0);
    b.o.mask = &wrong;
    refuse(&b, IH_INVALID, "a mask has the proportions of its picture");
    ih_picture_free(&wrong);
    ih_picture_free(&image);
    ih_picture_free(&mask);
    ih_picture_free(&b.out);
}

static void test_stopping(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.record.cancel_at = 2;
    assert_int_equal(run(&b), IH_CANCELLED);
    assert_int_equal(b.record.steps, 2);
    assert_int_equal(b.brush.steps_seen, 2);
    refuse(&b, IH_CANCELLED, "stopped"); /* still asked for: not begun */
    b.job.job.cancel = 0;
    b.record.cancel_at = 0;
    b.job.job.deadline = clock_seconds() - 1;
    refuse(&b, IH_CANCELLED, "the time allowed is over");
    b.job.job.deadline = clock_seconds() + 1000;
    accept(&b, NULL);
    b.brush.no_memory = true;
    refuse(&b, IH_NO_MEMORY, "memory");
}

static void test_models_that_do_not_draw(void **state)
{
    (void)state;
    struct sine sine;
    struct ih_picture out;
    struct ih_draw_options o;
    struct ih_draw_limits l;
    struct ih_error e;
    sine_init(&sine, "tones");
    ih_draw_defaults(&o);
    o.prompt = "a cat";
    struct ih_model *m = (struct ih_model *)(uintptr_t)&sine.base;
    assert_int_equal(ih_draw(&out, m, &o, NULL, &e), IH_UNSUPPORTED);
    assert_string_equal(e.text, "tones cannot draw");
    assert_int_equal(ih_draw_limits(m, &l, &e), IH_UNSUPPORTED);
    assert_int_equal(ih_draw(&out, NULL, &o, NULL, &e), IH_INVALID);
    struct bench b;
    bench_init(&b);
    assert_int_equal(ih_draw(&out, model_of(&b), NULL, NULL, &e), IH_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_the_models),
        cmocka_unit_test(test_prompts),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_sizes_as_text),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_sizes_of_references),
        cmocka_unit_test(test_middle_of_references),
        cmocka_unit_test(test_start_and_mask),
        cmocka_unit_test(test_stopping),
        cmocka_unit_test(test_models_that_do_not_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
