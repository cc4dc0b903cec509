/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, mapped files, processor flags, random numbers. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mapfile.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "support/support.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_err(void **state)
{
    (void)state;
    struct ih_error e = {0};
    assert_int_equal(err_set(&e, IH_BAD_DATA, "%s: %d bytes", "a.bin", 7), IH_BAD_DATA);
    assert_int_equal(e.code, IH_BAD_DATA);
    assert_string_equal(e.text, "a.bin: 7 bytes");
    assert_int_equal(err_prefix(&e, "model %d", 3), IH_BAD_DATA);
    assert_string_equal(e.text, "model 3: a.bin: 7 bytes");
    assert_int_equal(err_memory(&e, "mel filters"), IH_NO_MEMORY);
    assert_non_null(strstr(e.text, "mel filters"));
    assert_int_equal(err_set(NULL, IH_IO, "nobody listens"), IH_IO);
    assert_int_equal(err_prefix(NULL, "nobody"), IH_INTERNAL);
    assert_int_equal(err_memory(NULL, "nothing"), IH_NO_MEMORY);
}

/* A sentence that is too long is cut, but not inside a character. */
static void test_err_long(void **state)
{
    (void)state;
    struct ih_error e = {0};
    char euros[3 * 300 + 1] = "";
    for (int i = 0; i < 300; i++)
        memcpy(euros + 3 * i, "\xe2\x82\xac", 4);
    for (int shift = 0; shift < 3; shift++) {
        err_set(&e, IH_IO, "%.*s%s", shift, "ab", euros);
        size_t n = strlen(e.text);
        assert_true(n < sizeof e.text && n > sizeof e.text - 4);
        assert_true(utf8_valid(e.text, n));
        err_prefix(&e, "%.*s", shift, "ab");
        assert_true(strlen(e.text) < sizeof e.text);
        assert_true(utf8_valid(e.text, strlen(e.text)));
        err_prefix(&e, "%s", euros);
        assert_true(utf8_valid(e.text, strlen(e.text)));
        assert_int_equal(e.code, IH_IO);
    }
}

static void assert_refused(const char *path, enum ih_status code, const char *why)
{
    struct mapfile m = {(const void *)"x", 1};
    struct ih_error e = {0};
    assert_int_equal(mapfile_open(&m, path, &e), code);
    assert_int_equal(e.code, code);
    assert_null(m.data);
    assert_int_equal(m.size, 0);
    assert_non_null(strstr(e.text, path));
    assert_non_null(strstr(e.text, why));
}

static void test_mapfile_refused(void **state)
{
    (void)state;
    char path[256];
    assert_refused(temp_dir(), IH_INVALID, "a directory");
    snprintf(path, sizeof path, "%s/pipe", temp_dir());
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, IH_INVALID, "not a regular file");
    assert_refused("/dev/null", IH_INVALID, "not a regular file");
    snprintf(path, sizeof path, "%s/missing", temp_dir());
    assert_refused(path, IH_NOT_FOUND, "No such file");
    snprintf(path, sizeof path, "%s/under", temp_file("plain", "x", 1));
    assert_refused(path, IH_NOT_FOUND, "Not a directory");
    assert_refused("", IH_NOT_FOUND, "No such file");
    if (geteuid() != 0) {
        const char *closed = temp_file("closed", "x", 1);
        assert_int_equal(chmod(closed, 0), 0);
        assert_refused(closed, IH_IO, "Permission denied");
    }
}

static void test_mapfile(void **state)
{
    (void)state;
    struct mapfile m;
    struct ih_error e = {0};
    unsigned char bytes[10001];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 31);
    const char *path = temp_file("bytes", bytes, sizeof bytes);
    assert_int_equal(mapfile_open(&m, path, &e), IH_OK);
    assert_int_equal(m.size, sizeof bytes);
    assert_int_equal(unlink(path), 0); /* stays readable */
    assert_memory_equal(m.data, bytes, sizeof bytes);
    mapfile_close(&m);
    assert_null(m.data);
    mapfile_close(&m);
    assert_int_equal(mapfile_open(&m, temp_file("empty", "", 0), &e), IH_OK);
    assert_null(m.data);
    assert_int_equal(m.size, 0);
    mapfile_close(&m);
}

static void test_cpu_mask(void **state)
{
    (void)state;
    static const char *const x86[] = {"c", "avx2", "avx512", "avx512-bf16", "amx", "all"};
    unsigned mask = 77, below = 0;
    for (size_t i = 0; i < sizeof x86 / sizeof *x86; i++) { /* each tier has what the last had */
        assert_int_equal(cpu_mask(x86[i], &mask), 0);
        assert_int_equal(mask & below, below);
        assert_true(i == 0 ? mask == 0 : mask != below);
        below = mask;
    }
    assert_int_equal(cpu_mask("avx512", &mask), 0);
    assert_int_equal(mask, CPU_AVX2 | CPU_AVX512);
    assert_int_equal(cpu_mask("avx512-bf16", &mask), 0);
    assert_true((mask & CPU_AVX512_VNNI) && (mask & CPU_AVX512_BF16) && !(mask & CPU_AMX_BF16));
    assert_int_equal(cpu_mask("neon", &mask), 0);
    assert_int_equal(mask, CPU_NEON);
    mask = 77;
    assert_int_equal(cpu_mask("AVX2", &mask), -1);
    assert_int_equal(cpu_mask("", &mask), -1);
    assert_int_equal(mask, 77);
}

static void test_cpu_flags(void **state)
{
    (void)state;
    unsigned f = cpu_flags();
    assert_int_equal(cpu_flags(), f);
    if (f & CPU_AVX512)
        assert_true(f & CPU_AVX2);
    if (f & (CPU_AVX512_VNNI | CPU_AVX512_BF16))
        assert_true(f & CPU_AVX512);
#if defined(__x86_64__) /* the compiler's own detection is the outside witness */
    assert_int_equal(
        !!(f & CPU_AVX2), __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
    assert_int_equal(!!(f & CPU_AVX512),
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"));
    assert_int_equal(!!(f & CPU_AVX512_VNNI), !!__builtin_cpu_supports("avx512vnni"));
#endif
}

static void test_cpu_describe(void **state)
{
    (void)state;
    char buf[128];
    assert_string_equal(cpu_describe(0, buf, sizeof buf), "");
    assert_string_equal(
        cpu_describe(CPU_AVX2 | CPU_AVX512_VNNI, buf, sizeof buf), "avx2 avx512-vnni");
    assert_string_equal(cpu_describe(CPU_NEON, buf, sizeof buf), "neon");
    memset(buf, 'x', sizeof buf);
    assert_string_equal(cpu_describe(CPU_AVX2 | CPU_AVX512, buf, 8), "avx2 av");
    assert_int_equal(buf[8], 'x');
    cpu_describe(CPU_AVX2, buf + 8, 0);
    assert_int_equal(buf[8], 'x');
}

static void test_cpu_count(void **state)
{
    (void)state;
    cpu_set_t old, one;
    assert_int_equal(sched_getaffinity(0, sizeof old, &old), 0);
    assert_int_equal(cpu_count(), CPU_COUNT(&old));
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &old))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(cpu_count(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof old, &old), 0);
}

/* The first values of the generator's published reference for the state 1234567. */
static void test_rng(void **state)
{
    (void)state;
    static const uint64_t known[] = {6457827717110365317u, 3203168211198807973u,
        9817491932198370423u, 4593380528125082431u, 16408922859458223821u};
    uint64_t s = 1234567;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_true(rng_next(&s) == known[i]);
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        double u = rng_unit(&s);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(sum > 49500 && sum < 50500); /* five standard deviations */
    double before = clock_seconds();
    assert_true(clock_seconds() >= before);
}

/* The moments of the standard normal distribution, within four deviations of their own; and one
 * order of values, whatever is asked for at once. */
static void test_normal(void **state)
{
    (void)state;
    enum { N = 20001 };
    static float x[N], first[7];
    double sum[5] = {0};
    uint64_t s = 42, same = 42;
    rng_normal(&s, x, N);
    rng_normal(&same, first, 7);
    assert_memory_equal(x, first, sizeof first);
    for (int i = 0; i < N; i++)
        for (int k = 1; k < 5; k++)
            sum[k] += pow(x[i], k) / N;
    static const double moment[] = {0, 0, 1, 0, 3}, deviation[] = {0, 1, 1.42, 3.88, 9.8};
    for (int k = 1; k < 5; k++)
        assert_true(fabs(sum[k] - moment[k]) < 4 * deviation[k] / sqrt(N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err),
        cmocka_unit_test(test_err_long),
        cmocka_unit_test(test_mapfile_refused),
        cmocka_unit_test(test_mapfile),
        cmocka_unit_test(test_cpu_mask),
        cmocka_unit_test(test_cpu_flags),
        cmocka_unit_test(test_cpu_describe),
        cmocka_unit_test(test_cpu_count),
        cmocka_unit_test(test_rng),
        cmocka_unit_test(test_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
