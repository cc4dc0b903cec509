/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "weights/weights.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS = 8, PATH_SIZE = 1024 };

static const char *path_in(const char *folder, const char *name)
{
    static char buffers[PATHS][PATH_SIZE];
    static int next;
    char *p = buffers[next++ % PATHS];
    snprintf(p, PATH_SIZE, "%s/%s", folder, name);
    return p;
}

const char *data_path(const char *name)
{
    return path_in(TEST_DATA, name);
}

const char *shared_path(const char *name)
{
    return path_in(TEST_SHARED, name);
}

bool have_shared(const char *name)
{
    if (access(shared_path(name), R_OK) == 0)
        return true;
    print_message("skipped: %s is not there\n", shared_path(name));
    return false;
}

static char temp_folder[64];

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_temp(void)
{
    nftw(temp_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temp_dir(void)
{
    if (!temp_folder[0]) {
        strcpy(temp_folder, "/tmp/inhouse-test-XXXXXX");
        assert_non_null(mkdtemp(temp_folder));
        atexit(remove_temp);
    }
    return temp_folder;
}

const char *temp_file(const char *name, const void *data, size_t size)
{
    const char *path = path_in(temp_dir(), name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    return path;
}

float random_unit(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 8388608.0f - 1.0f;
}

const void *fixture_data(const struct weights *fixture, const char *name, int64_t n)
{
    const struct tensor *t = weights_find(fixture, name);
    if (!t)
        fail_msg("%s is not in the fixture", name);
    assert_int_equal(tensor_count(t), n);
    return t->data;
}

double distance(const float *x, const float *want, int64_t n)
{
    double difference = 0, square = 0;
    for (int64_t i = 0; i < n; i++) {
        difference += ((double)x[i] - want[i]) * ((double)x[i] - want[i]);
        square += (double)want[i] * want[i];
    }
    return sqrt(difference / square);
}

void assert_close(
    const char *what, const float *got, const float *want, size_t n, float absolute, float relative)
{
    size_t worst = 0;
    float excess = 0;
    for (size_t i = 0; i < n; i++) {
        float e = fabsf(got[i] - want[i]) - absolute - relative * fabsf(want[i]);
        if (!isfinite(got[i]))
            fail_msg("%s[%zu] is %g", what, i, got[i]);
        if (e > excess) {
            excess = e;
            worst = i;
        }
    }
    if (excess > 0)
        fail_msg("%s[%zu]: got %.9g, want %.9g", what, worst, got[worst], want[worst]);
}
