/* SPDX-License-Identifier: Apache-2.0 */
/* The data folder: keys and usage, in one process and from several. */
#include "server/store/digest.h"
#include "server/store/keys.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[4096];
static int64_t clock_now;

static int64_t now(void)
{
    return clock_now;
}

/* A new folder for each test. */
static struct store *open_store(void)
{
    static int count;
    struct store *s;
    struct ih_error e = {0};
    snprintf(folder, sizeof folder, "%s/data-%d-%d/inner", temp_dir(), (int)getpid(), count++);
    if (store_open(&s, folder, &e) != IH_OK)
        fail_msg("%s", e.text);
    clock_now = 1764072000; /* 2025-11-25T12:00:00Z */
    store_set_clock(s, now);
    return s;
}

static struct key make(struct store *s, const char *name, char text[KEY_TEXT])
{
    struct key k = {0};
    struct ih_error e = {0};
    snprintf(k.name, sizeof k.name, "%s", name);
    if (key_create(s, &k, text, &e) != IH_OK)
        fail_msg("%s", e.text);
    return k;
}

/* FIPS 180-4's "abc", RFC 4231's test case 2. */
static void test_digests(void **state)
{
    static const unsigned char abc[DIGEST_BYTES] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
        0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a,
        0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    static const unsigned char mac[DIGEST_BYTES] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
        0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39,
        0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
    unsigned char out[DIGEST_BYTES];
    (void)state;
    assert_true(digest_sha256(out, "abc", 3));
    assert_true(digest_same(out, abc));
    assert_true(digest_hmac(out, "Jefe", 4, "what do ya want for nothing?", 28));
    assert_true(digest_same(out, mac));
    out[31] ^= 1;
    assert_false(digest_same(out, mac));
}

static void test_a_key_is_shown_once(void **state)
{
    char text[KEY_TEXT], other[KEY_TEXT], path[4200], data[1 << 16];
    struct ih_error e;
    struct key found;
    struct stat st;
    struct store *s = open_store();
    struct key k = make(s, "phone", text);
    (void)state;
    make(s, "laptop", other);
    assert_int_equal(strlen(text), 3 + 43);
    assert_int_equal(strncmp(text, "ih-", 3), 0);
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_"),
        strlen(text));
    assert_string_not_equal(text, other);
    assert_int_equal(key_find(s, text, &found, &e), IH_OK);
    assert_int_equal(found.id, k.id);
    assert_string_equal(found.name, "phone");
    assert_memory_equal(found.hint, text, 7);
    assert_int_equal(found.created, clock_now);
    text[20] ^= 1;
    assert_int_equal(key_find(s, text, &found, &e), IH_NOT_FOUND);
    text[20] ^= 1;
    assert_int_equal(key_find(s, text + 3, &found, &e), IH_NOT_FOUND);
    assert_int_equal(key_find(s, "", &found, &e), IH_NOT_FOUND);
    /* Neither file holds it, and nobody else may read them. */
    static const char *const names[] = {"state.db", "state.db-wal"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        size_t n = fread(data, 1, sizeof data, f);
        fclose(f);
        assert_true(n > 0);
        assert_null(memmem(data, n, text + 7, 20));
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 077, 0);
    }
    store_close(&s);
}

static void test_names_expiry_revocation(void **state)
{
    char text[KEY_TEXT];
    struct ih_error e;
    struct key k = {.name = "visitor", .admin = true, .expires = 1764072060}, found;
    struct store *s = open_store();
    (void)state;
    assert_true(key_add_names(k.models, "voice-1,image-1"));
    assert_int_equal(key_read_quota(&k, "characters=1000/day", &e), IH_OK);
    assert_int_equal(key_read_quota(&k, "requests=5/minute", &e), IH_OK);
    assert_int_equal(key_create(s, &k, text, &e), IH_OK);
    assert_int_equal(key_create(s, &k, text, &e), IH_INVALID);
    assert_string_equal(e.text, "there is a key 'visitor' already");
    assert_int_equal(key_by_name(s, "visitor", &found, &e), IH_OK);
    assert_true(found.admin && key_is_valid(s, &found));
    assert_true(key_allows(found.models, "image-1", 7));
    assert_false(key_allows(found.models, "image-", 6));
    assert_false(key_allows(found.models, "image-1\nvoice", 13));
    assert_true(key_allows(found.voices, "anybody", 7));
    assert_true(found.quota[CHARACTERS][DAY] == 1000 && found.quota[REQUESTS][MINUTE] == 5);
    assert_true(found.quota[CHARACTERS][MINUTE] == 0);
    clock_now += 60;
    assert_string_equal(key_state(s, &found), "expired");
    assert_int_equal(key_revoke(s, "visitor", &e), IH_OK);
    clock_now += 60;
    assert_int_equal(key_revoke(s, "visitor", &e), IH_OK);
    assert_int_equal(key_by_name(s, "visitor", &found, &e), IH_OK);
    assert_int_equal(found.revoked, clock_now - 60);
    assert_string_equal(key_state(s, &found), "revoked");
    assert_int_equal(key_revoke(s, "nobody", &e), IH_NOT_FOUND);
    static const char *const bad[] = {"", "two words", "line\nend", "\xff",
        "a-name-of-sixty-four-bytes-which-is-one-too-many-for-this-table--"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct key b = {0};
        snprintf(b.name, sizeof b.name, "%s", bad[i]);
        if (strlen(bad[i]) < sizeof b.name)
            assert_int_equal(key_create(s, &b, text, &e), IH_INVALID);
    }
    static const char *const quotas[] = {"", "characters", "characters=/day", "characters=5",
        "characters=5/year", "letters=5/day", "characters=0/day", "characters=-1/day",
        "characters=1e999/day", "characters=nan/day"};
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++)
        assert_int_equal(key_read_quota(&k, quotas[i], &e), IH_INVALID);
    assert_false(key_add_names(k.models, "a,,b"));
    store_close(&s);
}

struct collected {
    int count;
    char text[4000];
};

static int collect(void *arg, const struct usage_row *row)
{
    struct collected *c = arg;
    char line[600];
    usage_csv(row, line);
    strncat(c->text, line, sizeof c->text - strlen(c->text) - 1);
    c->count++;
    return 0;
}

static void usage_is(struct store *s, struct usage_query q, const char *want)
{
    struct collected c = {0};
    struct ih_error e;
    assert_int_equal(usage_read(s, &q, collect, &c, &e), IH_OK);
    assert_string_equal(c.text, want);
}

static void test_usage(void **state)
{
    char text[KEY_TEXT];
    struct ih_error e;
    struct amounts a = {.of = {[REQUESTS] = 1, [CHARACTERS] = 11}}, found;
    struct amounts b = {.of = {[REQUESTS] = 1, [AUDIO_SECONDS] = 2.5}};
    struct store *s = open_store();
    struct key k = make(s, "a\"b", text);
    (void)state;
    assert_int_equal(usage_add(s, k.id, "voice-1", &a, &e), IH_OK);
    assert_int_equal(usage_add(s, k.id, "voice-1", &a, &e), IH_OK);
    clock_now += 86400;
    assert_int_equal(usage_add(s, 0, "transcribe-1", &b, &e), IH_OK);
    struct usage_query q = {.until = 99999, .key = -1, .by = BY_DAY | BY_KEY | BY_MODEL};
    usage_is(s, q,
        "2025-11-25,\"a\"\"b\",\"voice-1\",requests,2\r\n"
        "2025-11-25,\"a\"\"b\",\"voice-1\",characters,22\r\n"
        "2025-11-26,\"\",\"transcribe-1\",requests,1\r\n"
        "2025-11-26,\"\",\"transcribe-1\",audio_seconds,2.5\r\n");
    q.by = BY_MODEL;
    q.key = k.id;
    usage_is(s, q, ",\"\",\"voice-1\",requests,2\r\n,\"\",\"voice-1\",characters,22\r\n");
    q = (struct usage_query){.since = day_of(clock_now), .until = 99999, .key = -1};
    usage_is(s, q, ",\"\",\"\",requests,1\r\n,\"\",\"\",audio_seconds,2.5\r\n");
    assert_int_equal(usage_of_day(s, k.id, day_of(clock_now) - 1, &found, &e), IH_OK);
    assert_true(found.of[CHARACTERS] == 22 && found.of[AUDIO_SECONDS] == 0);
    struct key later;
    assert_int_equal(key_by_name(s, "a\"b", &later, &e), IH_OK);
    assert_int_equal(later.used, clock_now - 86400);
    int64_t day;
    assert_true(day_read("1970-01-02", &day) && day == 1);
    assert_false(day_read("2025-02-31", &day) || day_read("today", &day) || day_read("", &day));
    store_close(&s);
}

/* Processes that make keys and count usage in one new folder at once. */
static void test_several_processes(void **state)
{
    enum { PROCESSES = 4, EACH = 20 };
    struct store *s = open_store();
    struct ih_error e;
    struct amounts one = {.of = {[REQUESTS] = 1}}, found;
    pid_t child[PROCESSES];
    (void)state;
    store_close(&s);
    snprintf(folder + strlen(folder), 8, "/new");
    for (int p = 0; p < PROCESSES; p++) {
        child[p] = fork();
        if (child[p])
            continue;
        int failed = store_open(&s, folder, &e) != IH_OK;
        for (int i = 0; i < EACH && !failed; i++) {
            char text[KEY_TEXT];
            struct key k = {0};
            snprintf(k.name, sizeof k.name, "key-%d-%d", p, i);
            failed = key_create(s, &k, text, &e) || usage_add(s, 7, "m", &one, &e);
        }
        store_close(&s);
        _exit(failed);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int code = -1;
        waitpid(child[p], &code, 0);
        assert_int_equal(code, 0);
    }
    assert_int_equal(store_open(&s, folder, &e), IH_OK);
    assert_int_equal(usage_of_day(s, 7, day_of(store_now(s)), &found, &e), IH_OK);
    assert_true(found.of[REQUESTS] == PROCESSES * EACH);
    struct key k;
    assert_int_equal(key_by_name(s, "key-3-19", &k, &e), IH_OK);
    assert_int_equal(k.id <= PROCESSES * EACH, 1);
    store_close(&s);
}

static void test_folders_that_are_none(void **state)
{
    char path[4200];
    struct store *s = open_store(), *other;
    struct ih_error e = {0};
    int again;
    (void)state;
    /* One server a folder. */
    assert_int_equal(store_take_over(s, &again, &e), IH_OK);
    assert_int_equal(store_open(&other, folder, &e), IH_OK);
    assert_int_equal(store_take_over(other, &again, &e), IH_IO);
    assert_non_null(strstr(e.text, "another server"));
    store_close(&s);
    assert_int_equal(store_take_over(other, &again, &e), IH_OK);
    store_close(&other);
    /* The file's user_version stands at byte 60. */
    snprintf(path, sizeof path, "%s/state.db", folder);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 60, SEEK_SET);
    fputc(1, f);
    fclose(f);
    assert_int_equal(store_open(&s, folder, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "newer version"));
    /* What is no database, and what is there instead of a folder. */
    f = fopen(path, "wb");
    assert_non_null(f);
    for (int i = 0; i < 100; i++)
        fputs("this is no database ", f);
    fclose(f);
    assert_int_equal(store_open(&s, folder, &e), IH_BAD_DATA);
    assert_null(s);
    assert_int_equal(store_open(&s, path, &e), IH_IO);
    assert_int_equal(store_open(&s, "", &e), IH_INVALID);
    assert_int_equal(store_open(&s, "/proc/nothing", &e), IH_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_a_key_is_shown_once),
        cmocka_unit_test(test_names_expiry_revocation),
        cmocka_unit_test(test_usage),
        cmocka_unit_test(test_several_processes),
        cmocka_unit_test(test_folders_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
