/* SPDX-License-Identifier: Apache-2.0 */
#include "support/klein.h"

#include "base/cpu.h"

#include <stdio.h>

static const char fixture[] = "flux2-klein-tiny";

void klein_check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

const char *klein_path(const char *file)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", fixture, file);
    return data_path(path);
}

void klein_open(
    struct klein *k, const char *folder, const char *tier, enum ih_compute compute, int threads)
{
    struct ih_error e;
    struct device_options o = {.threads = threads};
    *k = (struct klein){0};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    klein_check(device_open_cpu(&k->device, &o, &e), &e);
    struct model_open open = {k->device, folder ? folder : data_path(fixture), compute};
    klein_check(model_open(&k->model, &open, &e), &e);
    assert_string_equal(k->model->family->name, "flux2");
    klein_check(k->model->family->painter->open(&k->session, k->model, &e), &e);
    klein_check(weights_open(&k->expected, klein_path("expected.safetensors"), &e), &e);
    FILE *f = fopen(klein_path("prompt.txt"), "rb");
    assert_non_null(f);
    k->prompt[fread(k->prompt, 1, sizeof k->prompt - 1, f)] = 0;
    fclose(f);
}

void klein_close(struct klein *k)
{
    k->model->family->painter->close(&k->session);
    weights_close(&k->expected);
    model_close(&k->model);
    device_close(&k->device);
}

const void *klein_wanted(const struct klein *k, const char *name, int64_t n)
{
    return fixture_data(k->expected, name, n);
}

void klein_compare(struct klein *k, const char *name, const float *x, int64_t n)
{
    double d = distance(x, klein_wanted(k, name, n), n);
    if (!(d <= k->tolerance))
        fail_msg("%s differs by %.3g of the reference", name, d);
    k->worst = d > k->worst ? d : k->worst;
    k->compared++;
}

struct painting_request klein_request(const struct klein *k)
{
    return (struct painting_request){.prompt = k->prompt,
        .width = KLEIN_WIDTH,
        .height = KLEIN_HEIGHT,
        .steps = KLEIN_STEPS,
        .guidance = 4.0f,
        .seed = 5,
        .strength = 1.0f};
}

void klein_paint(struct klein *k, const struct painting_request *r, struct ih_picture *out)
{
    struct ih_error e;
    klein_check(k->model->family->painter->paint(k->session, r, NULL, out, &e), &e);
    assert_int_equal(out->width, r->width);
    assert_int_equal(out->height, r->height);
}

struct ih_picture klein_noise(int width, int height, uint32_t seed)
{
    struct ih_picture p = {width, height, test_malloc((size_t)width * (size_t)height * 3)};
    for (int i = 0; i < width * height * 3; i++)
        p.rgb[i] = (uint8_t)(127 + 127 * random_unit(&seed));
    return p;
}
