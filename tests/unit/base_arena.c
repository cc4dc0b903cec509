/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/mem.h"
#include "support/support.h"

#include <string.h>

enum { KB = 1 << 10, MB = 1 << 20 };

static void test_allocations(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    struct arena a = {0};
    char *block[COUNT];
    for (int i = 0; i < COUNT; i++) {
        size_t n = (size_t)i * 37;
        block[i] = arena_alloc(&a, n);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % ARENA_ALIGN, 0);
        memset(block[i], i, n);
    }
    for (int i = 0; i < COUNT; i++) /* nobody wrote into another one's bytes */
        for (int j = 0; j < i * 37; j++)
            assert_int_equal((unsigned char)block[i][j], (unsigned char)i);
    arena_free(&a);
    assert_null(a.chunk);
    assert_int_equal(a.used, 0);
    arena_free(&a);
}

static void test_used_and_peak(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_non_null(arena_alloc(&a, 1));
    assert_int_equal(a.used, 64);
    struct arena_mark m = arena_mark(&a);
    assert_non_null(arena_alloc(&a, 1000));
    assert_int_equal(a.used, 64 + 1024);
    assert_non_null(arena_alloc(&a, 3 * MB));
    assert_int_equal(a.peak, 64 + 1024 + 3 * MB);
    arena_rewind(&a, m);
    assert_int_equal(a.used, 64);
    assert_int_equal(a.peak, 64 + 1024 + 3 * MB);
    assert_non_null(arena_alloc(&a, 64));
    assert_int_equal(a.peak, 64 + 1024 + 3 * MB);
    arena_free(&a);
}

/* What lies under a mark survives; what lies above is given again. */
static void test_rewind(void **state)
{
    (void)state;
    struct arena a = {0};
    char *kept = arena_alloc(&a, 100 * KB);
    memset(kept, 7, 100 * KB);
    for (int round = 0; round < 5; round++) {
        struct arena_mark outer = arena_mark(&a);
        char *first = arena_alloc(&a, 10 * KB);
        memset(first, 1, 10 * KB);
        struct arena_mark inner = arena_mark(&a);
        for (int i = 0; i < 10; i++)
            memset(arena_alloc(&a, 700 * KB), 2, 700 * KB); /* goes on to further chunks */
        arena_rewind(&a, inner);
        assert_ptr_equal(arena_alloc(&a, 64), first + 10 * KB);
        for (int i = 0; i < 10 * KB; i++)
            assert_int_equal(first[i], 1);
        arena_rewind(&a, outer);
        assert_int_equal(a.used, 100 * KB);
    }
    for (int i = 0; i < 100 * KB; i++)
        assert_int_equal(kept[i], 7);
    arena_free(&a);
}

/* A loop that empties the arena finds all its memory in one chunk from the second round on. */
static void test_merge(void **state)
{
    (void)state;
    struct arena a = {0};
    struct arena_mark empty = arena_mark(&a);
    struct arena_chunk *chunk = NULL;
    char *first = NULL;
    for (int round = 0; round < 4; round++) {
        char *begin = arena_alloc(&a, 64);
        for (int i = 0; i < 12; i++)
            memset(arena_alloc(&a, 600 * KB), round, 600 * KB);
        if (round > 1) {
            assert_ptr_equal(a.chunk, chunk);
            assert_ptr_equal(begin, first);
        }
        first = begin;
        arena_rewind(&a, empty);
        assert_int_equal(a.used, 0);
        if (round > 0 && chunk)
            assert_ptr_equal(a.chunk, chunk);
        chunk = a.chunk;
    }
    arena_free(&a);
}

static void test_reserve(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_non_null(arena_alloc(&a, 64));
    assert_int_equal(arena_reserve(&a, 5 * MB), 0);
    struct arena_chunk *chunk = a.chunk;
    for (int i = 0; i < 5; i++)
        assert_non_null(arena_alloc(&a, MB));
    assert_ptr_equal(a.chunk, chunk);
    arena_free(&a);
}

/* Sizes that wrap round are no memory, not little memory. */
static void test_too_much(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 63));
    assert_null(arena_alloc(&a, SIZE_MAX / 2));
    assert_null(arena_calloc(&a, SIZE_MAX / 4, 8));
    assert_null(arena_calloc(&a, SIZE_MAX, SIZE_MAX));
    assert_int_equal(arena_reserve(&a, SIZE_MAX), -1);
    assert_int_equal(arena_reserve(&a, SIZE_MAX - 32), -1);
    assert_int_equal(a.used, 0);
    assert_non_null(arena_alloc(&a, 10));
    arena_free(&a);
}

static void test_contents(void **state)
{
    (void)state;
    struct arena a = {0};
    struct arena_mark m = arena_mark(&a);
    memset(arena_alloc(&a, 4096), 0xff, 4096);
    arena_rewind(&a, m);
    const char *zero = arena_calloc(&a, 64, 64);
    for (int i = 0; i < 4096; i++)
        assert_int_equal(zero[i], 0);
    assert_string_equal(arena_strdup(&a, "words"), "words");
    assert_string_equal(arena_strdup(&a, ""), "");
    arena_free(&a);
}

static void test_mem(void **state)
{
    (void)state;
    unsigned char *p = mem_pages(3 * MB + 5);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 4096, 0);
    for (size_t i = 0; i < 3 * MB + 5; i += 511)
        assert_int_equal(p[i], 0);
    memset(p, 1, 3 * MB + 5);
    mem_pages_free(p, 3 * MB + 5);
    p = mem_pages(0);
    assert_non_null(p);
    mem_pages_free(p, 0);
    mem_pages_free(NULL, 0);
    assert_true(mem_total() >= mem_available());
    assert_true(mem_available() > 0);
    assert_true(mem_peak() >= 3 * MB);
    assert_true(mem_peak() <= mem_total());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_used_and_peak),
        cmocka_unit_test(test_rewind),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_mem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
