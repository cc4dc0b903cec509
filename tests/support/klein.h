/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_KLEIN_H
#define TESTS_KLEIN_H

#include "support/support.h"

#include "models/flux2/flux2.h"

/* The tiny FLUX.2-klein of tests/data/flux2-klein-tiny, open and ready to paint. */
enum {
    KLEIN_WIDTH = 96,
    KLEIN_HEIGHT = 64,
    KLEIN_PIXELS = KLEIN_WIDTH * KLEIN_HEIGHT,
    KLEIN_DRAWN = 24, /* latents */
    KLEIN_CHANNELS = 16,
    KLEIN_STEPS = 3,
};

struct klein {
    struct device *device;
    struct model *model;
    struct painter_session *session;
    struct weights *expected;
    char prompt[128];
    /* Of a comparison: */
    const char *drawing; /* names in the fixture begin with it */
    double tolerance, worst;
    int compared;
};

/* Fails the test with the sentence. */
void klein_check(enum ih_status status, const struct ih_error *e);

/* `folder` is null for the fixture itself; a copy of it otherwise. */
void klein_open(
    struct klein *k, const char *folder, const char *tier, enum ih_compute compute, int threads);
void klein_close(struct klein *k);

/* The path of a file of the fixture. */
const char *klein_path(const char *file);

/* What the reference gave under the name. */
const void *klein_wanted(const struct klein *k, const char *name, int64_t n);
void klein_compare(struct klein *k, const char *name, const float *x, int64_t n);

/* The drawing that the fixture was made of, without pictures. */
struct painting_request klein_request(const struct klein *k);
void klein_paint(struct klein *k, const struct painting_request *r, struct ih_picture *out);

/* Reproducible noise; test_free(p.rgb) releases it. */
struct ih_picture klein_noise(int width, int height, uint32_t seed);

#endif
