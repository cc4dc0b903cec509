/* SPDX-License-Identifier: Apache-2.0 */
/* The weights that come with the program draw what they are asked for: told from pixels. */
#include "support/support.h"

#include "inhouse/draw.h"

#include <stdlib.h>
#include <string.h>

enum { PROMPTS = 6 };

struct painter {
    struct ih_engine *engine;
    struct ih_model *model;
};

static void open_painter(struct painter *p, int threads)
{
    struct ih_error e;
    if (ih_engine_open(&p->engine, &(struct ih_engine_options){.threads = threads}, &e) ||
        ih_model_open(&p->model, p->engine, data_path("../../models/image-1"), NULL, &e))
        fail_msg("%s", e.text);
}

static void close_painter(struct painter *p)
{
    ih_model_close(&p->model);
    ih_engine_close(&p->engine);
}

static struct ih_picture draw(const struct painter *p, const char *prompt, int width, int height)
{
    struct ih_draw_options o;
    struct ih_picture out;
    struct ih_error e;
    ih_draw_defaults(&o);
    o.prompt = prompt;
    o.width = width;
    o.height = height;
    o.seed = 11;
    if (ih_draw(&out, p->model, &o, NULL, &e))
        fail_msg("%s", e.text);
    return out;
}

/* Mean red, green and blue of a square around a point; sides as shares of the picture's. */
static void mean_colour(double mean[3], const struct ih_picture *p, double x, double y, double side)
{
    int reach = (int)(side * p->width / 2), count = 0;
    int cx = (int)(x * p->width), cy = (int)(y * p->height);
    mean[0] = mean[1] = mean[2] = 0;
    for (int i = cy - reach; i < cy + reach; i++)
        for (int j = cx - reach; j < cx + reach; j++, count++)
            for (int k = 0; k < 3; k++)
                mean[k] += p->rgb[(i * p->width + j) * 3 + k];
    for (int k = 0; k < 3; k++)
        mean[k] /= count;
}

/* The nearest of these, in plain sRGB. */
static const char *nearest(const double mean[3])
{
    static const struct {
        const char *name;
        double rgb[3];
    } colours[] = {
        {"red", {220, 50, 45}},
        {"green", {70, 160, 70}},
        {"blue", {60, 120, 220}},
        {"pale blue", {145, 170, 230}}, /* what a blue background is */
        {"yellow", {250, 215, 80}},
        {"white", {250, 250, 248}},
        {"black", {25, 25, 30}},
        {"grey", {128, 128, 128}},
    };
    size_t best = 0;
    double least = 1e9;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += (mean[k] - colours[i].rgb[k]) * (mean[k] - colours[i].rgb[k]);
        if (sum < least) {
            least = sum;
            best = i;
        }
    }
    return colours[best].name;
}

/* What is asked for fills the middle, and the background two corners. */
static void test_colours(void **state)
{
    (void)state;
    static const struct {
        const char *prompt, *middle, *corner;
    } wanted[PROMPTS] = {
        {"a large red circle on a white background", "red", "white"},
        {"a large blue square on a yellow background", "blue", "yellow"},
        {"a large green circle on a black background", "green", "black"},
        {"a large yellow circle on a blue background", "yellow", "pale blue"},
        {"a large white circle on a black background", "white", "black"},
        {"a large black circle on a white background", "black", "white"},
    };
    struct painter p;
    int right = 0;
    open_painter(&p, 2);
    for (int i = 0; i < PROMPTS; i++) {
        struct ih_picture picture = draw(&p, wanted[i].prompt, 0, 0);
        double middle[3], first[3], last[3];
        mean_colour(middle, &picture, 0.5, 0.5, 0.2);
        mean_colour(first, &picture, 0.08, 0.08, 0.1);
        mean_colour(last, &picture, 0.92, 0.92, 0.1);
        bool good = strcmp(nearest(middle), wanted[i].middle) == 0 &&
                    strcmp(nearest(first), wanted[i].corner) == 0 &&
                    strcmp(nearest(last), wanted[i].corner) == 0;
        print_message("%s: %s in the middle, %s and %s in the corners\n", wanted[i].prompt,
            nearest(middle), nearest(first), nearest(last));
        right += good;
        ih_picture_free(&picture);
    }
    close_painter(&p);
    assert_true(right >= PROMPTS - 1);
}

/* The same picture for any number of threads; its own size, and others. */
static void test_size_and_threads(void **state)
{
    (void)state;
    struct ih_picture a[2];
    for (int i = 0; i < 2; i++) {
        struct painter p;
        open_painter(&p, i + 1);
        a[i] = draw(&p, "two green frogs", 0, 0);
        struct ih_picture wide = draw(&p, "two green frogs", 320, 192);
        assert_true(wide.width == 320 && wide.height == 192);
        ih_picture_free(&wide);
        close_painter(&p);
    }
    assert_true(a[0].width == 256 && a[0].height == 256);
    assert_memory_equal(a[0].rgb, a[1].rgb, 256 * 256 * 3);
    ih_picture_free(&a[0]);
    ih_picture_free(&a[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_size_and_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
