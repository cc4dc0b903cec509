/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* cmocka wants these in front of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

/* "tests/data/NAME" and "../shared/data/NAME" as paths; the buffers rotate, eight live at once. */
const char *data_path(const char *name);
const char *shared_path(const char *name);

/* True when shared test data is there; else says which file is missing, for skip(). */
bool have_shared(const char *name);

/* Writes bytes to a new file in a private folder that is removed at exit; returns its path. */
const char *temp_file(const char *name, const void *data, size_t size);
const char *temp_dir(void);

/* Reproducible numbers: uniform in [-1, 1). */
float random_unit(uint32_t *state);

/* What a fixture holds under a name, of n values in all; fails the test when it is not there. */
struct weights;
const void *fixture_data(const struct weights *fixture, const char *name, int64_t n);

/* The root mean square of the difference over that of the reference. */
double distance(const float *x, const float *want, int64_t n);

/* Fails the test with the place and size of the worst difference when
 * |got - want| > absolute + relative * |want| anywhere, or a value is not finite. */
void assert_close(const char *what, const float *got, const float *want, size_t n, float absolute,
    float relative);

#endif
