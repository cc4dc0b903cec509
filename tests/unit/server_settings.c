/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static void test_table_is_sound(void **state)
{
    int count;
    const struct setting *t = settings_table(&count);
    (void)state;
    for (int i = 0; i < count; i++) {
        assert_non_null(strchr(t[i].key, '.'));
        assert_ptr_equal(setting_find(t[i].key), &t[i]);
        assert_ptr_equal(setting_find(t[i].flag), &t[i]);
        assert_true(strlen(t[i].flag) < 24); /* struct flag holds it */
        assert_true((t[i].type == SETTING_BOOLEAN) == (t[i].value == NULL));
    }
    assert_null(setting_find("server.ports"));
}

/* What is printed is a configuration, and it says what the defaults are. */
static void test_printed_settings_are_the_defaults(void **state)
{
    char *text = NULL;
    size_t n = 0;
    int count;
    struct settings printed, fresh;
    struct ih_error e = {.text = ""};
    const struct setting *t = settings_table(&count);
    (void)state;
    FILE *f = open_memstream(&text, &n);
    settings_print(f);
    fclose(f);
    assert_int_equal(settings_init(&fresh, &e), IH_OK);
    assert_int_equal(settings_init(&printed, &e), IH_OK);
    /* Other values first, so that every key has to be there. */
    for (int i = 0; i < count; i++) {
        const char *other = t[i].type == SETTING_BOOLEAN ? "true" : "11";
        if (t[i].type == SETTING_INTEGER && t[i].low > 11)
            other = "12";
        assert_int_equal(settings_set(&printed, &t[i], other, &e), IH_OK);
    }
    if (settings_read(&printed, text, n, &e) != IH_OK)
        fail_msg("%s", e.text);
    for (int i = 0; i < count; i++) {
        const char *a = (const char *)&printed + t[i].offset,
                   *b = (const char *)&fresh + t[i].offset;
        if (t[i].type == SETTING_INTEGER)
            assert_int_equal(*(const int *)a, *(const int *)b);
        else if (t[i].type == SETTING_BOOLEAN)
            assert_int_equal(*(const bool *)a, *(const bool *)b);
        else
            assert_string_equal(*(char *const *)a, *(char *const *)b);
    }
    settings_free(&printed);
    settings_free(&fresh);
    free(text);
}

static void refuses(const char *toml, const char *words)
{
    struct settings s;
    struct ih_error e = {.text = ""};
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_int_equal(settings_read(&s, toml, strlen(toml), &e), IH_INVALID);
    if (!strstr(e.text, words))
        fail_msg("'%s' is not in: %s", words, e.text);
    settings_free(&s);
}

static void test_files(void **state)
{
    static const char toml[] = "[server]\nport = 9000\nkey = \"12345678\"\nquiet = true\n"
                               "[models]\noffer = [\"a\", \"b\"]\n";
    struct settings s;
    struct ih_error e;
    (void)state;
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_string_equal(s.address, "127.0.0.1");
    assert_int_equal(settings_read(&s, toml, sizeof toml - 1, &e), IH_OK);
    assert_int_equal(s.port, 9000);
    assert_string_equal(s.key, "12345678");
    assert_true(s.quiet);
    assert_string_equal(s.offer, "a,b");
    settings_free(&s);
    refuses("[server]\nports = 1\n",
        "line 2: there is no setting server.ports; did you mean server.port?");
    refuses("[server]\nport = \"1\"\n", "line 2: server.port must be a whole number");
    refuses("[server]\nport = 70000\n", "from 0 to 65535, not '70000'");
    refuses("[server]\nworkers = 0\n", "from 1 to 256");
    refuses("[server]\nquiet = 1\n", "server.quiet must be true or false");
    refuses("[models]\noffer = [\"a,b\"]\n", "there is a comma");
    refuses("port = 1\n", "there is no setting port");
}

static char *environment(const char *name)
{
    static char port[] = "81", workers[] = "many";
    if (strcmp(name, "INHOUSE_PORT") == 0)
        return port;
    return strcmp(name, "INHOUSE_WORKERS") == 0 ? workers : NULL;
}

static void test_environment(void **state)
{
    struct settings s;
    struct ih_error e;
    char variable[64];
    (void)state;
    setting_variable(setting_find("limits.upload_megabytes"), variable, sizeof variable);
    assert_string_equal(variable, "INHOUSE_UPLOAD_MEGABYTES");
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_int_equal(settings_read_environment(&s, environment, &e), IH_INVALID);
    assert_int_equal(s.port, 81);
    assert_non_null(strstr(e.text, "INHOUSE_WORKERS: server.workers must be"));
    settings_free(&s);
}

static enum ih_status check(const char *address, const char *key)
{
    struct settings s;
    struct ih_error e;
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_int_equal(settings_set(&s, setting_find("address"), address, &e), IH_OK);
    assert_int_equal(settings_set(&s, setting_find("key"), key, &e), IH_OK);
    enum ih_status status = settings_check(&s, &e);
    settings_free(&s);
    return status;
}

/* Nobody listens beyond this machine without a key. */
static void test_addresses_and_keys(void **state)
{
    (void)state;
    assert_int_equal(check("127.0.0.1", ""), IH_OK);
    assert_int_equal(check("127.9.9.9", ""), IH_OK);
    assert_int_equal(check("::1", ""), IH_OK);
    assert_int_equal(check("0.0.0.0", ""), IH_INVALID);
    assert_int_equal(check("::", ""), IH_INVALID);
    assert_int_equal(check("128.0.0.1", ""), IH_INVALID);
    assert_int_equal(check("192.168.1.1", ""), IH_INVALID);
    assert_int_equal(check("0.0.0.0", "0123456789"), IH_OK);
    assert_int_equal(check("127.0.0.1", "short"), IH_INVALID);
    assert_int_equal(check("127.0.0.1", "a key with blanks"), IH_INVALID);
    assert_int_equal(check("localhost", ""), IH_INVALID);
    assert_int_equal(check("", ""), IH_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_sound),
        cmocka_unit_test(test_printed_settings_are_the_defaults),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_addresses_and_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
